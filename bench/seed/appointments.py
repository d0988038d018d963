"""Chapter 1: the bookings that visits began with, and those of the coming days, confirmed or still to be answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from appointments.models import Appointment, AppointmentItem, SlotPlace
from bench.seed.table import NULL, Table
from bench.seed.visit import Visit
from bench.seed.workorders import BOOKED, BY

DAYS_AHEAD, PLACES = 5, 2
UNANSWERED_EACH = 7
"""Every so manieth booking ahead is not answered yet."""


def booked(n: int) -> bool:
    """Whether visit `n` began with a booking."""
    return n % BOOKED[1] < BOOKED[0]


class Appointments:
    """Rows of `appointments`."""

    def __init__(self, world: Any, first: int, stride: int, orders: Any) -> None:
        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.world, self.promises = world, orders.promises
        self.bookings = table(
            Appointment,
            "number centre_id customer_id vehicle_id source state starts_at concern estimate_net estimate_tax estimate_total "
            f"requested_at confirmed_at confirmed_by_id arrived_at work_order_id {BY}",
        )
        self.items = table(AppointmentItem, "appointment_id operation_id hours amount position")
        self.places = table(SlotPlace, "centre_id starts_at place appointment_id")
        self.tables = [self.bookings, self.items, self.places]

    def write(self, visit: Visit) -> None:
        """The booking of a visit that began with one: it was confirmed, the car arrived."""
        if not booked(visit.n):
            return
        number = f"B{visit.period}-{visit.number:04d}"
        starts = visit.arrival.replace(minute=visit.arrival.minute // 30 * 30, second=0)
        source = ("online", "phone")[visit.n % 2]
        person = (visit.customer_id, visit.vehicle_id)
        taken = visit.arrival - dt.timedelta(days=1 + visit.n % 6)
        self._booking(number, visit, person, source, "arrived", starts, taken, visit.id)
        visit.event(1, "reception.matched", visit.advisor, f'{{"booking": "{number}"}}')

    def _booking(
        self, number: str, visit: Visit, person: Any, source: str, state: str, starts: Any, taken: Any, order: Any
    ) -> int:
        sums, advisor = visit.recipe.shown, visit.advisor
        answered = state != "requested"
        by = ("visitor", "public", visit.customer_name, NULL) if source == "online" else advisor
        own = self.bookings.add(
            number,
            visit.centre.id,
            *person,
            source,
            state,
            starts,
            visit.recipe.words,
            sums.net,
            sums.tax,
            sums.total,
            taken,
            taken + dt.timedelta(minutes=12) if answered else NULL,
            advisor[3] if answered else NULL,
            visit.arrival if state == "arrived" else NULL,
            order,
            *by,
        )
        position = 0
        for place, line in enumerate(visit.recipe.lines):
            if line.kind == "labour":
                position += 1
                parts = sum(part.amount for part in visit.recipe.lines if part.parent == place)
                self.items.add(own, line.operation_id, line.quantity, line.amount + parts, position)
        return own

    def ahead(self, visits: Iterator[Visit], counters: Any) -> None:
        """Fill the slots of the first centre's coming days; `visits` lend customer, recipe and advisor."""
        zone, now = visits_zone(self.world), self.world.now
        day, filled = now.astimezone(zone).date(), 0
        while filled < DAYS_AHEAD:
            day += dt.timedelta(days=1)
            if day.weekday() == 6:
                continue
            filled += 1
            for half_hour in range(18):
                starts = dt.datetime.combine(day, dt.time(8, 30), zone) + dt.timedelta(minutes=30 * half_hour)
                for place in range(1, PLACES + 1):
                    self._ahead(next(visits), starts.astimezone(dt.UTC), place, counters)

    def _ahead(self, visit: Visit, starts: dt.datetime, place: int, counters: Any) -> None:
        open_request = visit.n % UNANSWERED_EACH == 0
        source = "online" if open_request or visit.n % 2 else "phone"
        taken = self.world.now - dt.timedelta(minutes=(5 if open_request else 600) + visit.n % 40)
        period, number = counters.booking(taken)
        number = f"B{period}-{number:04d}"
        state = "requested" if open_request else "confirmed"
        person = (visit.customer_id, visit.vehicle_id)
        own = self._booking(number, visit, person, source, state, starts, taken, NULL)
        self.places.add(visit.centre.id, starts, place, own)
        if source == "online":
            self.promises.add(
                visit.centre.id,
                NULL,
                "booking_answer",
                "appointments.appointment",
                own,
                number,
                f"/appointments/{own}/",
                NULL,
                "advisor",
                taken,
                taken + dt.timedelta(minutes=30),
                NULL if open_request else taken + dt.timedelta(minutes=12),
                "visitor",
                "public",
                visit.customer_name,
                NULL,
            )


def visits_zone(world: Any) -> Any:
    """The first centre's zone."""
    return world.centres[0].calendar.zone
