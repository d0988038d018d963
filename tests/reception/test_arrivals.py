"""The day's bookings on the axis of hours: at their true time, none over another."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from reception.arrivals import Axis, Chip, chips
from servicedesk.clock import now
from servicedesk.staff.models import ServiceCentre


def laid_out(*minutes: int, length: int = 660) -> list[Chip]:
    start, centre = now(), ServiceCentre()
    rows: Any = [
        SimpleNamespace(starts_at=start + dt.timedelta(minutes=n), state="confirmed", centre=centre) for n in minutes
    ]
    return chips(rows, Axis(centre, start, length))


def places(*minutes: int) -> list[tuple[int, int, int]]:
    return [(chip.row, chip.left, chip.left + chip.width) for chip in laid_out(*minutes)]


def test_a_chip_begins_at_its_time_and_has_the_room_to_the_next():
    assert places(60, 240) == [(1, 9, 36), (1, 36, 100)]


def test_at_the_end_of_the_day_it_stands_before_its_time():
    chip = laid_out(570)[0]
    assert chip.before
    assert chip.left + chip.width == 570 * 100 // 660


def test_none_covers_another():
    shown = laid_out(0, 30, 60, 110, 300, 330, 480, 540, 560, 570, 600)
    for one in shown:
        for other in shown:
            if one is not other and one.row == other.row:
                assert one.left + one.width <= other.left or other.left + other.width <= one.left
