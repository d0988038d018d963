"""Work orders in the search box: by number, with or without the centre's code, and by plate."""

from __future__ import annotations

import re

from django.db.models import Q
from django.utils.translation import gettext as _

from servicedesk import registry
from servicedesk.customers.models import Vehicle
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder

NUMBER = re.compile(r"^(?:[A-Z]{1,6}-)?(W\d{4}-\d{1,6})$")
MOST = 8


def hits(user: User, query: str) -> list[registry.Hit]:
    """Visits whose number or plate fits, open ones first, newest first. Two queries."""
    number = NUMBER.match(query.upper())
    condition = (
        Q(number=number[1]) if number else Q(vehicle__in=Vehicle.objects.matching(query, user.centre_ids(), MOST * 4))
    )
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
