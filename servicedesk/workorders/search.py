"""Work orders in the search box: by number, with or without the centre's code, and by plate."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from servicedesk import registry
from servicedesk.customers.models import Vehicle
from servicedesk.customers.search import KEYS_OF_ONE
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.numbers import number_in

MOST = 8


def hits(user: User, query: str) -> list[registry.Hit]:
    """Visits whose number or plate fits, open ones first, newest first. Two queries."""
    number = number_in(query, "W")
    cars = Vehicle.objects.matching(query, user.centre_ids(), MOST * KEYS_OF_ONE)
    condition = Q(number=number) if number else Q(vehicle__in=cars)
    orders = WorkOrder.objects.for_user(user).filter(condition).for_rows().order_by("-opened_at", "-id")[:MOST]
    return [
        registry.Hit(
            kind=_("Work order"),
            title=f"{order.vehicle.plate} · {order.full_number}",
            detail=f"{order.customer.name} · {order.get_stage_display()}",
            url=order.get_absolute_url(),
            rank=30 if number else 20 if order.is_open else 5,
        )
        for order in orders
    ]
