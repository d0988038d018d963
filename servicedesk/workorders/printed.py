"""What every paper of a visit says of the house, the customer and the car: fixed when the paper is ordered.

`facts_of` takes it down as JSON; `Said` reads it back for the templates, in the active language. Names, plates, words,
telephone numbers and rules may change afterwards: a paper printed or given out again later still says the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from servicedesk.catalogue.guarantee import terms_by_class, terms_of
from servicedesk.catalogue.words import GuaranteeClass
from servicedesk.clock import now
from servicedesk.customers.models import Customer
from servicedesk.documents import parts
from servicedesk.staff.formats import SYMBOLS, format_amount, format_date, format_money, format_number, joined
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.money import Totals, totals

Pair = tuple[Any, Any]


def facts_of(work_order: WorkOrder, **more: Any) -> dict[str, Any]:
    """Take down what may change later, and `more`. One query when car, customer, advisor and centre are loaded."""
    centre, car, person = work_order.centre, work_order.vehicle, work_order.customer
    return {
        "centre": {"name": centre.name, "address": centre.address, "phone": centre.phone},
        "at": now().isoformat(),
        "zone": centre.time_zone,
        "currency": centre.currency,
        "order": work_order.full_number,
        "customer": person.name,
        "honorific": person.honorific,
        "phone": person.phone_text,
        "plate": car.plate,
        "vin": car.vin or "",
        "car": car.title,
        "year": car.year,
        "odometer_in": work_order.odometer_in,
        "advisor": str(work_order.advisor),
        "opened_at": work_order.opened_at.isoformat(),
        "promised_at": work_order.promised_at.isoformat() if work_order.promised_at else "",
        "waits_on_site": work_order.waits_on_site,
        "wash_wanted": work_order.wash_wanted,
        "old_parts_wanted": work_order.old_parts_wanted,
        "tax": [str(centre.tax_rate), centre.tax_inclusive, centre.minor_units],
        "guarantee": [centre.guarantee_days, centre.guarantee_km],
        "guarantee_of": guarantee_of(work_order),
        "concerns": [[row.words, row.cause, row.correction] for row in work_order.concerns.order_by("pk")],
        **more,
    }


def guarantee_of(work_order: WorkOrder) -> dict[str, list[Any]]:
    """Code of each operation agreed to → [class, days, km]; empty where the centre set no terms by class. One or two queries."""
    known = terms_by_class(work_order.centre)
    if not known:
        return {}
    agreed = work_order.lines.approved().filter(operation__isnull=False).order_by("position", "id")
    return {
        code: [kind, *terms_of(work_order.centre, kind, known=known)]
        for code, kind in agreed.values_list("operation__code", "operation__guarantee_class")
    }


class Said:
    """Reads facts back, as people read them in the active language."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.zone = ZoneInfo(facts["zone"])
        self.currency: str = facts["currency"]

    @property
    def house(self) -> parts.House:
        """The letterhead."""
        return parts.House(**self.facts["centre"])

    def heading(self, title: Any, number: str, *, foot: Any = "", code: str = "") -> parts.Heading:
        """Letterhead, title and what runs on later pages; the QR code says `code`, else the number."""
        plate = self.facts["plate"]
        return parts.Heading(centre=self.house, title=title, number=number, plate=plate, foot=foot, code=code or number)

    @property
    def customer(self) -> str:
        """Name with the form of address."""
        return Customer(name=self.facts["customer"], honorific=self.facts["honorific"]).salutation

    def km(self, value: Any) -> str:
        """A reading of the odometer; empty without one."""
        return _("%(km)s km") % {"km": format_number(value)} if value is not None and value != "" else ""

    def moment(self, at: dt.datetime | str | None, *, weekday: bool = False) -> str:
        """Date and time on the centre's clock: 2026/11/26 09:28; empty without one."""
        if not at:
            return ""
        moment = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
        date = format_date(moment, self.zone, year=True, weekday=weekday)
        return f"{date} {moment.astimezone(self.zone):%H:%M}"

    def date(self, at: dt.datetime | dt.date) -> str:
        """The date on the centre's clock: 2026/11/26."""
        return format_date(at, self.zone, year=True)

    def amount(self, value: Any) -> str:
        """A bare amount in the centre's currency."""
        return format_amount(Decimal(value), self.currency)

    def money(self, value: Any) -> str:
        """An amount with its currency."""
        return format_money(Decimal(value), self.currency)

    @property
    def car(self) -> list[list[Pair]]:
        """Two rows: who and which car."""
        facts = self.facts
        return [
            [(_("Customer"), self.customer), (_("Phone"), facts["phone"]), (_("Plate"), facts["plate"])],
            [
                (pgettext("on a paper", "VIN"), facts["vin"]),
                (_("Make and model"), facts["car"]),
                (_("Model year"), str(facts["year"] or "")),
            ],
        ]

    def term_for(self, code: str) -> tuple[int, int]:
        """(days, km) for the work of an operation; the general term for anything else."""
        found = self.facts.get("guarantee_of", {}).get(code)
        days, km = found[1:] if found else self.facts["guarantee"]
        return days, km

    @property
    def terms(self) -> dict[tuple[int, int], list[str]]:
        """Each different term of the visit → the classes of work it holds for; the general one alone, for none."""
        terms: dict[tuple[int, int], list[str]] = {}
        for kind, days, km in self.facts.get("guarantee_of", {}).values():
            kinds = terms.setdefault((days, km), [])
            if kind not in kinds:
                kinds.append(kind)
        days, km = self.facts["guarantee"]
        return terms or {(days, km): []}

    @property
    def guarantee(self) -> str:
        """How long the visit's work is guaranteed: "1 year or 20,000 km", with its class where terms differ."""
        return self._by_class(lambda days, km: self.term(days, km))

    def guaranteed_until(self, released: dt.date) -> str:
        """The last day of the guarantee of work released then, with its class where terms differ."""
        return self._by_class(lambda days, km: self.date(released + dt.timedelta(days=days)))

    def _by_class(self, words: Callable[[int, int], str]) -> str:
        terms = self.terms
        if len(terms) == 1:
            return words(*next(iter(terms)))
        said = [
            _("%(term)s (%(kind)s)")
            % {"term": words(*term), "kind": self.listed(GuaranteeClass(kind).label for kind in kinds)}
            for term, kinds in terms.items()
        ]
        return self.listed(said)

    def term(self, days: int, km: int) -> str:
        """A term in words: "1 year or 20,000 km"."""
        if days and days % 365 == 0:
            years = days // 365
            words = ngettext("%(years)s year or %(km)s km", "%(years)s years or %(km)s km", years)
            return words % {"years": years, "km": format_number(km)}
        return _("%(days)s days or %(km)s km") % {"days": format_number(days), "km": format_number(km)}

    def hours(self, value: Any) -> str:
        """Labour hours, so that they stand one under the other: 0.9, 1.0."""
        return str(format_decimal(Decimal(value), format="0.0#"))

    def totals(self, amounts: Any) -> Totals:
        """Add amounts up by the tax rule of the moment."""
        rate, inclusive, minor_units = self.facts["tax"]
        rule = ServiceCentre(tax_rate=Decimal(rate), tax_inclusive=inclusive, minor_units=minor_units)
        return totals([Decimal(amount) for amount in amounts], rule)

    def unit_note(self, inclusive: bool | None = None) -> str:
        """What stands beside the heading of amounts: "NT$, before tax"; `inclusive`: whether they contain the tax."""
        symbol = SYMBOLS.get(self.currency, self.currency)
        if self.facts["tax"][1] if inclusive is None else inclusive:
            return symbol
        return _("%(currency)s, before tax") % {"currency": symbol}

    def tax_words(self) -> str:
        """The line of the tax: its rate, or that it is included."""
        rate, inclusive, _units = self.facts["tax"]
        words = _("Tax %(rate)s%%, included") if inclusive else _("Tax %(rate)s%%")
        return words % {"rate": format_number((Decimal(rate) * 100).quantize(Decimal("0.01")))}

    def word(self, words: dict[str, str]) -> str:
        """The word of the active language among those taken down."""
        return words.get(get_language() or "en") or words.get("en", "")

    def listed(self, words: Any) -> str:
        """Words in a row, with the language's own comma."""
        return joined(str(word) for word in words)
