"""One day of the calendar: a row for each time of the slot grid, a cell for each reception place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise

from appointments.calendar.board import Board, Held
from appointments.models import Appointment
from appointments.slots import grid


@dataclass(frozen=True)
class Cell:
    """One place at one time: somebody's booking, held for an offer, free, or no longer to be had."""

    place: int
    booking: Appointment | None = None
    held: Held | None = None
    free: bool = False
    again: bool = False
    """Whether an earlier place of the same time is free as well: on a telephone one of them is enough."""


@dataclass(frozen=True)
class Row:
    """A time at which cars are received, or (`until`) a break in the opening hours."""

    at: dt.datetime
    cells: list[Cell] = field(default_factory=list)
    until: dt.datetime | None = None
    off_grid: bool = False
    """Bookings at a time at which no cars are received any more: the opening hours changed under them."""
    short: bool = False
    """Whether the workshop lacks hours for the booking that is being moved."""

    @property
    def value(self) -> str:
        """How forms name the time: ISO with offset."""
        return self.at.isoformat()

    @property
    def free(self) -> int:
        """Places that can still be had."""
        return sum(1 for cell in self.cells if cell.free)


@dataclass(frozen=True)
class DayPicture:
    """What the calendar shows of one day."""

    date: dt.date
    closed: bool
    places: range
    rows: list[Row]
    missed: list[Appointment]
    """Who holds no place: did not come, or came after all when the place had been given up."""
    booked: int
    free: int


def day_of(board: Board) -> DayPicture:
    """The day `board.date`. One query for its bookings."""
    centre, date = board.centre, board.date
    bookings = {row.pk: row for row in Appointment.objects.on_day(centre, date).for_cards()}
    on_grid = list(grid(board.calendar, date))
    times = {at.astimezone(dt.UTC): at for at in on_grid}
    for at in board.held:
        if centre.local(at).date() == date:
            times.setdefault(at, centre.local(at))
    most = max([centre.reception_places, *(one.place for at in times for one in board.held_at(at))])
    rows = [_row(board, times[key], most, bookings, off_grid=times[key] not in on_grid) for key in sorted(times)]
    placed = {one.booking_id for at in times for one in board.held_at(at)}
    return DayPicture(
        date,
        board.calendar.is_closed_day(date),
        range(1, most + 1),
        sorted([*rows, *_breaks(board)], key=lambda row: row.at),
        [row for pk, row in bookings.items() if pk not in placed],
        sum(1 for row in rows for cell in row.cells if cell.booking),
        sum(row.free for row in rows),
    )


def _row(board: Board, at: dt.datetime, most: int, bookings: dict[int, Appointment], *, off_grid: bool) -> Row:
    held = {one.place: one for one in board.held_at(at)}
    left = 0 if off_grid else board.free_at(at)
    cells, given = [], 0
    for place in range(1, most + 1):
        one = held.get(place)
        free = one is None and given < left
        booking = bookings.get(one.booking_id) if one and one.until is None else None
        cells.append(Cell(place, booking, one if one and not booking else None, free, again=free and given > 0))
        given += free
    return Row(at, cells, off_grid=off_grid, short=bool(left and board.shortages(at)))


def _breaks(board: Board) -> list[Row]:
    windows = board.calendar.windows(board.date)
    return [Row(closes, until=opens) for (_opens, closes), (opens, _closes) in pairwise(windows)]
