"""Declined work comes back: what the customer put off or declined is told whenever the car is booked or received (M2.2-c)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.registry import Alert
from servicedesk.staff.formats import format_date
from servicedesk.workorders.alternatives import group_column
from servicedesk.workorders.models import LineKind, LineState, Urgency, WorkOrderLine

REMEMBERED = dt.timedelta(days=730)
"""After two years the car is another one: what was found then is looked for anew."""
MOST_ALERTS = 3
MOST_LINES = 12


def left_undone(*, customer: Any = None, vehicle: Any = None, except_for: Any = None) -> list[WorkOrderLine]:
    """Labour put off or declined on earlier visits of the car (or all cars of the customer), the newest first.

    Work that was proposed for the car once more since then is left out, whatever became of it: its newest line speaks.
    So is what was declined because its alternative was chosen.
    `except_for`: the visit at hand. One query.
    """
    rows = _put_off()
    rows = (
        rows.filter(work_order__vehicle=vehicle) if vehicle is not None else rows.filter(work_order__customer=customer)
    )
    if except_for is not None:
        rows = rows.exclude(work_order=except_for)
    return list(rows[:MOST_LINES])


def left_undone_of(vehicles: Iterable[Any]) -> dict[int, list[WorkOrderLine]]:
    """The same of several cars: vehicle id → its lines. One query."""
    found: dict[int, list[WorkOrderLine]] = {}
    for line in _put_off().filter(work_order__vehicle__in=vehicles):
        found.setdefault(line.work_order.vehicle_id, []).append(line)
    return found


def _put_off() -> Any:
    since = OuterRef("work_order__vehicle"), OuterRef("operation"), OuterRef("pk")
    asked_again = WorkOrderLine.objects.filter(work_order__vehicle=since[0], operation=since[1], pk__gt=since[2])
    instead = WorkOrderLine.objects.approved().alias(group=group_column()).filter(group=OuterRef("group"))
    rows = WorkOrderLine.objects.top().alias(group=group_column())
    rows = rows.filter(
        ~Exists(asked_again),
        ~Exists(instead),
        kind=LineKind.LABOUR,
        state__in=(LineState.DECLINED, LineState.DEFERRED),
        created_at__gte=now() - REMEMBERED,
    )
    related = rows.select_related("operation", "work_order__vehicle", "work_order__centre")
    return related.order_by("-created_at", "-pk")


def what_was_said(line: WorkOrderLine) -> str:
    """When it is to be done, or when and why it was declined."""
    if line.state == LineState.DEFERRED and line.deferred_to:
        return _("put off to %(date)s") % {"date": format_date(line.deferred_to, year=True)}
    day = format_date(line.work_order.centre.local(line.created_at).date(), year=True)
    if line.decline_reason:
        return _("declined on %(date)s: %(reason)s") % {"date": day, "reason": line.decline_reason}
    return _("declined on %(date)s") % {"date": day}


def is_pressing(line: WorkOrderLine) -> bool:
    """Whether its time has come, or it was urgent when it was found."""
    come = line.deferred_to is not None and line.deferred_to <= line.work_order.centre.today()
    return come or line.urgency == Urgency.NOW


def alerts(customer: Any = None, vehicle: Any = None) -> list[Alert]:
    """What anybody must know before he goes on with this car: work that is still to be done. One query."""
    if customer is None and vehicle is None:
        return []
    return [
        Alert(
            "amber" if is_pressing(line) else "info",
            _("%(plate)s, not done yet: %(work)s (%(said)s)")
            % {"plate": line.work_order.vehicle.plate, "work": line.title, "said": what_was_said(line)},
            line.work_order.get_absolute_url(),
        )
        for line in left_undone(customer=customer, vehicle=vehicle)[:MOST_ALERTS]
    ]
