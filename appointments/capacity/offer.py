"""Which times still have hours for a piece of work: read once for a stretch of days, then asked for each slot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery

from appointments.capacity.hours import hours_of_days
from appointments.capacity.ledger import ALWAYS, ZERO, Shortage, shortages
from appointments.capacity.models import DayLoad, LoadHold
from appointments.capacity.needs import Hours
from appointments.capacity.spread import spread
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import ServiceCentre

if TYPE_CHECKING:
    from appointments.models import Appointment

BEYOND_DAYS = 7
"""Work may reach into so many days after the last one shown."""


class Room:
    """The hours of a stretch of days. One query, and six more when days are not kept yet."""

    def __init__(self, calendar: Calendar, since: dt.date, days: int, besides: Appointment | None = None) -> None:
        self.calendar = calendar
        dates = [since + dt.timedelta(days=n) for n in range(days + BEYOND_DAYS)]
        self.loads = loads_of(calendar.centre, dates, besides)

    @property
    def limits(self) -> bool:
        """Whether hours limit this centre at all."""
        return bool(self.loads)

    def shortages(self, starts_at: dt.datetime, demand: Hours, *, online: bool = False) -> list[Shortage]:
        """What is missing for `demand` from `starts_at` on; empty when the time can be offered."""
        if not self.loads or not demand:
            return []
        return shortages(self.calendar, spread(self.calendar, starts_at, demand), self.loads, online=online)


def loads_of(
    centre: ServiceCentre, dates: Iterable[dt.date], besides: Appointment | None = None
) -> dict[tuple[dt.date, str], DayLoad]:
    """Loads by date and need, unsaved ones for days that have no rows yet; empty while hours do not limit the centre.

    What the booking `besides` holds is not counted as booked.
    """
    dates = list(dates)
    own = LoadHold.objects.filter(load=OuterRef("pk"), appointment=besides).values("hours")
    rows = DayLoad.objects.filter(centre=centre, date__in=dates)
    found = {}
    for row in rows.annotate(own=Subquery(own)) if besides else rows:
        row.booked -= getattr(row, "own", None) or ZERO
        found[row.date, row.need] = row
    missing = [date for date in dates if (date, "L1") not in found]
    if missing:
        hours = hours_of_days(centre, missing)
        if hours is None:
            return {}
        for date, of_day in hours.items():
            for need in {*of_day, *ALWAYS}:
                found[date, need] = DayLoad(centre=centre, date=date, need=need, capacity=of_day.get(need, ZERO))
    return found
