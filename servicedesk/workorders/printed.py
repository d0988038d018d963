"""What every paper of a visit says of the house, the customer and the car: fixed when the paper is ordered.

`facts_of` takes it down as JSON; `Said` reads it back for the templates, in the active language. Names, plates, words,
telephone numbers and rules may change afterwards: a paper printed or given out again later still says the same.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from servicedesk.customers.models import Customer
from servicedesk.documents import parts
from servicedesk.staff.formats import format_amount, format_date, format_money, format_number
from servicedesk.workorders.models import WorkOrder

Pair = tuple[Any, Any]


def facts_of(work_order: WorkOrder, **more: Any) -> dict[str, Any]:
    """Take down what may change later, and `more`. One query when car, customer, advisor and centre are loaded."""
    centre, car, person = work_order.centre, work_order.vehicle, work_order.customer
    return {
        "centre": {"name": centre.name, "address": centre.address, "phone": centre.phone},
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
        "guarantee": [centre.guarantee_days, centre.guarantee_km],
        "concerns": [[row.words, row.cause, row.correction] for row in work_order.concerns.order_by("pk")],
        **more,
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
                (_("VIN"), facts["vin"]),
                (_("Make and model"), facts["car"]),
                (_("Model year"), str(facts["year"] or "")),
            ],
        ]

    @property
    def guarantee(self) -> str:
        """How long repairs are guaranteed: "365 days or 20,000 km"."""
        days, km = self.facts["guarantee"]
        return _("%(days)s days or %(km)s km") % {"days": format_number(days), "km": format_number(km)}

    def listed(self, words: Any) -> str:
        """Words in a row, with the language's own comma."""
        return pgettext("between items of a list", ", ").join(str(word) for word in words)
