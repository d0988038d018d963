"""The advisor's day: cars expected and arrived along the hours, and who still owes a decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from appointments.models import Appointment
from servicedesk.clock import now
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import Estimate, Hold, WorkOrder

LATE_AFTER = dt.timedelta(minutes=10)
FIRST_HOUR, LAST_HOUR = 8, 18
CHIP_QUARTERS = 6
"""How long a chip on the time axis is: an hour and a half."""
SHOWN = 10


@dataclass(frozen=True)
class Chip:
    """One booking on the time axis: its row, its place in quarter hours from the axis' start, and how it stands."""

    appointment: Appointment
    row: int
    left: int
    state: str  # arrived, late, expected, requested
    late_minutes: int = 0


def timeline(request: HttpRequest) -> dict[str, Any]:
    """Home list: today's bookings on an axis of hours, and how many walked in. Four queries."""
    centre: ServiceCentre = request.centre  # type: ignore[attr-defined]
    today = centre.today()
    rows = list(Appointment.objects.on_day(centre, today).exclude(state="no_show").for_rows())
    windows = Calendar(centre).windows(today)
    first = min([FIRST_HOUR, *(centre.local(opens).hour for opens, _closes in windows)])
    last = max([LAST_HOUR, *(centre.local(closes).hour for _opens, closes in windows)])
    present = centre.local(now())
    midnight = centre.at(today, dt.time())
    walk_ins = WorkOrder.objects.filter(centre=centre, source=WorkOrder.Source.WALK_IN, opened_at__gte=midnight)
    return {
        "chips": chips(rows, centre, first),
        "lanes": range(1, 1 + max((chip.row for chip in chips(rows, centre, first)), default=0)),
        "hours": list(range(first, last + 1)),
        "quarters": (last + 1 - first) * 4,
        "now_left": quarter(present, first) if first <= present.hour <= last else None,
        "booked": len(rows),
        "walk_ins": walk_ins.count(),
        "centre": centre,
    }


def quarter(moment: dt.datetime, first_hour: int) -> int:
    """Quarter hours from the axis' start, cut."""
    return (moment.hour - first_hour) * 4 + moment.minute // 15


def chips(rows: list[Appointment], centre: ServiceCentre, first_hour: int) -> list[Chip]:
    """Bookings laid out so that none covers another: each takes the first row that is free at its time."""
    free_from: list[int] = []
    found = []
    for row in rows:
        left = max(0, quarter(centre.local(row.starts_at), first_hour))
        lane = next((index for index, free in enumerate(free_from) if free <= left), None)
        if lane is None:
            free_from.append(0)
            lane = len(free_from) - 1
        free_from[lane] = left + CHIP_QUARTERS
        late = int((now() - row.starts_at).total_seconds() // 60) if row.is_expected else 0
        state = (
            "arrived"
            if row.state == "arrived"
            else "late"
            if late >= LATE_AFTER.seconds // 60
            else ("requested" if row.state == "requested" else "expected")
        )
        found.append(Chip(row, lane + 1, left, state, late if state == "late" else 0))
    return found


def waiting_for_consent(request: HttpRequest) -> dict[str, Any]:
    """Home list: cars that wait for the customer's decision, with what he was sent. Two queries."""
    holds = list(
        Hold.objects.filter(work_order__centre=request.centre, cause=Hold.Cause.CONSENT, ended_at=None)  # type: ignore[attr-defined]
        .select_related("work_order__vehicle", "work_order__customer", "work_order__centre")
        .order_by("started_at")[:SHOWN]
    )
    newest = {
        estimate.work_order_id: estimate
        for estimate in Estimate.objects.filter(work_order__in=[hold.work_order_id for hold in holds]).order_by(
            "version"
        )
    }
    return {
        "waiting": [
            {"hold": hold, "order": hold.work_order, "estimate": newest.get(hold.work_order_id)} for hold in holds
        ]
    }
