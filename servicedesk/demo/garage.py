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

NEVER = dt.date(2000, 1, 1)


class Garage:
    """Cars of one centre with the date they were last planned for."""

    def __init__(self, centre: ServiceCentre, chance: random.Random) -> None:
        here = WorkOrder.objects.filter(vehicle=OuterRef("pk"), stage__in=IN_HOUSE)
        ahead = Appointment.objects.filter(vehicle=OuterRef("pk")).expected()
        cars = of_the_demonstration(centre).annotate(
            here=Exists(here), ahead=Exists(ahead), last=Max("work_orders__opened_at")
        )
        rows = [car for car in cars.order_by("pk") if not car.here and not car.ahead]
        chance.shuffle(rows)
        self.last = {car.pk: centre.local(car.last).date() if car.last else NEVER for car in rows}
        self.cars = {car.pk: car for car in rows}

    def take(self, day: dt.date, case: str = "", *, rest: int = 7) -> Vehicle | None:
        """The car that was away for longest and can have `case`; None when every one was here `rest` days ago or less."""
        fits = [
            pk
            for pk, car in self.cars.items()
            if abs((day - self.last[pk]).days) >= rest and (not case or car.powertrain in CASES[case].drives)
        ]
        if not fits:
            return None
        chosen = min(fits, key=lambda pk: self.last[pk])
        self.last[chosen] = day
        return self.cars[chosen]


def of_the_demonstration(centre: ServiceCentre) -> QuerySet[Vehicle]:
    """Cars of customers whom the demonstration took down; visitors' own are left alone."""
    own = CustomerChange.objects.filter(customer=OuterRef("customer"), by_ref=TASK, fields__contains=["created"])
    return Vehicle.objects.filter(Exists(own), customer__centres=centre).select_related("customer")
