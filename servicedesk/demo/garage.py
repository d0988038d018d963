"""Which of the demonstration's cars comes next: the one that was not here for longest, never one that is here."""

from __future__ import annotations

import datetime as dt
import random

from django.db.models import Exists, Max, OuterRef, QuerySet

from appointments.models import Appointment
from servicedesk.customers.models import CustomerChange, Vehicle
from servicedesk.demo.cases import CASES
from servicedesk.demo.customers import TASK
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_HOUSE

LONG = 10_000
"""Days since a visit of a car that never came."""


class Garage:
    """Cars of one centre with the days they come on."""

    def __init__(self, centre: ServiceCentre, chance: random.Random) -> None:
        here = WorkOrder.objects.filter(vehicle=OuterRef("pk"), stage__in=IN_HOUSE)
        cars = of_the_demonstration(centre).annotate(here=Exists(here), last=Max("work_orders__opened_at"))
        rows = list(cars.order_by("pk"))
        chance.shuffle(rows)
        self.cars = {car.pk: car for car in rows}
        self.days = {car.pk: [centre.local(car.last).date()] if car.last else [] for car in rows}
        for car in rows:
            self.days[car.pk] += [centre.today()] if car.here else []
        ahead = Appointment.objects.filter(centre=centre, vehicle__in=rows).expected()
        for pk, starts_at in ahead.values_list("vehicle_id", "starts_at"):
            self.days[pk].append(centre.local(starts_at).date())

    def take(self, day: dt.date, case: str = "", *, rest: int = 7) -> Vehicle | None:
        """The car that is away for longest around `day` and can have `case`; None when all come within `rest` days of it."""

        def away(pk: int) -> int:
            return min((abs((day - planned).days) for planned in self.days[pk]), default=LONG)

        fits = [pk for pk, car in self.cars.items() if not case or car.powertrain in CASES[case].drives]
        chosen = max(fits, key=away, default=None)
        if chosen is None or away(chosen) < rest:
            return None
        self.days[chosen].append(day)
        return self.cars[chosen]


def of_the_demonstration(centre: ServiceCentre) -> QuerySet[Vehicle]:
    """Cars of customers whom the demonstration took down; visitors' own are left alone."""
    own = CustomerChange.objects.filter(customer=OuterRef("customer"), by_ref=TASK, fields__contains=["created"])
    return Vehicle.objects.filter(Exists(own), customer__centres=centre).select_related("customer")
