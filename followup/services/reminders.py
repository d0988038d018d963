"""Reminding customers of work they put off, before its day comes: once, and only who agreed to be contacted.

Not part of a running visit, so nobody without consent is written to; nor whose car had the work proposed once more, is here or
booked in, or belongs to somebody else by now.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from appointments.models import Appointment
from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar
from servicedesk.workorders.models import LineState, WorkOrder, WorkOrderLine
from servicedesk.workorders.stages import IN_HOUSE, Stage

NEAR = dt.timedelta(days=14)
"""So long before its day a customer is reminded of what he put off."""
NOT_BEFORE = dt.timedelta(days=2)
"""Nor sooner after the visit."""
AT_ONCE = 200


def remind_of_deferred() -> int:
    """Sweep: one message for all work of a visit put off to the same day, while the centre is open; returns how many.

    Two queries when there are none.
    """
    moment = now()
    dates: dict[str, tuple[int, dt.date]] = {}
    calendars: dict[int, Calendar] = {}
    for row in lines_near(moment).select_related("work_order__centre").order_by("deferred_to", "work_order_id"):
        centre = row.work_order.centre
        if row.deferred_to is not None and centre.today() <= row.deferred_to <= centre.today() + NEAR:
            dates[key_of(row.work_order_id, row.deferred_to)] = (row.work_order_id, row.deferred_to)
            calendars.setdefault(row.work_order_id, Calendar(centre))
    for key in outbox.queued(dates):
        del dates[key]
    due = [pair for pair in dates.values() if calendars[pair[0]].is_open(moment)]
    return sum(_remind(order, date) for order, date in due[:AT_ONCE])


def lines_near(moment: dt.datetime) -> Any:
    """Put-off work whose day is near on some clock of the world, of customers who may be written to about it."""
    today = moment.date()
    later = WorkOrderLine.objects.filter(
        operation=OuterRef("operation"),
        work_order__vehicle=OuterRef("work_order__vehicle"),
        pk__gt=OuterRef("pk"),
    )
    here = WorkOrder.objects.filter(vehicle=OuterRef("work_order__vehicle"), stage__in=IN_HOUSE)
    booked = Appointment.objects.expected().filter(vehicle=OuterRef("work_order__vehicle"), starts_at__gt=moment)
    return WorkOrderLine.objects.top().filter(
        ~Exists(later),
        ~Exists(here),
        ~Exists(booked),
        state=LineState.DEFERRED,
        deferred_to__range=(today - dt.timedelta(days=1), today + NEAR + dt.timedelta(days=1)),
        work_order__stage__in=(Stage.DELIVERED, Stage.CLOSED),
        work_order__delivered_at__lte=moment - NOT_BEFORE,
        work_order__customer__consent_contact_at__isnull=False,
        work_order__customer=F("work_order__vehicle__customer"),
    )


def key_of(work_order: int, date: dt.date) -> str:
    """What makes the reminder of a visit's work for a day the only one."""
    return f"declined_reminder:{work_order}:{date}"


@transaction.atomic
def _remind(pk: int, date: dt.date) -> int:
    order = WorkOrder.objects.select_for_update(of=("self",)).for_rows().get(pk=pk)
    language = outbox.known_language(order.customer.language or order.centre.language)
    lines = lines_near(now()).filter(work_order=order, deferred_to=date).select_related("operation", "part")
    items = [title_of(line, language) for line in lines.order_by("position", "pk")]
    if not items:
        return 0
    outbox.send(
        "declined_reminder",
        customer=order.customer,
        centre=order.centre,
        by=Actor.system("followup.remind_of_deferred"),
        about=order.number,
        dedupe_key=key_of(pk, date),
        context={
            "number": order.full_number,
            "plate": order.vehicle.plate,
            "vehicle": order.vehicle.title,
            "items": items,
            "due": date.isoformat(),
            "advisor": str(order.advisor),
        },
    )
    return 1


def title_of(line: WorkOrderLine, language: str) -> str:
    """What the work is called in the customer's language."""
    source = line.operation or line.part
    return line.description or (source.name_in(language) if source else "")
