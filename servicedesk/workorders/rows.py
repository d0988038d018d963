"""Rows of the work list, drawn as text: 50 of them are most of what the commonest page costs.

`_rows.html` has the table around them. Everything that comes from people or the database is escaped here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff import marks
from servicedesk.workorders.models import Hold, WorkOrder
from servicedesk.workorders.stages import IN_WORKSHOP, Stage
from servicedesk.workorders.trail import how_late, promise_state
from servicedesk.workorders.visit import NEXT_STEP, NEXT_STEP_WAITING

ROW = (
    '<tr><td data-at="plate"><a class="sd-plate" translate="no" href="{url}">{plate}</a></td>'
    '<td class="two" data-at="who">{customer}<small>{car}</small></td>'
    '<td data-at="state"><span class="sd-badges">{stage}{hold}</span></td>'
    '<td class="sd-wide" data-at="visit">{visit}</td><td data-at="due">{promise}</td>{next}</tr>'
).format
NEXT = '<td class="sd-sm sd-muted" data-at="act">{}</td>'.format
OVER = frozenset({Stage.CLOSED.value, Stage.CANCELLED.value})
"""Nothing is next there."""


def work_list(orders: Iterable[WorkOrder], centre: Any, *, over: bool = False) -> SafeString:
    """Rows of visits of one `centre`, which come from `….for_list()`. No query of its own; "" without any.

    `over`: all these visits are over, so that the table has no column for the next step.
    """
    moment, language = now(), marks.language()
    url = reverse("workorders:detail", args=[0]).replace("/0/", "/{}/").format
    waits, unpromised = escape(_("waits")), escape(_("Not promised yet"))
    no_promise = f'<span class="sd-muted">{unpromised}</span>'
    return SafeString(
        "".join(
            ROW(
                url=url(order.pk),
                plate=escape(order.vehicle.plate),
                customer=escape(order.customer.name),
                car=escape(order.vehicle.model_name) + (f" · {waits}" if order.waits_on_site else ""),
                stage=marks.stage_of(WorkOrder, order.stage, language),
                hold=hold(order.open_hold, moment, language) if order.open_hold else "",  # type: ignore[attr-defined]
                visit=marks.visit_bars(order.stage, "h" if order.open_hold else "n", language),  # type: ignore[attr-defined]
                promise=promise(order, centre, moment) or (no_promise if order.stage not in OVER else ""),
                next="" if over else NEXT(next_step(order, language)),
            )
            for order in orders
        )
    )


def promise(order: WorkOrder, centre: Any, moment: dt.datetime) -> str:
    """The promised delivery, kept or late by how much once the car is ready; "" while nothing is promised."""
    due = order.promised_at
    if due is None or order.stage == Stage.CANCELLED:
        return ""
    state = promise_state(due, order.ready_at, moment)
    return marks.promise(due, state, centre, moment, how_late(due, order.ready_at))


def hold(told: dict[str, str], moment: dt.datetime, language: str) -> SafeString:
    """What the car has been waiting for longest, as `with_hold` read it."""
    return marks.hold(
        told["cause"], cause(told["cause"], language), dt.datetime.fromisoformat(told["started_at"]), moment
    )


@cache
def cause(value: str, language: str) -> str:
    """What a wait is called, in the few words a row has room for."""
    with override(language):
        return str(Hold.IN_SHORT[Hold.Cause(value)])


def next_step(order: WorkOrder, language: str) -> str:
    """What is next: what the car waits for, else what a room knows, else what its stage asks for."""
    waits = order.open_hold if order.stage in IN_WORKSHOP or order.stage == Stage.RECEPTION else None  # type: ignore[attr-defined]
    if waits:
        return waiting_step(waits["cause"], language)
    return row_step(order.row_step, language) if order.row_step else stage_step(order.stage, language)  # type: ignore[attr-defined]


@cache
def stage_step(stage: str, language: str) -> str:
    """What a stage asks for."""
    with override(language):
        return escape(NEXT_STEP[Stage(stage)])


@cache
def waiting_step(cause: str, language: str) -> str:
    """What has to come before the work goes on."""
    with override(language):
        return escape(NEXT_STEP_WAITING[Hold.Cause(cause)])


@cache
def row_step(key: str, language: str) -> str:
    """What a room says is next."""
    with override(language):
        return escape(next(step.label for step in registry.row_steps if step.key == key))
