"""Holding hours of the workshop for a booking, releasing them, and keeping the days true when rosters change.

Locks: the rows of the days asked for, in the order of date and need, after the slot's own lock and before any insert.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from appointments.capacity.hours import both, hours_of_days, in_hours
from appointments.capacity.models import DayLoad, LoadHold, LoadOverride
from appointments.capacity.needs import BAYS, LEVELS, Hours, level
from appointments.capacity.spread import spread
from appointments.refusals import HoursTaken
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import CertificateKind, ServiceCentre

if TYPE_CHECKING:
    from appointments.models import Appointment, TimeOffer

ZERO = Decimal(0)
Loads = dict[tuple[dt.date, str], DayLoad]


@dataclass(frozen=True)
class Shortage:
    """Hours that are missing on a day, and of what."""

    date: dt.date
    need: str
    hours: Decimal


def hold(
    calendar: Calendar,
    starts_at: dt.datetime,
    demand: Hours,
    *,
    by: Actor,
    appointment: Appointment,
    offer: TimeOffer | None = None,
    online: bool = False,
    override: str = "",
) -> None:
    """Hold `demand` for `appointment`, or for a time offered to it, from `starts_at` on, in the caller's transaction.

    Raises HoursTaken when a day has too few left; with `override`, a reason, it is taken all the same and the reason kept.
    `online` bookings leave the centre's share for the telephone and for walk-ins.
    """
    days = spread(calendar, starts_at, demand)
    loads = locked(calendar.centre, days)
    if loads is None:
        return
    short = shortages(calendar, days, loads, online=online)
    if short and not override:
        raise HoursTaken(
            _("The workshop has no hours left for this work on %(date)s. Choose one of the nearest times.")
            % {"date": f"{short[0].date:%m/%d}"}
        )
    if short:
        _override(days, loads, short, by=by, reason=override, appointment=appointment)
    holder = {"offer": offer} if offer else {"appointment": appointment}
    LoadHold.objects.bulk_create(
        LoadHold(load=loads[date, need], hours=hours, **holder)
        for date, hours_of_day in sorted(days.items())
        for need, hours in sorted(hours_of_day.items())
        if (date, need) in loads
    )


def locked(centre: ServiceCentre, days: Mapping[dt.date, Hours]) -> Loads | None:
    """The loads of `days`, made where they are missing and locked; None while hours do not limit this centre."""
    found = _lock(centre, days)
    missing = {date: asked for date, asked in days.items() if any((date, need) not in found for need in asked)}
    if missing:
        hours = hours_of_days(centre, missing)
        if hours is None:
            return None
        create(centre, {date: dict.fromkeys(missing[date], ZERO) | of_day for date, of_day in hours.items()})
        found = _lock(centre, days)
    return found


def lock_held(appointment: Appointment, dates: Iterable[dt.date] = ()) -> None:
    """Lock in order all that the booking and its offers hold, and these days, before anything of it is given back.

    Two bookings that change places would else wait for each other.
    """
    held = LoadHold.objects.filter(Q(appointment=appointment) | Q(offer__appointment=appointment)).values("load")
    rows = DayLoad.objects.select_for_update().filter(centre=appointment.centre)
    list(rows.filter(Q(pk__in=held) | Q(date__in=list(dates))).order_by("date", "need").values_list("pk"))


def _lock(centre: ServiceCentre, days: Mapping[dt.date, Hours]) -> Loads:
    needs = {need for hours in days.values() for need in hours}
    rows = DayLoad.objects.select_for_update().filter(centre=centre, date__in=days, need__in=needs)
    return {(row.date, row.need): row for row in rows.order_by("date", "need")}


def create(centre: ServiceCentre, hours: Mapping[dt.date, Hours]) -> None:
    """Rows for days that have none; every need of the day, also those that nobody can meet."""
    DayLoad.objects.bulk_create(
        (
            DayLoad(centre=centre, date=date, need=need, capacity=of_day.get(need, ZERO))
            for date, of_day in sorted(hours.items())
            for need in sorted({*of_day, *ALWAYS})
        ),
        ignore_conflicts=True,
    )


ALWAYS = (*map(level, LEVELS), *CertificateKind.values, "hv_aware", *BAYS)
"""Needs that have a row on every day, so that asking for what nobody can do is refused, not unlimited."""


def shortages(
    calendar: Calendar, days: Mapping[dt.date, Hours], loads: Mapping[tuple[dt.date, str], DayLoad], *, online: bool
) -> list[Shortage]:
    """What is missing for `days`, the earliest first."""
    found = []
    for date, hours in sorted(days.items()):
        left = fraction_left(calendar, date)
        for need, asked in sorted(hours.items()):
            load = loads.get((date, need))
            room = room_of(load, calendar.centre, left, online=online) if load else ZERO
            if asked > room:
                found.append(Shortage(date, need, asked - room))
    return found


def room_of(load: DayLoad, centre: ServiceCentre, left: Decimal, *, online: bool) -> Decimal:
    """Hours of a load that a booking may have: what is left of the day, less what is booked, carried and kept back."""
    kept = centre.walk_in_reserve + (centre.online_reserve if online else 0)
    usable = load.capacity * left - load.capacity * kept / 100
    return max(ZERO, usable - load.booked - load.carried)


def fraction_left(calendar: Calendar, date: dt.date) -> Decimal:
    """How much of the opening hours of `date` still lies ahead: 1 for later days, 0 once it is over."""
    windows = calendar.windows(date)
    whole = in_hours(windows)
    if not whole:
        return ZERO
    present = now()
    ahead = in_hours([both(window, (present, window[1])) for window in windows if window[1] > present])
    return ahead / whole


def _override(
    days: Mapping[dt.date, Hours],
    loads: Loads,
    short: Iterable[Shortage],
    *,
    by: Actor,
    reason: str,
    appointment: Appointment,
) -> None:
    """Keep on whose word more was taken than may be booked, and raise what the database allows by what is beyond the day."""
    moment, kept = now(), []
    for one in short:
        load = loads[one.date, one.need]
        load.overridden = max(load.overridden, load.booked + days[one.date][one.need] - load.capacity)
        load.save(update_fields=["overridden"])
        kept.append(
            LoadOverride(
                load=load,
                appointment=appointment,
                cause=LoadOverride.Cause.WORD,
                reason=reason[:200],
                hours=one.hours,
                at=moment,
                **actor_values(by),
            )
        )
    LoadOverride.objects.bulk_create(kept)


@transaction.atomic
def refresh(
    centre: ServiceCentre, dates: Iterable[dt.date] | None = None, *, why: str = "", by: Actor | None = None
) -> None:
    """Work out the capacity of the days again (all known ones from today on), after rosters, absences or hours changed.

    Never refuses: where less is left than is booked, the difference is overridden with `why` as its cause.
    """
    known = DayLoad.objects.select_for_update().filter(centre=centre, date__gte=centre.today())
    if dates is not None:
        known = known.filter(date__in=list(dates))
    rows = list(known.order_by("date", "need"))
    hours = hours_of_days(centre, {row.date for row in rows}) if rows else None
    if hours is None:
        return
    changed, fell = [], []
    for row in rows:
        capacity = hours[row.date].get(row.need, ZERO)
        if capacity == row.capacity:
            continue
        row.capacity = capacity
        over = row.booked - capacity - row.overridden
        if over > 0:
            row.overridden += over
            fell.append((row, over))
        changed.append(row)
    DayLoad.objects.bulk_update(changed, ["capacity", "overridden"])
    actor = by or Actor.system("appointments.capacity")
    LoadOverride.objects.bulk_create(
        LoadOverride(
            load=row,
            cause=LoadOverride.Cause.FELL_AWAY,
            reason=why or _("Rosters changed"),
            hours=over,
            at=now(),
            **actor_values(actor),
        )
        for row, over in fell
    )
