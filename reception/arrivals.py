"""The advisor's day: cars expected and arrived along the hours, and who still owes a decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse

from appointments.models import Appointment
from reception.models import Arrival
from servicedesk.clock import now
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import Estimate, Hold, WorkOrder

FIRST_HOUR, LAST_HOUR = 8, 18
CHIP_MINUTES, WIDE_CHIP_MINUTES = 105, 180
"""How much of the time axis a chip covers, at least and at best."""
MOST_LANES = 8
SHOWN = 10


LOOKS = {"arrived": "in", "waiting": "in", "late": "late", "expected": "due", "requested": "due"}


@dataclass(frozen=True)
class Chip:
    """One booking on the time axis: its row, its room in percent of the axis, and how it stands."""

    appointment: Appointment
    row: int
    left: int
    width: int
    before: bool
    """It stands before its time, which is its right edge: behind it the axis ends too soon."""
    state: str  # arrived, waiting (here, not received yet), late, expected, requested

    @property
    def look(self) -> str:
        """The look's word for the state."""
        return LOOKS[self.state]

    @property
    def url(self) -> str:
        """Where a tap leads: the visit, or receiving the car."""
        if self.appointment.work_order_id:
            return reverse("workorders:detail", args=[self.appointment.work_order_id])
        if self.state == "requested":
            return self.appointment.get_absolute_url()
        return f"{reverse('reception:receive')}?appointment={self.appointment.pk}"


def timeline(request: HttpRequest) -> dict[str, Any]:
    """Home list: today's bookings on an axis of hours, and how many walked in. One query (two on a day without any)."""
    centre: ServiceCentre = request.centre  # type: ignore[attr-defined]
    today = centre.today()
    visits = WorkOrder.objects.filter(
        centre=centre, source=WorkOrder.Source.WALK_IN, opened_at__gte=centre.at(today, dt.time())
    )
    walk_ins = visits.order_by().values("centre").annotate(n=Count("pk")).values("n")
    here = Arrival.objects.filter(appointment=OuterRef("pk"), ended_at=None)
    rows: list[Any] = list(
        Appointment.objects.on_day(centre, today)
        .exclude(state="no_show")
        .select_related("vehicle", "customer", "centre")
        .annotate(walk_ins=Subquery(walk_ins), waits=Exists(here))
    )
    hours = [centre.local(row.starts_at).hour for row in rows]
    first, last = min([FIRST_HOUR, *hours]), max([LAST_HOUR, *hours])
    axis = Axis(centre, centre.at(today, dt.time(first)), (last + 1 - first) * 60)
    found = chips(rows, axis)
    return {
        "chips": found,
        "lanes": max((chip.row for chip in found), default=0),
        "ticks": [(axis.percent(60 * hour), f"{first + hour:02d}") for hour in range(last + 1 - first)],
        "now_left": axis.percent(axis.minutes(now())) if 0 <= axis.minutes(now()) <= axis.length else None,
        "booked": len(rows),
        "walk_ins": (rows[0].walk_ins or 0) if rows else visits.count(),
        "centre": centre,
    }


@dataclass(frozen=True)
class Axis:
    """The hours of a day as a line: where it starts, and its length in minutes."""

    centre: ServiceCentre
    start: dt.datetime
    length: int

    def minutes(self, moment: dt.datetime) -> int:
        """Minutes from the start, cut."""
        return int((moment - self.start).total_seconds() // 60)

    def percent(self, minutes: int) -> int:
        """A place on the line, 0 to 100."""
        return min(100, max(0, minutes * 100 // self.length))


def chips(rows: list[Appointment], axis: Axis) -> list[Chip]:
    """Bookings laid out so that none covers another: each takes the first row that is free, and all room to the next."""
    lanes: list[list[tuple[int, int]]] = []
    places = []
    for row in rows:
        minute = max(0, axis.minutes(row.starts_at))
        before = minute + WIDE_CHIP_MINUTES > axis.length
        begins = minute - CHIP_MINUTES if before else minute
        lane = next((index for index, taken in enumerate(lanes) if taken[-1][1] <= begins), len(lanes))
        if lane == len(lanes):
            lanes.append([])
        if before:
            begins = max([minute - WIDE_CHIP_MINUTES, *(end for _begin, end in lanes[lane][-1:])])
        places.append((row, lane, len(lanes[lane]), before))
        lanes[lane].append((begins, minute if before else minute + CHIP_MINUTES))
    found = []
    for row, lane, index, before in places:
        begins, ends = lanes[lane][index]
        following = lanes[lane][index + 1][0] if index + 1 < len(lanes[lane]) else axis.length
        left, right = axis.percent(begins), axis.percent(ends if before else following)
        found.append(Chip(row, min(lane + 1, MOST_LANES), left, right - left, before, state_of(row)))
    return found


def state_of(row: Appointment) -> str:
    """arrived, waiting (its customer is here), late (past its time by the centre's minutes), requested or expected."""
    if row.state == Appointment.State.ARRIVED:
        return "arrived"
    if getattr(row, "waits", False):
        return "waiting"
    if now() > row.starts_at + row.centre.late_after:
        return "late"
    return "requested" if row.state == Appointment.State.REQUESTED else "expected"


def waiting_for_consent(request: HttpRequest) -> dict[str, Any]:
    """Home list: cars that wait for the customer's decision, with what he was sent. One query."""
    newest = Estimate.objects.filter(work_order=OuterRef("work_order")).order_by("-version")
    holds = (
        Hold.objects.filter(work_order__centre=request.centre, cause=Hold.Cause.CONSENT, ended_at=None)  # type: ignore[attr-defined]
        .select_related("work_order__vehicle", "work_order__customer", "work_order__centre")
        .annotate(total=Subquery(newest.values("total")[:1]), version=Subquery(newest.values("version")[:1]))
        .order_by("started_at", "pk")
    )
    return {"waiting": list(holds[:SHOWN])}
