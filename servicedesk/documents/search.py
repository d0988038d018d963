"""Papers in the search box, by the number printed on them: a bill, a report, a credit note."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from servicedesk.documents.models import PaperOrder
from servicedesk.documents.papers import title_of
from servicedesk.registry import Hit

if TYPE_CHECKING:
    from servicedesk.staff.models import User

NUMBER = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+){1,4}")
OF_ITS_OWN = re.compile(r"(?:[A-Z]{1,6}-)?[BWC]\d{4}-\d{1,6}")
"""Numbers of bookings, visits and complaints: their rooms find them, and the papers are there."""
MOST = 8


def hits(user: User, query: str) -> list[Hit]:
    """Papers with exactly this number, with or without the centre's code, in any case: the newest of each kind.

    At most one query.
    """
    number = query.strip().upper()
    if not NUMBER.fullmatch(number) or OF_ITS_OWN.fullmatch(number) or not any(map(str.isdigit, number)):
        return []
    codes = {membership.centre.code for membership in user.memberships_now()}
    numbers = [number, *(f"{code}-{number}" for code in sorted(codes))]
    orders = PaperOrder.objects.for_user(user).filter(number__in=numbers).select_related("customer").order_by("-pk")
    newest = {(order.kind, order.number): order for order in reversed(orders[:MOST])}
    return [
        Hit(
            kind=str(title_of(order.kind)),
            title=order.number,
            detail=" · ".join(filter(None, [order.about, order.customer.name if order.customer else ""])),
            url=order.get_absolute_url(),
            rank=30,
        )
        for order in newest.values()
    ]
