"""What customers thought, passed on at once to the department concerned, and that department's answer (M6.2-b)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from delivery.models import Opinion, OpinionState
from delivery.services.floor import lock
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal
from servicedesk.staff.roles import Role
from servicedesk.workorders import events, promises
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.stages import Stage

DEPARTMENT: dict[str, Role] = {
    "service_initiation": Role.ADVISOR,
    "service_advisor": Role.ADVISOR,
    "price": Role.ADVISOR,
    "service_quality": Role.SUPERVISOR,
    "vehicle_pickup": Role.ADVISOR,
    "facility": Role.MANAGER,
    "loyalty": Role.MANAGER,
    "open": Role.AGENT,
    "SV-00": Role.MANAGER,
    "SV-10": Role.DETAILER,
}
"""Dimension of a survey question, or its code, → whose matter it is."""
CALL_BY = dt.time(12, 0)


class OpinionRefused(Refusal):
    """The opinion cannot be recorded or answered like this; the reasons say why."""


def pass_on(
    work_order: WorkOrder, *, department: str, by: Actor, question: Any = None, value: str = "", text: str = ""
) -> Opinion:
    """Put what the customer thinks before a department; the same question again updates the same row."""
    defaults = {"value": value, "department": department, "state": OpinionState.OPEN, "at": now(), **actor_values(by)}
    if question is None:
        opinion = Opinion.objects.create(work_order=work_order, text=text, **defaults)
    else:
        opinion, _created = Opinion.objects.update_or_create(
            work_order=work_order, question=question, defaults=defaults
        )
    data = {"department": str(department), "question": question.code if question else "", "value": value}
    events.record(work_order, "opinion.passed_on", by=by, text=text, data=data)
    return opinion


@transaction.atomic
def record_opinion(work_order: WorkOrder, *, by: Actor, text: str, department: str) -> Opinion:
    """The advisor listened: he writes down what the customer said and passes it on."""
    locked = lock(work_order, Stage.READY, Stage.DELIVERED, Stage.CLOSED, clause="M6.2-b")
    if not text.strip():
        raise OpinionRefused(_("Write down what the customer said."))
    if department not in Role.values or department == Role.ADMIN:
        raise OpinionRefused(_("Choose the department concerned."))
    return pass_on(locked, department=department, by=by, text=text.strip())


@transaction.atomic
def answer_opinion(opinion: Opinion, *, by: Actor, text: str) -> Opinion:
    """The department says what it does about it. Refused twice and without words; a promised call counts as made."""
    opinion = Opinion.objects.select_for_update(of=("self",)).select_related("work_order").get(pk=opinion.pk)
    if opinion.state != OpinionState.OPEN:
        raise OpinionRefused(_("This has already been answered by %(who)s.") % {"who": opinion.answered_by or "—"})
    if not text.strip():
        raise OpinionRefused(_("Write what you do about it."))
    opinion.answer, opinion.answered_by, opinion.answered_at = text.strip(), by.label, now()
    opinion.state = OpinionState.ANSWERED
    opinion.save(update_fields=["answer", "answered_by", "answered_at", "state"])
    promises.keep(Promise.Kind.CALL, opinion)
    events.record(opinion.work_order, "opinion.answered", by=by, text=opinion.answer)
    return opinion


def call_due(centre: ServiceCentre) -> dt.datetime:
    """By when a wanted call is made: noon of the next opening day."""
    calendar, date = Calendar(centre), centre.today()
    for _day in range(60):
        date += dt.timedelta(days=1)
        if not calendar.is_closed_day(date):
            break
    return centre.at(date, CALL_BY)


def promise_call(opinion: Opinion, *, by: Actor) -> Promise:
    """The customer wants to be called: a promise of the manager's."""
    work_order = opinion.work_order
    return promises.make(
        Promise.Kind.CALL,
        opinion,
        centre=work_order.centre,
        due_at=call_due(work_order.centre),
        about=work_order.number,
        owner_role=Role.MANAGER,
        work_order=work_order,
        url=reverse("delivery:opinions"),
        by=by,
    )
