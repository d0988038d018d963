"""The only clock. Rules ask `now()`; none uses SQL's now() or the system clock directly.

In test and demo settings (`CLOCK_IS_MOVABLE`) an offset in seconds, kept in the database table of `staff.ClockOffset`,
is added, so that a browser, the web server and the worker of one test share the same Tuesday 10:00.
"""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

_offset: Callable[[], dt.timedelta] | None = None


def set_offset_source(source: Callable[[], dt.timedelta] | None) -> Callable[[], dt.timedelta] | None:
    """Let `source` say how far the clock of this process is moved; returns what said so before.

    Called once by `staff`, only where the clock is movable, and by the demonstration while it writes history.
    """
    global _offset
    before, _offset = _offset, source
    return before


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    present = dt.datetime.now(dt.UTC)
    return present + _offset() if _offset else present


def local(moment: dt.datetime, zone: str) -> dt.datetime:
    """Return `moment` on the clock of the IANA zone `zone` ("Asia/Taipei")."""
    return moment.astimezone(ZoneInfo(zone))


def today(zone: str) -> dt.date:
    """Return today's date in the IANA zone `zone`."""
    return local(now(), zone).date()
