"""What customers give to the shared screens: hits of the search box, alerts, export and erasure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.customers.keys import needles
from servicedesk.customers.models import Customer, SearchKey, Vehicle
from servicedesk.registry import Alert, Hit
from servicedesk.staff.roles import Role

if TYPE_CHECKING:
    from servicedesk.staff.models import User

READERS = (Role.ADVISOR, Role.AGENT, Role.CASHIER, Role.MANAGER)
"""Who opens customers' pages."""
WRITERS = (Role.ADVISOR, Role.AGENT, Role.MANAGER)
"""Who corrects them."""
MOST_HITS = 8
KEYS_OF_ONE = 4
"""So many of the keys read for a hit may be the same customer's: a number that has the needle twice, several cars."""


def hits(user: User, query: str) -> list[Hit]:
    """The MOST_HITS customers whom `user` may open and who fit `query` best. At most three queries.

    Rank: 3 a whole value (plate, telephone, name, VIN, e-mail), 2 the end of one, 1 a part; the newest first among equals.
    """
    readers = frozenset(role.value for role in READERS)
    memberships = [membership for membership in user.memberships_now() if membership.role in readers]
    if not memberships:
        return []
    wanted = needles(query, memberships[0].centre)
    centres = sorted({membership.centre_id for membership in memberships})
    ranks = ranked(SearchKey.objects.best(wanted, centres, MOST_HITS * KEYS_OF_ONE), frozenset(wanted))
    customers = Customer.objects.filter(erased_at=None).prefetch_related("vehicles").in_bulk(list(ranks))
    return [
        Hit(
            kind=_("Customer"),
            title=customer.name,
            detail=" · ".join(filter(None, [*(str(car) for car in customer.vehicles.all()), customer.phone_text])),
            url=customer.get_absolute_url(),
            rank=ranks[customer.pk],
        )
        for customer in filter(None, map(customers.get, ranks))
    ]


def ranked(keys: Iterable[tuple[int, str, int]], wanted: frozenset[str]) -> dict[int, int]:
    """Return the MOST_HITS best customers of `keys`, best first, with their ranks."""
    ranks: dict[int, int] = {}
    for customer, key, start in keys:
        rank = 1 if key not in wanted else 2 if start else 3
        ranks[customer] = max(rank, ranks.get(customer, 0))
    best = sorted(ranks.items(), key=lambda found: (-found[1], -found[0]))
    return dict(best[:MOST_HITS])


def alerts(*, customer: Customer | None = None, vehicle: Vehicle | None = None) -> list[Alert]:
    """Say whom else this telephone number belongs to, and what looks wrong with the car's VIN. At most one query."""
    found = []
    if vehicle is not None and vehicle.vin_warning:
        found.append(Alert("info", vehicle.vin_warning))
    if customer is not None and customer.phone:
        others = Customer.objects.filter(phone=customer.phone, erased_at=None).exclude(pk=customer.pk)
        shared = others.filter(centres__in=customer.centres.all()).order_by("pk").distinct()[:3]
        found += [
            Alert("info", _("The same telephone number as %(name)s") % {"name": other.name}, other.get_absolute_url())
            for other in shared
        ]
    return found


def export(customer: Customer) -> dict[str, Any]:
    """Return what we keep about `customer` and his cars, for him to take away."""
    own = ("name", "honorific", "email", "language", "channel", "consent_contact_at", "account_customer", "created_at")
    car = ("plate", "vin", "make", "model_name", "year", "powertrain", "colour", "odometer", "odometer_at")
    return {
        "customer": {field: getattr(customer, field) for field in own} | {"phone": str(customer.phone)},
        "vehicles": list(customer.vehicles.order_by("pk").values(*car)),
    }


def erase(customer: Customer) -> None:
    """Forget who the customer is and which plates and VINs he drove; make, model and year stay, for the figures."""
    customer.vehicles.update(plate="", vin=None, colour="")
    Customer.objects.filter(pk=customer.pk).update(
        name="—", honorific="", phone="", email="", consent_contact_at=None, erased_at=now()
    )
