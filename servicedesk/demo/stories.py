"""Whole stories: a visit from its booking to its last call, and what becomes of cars and bookings of an earlier day."""

from __future__ import annotations

import datetime as dt

from appointments.models import Appointment
from appointments.services import confirm, mark_no_show
from delivery.models import SurveyResponse
from delivery.services.handover import notice_of
from reception.models import Inspection
from servicedesk.demo import after, booking, closing, reception, workshop
from servicedesk.demo.cases import CASES
from servicedesk.demo.visit import Acts, Visit
from servicedesk.demo.words import BY_LANGUAGE
from servicedesk.workorders.models import Hold, WorkOrder
from servicedesk.workorders.stages import IN_HOUSE, Stage
from workshop.models import Finding, FindingState, Job

PAST_THE_DESK = frozenset({Stage.AUTHORISED, Stage.REPAIR, Stage.REWORK})
DOOR = {
    Stage.SELFCHECK: "selfcheck",
    Stage.FINAL: "final",
    Stage.PREPARATION: "wash",
    Stage.READY: "notify",
}
OTHERWISE = "service_small"


def visit(v: Visit) -> Acts:
    """Booked or not, received, served, called: as far as the script and the clock let it go."""
    if v.script.came != "walk_in":
        yield from booking.book(v)
        if v.script.ending in ("no_show", "cancelled"):
            if v.appointment:
                yield from booking.does_not_come(v)
            return
    if v.script.stop == "book":
        return
    yield from reception.at_the_desk(v)
    if v.order is not None and v.script.stop not in reception.ACTS:
        yield from onward(v)


def onward(v: Visit) -> Acts:
    """From wherever the car stands in the house to the last call."""
    stage = v.fresh().stage
    if stage in PAST_THE_DESK:
        waiting = Job.objects.to_assign().filter(work_order=v.visit).exists()
        yield from workshop.in_the_workshop(v, "assign" if waiting and stage == Stage.AUTHORISED else "")
        if v.script.stop in ("assign", "worked"):
            return
        stage = v.fresh().stage
    if stage in DOOR:
        yield from closing.to_the_door(v, door_of(v, stage))
        stage = v.fresh().stage
    if stage == Stage.DELIVERED:
        yield from after.after_the_visit(v)


def door_of(v: Visit, stage: str) -> str:
    """The first step that is still to do."""
    first = DOOR[Stage(stage)]
    return "pay" if first == "notify" and notice_of(v.visit) else first


def goes_on(v: Visit) -> Acts:
    """A car or a customer of an earlier day: what is left is done, in the opening hours since."""
    stage = v.fresh().stage
    v.at(v.visit.events.latest("seq").at)
    v.script.complaint = ""
    if stage == Stage.RECEPTION:
        yield from reception.at_the_desk(v, desk_of(v))
        yield from onward(v)
    elif stage in IN_HOUSE:
        for finding in Finding.objects.filter(work_order=v.visit).exclude(state=FindingState.DECIDED):
            v.script.finds = "approve"
            v.tell(workshop.deal_with(v, finding, v.later(10)))
        yield from onward(v)
    else:
        yield v.later(v.chance.uniform(2, 20))
        if stage == Stage.DELIVERED and not SurveyResponse.objects.filter(work_order=v.visit).exists():
            closing.invite(v)
        v.tell(after.survey(v, v.t))
        yield from after.unfinished(v, v.t)


def desk_of(v: Visit) -> str:
    """The next step at the desk."""
    inspection = Inspection.objects.get(work_order=v.visit)
    if inspection.odometer is None:
        return "readings"
    if inspection.confirmed_at is None:
        return "inspect"
    if not v.visit.estimates.exists():
        return "estimate"
    if Hold.objects.filter(work_order=v.visit, cause=Hold.Cause.CONSENT, ended_at=None).exists():
        v.script.decides = "link"
    return "decide" if v.visit.lines.top().unanswered().exists() else "authorise"


def booked_before(v: Visit) -> Acts:
    """A booking of an earlier day whose time has come. A car that was late even then does not come any more."""
    row, since = v.appointment, v.t
    assert row
    if row.state == Appointment.State.REQUESTED:
        yield v.later(v.chance.uniform(6, 24))
        row = v.appointment = confirm(row, by=v.desk)
    here = WorkOrder.objects.filter(vehicle=v.vehicle, stage__in=IN_HOUSE).exists()
    if row.starts_at < since or here or v.chance.random() < 0.06:
        yield v.at(row.starts_at + dt.timedelta(minutes=booking.PATIENCE))
        mark_no_show(row, by=v.desk)
        return
    v.arrives = row.starts_at + dt.timedelta(minutes=v.chance.randint(-3, 9))
    yield from reception.at_the_desk(v)
    if v.order is not None:
        yield from onward(v)


def case_of(words: str, language: str) -> str:
    """Which case a concern in the customer's words is; a service when somebody else wrote it."""
    told = BY_LANGUAGE.get(language, BY_LANGUAGE["en"]).CONCERNS
    return next((key for key in CASES if told[key][0] == words), OTHERWISE)
