"""What customers give to the shared screens: hits of the search box, alerts, export and erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.customers.matching import digits_of, phone_key, plate_key, vin_key
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.registry import Alert, Hit
from servicedesk.staff.roles import Role

if TYPE_CHECKING:
    from servicedesk.staff.models import User

READERS = (Role.ADVISOR, Role.AGENT, Role.CASHIER, Role.MANAGER)
"""Who opens customers' pages."""
WRITERS = (Role.ADVISOR, Role.AGENT, Role.MANAGER)
"""Who corrects them."""
MOST_HITS = 8


def hits(user: User, query: str) -> list[Hit]:
    """Customers whom `user` may open and who fit `query` (plate, telephone, name, VIN). Two queries."""
    readers = frozenset(role.value for role in READERS)
    memberships = [membership for membership in user.memberships_now() if membership.role in readers]
    if not memberships:
        return []
    customers = Customer.objects.at_centres(sorted({membership.centre_id for membership in memberships}))
    found = customers.filter(erased_at=None).matching(query, memberships[0].centre)
    return [
        Hit(
            kind=_("Customer"),
            title=customer.name,
            detail=" · ".join(filter(None, [*(str(car) for car in customer.vehicles.all()), customer.phone_text])),
            url=customer.get_absolute_url(),
            rank=rank_of(customer, query, phone_key(query, memberships[0].centre)),
        )
        for customer in found.order_by("-created_at", "-id").prefetch_related("vehicles")[:MOST_HITS]
    ]


def rank_of(customer: Customer, query: str, phone: str) -> int:
    """Return how well `customer` fits: 3 exactly, 2 the end of a plate or number, 1 somewhere."""
    plate, vin, digits = plate_key(query), vin_key(query), digits_of(query)
    cars = list(customer.vehicles.all())
    if str(customer.phone) == phone != "" or customer.name.casefold() == query.strip().casefold():
        return 3
    if any(plate == car.plate_key or vin == car.vin for car in cars if plate):
        return 3
    if plate and any(car.plate_key.endswith(plate) for car in cars):
        return 2
    return 2 if len(digits) >= 4 and str(customer.phone).endswith(digits.lstrip("0")) else 1


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
