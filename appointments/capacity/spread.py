"""On which days the hours of a booking fall: the work begins with the slot and goes on while the doors are open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from appointments.capacity.hours import CENT, both, in_hours
from appointments.capacity.needs import TOTAL, Hours
from servicedesk.staff.calendar import Calendar

MOST_DAYS = 30
"""Work that takes longer is spread over so many open days; the last of them takes the rest."""


def spread(calendar: Calendar, starts_at: dt.datetime, demand: Hours) -> dict[dt.date, Hours]:
    """`demand` by date: on the slot's own day as much as its opening hours leave, the rest on the days after.

    All needs are cut in the same proportion, since they are the same hours seen from several sides.
    """
    total = demand.get(TOTAL, Decimal(0))
    if total <= 0:
        return {}
    date, left = calendar.centre.local(starts_at).date(), total
    shares: list[tuple[dt.date, Decimal]] = []
    for offset in range(MOST_DAYS):
        day = date + dt.timedelta(days=offset)
        room = in_hours(
            [both(window, (starts_at, window[1])) for window in calendar.windows(day) if window[1] > starts_at]
        )
        if room <= 0:
            continue
        taken = left if len(shares) == MOST_DAYS - 1 else min(left, room)
        shares.append((day, taken))
        left -= taken
        if left <= 0:
            break
    if left > 0 and shares:
        shares[-1] = (shares[-1][0], shares[-1][1] + left)
    return _cut(shares or [(date, total)], demand, total)


def _cut(shares: list[tuple[dt.date, Decimal]], demand: Hours, total: Decimal) -> dict[dt.date, Hours]:
    found: dict[dt.date, Hours] = {}
    given: Hours = dict.fromkeys(demand, Decimal(0))
    for number, (date, taken) in enumerate(shares, start=1):
        last = number == len(shares)
        part = {
            need: hours - given[need] if last else (hours * taken / total).quantize(CENT)
            for need, hours in demand.items()
        }
        found[date] = {need: hours for need, hours in part.items() if hours > 0}
        for need, hours in part.items():
            given[need] += hours
    return found
