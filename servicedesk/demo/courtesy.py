"""Courtesy cars of the demonstration: two per centre, one of them out with a customer whose car is here today."""

from __future__ import annotations

import datetime as dt

from reception import services
from reception.models import CourtesyLoan
from servicedesk.clock import now
from servicedesk.demo.customers import TASK
from servicedesk.demo.visit import Visit
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre

CARS = {
    "NH": (("RCX-2101", "Toyota Yaris", "petrol", 18_420), ("RCX-2102", "Toyota Corolla Altis", "hybrid", 9_310)),
    "TH": (("粤A·D58821", "比亚迪 海豚", "ev", 12_750), ("粤A·8K217", "丰田 卡罗拉", "petrol", 31_060)),
    "SG": (("SLX 4821 K", "Honda Jazz", "petrol", 22_140), ("SNB 730 P", "Hyundai Kona Electric", "ev", 7_905)),
}
HERE_FOR_LONG = frozenset({"assign", "worked", "selfcheck"})
"""Where a car of today stands whose owner needs another one meanwhile."""


def complete(centre: ServiceCentre) -> None:
    """The centre's own two cars; those that are there stay as people left them."""
    if centre.courtesy_cars.exists():
        return
    for plate, model_name, powertrain, odometer in CARS.get(centre.code, ()):
        services.add_courtesy_car(
            centre,
            by=Actor.system(TASK),
            plate=plate,
            model_name=model_name,
            powertrain=powertrain,
            odometer=odometer,
        )


def lend(v: Visit) -> None:
    """The first customer of today who stays without a car for long gets one, until his own is promised."""
    if v.script.stop not in HERE_FOR_LONG or v.script.waits_on_site or v.cast.centre.today() != v.hours.date(v.present):
        return
    free = list(services.free_courtesy_cars(v.cast.centre))
    if len(free) < 2:
        return
    order, car = v.fresh(), free[0]
    services.lend_car(
        order,
        by=v.desk,
        car=car,
        due_at=max(order.promised_at or now(), now() + dt.timedelta(hours=2)),
        odometer=car.odometer,
        level="80%" if car.powertrain == "ev" else "3/4",
        licence_seen=True,
        name=v.customer.name,
    )


def take_back(v: Visit) -> None:
    """Whoever fetches his own car brings the other one."""
    loan = CourtesyLoan.objects.filter(work_order=v.visit, returned_at=None).first()
    if loan:
        services.take_back_car(
            loan, by=v.desk, odometer=loan.odometer_out + v.chance.randint(12, 60), level=loan.level_out
        )
