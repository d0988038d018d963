"""When the car can come and what it will cost, while the services are being chosen: the part of the page that follows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from appointments import slots
from appointments.capacity.needs import work_for
from appointments.comeback import Hint, earlier_visit
from appointments.forms import read_date
from appointments.quotes import Quote, quote
from servicedesk.catalogue.models import LabourOperation
from servicedesk.catalogue.prices import NoPrice
from servicedesk.clock import now
from servicedesk.customers.fields import OdometerField
from servicedesk.customers.models import Vehicle
from servicedesk.staff.models import ServiceCentre

DAYS, PER_DAY = 3, 3
"""So many of the coming days are shown, with so many of their times."""

DAYS_AFTER_A_DATE = 7
"""Days looked at from a chosen date on: fewer, so that they are among those whose hours are kept ready."""


@dataclass(frozen=True)
class Times:
    """The times of one day that are shown."""

    date: dt.date
    slots: list[slots.Slot]


@dataclass(frozen=True)
class Offer:
    """What is offered for the services chosen so far."""

    operations: list[LabourOperation]
    quote: Quote | None
    problems: list[Any]
    """Why no price can be told."""
    day: slots.Day
    """The chosen date, else the first with a free time."""
    days: list[Times]
    asked: bool
    """Whether a date was chosen: then all its times are shown."""
    hint: Hint | None

    @property
    def full(self) -> list[slots.Slot]:
        """Times of the chosen date at which only a reason lets the car in; also when nothing else is free."""
        return self.day.without_hours if self.asked or not self.days else []


def operations_named(codes: Sequence[str]) -> list[LabourOperation]:
    """The services with these codes. At most one query."""
    codes = [code for code in codes if "\x00" not in code]
    return list(LabourOperation.objects.offered().filter(code__in=codes)) if codes else []


def offer_for(centre: ServiceCentre, asked: QueryDict, vehicle: Vehicle | None) -> Offer:
    """What can be offered for what the form says so far: `operations`, `date`, `odometer`, `starts_at`.

    Up to eight queries, and six more for days whose hours are not kept yet.
    """
    operations = operations_named(asked.getlist("operations"))
    today = centre.today()
    date = read_date(asked.get("date", ""), today)
    chosen = date if asked.get("date") and date >= today else None
    ahead = DAYS_AFTER_A_DATE if chosen else slots.SEARCH_DAYS
    days = slots.days_from(centre, chosen or today, ahead, slots.Wish(work_for(operations)))
    free = [day for day in days if day.free]
    day = days[0] if chosen or not free else free[0]
    shown = [Times(one.date, some(one, asked.get("starts_at", ""), whole=one.date == chosen)) for one in free[:DAYS]]
    priced, problems = price(operations, centre)
    hint = earlier_visit(vehicle, operations, odometer_in(asked.get("odometer", "")), now())
    return Offer(operations, priced, problems, day, shown, chosen is not None, hint)


def some(day: slots.Day, wanted: str, *, whole: bool) -> list[slots.Slot]:
    """The free times of a day: all of them, or a few over the day, the first always, and the one that is chosen."""
    free = [slot for slot in day.slots if slot.free]
    if whole or len(free) <= PER_DAY:
        return free
    shown = {len(free) * number // PER_DAY for number in range(PER_DAY)}
    return [slot for number, slot in enumerate(free) if number in shown or slot.value == wanted]


def price(operations: Sequence[LabourOperation], centre: ServiceCentre) -> tuple[Quote | None, list[Any]]:
    """The estimate, or why there is none."""
    if not operations:
        return None, []
    try:
        return quote(operations, centre), []
    except NoPrice as refusal:
        return None, [reason.text for reason in refusal.reasons]


def odometer_in(text: str) -> int | None:
    """The reading as typed so far; what is none yet is passed over."""
    try:
        return OdometerField().to_python(text)  # type: ignore[no-any-return]
    except ValidationError:
        return None
