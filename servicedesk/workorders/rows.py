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

from servicedesk.clock import now
from servicedesk.staff import marks
from servicedesk.workorders.models import Hold, WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.trail import promise_state
from servicedesk.workorders.visit import NEXT_STEP

ROW = (
    '<tr><td data-at="plate"><a class="sd-plate" translate="no" href="{url}">{plate}</a></td>'
    '<td class="two" data-at="who">{customer}<small>{car}</small></td>'
    '<td data-at="state"><span class="sd-badges">{stage}{hold}</span></td>'
    '<td class="sd-wide" data-at="visit">{visit}</td><td data-at="due">{promise}</td>'
    '<td class="sd-sm sd-muted" data-at="act">{next}</td></tr>'
).format


def work_list(orders: Iterable[WorkOrder], centre: Any) -> SafeString:
    """Rows of visits of one `centre`, which come from `….for_list()`. No query of its own; "" without any."""
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
                promise=promise(order, centre, moment) or no_promise,
                next=next_step(order.stage, language),
            )
            for order in orders
        )
    )


def promise(order: WorkOrder, centre: Any, moment: dt.datetime) -> str:
    """The promised delivery; "" while there is none."""
    due = order.promised_at
    return marks.promise(due, promise_state(due, order.ready_at, moment), centre, moment) if due else ""


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


@cache
def next_step(stage: str, language: str) -> str:
    """What is next at a stage."""
    with override(language):
        return escape(NEXT_STEP[Stage(stage)])
