"""Bills of random work at random prices under random tax, and what each must say, worked out with fractions."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from delivery.models import Bill
from servicedesk.catalogue.models import KitPart, LabourOperation, PartPrice
from servicedesk.customers.models import Customer
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import format_amount, format_money, format_number
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import WorkOrder
from tests.fixtures import quality, workshop

CODES = ("BRK-010", "MNT-010", "MNT-020", "MNT-070", "MNT-110")
RULES = (("TWD", 0), ("CNY", 2), ("SGD", 2))


def half_up(exact: Fraction, places: int) -> Fraction:
    """`exact`, not negative, to `places` after the point; a half goes up."""
    scale = 10**places
    return Fraction((exact * scale + Fraction(1, 2)).__floor__(), scale)


@dataclass(frozen=True)
class Sums:
    """What a bill must say: net, tax and total."""

    net: Fraction
    tax: Fraction
    total: Fraction

    @classmethod
    def of(cls, amounts: list[Decimal], rate: Decimal, places: int, *, inclusive: bool) -> Sums:
        """Worked out once on the sum of the lines."""
        summed, share = sum(map(Fraction, amounts), Fraction(0)), Fraction(rate)
        if inclusive:
            tax = half_up(summed * share / (1 + share), places)
            return cls(summed - tax, tax, summed)
        tax = half_up(summed * share, places)
        return cls(summed, tax, summed + tax)


def other_prices(centre: ServiceCentre, chance: random.Random) -> None:
    """Give the centre another currency, tax, hourly rate, prices and quantities; also such as end on half a cent."""
    centre.currency, centre.minor_units = chance.choice(RULES)
    centre.tax_rate = Decimal(chance.choice([0, 1, 500, 800, 825, 1300, chance.randrange(3000)])).scaleb(-4)
    centre.tax_inclusive = chance.random() < 0.4
    centre.labour_rate = Decimal(chance.choice([1, 85_005, 120_050, chance.randrange(1, 999_999)])).scaleb(-2)
    centre.consent_tolerance = Decimal(0)
    centre.save()
    for operation in LabourOperation.objects.filter(code__in=CODES):
        operation.std_hours = Decimal(chance.choice([10, 15, 25, 333, chance.randrange(10, 2000)])).scaleb(-2)
        operation.save()
    for kit in KitPart.objects.filter(operation__code__in=CODES).select_related("part"):
        kit.qty = Decimal(chance.choice([1, 50, 100, 450, chance.randrange(1, 1500)])).scaleb(-2)
        kit.save()
        price = Decimal(chance.choice([1, 5, 10_050, 99_999_99, chance.randrange(1, 9_999_999)])).scaleb(-2)
        PartPrice.objects.update_or_create(centre=centre, part=kit.part, defaults={"price": price})


def issued(centre: ServiceCentre, who: dict[str, Any], chance: random.Random, plate: str) -> Bill:
    """A visit with some work, some lines of it charged at less than agreed, its bill issued in English."""
    other_prices(centre, chance)
    codes = chance.sample(CODES, chance.randint(1, len(CODES)))
    visit = workshop.authorised_walk_in(centre, who["advisor"], *codes, plate=plate)
    Customer.objects.filter(pk=visit.customer_id).update(language="en")
    workshop.repaired(visit, who["technician"], who["supervisor"])
    quality.self_checked(visit, who["technician"])
    quality.inspected(visit, who["inspector"])
    return charged(WorkOrder.objects.get(pk=visit.pk), who["cashier"], chance)


def charged(visit: WorkOrder, cashier: Any, chance: random.Random) -> Bill:
    """The draft with random discounts, issued."""
    from delivery import services
    from delivery.services.billing import draft_of

    by = Actor.of(cashier)
    services.recalculate(visit, by=by)
    for line in draft_of(visit).lines.order_by("pk"):  # type: ignore[union-attr]
        if chance.random() < 0.5:
            part = Decimal(chance.randrange(101)).scaleb(-2)
            quantity = (line.quantity * part).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
            services.adjust_line(visit, line.pk, quantity=quantity, reason="shop's discount", by=by)
    return services.issue_bill(visit, by=by)


def wrong_figures(bill: Bill) -> list[str]:
    """Where the rows of `bill` differ from what fractions say."""
    places, wrong = bill.centre.minor_units, []
    lines = list(bill.lines.all())
    for line in lines:
        exact = half_up(Fraction(line.quantity) * Fraction(line.unit_price), places)
        if Fraction(line.amount) != exact:
            wrong.append(f"{line.quantity} × {line.unit_price} is {exact}, the line says {line.amount}")
    due = Sums.of([line.amount for line in lines], bill.tax_rate, places, inclusive=bill.tax_inclusive)
    said = Sums(*map(Fraction, (bill.net, bill.tax, bill.total)))
    return wrong if due == said else [*wrong, f"{due} is due, the bill says {said}"]


def wrong_words(bill: Bill, text: str) -> list[str]:
    """Figures of `bill` that its paper does not say, or says otherwise. `text`: the paper's, in English."""
    text = re.sub(r"\s+", " ", text)
    rate = format_number((bill.tax_rate * 100).quantize(Decimal("0.01")), "en")

    def amount(value: Decimal) -> str:
        return format_amount(value, bill.currency, "en")

    tax = f"Tax {rate}%, included" if bill.tax_inclusive else f"Tax {rate}%"
    said = [
        f"Before tax {amount(bill.net)}",
        f"{tax} {amount(bill.tax)}",
        f"Total due {format_money(bill.total, bill.currency, 'en')}",
    ]
    for line in bill.lines.all():
        said.append(f"{amount(line.unit_price)} {amount(line.amount)}")
    return [words for words in said if squeezed(words) not in squeezed(text)]


def squeezed(text: str) -> str:
    """Without white space: where a paper breaks its lines does not matter."""
    return "".join(text.split())


def some(centre: ServiceCentre, who: dict[str, Any], seed: int, number: int) -> list[Bill]:
    """`number` bills, each of another car and of other prices."""
    chance, made = random.Random(seed), []
    for n in range(number):
        made.append(issued(centre, who, chance, f"SUM-{seed % 100:02}{n:02}"))
    return made
