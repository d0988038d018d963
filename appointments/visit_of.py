"""Where the customer's car is, in his words: the stops of a visit, what was promised, his papers (the page by link)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from appointments import hooks
from appointments.models import Appointment
from servicedesk.clock import now
from servicedesk.documents import papers
from servicedesk.documents.models import PaperOrder
from servicedesk.workorders.models import Event, WorkOrder
from servicedesk.workorders.stages import Stage

STOP = {
    Stage.RECEPTION: 0,
    Stage.AUTHORISED: 1,
    Stage.REPAIR: 2,
    Stage.SELFCHECK: 3,
    Stage.FINAL: 3,
    Stage.REWORK: 3,
    Stage.PREPARATION: 4,
    Stage.READY: 5,
    Stage.DELIVERED: 6,
    Stage.CLOSED: 6,
}
"""Stage of the visit → the stop at which the customer's car stands."""


@dataclass(frozen=True)
class Stop:
    """One stop of the route: what happens there, whether it is done, now or still to come, and since when."""

    number: int
    words: str
    state: str
    at: dt.datetime | None


@dataclass(frozen=True)
class Visit:
    """What the page by link shows once the car is here."""

    work_order: WorkOrder
    heading: str
    stops: list[Stop]
    papers: list[tuple[PaperOrder, Any]]

    @property
    def promised(self) -> dt.datetime | None:
        """By when the car will be ready; None once it is, and while nothing is promised."""
        return None if self.work_order.ready_at else self.work_order.promised_at

    @property
    def late(self) -> bool:
        """Whether the promised time has passed and the car is not ready."""
        return bool(self.promised and self.promised < now())

    @property
    def is_ready(self) -> bool:
        """Whether the car waits to be collected."""
        return self.work_order.stage == Stage.READY


def visit_of(appointment: Appointment) -> Visit | None:
    """The visit that came of a booking; None before the car has arrived. Four queries."""
    if appointment.work_order_id is None:
        return None
    work_order = WorkOrder.objects.for_rows().get(pk=appointment.work_order_id)
    given = [order for entry in hooks.visit_papers for order in entry(work_order)]
    return Visit(
        work_order, heading(work_order), stops(work_order), [(order, papers.title_of(order.kind)) for order in given]
    )


def heading(work_order: WorkOrder) -> str:
    """Where the car is now, as one tells its owner."""
    return {
        Stage.RECEPTION: _("Your car is with us"),
        Stage.AUTHORISED: _("Your car is in line for the workshop"),
        Stage.REPAIR: _("Your car is being worked on"),
        Stage.SELFCHECK: _("Your car is being checked"),
        Stage.FINAL: _("Your car is being checked"),
        Stage.REWORK: _("We are putting one thing right"),
        Stage.PREPARATION: _("Your car is being cleaned"),
        Stage.READY: _("Your car is ready to be collected"),
        Stage.DELIVERED: _("The car is with you again"),
        Stage.CLOSED: _("The car is with you again"),
        Stage.CANCELLED: _("This visit ended without work"),
    }[Stage(work_order.stage)]


def stops(work_order: WorkOrder) -> list[Stop]:
    """The way through the house with times; none for a visit that was given up. One query."""
    if work_order.stage == Stage.CANCELLED:
        return []
    since: dict[int, dt.datetime] = {0: work_order.opened_at}
    moves = Event.objects.filter(work_order=work_order, kind="stage").order_by("seq")
    for data, at in moves.values_list("data", "at"):
        since.setdefault(STOP.get(data["to"], 0), at)
    here = STOP[Stage(work_order.stage)]
    words = [
        _("Received, looked at together"),
        _("You signed the work authorisation"),
        _("Work on your car"),
        _("Quality check and test drive"),
        _("Cleaning, and your bill"),
        _("Ready to be collected"),
    ]
    return [
        Stop(
            number + 1,
            text,
            "done" if number < here else "now" if number == here else "todo",
            since.get(number) if number <= here else None,
        )
        for number, text in enumerate(words)
    ]
