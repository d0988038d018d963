"""What the desk wrote down of a visit: shown on its page, given to the customer, forgotten with him."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from reception.forms import PlaceForm
from reception.models import Arrival, BookingCheck
from servicedesk.customers.models import Customer
from servicedesk.staff.formats import format_duration
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Concern, WorkOrder
from servicedesk.workorders.stages import IN_HOUSE

PLACERS = (Role.ADVISOR, Role.SUPERVISOR, Role.TECHNICIAN, Role.DETAILER, Role.MANAGER)
"""Who moves cars and hands out keys."""


def panel(request: HttpRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """The comparison with the booking, the wait, key and place on the work order page; nothing to show: None. Two queries."""
    check = BookingCheck.objects.filter(work_order=work_order).first()
    arrival = Arrival.objects.filter(work_order=work_order).first()
    roles = request.user.roles_in(work_order.centre_id)  # type: ignore[union-attr]
    may_place = work_order.stage in IN_HOUSE and bool(roles & {role.value for role in PLACERS})
    if not (check or arrival or may_place or work_order.key_tag or work_order.parked_at or work_order.purpose):
        return None
    return {
        "check": check,
        "arrival": arrival,
        "waited": format_duration(arrival.ended_at - arrival.arrived_at) if arrival and arrival.ended_at else "",
        "may_place": may_place,
        "place_form": PlaceForm(initial={"key_tag": work_order.key_tag, "parked_at": work_order.parked_at}),
    }


def booked_and_waiting() -> Any:
    """The bookings whose customers are here and wait."""
    return Arrival.objects.filter(ended_at=None, appointment__isnull=False).values("appointment")


def export(customer: Customer) -> dict[str, Any]:
    """What he said on each visit, concern by concern, what differed from his bookings, when he came."""
    concerns = Concern.objects.filter(work_order__customer=customer).order_by("work_order", "position", "pk")
    checks = BookingCheck.objects.filter(work_order__customer=customer).order_by("pk")
    kept = ("words", "symptoms", "system", "cause", "correction")
    return {
        "concerns": list(concerns.values("work_order__number", *kept)),
        "booking_checks": list(checks.values("work_order__number", "agrees", "differences", "at")),
        "arrivals": list(_of(customer).order_by("pk").values("plate", "arrived_at", "ended_at", "left_reason")),
    }


def erase(customer: Customer) -> None:
    """Forget his words, what differed, and under which plate he waited; that he came, and for how long, stays."""
    Concern.objects.filter(work_order__customer=customer).update(words="—", symptoms="", signs=[])
    BookingCheck.objects.filter(work_order__customer=customer, agrees=False).update(differences="—")
    _of(customer).exclude(left_reason="").update(left_reason="—")
    _of(customer).update(plate="")
    WorkOrder.objects.filter(customer=customer).exclude(purpose="").update(purpose="—")


def _of(customer: Customer) -> Any:
    return Arrival.objects.filter(
        Q(vehicle__customer=customer) | Q(appointment__customer=customer) | Q(work_order__customer=customer)
    )
