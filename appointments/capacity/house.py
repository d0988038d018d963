"""Hours of the cars that are already in the house: they come first, today and on the days they reach into."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from appointments.capacity.hours import CENT, hours_of_days
from appointments.capacity.ledger import create, fraction_left, hold, refresh
from appointments.capacity.models import DayLoad
from appointments.capacity.needs import Hours, keys_of, work_for
from appointments.models import Appointment
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import LineKind, LineState, WorkOrderLine
from servicedesk.workorders.stages import Stage

UNFINISHED = (Stage.RECEPTION, Stage.AUTHORISED, Stage.REPAIR, Stage.REWORK)
AHEAD_DAYS = 21
"""So many days are kept ready, so that offering times reads and does not reckon."""
MOST_ADOPTED = 200
ZERO = Decimal(0)


def hours_in_house(centre: ServiceCentre) -> Hours:
    """Standard hours that the cars in the house still ask for, by need. One query."""
    lines = WorkOrderLine.objects.filter(
        work_order__centre=centre,
        work_order__stage__in=UNFINISHED,
        kind=LineKind.LABOUR,
        state__in=(LineState.PROPOSED, LineState.APPROVED),
        operation__isnull=False,
    )
    found: dict[str, Decimal] = defaultdict(Decimal)
    asked = ("operation__skill_level", "operation__cert_required", "operation__bay")
    for hours, *needs in lines.values_list("quantity", *asked):
        for key in keys_of(*needs):
            found[key] += hours
    return dict(found)


def carry(calendar: Calendar, waiting: Hours, days: Mapping[dt.date, Hours]) -> dict[dt.date, Hours]:
    """`waiting` hours laid onto `days` (capacity by need), each filled before the next; what fits nowhere lies on the last."""
    found: dict[dt.date, Hours] = {date: {} for date in days}
    dates = sorted(days)
    for need, hours in waiting.items():
        left = hours
        for number, date in enumerate(dates, start=1):
            room = (days[date].get(need, ZERO) * fraction_left(calendar, date)).quantize(CENT)
            taken = left if number == len(dates) else min(left, room)
            if taken > 0:
                found[date][need] = taken
            left -= taken
    return found


@transaction.atomic
def bring_up_to_date(centre: ServiceCentre) -> int:
    """Make the rows of the coming days, count their hours again, and lay the house's onto them; returns how many changed.

    Rosters written past the models' signals are seen here. Some fourteen queries, whatever the number of days and cars; the
    sweep calls it each minute.
    """
    today = centre.today()
    dates = [today + dt.timedelta(days=n) for n in range(AHEAD_DAYS)]
    hours = hours_of_days(centre, dates)
    if hours is None:
        return 0
    known = set(DayLoad.objects.filter(centre=centre, date__in=dates).values_list("date", flat=True).distinct())
    create(centre, {date: of_day for date, of_day in hours.items() if date not in known})
    refresh(centre, known)
    carried = carry(Calendar(centre), hours_in_house(centre), hours)
    changed = []
    for row in DayLoad.objects.select_for_update().filter(centre=centre, date__in=dates).order_by("date", "need"):
        wanted = carried[row.date].get(row.need, ZERO)
        if row.carried != wanted:
            row.carried = wanted
            changed.append(row)
    DayLoad.objects.bulk_update(changed, ["carried"])
    return len(changed)


def adopt(centre: ServiceCentre) -> int:
    """Hold the hours of bookings ahead that hold none yet: taken before the centre had rosters, or before hours counted."""
    if not DayLoad.objects.filter(centre=centre).exists():
        return 0
    ahead = Appointment.objects.filter(centre=centre, starts_at__gt=now(), load_holds=None).expected()
    calendar = Calendar(centre)
    rows = list(ahead.prefetch_related("items__operation").order_by("starts_at")[:MOST_ADOPTED])
    for appointment in rows:
        with transaction.atomic():
            work = work_for([item.operation for item in appointment.items.all()])
            why = _("Booked before hours were counted")
            by = Actor.system("appointments.capacity")
            hold(calendar, appointment.starts_at, work, by=by, appointment=appointment, override=why)
    return len(rows)


def sweep() -> int:
    """Every centre's days and bookings; returns how many rows changed."""
    return sum(bring_up_to_date(centre) + adopt(centre) for centre in ServiceCentre.objects.order_by("pk"))
