"""Reminding customers of an estimate that waits for their decision: once for each version (M2.2-c, M3.2-c)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from reception.services.estimates import DECIDABLE, write_estimate
from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import Consent, Estimate, Hold, WorkOrder

AT_ONCE = 100


def remind_of_estimates() -> int:
    """Sweep: remind of estimates unanswered for the centre's `estimate_reminder_minutes` of opening time; returns how many.

    Counted from when the message left the house; sent only while the centre is open. 0 minutes: never.
    """
    moment = now()
    waiting = Hold.objects.filter(cause=Hold.Cause.CONSENT, ended_at=None, work_order__stage__in=DECIDABLE)
    orders = {hold.work_order_id: hold.work_order.centre for hold in waiting.select_related("work_order__centre")}
    shown = {
        estimate.pk: orders[estimate.work_order_id]
        for estimate in newest_of(list(orders))
        if not estimate.answered and orders[estimate.work_order_id].estimate_reminder_minutes
    }
    old = outbox.queued(key_of(pk) for pk in shown)
    calendars = {centre.pk: Calendar(centre) for centre in shown.values()}
    due = [
        pk
        for pk, sent_at in sent_times(list(shown)).items()
        if key_of(pk) not in old and is_due(shown[pk], calendars[shown[pk].pk], sent_at, moment)
    ]
    return sum(_remind(pk) for pk in due[:AT_ONCE])


def newest_of(orders: list[int]) -> list[Any]:
    """The newest version of each visit, with whether it is `answered`; one query."""
    answers = Consent.objects.filter(estimate=OuterRef("pk"))
    rows = Estimate.objects.filter(work_order__in=orders).annotate(answered=Exists(answers))
    return list({row.work_order_id: row for row in rows.order_by("version")}.values())


def sent_times(estimates: list[int]) -> dict[int, dt.datetime]:
    """When each version was last sent to its customer; versions that never left the house are not in it. One query."""
    rows = Message.objects.filter(
        kind="estimate_approval",
        state=Message.State.SENT,
        link__target_kind=Estimate._meta.label_lower,
        link__target_id__in=estimates,
    )
    return dict(rows.order_by("sent_at").values_list("link__target_id", "sent_at"))


def is_due(centre: ServiceCentre, calendar: Calendar, sent_at: dt.datetime, moment: dt.datetime) -> bool:
    """Whether the estimate has waited long enough, and the centre is open now."""
    wait = dt.timedelta(minutes=centre.estimate_reminder_minutes)
    return calendar.is_open(moment) and calendar.add_opening_time(sent_at, wait) <= moment


def key_of(estimate: int) -> str:
    """What makes the reminder of a version the only one."""
    return f"estimate_reminder:{estimate}"


@transaction.atomic
def _remind(pk: int) -> int:
    estimate = Estimate.objects.get(pk=pk)
    rows = WorkOrder.objects.select_for_update(of=("self",)).for_rows()
    work_order = rows.get(pk=estimate.work_order_id)
    newest = newest_of([work_order.pk])[0]
    waits = work_order.holds.filter(cause=Hold.Cause.CONSENT, ended_at=None).exists()
    if work_order.stage not in DECIDABLE or newest != estimate or newest.answered or not waits:
        return 0
    by = Actor.system("reception.remind_of_estimates")
    write_estimate("estimate_reminder", estimate, work_order, by=by, dedupe_key=key_of(pk))
    return 1
