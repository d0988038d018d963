"""What booked services are expected to cost and take: standard hours and the usual parts at the centre's prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from servicedesk.catalogue.models import KitPart, LabourOperation, Part
from servicedesk.catalogue.prices import NoPrice, prices_of
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.money import Totals, line_amount, totals

KitLine = tuple[Part, Decimal, Decimal]
"""A part, its quantity and its unit price."""


@dataclass(frozen=True)
class QuotedItem:
    """One service with its hours, its usual parts and its price before tax."""

    operation: LabourOperation
    parts: list[KitLine]
    amount: Decimal

    @property
    def hours(self) -> Decimal:
        """Standard hours."""
        return self.operation.std_hours


@dataclass(frozen=True)
class Quote:
    """Several services together."""

    items: list[QuotedItem]
    totals: Totals

    @property
    def hours(self) -> Decimal:
        """Standard hours of all services."""
        return sum((item.hours for item in self.items), Decimal(0))

    @property
    def minutes(self) -> int:
        """The same in whole minutes."""
        return int(self.hours * 60)


def kits(operations: Iterable[LabourOperation], centre: ServiceCentre) -> dict[int, list[KitLine]]:
    """The usual parts with the centre's prices, by operation id. Two queries; raises NoPrice naming all that lack one."""
    rows = list(
        KitPart.objects.filter(operation__in=list(operations), part__active=True).select_related("part").order_by("pk")
    )
    prices = prices_of({row.part_id: row.part for row in rows}.values(), centre)
    missing = {row.part.name for row in rows if row.part_id not in prices}
    if missing:
        raise NoPrice(
            *(
                _("%(part)s has no price at this centre yet: a manager sets it.") % {"part": name}
                for name in sorted(missing)
            )
        )
    found: dict[int, list[KitLine]] = {}
    for row in rows:
        found.setdefault(row.operation_id, []).append((row.part, row.qty, prices[row.part_id]))
    return found


def quote(operations: Iterable[LabourOperation], centre: ServiceCentre) -> Quote:
    """The expected cost of `operations` at `centre`. Two queries; raises NoPrice."""
    operations = list(operations)
    parts = kits(operations, centre)
    items = []
    for operation in operations:
        kit = parts.get(operation.pk, [])
        amount = line_amount(operation.std_hours, centre.labour_rate, centre)
        amount += sum((line_amount(quantity, price, centre) for _part, quantity, price in kit), Decimal(0))
        items.append(QuotedItem(operation, kit, amount))
    return Quote(items, totals([item.amount for item in items], centre))
