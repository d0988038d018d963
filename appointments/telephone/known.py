"""What is known of a caller: the particulars that need no typing, and what must be known before he is given a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import HttpRequest
from django.utils.translation import get_language

from appointments.models import Appointment
from appointments.querysets import Attendance
from servicedesk import registry
from servicedesk.catalogue.names import suffix_of
from servicedesk.clock import now
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.workorders.models import LineKind, LineState, WorkOrder, WorkOrderLine
from servicedesk.workorders.stages import Stage

MOST_AHEAD = 3
Person = tuple[Customer | None, Vehicle | None]
"""Who was chosen, and with which of his cars."""


@dataclass(frozen=True)
class Known:
    """One customer, and his car when he has chosen one."""

    customer: Customer
    vehicle: Vehicle | None
    last: Any
    """His car's last visit, with `work` (names of what was done); None when it was never here."""
    ahead: list[Appointment]
    attendance: Attendance
    alerts: list[registry.Alert]


def number_in(request: HttpRequest, name: str) -> int | None:
    """The key that the form or the address names."""
    text = request.POST.get(name) or request.GET.get(name, "")
    return int(text[:18]) if text.isascii() and text.isdecimal() else None


def known_vehicle(request: HttpRequest) -> Vehicle | None:
    """The car that was chosen (`vehicle`), with its customer, if the user may see it. At most one query."""
    named = number_in(request, "vehicle")
    if named is None:
        return None
    cars = Vehicle.objects.for_user(request.user).select_related("customer")  # type: ignore[arg-type]
    return cars.filter(pk=named, customer__erased_at=None).first()


def known_person(request: HttpRequest) -> Person:
    """Who was chosen, by his car or as himself (`customer`). At most one query."""
    vehicle = known_vehicle(request)
    if vehicle:
        return vehicle.customer, vehicle
    named = number_in(request, "customer")
    if named is None:
        return None, None
    people = Customer.objects.for_user(request.user).filter(erased_at=None, pk=named)  # type: ignore[arg-type]
    return people.first(), None


def particulars(customer: Customer | None, vehicle: Vehicle | None) -> dict[str, Any]:
    """What the booking form is filled in with, so that nobody types it again."""
    found: dict[str, Any] = {}
    if customer:
        found = {
            "name": customer.name,
            "honorific": customer.honorific,
            "phone": customer.phone_text,
            "email": customer.email,
            "channel": customer.channel,
            "language": customer.language,
        }
    if vehicle:
        found |= {
            "plate": vehicle.plate,
            "model": vehicle.model_code or "other",
            "other_model": "" if vehicle.model_code else vehicle.title,
        }
    return found


def known_customer(request: HttpRequest) -> dict[str, Any]:
    """Particulars of the car named in the address (`?vehicle=`), so that staff need not type them again."""
    return particulars(*known_person(request))


def what_is_known(user: Any, customer: Customer, vehicle: Vehicle | None) -> Known:
    """What to say and ask before a time is given. Three queries, and those of the rooms that warn."""
    bookings = Appointment.objects.for_user(user).filter(customer=customer)
    ahead = bookings.expected().filter(starts_at__gt=now()).select_related("vehicle", "centre").order_by("starts_at")
    return Known(
        customer,
        vehicle,
        last_visit(user, vehicle) if vehicle else None,
        list(ahead[:MOST_AHEAD]),
        bookings.attendance(),
        registry.alerts_for(user, customer=customer, **({"vehicle": vehicle} if vehicle else {})),
    )


def last_visit(user: Any, vehicle: Vehicle) -> Any:
    """The car's newest visit that was not given up, with `work`: the names of what was done, in the active language."""
    done = WorkOrderLine.objects.filter(
        work_order=OuterRef("pk"), kind=LineKind.LABOUR, state__in=(LineState.DONE, LineState.CHECKED)
    ).order_by("position", "pk")
    rows = WorkOrder.objects.for_user(user).filter(vehicle=vehicle).exclude(stage=Stage.CANCELLED)
    named = ArraySubquery(done.values(f"operation__name_{suffix_of(get_language())}"))
    return rows.select_related("centre").annotate(work=named).order_by("-opened_at", "-pk").first()
