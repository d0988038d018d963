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
    """Visits whose number or plate fits, open ones first, newest first. At most two queries.

    The cars come first, since their number is bounded: the database would take it for the number of all visits.
    """
    if number := number_in(query, "W"):
        condition = Q(number=number)
    else:
        cars = Vehicle.objects.matching(query, user.centre_ids(), MOST * KEYS_OF_ONE).values_list("pk", flat=True)
        condition = Q(vehicle__in=list(cars))
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
