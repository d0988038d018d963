"""The day on paper, for when the system is down: who comes, which cars are here and by when, ruled for handwriting.

Not evidence and not kept: it is printed when somebody asks for it, in the reader's language. Seven queries.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from appointments.models import Appointment
from servicedesk.clock import now
from servicedesk.documents import parts, pdf
from servicedesk.staff.formats import format_date, format_number, joined, language_of
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import WorkOrder
from workshop.board import labour_text, promise_of, with_labour
from workshop.models import Job

TEMPLATE = "workshop/pdf/day_sheet.html"


def day_sheet(centre: ServiceCentre) -> bytes:
    """Today's sheet of a centre as PDF, laid out in a process of its own."""
    return pdf.render(TEMPLATE, context(centre), language=language_of(None), apart=True)


def context(centre: ServiceCentre) -> dict[str, Any]:
    """All that the sheet shows, in the active language."""
    today = centre.today()
    bookings = [_booking(row) for row in Appointment.objects.on_day(centre, today).for_rows()]
    cars = _cars(centre)
    date = format_date(today, centre, year=True, weekday=True)
    printed = f"{format_date(now(), centre, year=True)} {centre.local(now()):%H:%M}"
    hours = sum((row["hours"] for row in bookings), Decimal(0))
    return {
        "heading": parts.Heading(
            centre=centre,
            title=_("Day sheet"),
            number=date,
            foot=_("Printed %(at)s. Work by it while the system is down; enter the handwritten columns afterwards")
            % {"at": printed},
        ),
        "summary": _("Bookings %(bookings)s, labour hours %(hours)s. Cars in the workshop %(cars)s, at risk %(risk)s")
        % {
            "bookings": len(bookings),
            "hours": format_number(hours),
            "cars": len(cars),
            "risk": sum(1 for car in cars if car["risk"]),
        },
        "bookings": bookings,
        "cars": cars,
        "spare": range(4),
    }


def _booking(row: Appointment) -> dict[str, Any]:
    notes = [
        row.get_state_display() if row.state != Appointment.State.CONFIRMED else "",
        _("waits on site") if row.waits_on_site else "",
        row.get_transport_display() if row.transport else "",
    ]
    return {
        "at": f"{row.centre.local(row.starts_at):%H:%M}",
        "plate": row.vehicle.plate,
        "car": row.vehicle.title,
        "customer": row.customer.salutation,
        "phone": row.customer.phone_text,
        "work": " · ".join(filter(None, (joined([item.operation.name for item in row.items.all()]), row.concern[:40])))[
            :120
        ],
        "hours": row.work_hours,
        "hours_text": format_number(row.work_hours),
        "notes": joined([str(note) for note in notes if note]),
    }


def _cars(centre: ServiceCentre) -> list[dict[str, Any]]:
    orders = list(with_labour(WorkOrder.objects.filter(centre=centre).in_house().by_risk().for_rows()))
    jobs: dict[int, list[Job]] = defaultdict(list)
    for job in (
        Job.objects.unfinished().filter(work_order__in=orders).select_related("technician", "bay").order_by("pk")
    ):
        jobs[job.work_order_id].append(job)
    return [_car(order, jobs[order.pk], centre) for order in orders]


def _car(order: WorkOrder, jobs: list[Job], centre: ServiceCentre) -> dict[str, Any]:
    promise = promise_of(order)
    holds: list[Any] = order.open_holds  # type: ignore[attr-defined]
    people = dict.fromkeys(str(job.technician) for job in jobs if job.technician)
    words = [f"{hold.get_cause_display()} {hold.note}".strip() for hold in holds] + [labour_text(order)]
    return {
        "number": order.number,
        "plate": order.vehicle.plate,
        "car": order.vehicle.title,
        "customer": order.customer.name,
        "phone": order.customer.phone_text,
        "stage": order.get_stage_display(),
        "promised": _short(order.promised_at, centre) if order.promised_at else "",
        "bay": joined(list(dict.fromkeys(job.bay.code for job in jobs if job.bay))),
        "who": joined(list(people)) or str(order.advisor),
        "words": " · ".join(filter(None, words))[:120],
        "risk": bool(holds) or bool(promise and promise.state in ("risk", "broken")),
    }


def _short(moment: dt.datetime, centre: ServiceCentre) -> str:
    return f"{format_date(moment, centre)} {centre.local(moment):%H:%M}"
