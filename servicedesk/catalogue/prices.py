"""What a part and an hour cost at a centre. Amounts are exact; `workorders.money` rounds them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from servicedesk.catalogue.models import LabourOperation, Part, PartPrice
from servicedesk.staff.repeats import Refusal

if TYPE_CHECKING:
    from servicedesk.staff.models import ServiceCentre

DEMO_CURRENCY = "TWD"


class NoPrice(Refusal):
    """A part has no price at a centre, so it cannot be offered there."""


def price_of(part: Part, centre: ServiceCentre) -> Decimal:
    """Return what one unit of `part` costs at `centre`, in its currency. Raises NoPrice. One query."""
    price = prices_of([part], centre).get(part.pk)
    if price is None:
        raise NoPrice(_("%(part)s has no price at this centre yet: a manager sets it.") % {"part": part.name})
    return price


def prices_of(parts: Iterable[Part], centre: ServiceCentre) -> dict[int, Decimal]:
    """Return the prices of `parts` at `centre` by part id, leaving out those that have none. One query for all."""
    parts = list(parts)
    own = dict(PartPrice.objects.filter(centre=centre, part__in=parts).values_list("part_id", "price"))
    if centre.currency != DEMO_CURRENCY:
        return own
    return {part.pk: part.demo_price for part in parts if part.demo_price is not None} | own


def labour_price(operation: LabourOperation, centre: ServiceCentre) -> Decimal:
    """Return standard hours × the centre's labour rate."""
    return operation.std_hours * centre.labour_rate
