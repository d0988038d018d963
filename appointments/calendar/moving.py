"""A booking that is being moved in the calendar: chosen, then a free place chosen, then confirmed. All of it in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError

from appointments.calendar.board import Board
from appointments.calendar.loads import label_of
from appointments.capacity.ledger import Shortage
from appointments.fields import SlotField
from appointments.models import Appointment
from appointments.refusals import HoursTaken, SlotTaken
from appointments.slots import grid
from servicedesk.staff.access import fetch
from servicedesk.staff.repeats import Refusal
from servicedesk.staff.requests import StaffRequest


@dataclass(frozen=True)
class Moving:
    """Which booking, to which time when that is chosen, and what was entered about it."""

    booking: Appointment
    to: dt.datetime | None = None
    reason: str = ""
    override: str = ""
    full: bool = False
    """Whether the workshop has no hours left for it at that time: it may be moved there with a reason."""
    missing: tuple[Shortage, ...] = ()

    def placed(self, board: Board) -> Moving:
        """The same as the board sees it: a time without a free place is no target, one without hours asks for a reason."""
        if self.to is None:
            return self
        on_grid = self.to in set(grid(board.calendar, board.centre.local(self.to).date()))
        if self.to == self.booking.starts_at or not on_grid or not board.free_at(self.to):
            return replace(self, to=None)
        missing = tuple(board.shortages(self.to))
        return replace(self, missing=missing, full=self.full or bool(missing))

    @property
    def value(self) -> str:
        """How forms name the chosen time."""
        return self.to.isoformat() if self.to else ""

    @property
    def lacks(self) -> list[tuple[dt.date, str, Any]]:
        """What is missing at the chosen time: date, need in words, hours; a need of the same figure once."""
        found: dict[tuple[dt.date, Any], str] = {}
        for one in self.missing:
            found.setdefault((one.date, one.hours), label_of(one.need))
        return [(date, label, hours) for (date, hours), label in found.items()]


def asked_for(request: StaffRequest) -> Moving | None:
    """The booking named in the address (`?move=`) and the time chosen for it (`&to=`); None when it can no longer be moved.

    404 for a booking of another centre than the one whose calendar this is.
    """
    named = request.GET.get("move", "")
    if not named.isdecimal():
        return None
    rows = Appointment.objects.filter(centre=request.centre).select_related("vehicle", "customer")
    booking = fetch(request, rows, pk=int(named[:18]))
    if not booking.is_expected:
        return None
    return Moving(booking, read_time(request.GET.get("to", "")))


def read_time(text: str) -> dt.datetime | None:
    """The time named in an address; None for anything that is none."""
    try:
        moment: dt.datetime | None = SlotField(max_length=40, required=False).clean(text) or None
    except ValidationError:
        return None
    return moment


def put_back(booking: Appointment, values: Mapping[str, Any], refusal: Refusal) -> Moving | None:
    """What was entered, for the page that says why it was refused; None when the booking can no longer be moved at all."""
    if not isinstance(refusal, SlotTaken):
        booking.refresh_from_db(fields=["state", "starts_at"])
        if not booking.is_expected:
            return None
    return Moving(booking, values["starts_at"], values["reason"], values["override"], isinstance(refusal, HoursTaken))
