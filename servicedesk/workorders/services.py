"""The verbs of the central model that no single chapter owns: open a visit, hold it, let it go on, promise its delivery."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.roles import Role
from servicedesk.workorders import events, promises
from servicedesk.workorders.models import Concern, Hold, Promise, WorkOrder
from servicedesk.workorders.numbers import next_number


@transaction.atomic
def open_work_order(
    *,
    by: Actor,
    centre: Any,
    customer: Any,
    vehicle: Any,
    advisor: Any,
    source: str,
    concern: str = "",
    purpose: str = "",
    **choices: Any,
) -> WorkOrder:
    """Open a visit at reception, number it and write its first event. `choices`: waits_on_site, wash_wanted, …"""
    moment = now()
    work_order = WorkOrder.objects.create(
        centre=centre,
        customer=customer,
        vehicle=vehicle,
        advisor=advisor,
        source=source,
        purpose=purpose[:200],
        stage_since=moment,
        opened_at=moment,
        number=next_number(centre, "W"),
        **choices,
    )
    if concern.strip():
        Concern.objects.create(work_order=work_order, words=concern.strip())
    events.record(work_order, "opened", by=by, data={"source": source})
    return work_order


@transaction.atomic
def promise_delivery(work_order: WorkOrder, *, due_at: dt.datetime, by: Actor, reason: str = "") -> Promise:
    """Promise (or move) the delivery time. The old promise is withdrawn and the move recorded with its reason."""
    previous = work_order.promised_at
    WorkOrder.objects.filter(pk=work_order.pk).update(promised_at=due_at)
    work_order.promised_at = due_at
    promise = promises.make(
        Promise.Kind.DELIVERY,
        work_order,
        centre=work_order.centre,
        due_at=due_at,
        about=work_order.number,
        owner=work_order.advisor,
        owner_role=Role.ADVISOR,
        work_order=work_order,
        url=work_order.get_absolute_url(),
        by=by,
    )
    events.record(
        work_order,
        "promise.moved" if previous else "promise.made",
        by=by,
        text=reason,
        data={"due": due_at.isoformat(), "before": previous.isoformat() if previous else ""},
    )
    return promise


def open_holds(work_order: WorkOrder) -> list[Hold]:
    """What the visit waits for, the longest first; its trail says whether it ever waited. One query, or none."""
    if not work_order.happened("hold.started"):
        return []
    return list(Hold.objects.filter(work_order=work_order, ended_at=None).order_by("started_at"))


@transaction.atomic
def hold(work_order: WorkOrder, *, cause: str, by: Actor, note: str = "") -> Hold:
    """Say what the visit waits for. Already waiting for it: nothing changes."""
    row, created = Hold.objects.get_or_create(
        work_order=work_order,
        cause=cause,
        ended_at=None,
        defaults={"note": note[:200], "started_at": now(), **actor_values(by)},
    )
    if created:
        events.record(work_order, "hold.started", by=by, data={"cause": cause}, text=note)
    return row


@transaction.atomic
def release(work_order: WorkOrder, *, cause: str, by: Actor) -> bool:
    """The wait is over; returns whether there was one."""
    ended = Hold.objects.filter(work_order=work_order, cause=cause, ended_at=None).update(ended_at=now())
    if ended:
        events.record(work_order, "hold.ended", by=by, data={"cause": cause})
    return bool(ended)
