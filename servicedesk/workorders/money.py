"""All arithmetic with money: Decimal, half up, in the centre's currency and minor units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from servicedesk.staff.models import ServiceCentre


def round_money(amount: Decimal, centre: ServiceCentre) -> Decimal:
    """`amount` in whole minor units of the centre's currency, half up."""
    return amount.quantize(Decimal(1).scaleb(-centre.minor_units), rounding=ROUND_HALF_UP)


def line_amount(quantity: Decimal, unit_price: Decimal, centre: ServiceCentre) -> Decimal:
    """Quantity times unit price, rounded once."""
    return round_money(quantity * unit_price, centre)


@dataclass(frozen=True)
class Totals:
    """Net, tax and gross of some lines. Where prices contain the tax, `net` is what is left without it."""

    net: Decimal
    tax: Decimal
    total: Decimal


def totals(amounts: Iterable[Decimal], centre: ServiceCentre) -> Totals:
    """Add `amounts` up and work out the tax once, on the sum, by the centre's rule."""
    summed = sum(amounts, Decimal(0))
    if centre.tax_inclusive:
        tax = round_money(summed - summed / (1 + centre.tax_rate), centre)
        return Totals(summed - tax, tax, summed)
    tax = round_money(summed * centre.tax_rate, centre)
    return Totals(summed, tax, summed + tax)
