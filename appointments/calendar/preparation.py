"""A day's bookings on paper with the parts they usually need, so that the parts counter lays them out beforehand.

Printed when somebody asks for it and not kept, in the centre's language. Three queries.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from appointments.models import Appointment
from servicedesk.catalogue.models import KitPart, Part
from servicedesk.clock import now
from servicedesk.documents import parts, pdf
from servicedesk.staff.calendar import LOOKAHEAD_DAYS, Calendar
from servicedesk.staff.formats import format_date, format_number, joined
from servicedesk.staff.models import ServiceCentre

TEMPLATE = "appointments/pdf/preparation.html"


@dataclass(frozen=True)
class Wanted:
    """A part, and how much of it."""

    part: Part
    quantity: Decimal

    @property
    def text(self) -> str:
        """The quantity with its unit, in the active language."""
        return f"{format_number(self.quantity)} {self.part.unit}".strip()


@dataclass(frozen=True)
class Prepared:
    """A booking with the parts that its services usually need."""

    booking: Appointment
    services: list[str]
    parts: list[Wanted]


def next_open_day(centre: ServiceCentre) -> dt.date:
    """The first date after today on which the centre opens; tomorrow when it never does. One query."""
    calendar, today = Calendar(centre), centre.today()
    days = [today + dt.timedelta(days=n) for n in range(1, LOOKAHEAD_DAYS)]
    return next((date for date in days if not calendar.is_closed_day(date)), days[0])


def bookings_of(centre: ServiceCentre, date: dt.date) -> list[Prepared]:
    """The day's bookings by time, each with its parts; who did not come is left out. Three queries."""
    rows = list(Appointment.objects.on_day(centre, date).exclude(state=Appointment.State.NO_SHOW).for_rows())
    kits: dict[int, list[KitPart]] = defaultdict(list)
    asked = {item.operation_id for row in rows for item in row.items.all()}
    for kit in (
        KitPart.objects.filter(operation__in=asked, part__active=True).select_related("part").order_by("part__part_no")
    ):
        kits[kit.operation_id].append(kit)
    return [_prepared(row, kits) for row in rows]


def _prepared(row: Appointment, kits: dict[int, list[KitPart]]) -> Prepared:
    items = list(row.items.all())
    return Prepared(
        row,
        [item.operation.name for item in items],
        summed([Wanted(kit.part, kit.qty) for item in items for kit in kits[item.operation_id]]),
    )


def summed(wanted: list[Wanted]) -> list[Wanted]:
    """Each part once with its whole quantity, by part number."""
    total: dict[str, Wanted] = {}
    for one in wanted:
        number = one.part.part_no
        total[number] = Wanted(one.part, one.quantity + (total[number].quantity if number in total else Decimal(0)))
    return [total[number] for number in sorted(total)]


def all_parts(bookings: list[Prepared]) -> list[Wanted]:
    """What the bookings need together, by part number."""
    return summed([one for row in bookings for one in row.parts])


def paper(centre: ServiceCentre, date: dt.date) -> bytes:
    """The list of `date` as PDF in the centre's language, laid out in a process of its own."""
    with translation.override(centre.language):
        values = context(centre, date)
    return pdf.render(TEMPLATE, values, language=centre.language, apart=True)


def context(centre: ServiceCentre, date: dt.date) -> dict[str, Any]:
    """All that the paper says, in the active language."""
    bookings = bookings_of(centre, date)
    total = all_parts(bookings)
    printed = f"{format_date(now(), centre, year=True)} {centre.local(now()):%H:%M}"
    return {
        "heading": parts.Heading(
            centre=centre,
            title=_("Bookings and parts to prepare"),
            number=format_date(date, centre, year=True, weekday=True),
            foot=_("Printed %(at)s. Bookings taken or moved later are not on it") % {"at": printed},
        ),
        "summary": _("Bookings %(bookings)s, labour hours %(hours)s, different parts %(parts)s")
        % {
            "bookings": len(bookings),
            "hours": format_number(sum((row.booking.work_hours for row in bookings), Decimal(0))),
            "parts": len(total),
        },
        "rows": [_row(row) for row in bookings],
        "total": [{"number": one.part.part_no, "name": one.part.name, "quantity": one.text} for one in total],
    }


def _row(row: Prepared) -> dict[str, Any]:
    booking = row.booking
    notes = [
        booking.get_state_display() if booking.state != Appointment.State.CONFIRMED else "",
        _("waits on site") if booking.waits_on_site else "",
        booking.get_transport_display() if booking.transport else "",
    ]
    return {
        "at": f"{booking.centre.local(booking.starts_at):%H:%M}",
        "plate": booking.vehicle.plate,
        "car": booking.vehicle.title,
        "customer": booking.customer.salutation,
        "phone": booking.customer.phone_text,
        "work": joined(row.services) or booking.concern[:80],
        "hours": format_number(booking.work_hours),
        "notes": joined([str(note) for note in notes if note]),
        "parts": [{"number": one.part.part_no, "name": one.part.name, "quantity": one.text} for one in row.parts],
    }
