"""Bookings to move: days whose hours fell away under what was booked (somebody is absent), and who asks for these hours."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef

from appointments.calendar.loads import label_of
from appointments.capacity.models import DayLoad, LoadHold, LoadOverride
from appointments.capacity.needs import BAY
from appointments.models import Appointment
from servicedesk.staff.models import ServiceCentre

ROWS = 200
SHOWN_AT_ONCE = 20
"""So many bookings are shown with their next free times as the page opens; the rest when asked for."""


@dataclass(frozen=True)
class Short:
    """A need of which more is booked than there is, and by how much."""

    label: str
    load: DayLoad

    @property
    def over(self) -> Decimal:
        """Hours too many."""
        return self.load.booked - self.load.capacity


@dataclass(frozen=True)
class Affected:
    """A booking that asks for hours which are missing."""

    booking: Appointment
    hours: Decimal
    """What it holds of the day: of that need of which it holds most."""
    at_once: bool


@dataclass(frozen=True)
class ShortDay:
    """A day on which bookings no longer fit."""

    date: dt.date
    needs: list[Short]
    reasons: list[str]
    bookings: list[Affected]
    offered: Decimal
    """Hours held by times on offer, which nobody need move: they come back when the customer answers."""

    @property
    def over(self) -> Decimal:
        """Hours too many: of the need that lacks most."""
        return max(short.over for short in self.needs)


def short_loads(centre: ServiceCentre) -> Iterable[DayLoad]:
    """Loads from today on of which hours fell away, so that more is booked than there is. What was booked beyond the day on
    somebody's word alone is not among them."""
    fell = LoadOverride.objects.filter(load=OuterRef("pk"), cause=LoadOverride.Cause.FELL_AWAY)
    rows = DayLoad.objects.filter(Exists(fell), centre=centre, date__gte=centre.today(), booked__gt=F("capacity"))
    return rows.order_by("date", "need")


def days_short(centre: ServiceCentre) -> int:
    """How many days have bookings to move. One query."""
    return short_loads(centre).order_by().values("date").distinct().count()  # type: ignore[attr-defined, no-any-return]


def to_move(centre: ServiceCentre) -> list[ShortDay]:
    """The days with bookings to move, the soonest first. Three queries whatever their number."""
    loads = list(short_loads(centre))
    if not loads:
        return []
    reasons: dict[dt.date, dict[str, None]] = defaultdict(dict)
    kept = LoadOverride.objects.filter(load__in=loads).order_by("at", "pk")
    for date, reason in kept.values_list("load__date", "reason"):
        reasons[date][reason] = None
    held: dict[dt.date, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    offered: dict[dt.date, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for date, booking, offer, hours in LoadHold.objects.filter(load__in=loads).values_list(
        "load__date", "appointment_id", "offer_id", "hours"
    ):
        of_day, key = (held[date], booking) if booking else (offered[date], offer)
        of_day[key] = max(of_day[key], hours)
    wanted = {pk for of_day in held.values() for pk in of_day}
    bookings = {
        row.pk: row
        for row in Appointment.objects.filter(pk__in=wanted, centre=centre)
        .for_cards()
        .expected()
        .order_by("starts_at", "pk")[:ROWS]
    }
    found, count = [], 0
    for date in dict.fromkeys(load.date for load in loads):
        affected = []
        for pk, row in bookings.items():
            if pk in held[date]:
                affected.append(Affected(row, held[date][pk], at_once=count < SHOWN_AT_ONCE))
                count += 1
        found.append(
            ShortDay(
                date,
                needs_of(load for load in loads if load.date == date),
                list(reasons[date]),
                affected,
                sum(offered[date].values(), Decimal(0)),
            )
        )
    return found


def needs_of(loads: Iterable[DayLoad]) -> list[Short]:
    """The needs that are short: general levels first, then licences and bays; a level that says the same as the one below
    it is left out."""
    found: list[Short] = []
    rows = sorted(loads, key=lambda load: (load.need.startswith(BAY), not load.need.startswith("L"), load.need))
    for load in rows:
        same = [one for one in found if (one.load.booked, one.load.capacity) == (load.booked, load.capacity)]
        if not (load.need.startswith("L") and same):
            found.append(Short(label_of(load.need), load))
    return found
