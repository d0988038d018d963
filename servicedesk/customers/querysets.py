"""Which customers and cars a person may see, and which of them fit what he typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from servicedesk.customers.matching import digits_of, phone_key, plate_key, vin_key

if TYPE_CHECKING:
    from servicedesk.staff.models import ServiceCentre, User

SHORTEST_PLATE, SHORTEST_VIN, SHORTEST_PHONE = 2, 4, 4


class CustomerQuerySet(models.QuerySet):
    """Selections of customers. A customer belongs to every centre he has dealt with."""

    def for_user(self, user: User) -> Self:
        """Customers of the centres in which `user` holds a role that the current view allows."""
        return self.at_centres(user.centre_ids())

    def at_centres(self, centre_ids: list[int]) -> Self:
        """Customers of any of these centres, each once."""
        return self.filter(Exists(of_centres(self.model, centre_ids, OuterRef("pk"))))

    def matching(self, text: str, centre: ServiceCentre | None = None) -> Self:
        """Customers whose name, phone, e-mail, plate or VIN fits `text`; all of them when it is blank.

        A union of indexed selections (trigrams), not one OR over joined tables, which would read everything.
        """
        text = text.strip()
        if not text:
            return self
        rows = self.model._default_manager
        found: list[models.QuerySet] = [rows.filter(name__icontains=text).values("pk")]
        if "@" in text:
            found.append(rows.filter(email__iexact=text).values("pk"))
        phone, digits = phone_key(text, centre), digits_of(text)
        if phone:
            found.append(rows.filter(phone=phone).values("pk"))
        elif len(digits) >= SHORTEST_PHONE:
            found.append(rows.filter(phone__contains=digits.lstrip("0") or digits).values("pk"))
        if fits_car(text):
            cars: Any = related(self.model, "vehicles")._default_manager
            found.append(cars.filter(fits_car(text)).values("customer_id"))
        return self.filter(pk__in=found[0].union(*found[1:]) if found[1:] else found[0])


class VehicleQuerySet(models.QuerySet):
    """Selections of cars."""

    def for_user(self, user: User) -> Self:
        """Cars of the customers whom `user` may see."""
        owners = related(self.model, "customer")
        return self.filter(Exists(of_centres(owners, user.centre_ids(), OuterRef("customer_id"))))

    def matching(self, text: str) -> Self:
        """Cars whose plate (two characters or more) or VIN (four) contains `text`; none when it is too short."""
        fits = fits_car(text)
        return self.filter(fits) if fits else self.none()


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
    if len(plate) >= SHORTEST_PLATE:
        condition |= Q(plate_key__contains=plate)
    if len(vin) >= SHORTEST_VIN:
        condition |= Q(vin__contains=vin)
    return condition
