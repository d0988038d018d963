"""Who is on the telephone: customers and their cars by the end of a number, a plate or a name, as it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from servicedesk.customers.keys import CALLABLE, needles
from servicedesk.customers.matching import phone_key, plate_key
from servicedesk.customers.models import Customer, SearchKey, Vehicle
from servicedesk.customers.search import KEYS_OF_ONE, MOST_HITS, ranked
from servicedesk.staff.models import ServiceCentre, User

LONGEST = 80
MOST_CARS = 6
"""Of a fleet these are shown, those that fit what was typed first."""


@dataclass(frozen=True)
class Caller:
    """A customer who fits, and his cars."""

    customer: Customer
    cars: list[Vehicle]
    more: bool
    """Whether he has more cars than are shown."""


def wanted(text: str) -> str:
    """What was typed, as it is searched."""
    return text.replace("\x00", "")[:LONGEST].strip()


def callers(user: User, centre: ServiceCentre, text: str) -> list[Caller]:
    """The customers of `user`'s centres who fit `text` best, with their cars. Three queries, none for nothing."""
    asked = needles(text, centre) if text else []
    if not asked:
        return []
    keys = SearchKey.objects.best(asked, user.centre_ids(), MOST_HITS * KEYS_OF_ONE)
    ranks = ranked(keys, frozenset(asked))
    cars = Prefetch("vehicles", Vehicle.objects.order_by("-created_at", "-pk"))
    found = Customer.objects.filter(erased_at=None).prefetch_related(cars).in_bulk(list(ranks))
    return [as_caller(found[pk], plate_key(text)) for pk in ranks if pk in found]


def as_caller(customer: Customer, plate: str) -> Caller:
    """A customer with the few cars of his that are shown."""
    cars = sorted(customer.vehicles.all(), key=lambda car: not (plate and plate in (car.plate_key or "")))
    return Caller(customer, cars[:MOST_CARS], len(cars) > MOST_CARS)


def somebody_new(text: str, centre: ServiceCentre) -> dict[str, Any]:
    """Where what was typed belongs when nobody fits: a number, a plate, else a name."""
    if CALLABLE.fullmatch(text) and (phone_key(text, centre) or sum(map(str.isdigit, text)) > len("1234567")):
        return {"phone": text}
    return dict(_as_typed(text))


def _as_typed(text: str) -> Iterator[tuple[str, str]]:
    if any(map(str.isdigit, text)):
        yield "plate", text
    elif text:
        yield "name", text
