"""A week of the calendar: times down, days across, in each cell who comes and how many places are left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from appointments.calendar.board import WEEK, Board, Held
from appointments.models import Appointment
from appointments.querysets import NO_TIME
from appointments.slots import grid
from servicedesk.staff.models import ServiceCentre


@dataclass(frozen=True)
class WeekCell:
    """One time of one day. `at` is None where no cars are received."""

    date: dt.date
    at: dt.datetime | None = None
    bookings: list[Appointment] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    free: int = 0
    short: bool = False

    @property
    def value(self) -> str:
        """How forms name the time."""
        return self.at.isoformat() if self.at else ""


@dataclass(frozen=True)
class WeekRow:
    """One time of the day, across the week."""

    time: dt.time
    cells: list[WeekCell]


def bookings_between(centre: ServiceCentre, since: dt.date, days: int) -> Iterable[Appointment]:
    """Bookings that hold a time on these days, by time; with car and customer. One query."""
    begins = centre.at(since, dt.time())
    ends = centre.at(since + dt.timedelta(days=days), dt.time())
    rows = Appointment.objects.filter(centre=centre, starts_at__gte=begins, starts_at__lt=ends)
    return rows.exclude(state__in=NO_TIME).select_related("vehicle", "customer").order_by("starts_at", "id")


def week_of(board: Board) -> list[WeekRow]:
    """The rows of the week around `board.date`. One query."""
    centre = board.centre
    by_time: dict[dt.datetime, list[Appointment]] = {}
    for booking in bookings_between(centre, board.monday, WEEK):
        if booking.state != Appointment.State.NO_SHOW:
            by_time.setdefault(booking.starts_at, []).append(booking)
    on_grid = {at.astimezone(dt.UTC): at for date in board.dates for at in grid(board.calendar, date)}
    times = {*on_grid, *by_time, *board.held}
    by_clock: dict[dt.time, dict[dt.date, WeekCell]] = {}
    for moment in sorted(times):
        at = centre.local(moment)
        left = board.free_at(moment) if moment in on_grid else 0
        by_clock.setdefault(at.time(), {})[at.date()] = WeekCell(
            at.date(),
            at,
            by_time.get(moment, []),
            [one for one in board.held_at(moment) if one.until],
            left,
            bool(left and board.shortages(at)),
        )
    return [
        WeekRow(time, [cells.get(date, WeekCell(date)) for date in board.dates])
        for time, cells in sorted(by_clock.items())
    ]
