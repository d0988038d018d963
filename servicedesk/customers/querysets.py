"""Which customers and cars a person may see, and which of them fit what he typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from servicedesk.customers.keys import PLATE, SHORTEST, VIN, SearchKey, needles
from servicedesk.customers.matching import plate_key, vin_key

if TYPE_CHECKING:
    from servicedesk.staff.models import ServiceCentre, User

MOST = 200
"""How many fits of each needle a list may have: four pages. Whoever wants others types more."""


class CustomerQuerySet(models.QuerySet):
    """Selections of customers. A customer belongs to every centre he has dealt with."""

    def for_user(self, user: User) -> Self:
        """Customers of the centres in which `user` holds a role that the current view allows."""
        return self.at_centres(user.centre_ids())

    def at_centres(self, centre_ids: list[int]) -> Self:
        """Customers of any of these centres, each once."""
        return self.filter(Exists(of_centres(self.model, centre_ids, OuterRef("pk"))))

    def matching(self, text: str, user: User, centre: ServiceCentre | None = None) -> Self:
        """Customers of `user`'s centres whose name, phone, e-mail, plate or VIN fits `text`; all of them when it is blank.

        Where no more than MOST endings of their values fit, they are all there. Of more, those that fit best are: whole
        values before ends before the rest, the newest first (`SearchKeys.best`). Strangers' customers take nobody's
        place. Costs one query at once.
        """
        seen = self.for_user(user)
        return seen.filter(pk__in=fitting(text, user.centre_ids(), centre)) if text.strip() else seen

    def leaves_out(self, text: str, user: User, centre: ServiceCentre | None = None) -> bool:
        """Say whether more customers fit `text` than `matching` has. One query."""
        return SearchKey.objects.are_more(needles(text, centre), user.centre_ids(), MOST)


class VehicleQuerySet(models.QuerySet):
    """Selections of cars."""

    def for_user(self, user: User) -> Self:
        """Cars of the customers whom `user` may see."""
        owners = related(self.model, "customer")
        return self.filter(Exists(of_centres(owners, user.centre_ids(), OuterRef("customer_id"))))

    def matching(self, text: str, centre_ids: list[int], most: int = MOST) -> Self:
        """Cars of these centres' customers whose plate or VIN contains `text`; none when it is too short to say.

        Bounded as with customers: those of the `most` best fits.
        """
        fits = fits_car(text)
        return (
            self.filter(fits, customer__in=fitting(text, centre_ids, None, (PLATE, VIN), most)) if fits else self.none()
        )


def fitting(
    text: str, centre_ids: list[int], centre: ServiceCentre | None, kinds: Iterable[str] = SHORTEST, most: int = MOST
) -> list[int]:
    """Return the ids of these centres' customers of whom a key fits `text`, at most `most` for each needle."""
    return SearchKey.objects.customers(needles(text, centre, kinds), centre_ids, most)


def of_centres(customer_model: Any, centre_ids: list[int], customer: OuterRef) -> models.QuerySet:
    """Return the memberships of `customer` in any of these centres."""
    return customer_model.centres.through.objects.filter(customer=customer, servicecentre__in=centre_ids)


def related(model: type[models.Model], name: str) -> Any:
    """Return the model behind a relation, without importing `models`, which imports this file."""
    return model._meta.get_field(name).related_model


def fits_car(text: str) -> Q:
    """Return the condition that a car's plate or VIN contains `text`; empty when `text` is too short to say."""
    plate, vin = plate_key(text), vin_key(text)
    condition = Q()
    if len(plate) >= SHORTEST[PLATE]:
        condition |= Q(plate_key__contains=plate)
    if len(vin) >= SHORTEST[VIN]:
        condition |= Q(vin__contains=vin)
    return condition
