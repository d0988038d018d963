"""By when a customer hears from us: opening hours for ordinary matters, the wall clock where safety is at stake.

Twenty-four hours mean the same clock time on the next opening day; fewer hours are counted in opening time.
"""

from __future__ import annotations

import datetime as dt

from servicedesk.staff.calendar import LOOKAHEAD_DAYS, Calendar

DAY_HOURS = 24


def answer_by(calendar: Calendar, since: dt.datetime, hours: int, *, wall_clock: bool = False) -> dt.datetime:
    """The moment `hours` after `since`: plain hours with `wall_clock`, else as the centre is open."""
    if wall_clock:
        return since + dt.timedelta(hours=hours)
    days, rest = divmod(hours, DAY_HOURS)
    moment = same_time_on_opening_day(calendar, since, days) if days else since
    return calendar.add_opening_time(moment, dt.timedelta(hours=rest)) if rest else moment


def same_time_on_opening_day(calendar: Calendar, since: dt.datetime, days: int) -> dt.datetime:
    """The same clock time `days` opening days later, moved into the opening hours of that day."""
    start = calendar.centre.local(calendar.next_opening(since))
    date, left = start.date(), days
    for _day in range(LOOKAHEAD_DAYS):
        date += dt.timedelta(days=1)
        windows = calendar.windows(date)
        if not windows:
            continue
        left -= 1
        if left == 0:
            target = calendar.centre.at(date, start.time())
            return min(calendar.next_opening(max(target, windows[0][0])), windows[-1][1])
    return since + dt.timedelta(days=days)


def close_by(calendar: Calendar, since: dt.datetime, days: int, cap_days: int) -> dt.datetime:
    """Closing time of the `days`-th opening day after `since`, or the legal limit of `cap_days` calendar days if sooner."""
    date, left = calendar.centre.local(since).date(), days
    limit = since + dt.timedelta(days=cap_days)
    for _day in range(LOOKAHEAD_DAYS):
        date += dt.timedelta(days=1)
        windows = calendar.windows(date)
        left -= bool(windows)
        if windows and left <= 0:
            return min(windows[-1][1], limit)
    return limit
