"""Who is here, who is late, who is still to come: the cards of the arrivals page, and the car found by its plate (M2.1-a)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from appointments.models import Appointment
from reception.cars import Asked, Known, known_of
from reception.models import Arrival
from servicedesk.clock import now
from servicedesk.customers.matching import plate_key, vin_key
from servicedesk.customers.models import Vehicle
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import WorkOrder

HERE, LATE, EXPECTED, KNOWN, IN_HOUSE = "here", "late", "expected", "known", "in_house"
FILTERS = ("here", "late", "expected", "walk_in")
LONGEST = 100
MOST_FOUND = 6
LONGEST_PLATE = 40
AHEAD = dt.timedelta(days=60)


@dataclass
class Card:
    """One car before the desk: its booking, its place in the queue, what is known of it. `here`: the visit it is in."""

    vehicle: Vehicle | None
    plate: str
    appointment: Appointment | None = None
    arrival: Arrival | None = None
    here: WorkOrder | None = None
    known: Known = field(default_factory=Known)

    @property
    def state(self) -> str:
        """in_house, here (waits), late, expected (today), known (found by its plate, with or without a booking ahead)."""
        if self.here is not None:
            return IN_HOUSE
        if self.arrival is not None:
            return HERE
        row = self.appointment
        if row is None or not is_today(row):
            return KNOWN
        return (
            LATE
            if row.state == Appointment.State.NO_SHOW or now() > row.starts_at + row.centre.late_after
            else EXPECTED
        )

    @property
    def customer(self) -> Any:
        """Whose car it is, as far as we know."""
        if self.appointment is not None:
            return self.appointment.customer
        return self.vehicle.customer if self.vehicle else None

    @property
    def is_walk_in(self) -> bool:
        """Whether he waits without a booking."""
        return self.arrival is not None and self.appointment is None

    @property
    def services(self) -> list[str]:
        """What was booked, in the active language."""
        return [item.operation.name for item in self.appointment.items.all()] if self.appointment else []

    @property
    def receive_query(self) -> str:
        """How the page that receives the car is told which one it is."""
        if self.appointment is not None:
            return f"appointment={self.appointment.pk}"
        if self.arrival is not None:
            return f"arrival={self.arrival.pk}"
        return f"vehicle={self.vehicle.pk}" if self.vehicle else ""

    @property
    def asked(self) -> Asked | None:
        """What is asked about the car."""
        if self.vehicle is None:
            return None
        if self.appointment is None:
            return Asked(self.vehicle)
        operations = tuple(item.operation for item in self.appointment.items.all())
        return Asked(self.vehicle, operations, self.appointment.odometer)


def is_today(row: Appointment) -> bool:
    """Whether a booking's time is today, by its centre's calendar."""
    return row.centre.local(row.starts_at).date() == row.centre.today()


def cards(user: Any, centre: ServiceCentre) -> list[Card]:
    """Everybody before the desk today: who waits (the longest first), who is late, who is expected, by time.

    Seven queries, however many cars.
    """
    arrivals = waiting(centre)
    rows = Appointment.objects.filter(
        Q(pk__in=Appointment.objects.may_arrive_today(centre).values("pk")) | _waits(arrivals)
    )
    return with_known(user, joined_up(arrivals, rows.for_rows().order_by("starts_at", "pk")[:LONGEST]))


def find(user: Any, centre: ServiceCentre, text: str) -> list[Card]:
    """The cars that a plate (or its end, or a VIN) may mean, the best fit first: each with its booking, wait or visit.

    Whoever waits under a plate that we do not know is among them. Some ten queries.
    """
    cars = found_cars(user, text)
    arrivals = [row for row in waiting(centre) if _same(row.plate, text) or row.vehicle_id in {car.pk for car in cars}]
    bookings = Appointment.objects.filter(vehicle__in=cars, centre=centre)
    today = Q(pk__in=Appointment.objects.may_arrive_today(centre).values("pk"))
    ahead = Q(
        pk__in=Appointment.objects.expected().filter(starts_at__gt=now(), starts_at__lt=now() + AHEAD).values("pk")
    )
    rows = bookings.filter(today | ahead | _waits(arrivals)).for_rows().order_by("starts_at", "pk")
    found = joined_up(arrivals, rows)
    first: dict[Any, Card] = {}
    for card in found:  # of several bookings of a car the next one counts
        first.setdefault(card.vehicle.pk if card.vehicle else card.plate, card)
    for car in cars:
        first.setdefault(car.pk, Card(car, car.plate))
    visits = WorkOrder.objects.in_house().filter(vehicle__in=cars, centre__in=user.centre_ids())
    for visit in visits.select_related("centre"):
        first[visit.vehicle_id].here = visit
    place = {car.pk: number for number, car in enumerate(cars)}
    shown = sorted(first.values(), key=lambda card: place.get(card.vehicle.pk if card.vehicle else 0, -1))
    return with_known(user, shown[:MOST_FOUND])


def found_cars(user: Any, text: str) -> list[Vehicle]:
    """Cars of the user's customers with this plate or VIN, or whose plate ends with it, or has it; the best first."""
    cars = Vehicle.objects.for_user(user).matching(text, user.centre_ids(), most=4 * MOST_FOUND)
    rows = list(
        cars.filter(customer__erased_at=None).select_related("customer").order_by("-created_at", "-pk")[:LONGEST]
    )
    plate, vin = plate_key(text), vin_key(text)

    def fit(car: Vehicle) -> int:
        own = car.plate_key or ""
        if plate == own or (vin and vin == car.vin):
            return 0
        return 1 if own.endswith(plate) else 2

    best = min(map(fit, rows), default=0)
    return sorted((car for car in rows if best or not fit(car)), key=fit)[:MOST_FOUND]


def waiting(centre: ServiceCentre) -> list[Arrival]:
    """Who waits at the centre, the longest first, those of a day that has ended included. One query."""
    rows = Arrival.objects.filter(centre=centre, ended_at=None).select_related("vehicle__customer", "centre")
    return list(rows.order_by("arrived_at", "pk")[:LONGEST])


def joined_up(arrivals: Iterable[Arrival], bookings: Iterable[Appointment]) -> list[Card]:
    """Who waits first, then the bookings that have not come: the late ones before the others."""
    by_booking = {row.pk: row for row in bookings}
    found = []
    for arrival in arrivals:
        booking = by_booking.pop(arrival.appointment_id or 0, None)
        found.append(Card(arrival.vehicle, arrival.plate, booking, arrival))
    rest = [Card(row.vehicle, row.vehicle.plate, row) for row in by_booking.values()]
    return found + sorted(rest, key=lambda card: card.state != LATE)


def with_known(user: Any, found: list[Card]) -> list[Card]:
    """The same cards, each with what is known of its car."""
    known = known_of(user, [card.asked for card in found if card.asked])
    for card in found:
        if card.vehicle:
            card.known = known[card.vehicle.pk]
    return found


def counts(found: list[Card]) -> dict[str, int]:
    """How many cards each filter shows."""
    return {name: sum(fits(card, name) for card in found) for name in FILTERS}


def fits(card: Card, name: str) -> bool:
    """Whether a filter shows a card; an unknown filter shows all."""
    if name == "walk_in":
        return card.is_walk_in
    return card.state == name if name in FILTERS else True


def _waits(arrivals: Iterable[Arrival]) -> Q:
    return Q(pk__in=[row.appointment_id for row in arrivals if row.appointment_id])


def _same(plate: str, text: str) -> bool:
    return len(plate_key(text)) >= 2 and plate_key(text) in plate_key(plate)
