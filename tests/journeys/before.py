"""What went before a journey, built by the real services inside the running house (`house.before("in_repair", "TST-0001")`).

Each function takes a plate, the demo's people do what is needed, and the visit's id is returned.
"""

from __future__ import annotations

import datetime as dt

from appointments import slots
from delivery.services import notify_pickup
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.models import WorkOrder
from tests.fixtures import appointments, complaints, delivery, quality, reception, workshop


def somebody(username: str) -> User:
    """One of the demo's people."""
    return User.objects.get(username=username)


def _authorised(plate: str) -> WorkOrder:
    return workshop.authorised_walk_in(
        ServiceCentre.objects.get(code="NH"), somebody("advisor"), "MNT-020", plate=plate
    )


def booked(plate: str, day: str, time: str) -> int:
    """Asked for online and confirmed by the advisor, for that ISO day and time; returns the booking's id."""
    centre = ServiceCentre.objects.get(code="NH")
    at = centre.at(dt.date.fromisoformat(day), dt.time.fromisoformat(time))
    who = {
        "plate": plate,
        "name": f"客{plate[-4:]}",
        "phone": f"0912 00{plate[-4:]}",
        "email": f"{plate.lower()}@example.com",
    }
    return appointments.confirmed(centre, somebody("advisor"), starts_at=at, codes=("MNT-060",), **who).pk


def full_morning(day: str) -> int:
    """No place is left before noon of that ISO day; returns the id of the earliest booking."""
    centre = ServiceCentre.objects.get(code="NH")
    free = slots.days_from(centre, dt.date.fromisoformat(day), 1)[0].slots
    morning = [slot for slot in free if centre.local(slot.at).hour < 12 for _place in range(slot.free)]
    made = [
        booked(f"FUL-{7000 + number}", day, f"{centre.local(slot.at):%H:%M}") for number, slot in enumerate(morning)
    ]
    return made[0]


def in_repair(plate: str, technician: str = "technician") -> int:
    """A walk-in whose service is being done."""
    return workshop.in_repair(_authorised(plate), somebody(technician), somebody("supervisor")).pk


def ready(plate: str) -> int:
    """Repaired, inspected, washed, billed and paid; nobody has told the customer yet."""
    return _to_ready(WorkOrder.objects.get(pk=in_repair(plate, "technician2")), "technician2")


def finished(pk: int) -> int:
    """The visit that is in repair, brought to the end of chapter 6."""
    order = WorkOrder.objects.get(pk=pk)
    workshop.assigned(order, somebody("technician"), somebody("supervisor"))
    return _gone(WorkOrder.objects.get(pk=_to_ready(order)))


def delivered(plate: str) -> int:
    """Collected by the customer."""
    return _gone(WorkOrder.objects.get(pk=ready(plate)))


def told(pk: int) -> int:
    """The customer was told by a message that the car is ready."""
    notify_pickup(WorkOrder.objects.get(pk=pk), by=Actor.of(somebody("advisor")))
    return pk


def complained(pk: int) -> int:
    """Customer service took a complaint about the visit; returns the complaint's id."""
    return complaints.taken(WorkOrder.objects.get(pk=pk), somebody("agent")).pk


def _to_ready(order: WorkOrder, technician: str = "technician") -> int:
    workshop.finish_jobs(order, somebody(technician))
    quality.self_checked(order, somebody(technician))
    quality.inspected(order, somebody("inspector"))
    delivery.made_ready(order, somebody("detailer"), somebody("cashier"))
    delivery.paid(order, somebody("cashier"))
    return order.pk


def _gone(order: WorkOrder) -> int:
    delivery.handed_over(order, somebody("advisor"), somebody("cashier"))
    return order.pk


def received(plate: str) -> int:
    """A booked car whose inspection is begun."""
    centre = ServiceCentre.objects.get(code="NH")
    who = {"plate": plate, "name": f"客{plate[-4:]}", "phone": f"0912 00{plate[-4:]}"}
    return reception.received(centre, somebody("advisor"), **who).pk
