"""The lines of a visit as the line table shows them: amounts, the customer's word on each, and how far the work is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.formats import format_date, format_moment, format_money
from servicedesk.workorders import alternatives
from servicedesk.workorders.models import (
    Consent,
    ConsentAnswer,
    Estimate,
    LineKind,
    LineOrigin,
    LineState,
    WorkOrder,
    WorkOrderLine,
)
from servicedesk.workorders.money import totals

AGREED = (LineState.APPROVED, LineState.DONE, LineState.CHECKED)
WORK = {LineState.DONE: "ok", LineState.CHECKED: "ok"}


def lines_context(work_order: WorkOrder) -> dict[str, Any]:
    """Context of `includes/_lines.html` for one visit: two queries more than the lines themselves, whatever their number."""
    centre = work_order.centre
    kept = "lines" in getattr(work_order, "_prefetched_objects_cache", {})
    lines = work_order.lines
    rows = list(lines.all() if kept else lines.select_related("operation", "part").order_by("position", "id"))
    answers: dict[int, ConsentAnswer] = {}
    last: Consent | None = None
    for answer in (
        ConsentAnswer.objects.filter(consent__work_order=work_order).select_related("consent__estimate").order_by("pk")
    ):
        answers[answer.line_id] = answer
        last = answer.consent
    waits = any(row.state == LineState.PROPOSED and row.pk not in answers for row in rows)
    newest = Estimate.objects.filter(work_order=work_order).order_by("-version").first() if waits else None
    shown = work_order.happened("estimate.issued")[-1:]
    agreed = totals([row.amount for row in rows if row.state in AGREED], centre)
    waiting = [row for row in rows if row.state == LineState.PROPOSED]
    note = ""
    if waiting:
        open_or_agreed = [row for row in rows if row.state in (*AGREED, LineState.PROPOSED)]
        if_all = totals([row.amount for row in alternatives.counted(open_or_agreed)], centre)
        note = _("If all is approved: %(total)s") % {"total": format_money(if_all.total, centre.currency)}
        if any(row.alternative_of_id for row in waiting):
            note = _("%(note)s, of alternatives the dearest") % {"note": note}
    label = _("Approved, %(tax)s tax included") % {"tax": format_money(agreed.tax, centre.currency)}
    work = {line: told for ask in registry.line_work for line, told in ask(work_order).items()}
    return {
        "lines": [_as_row(row, answers.get(row.pk), newest, centre, work.get(row.pk)) for row in rows],
        "newest": newest,
        "last_consent": last,
        "estimate": {"version": shown[0].data["version"], "created_at": shown[0].at} if shown else None,
        "line_total": agreed.total,
        "total_label": label,
        "total_note": note,
        "waiting": len([row for row in waiting if row.parent_id is None]),
    }


def _as_row(
    line: WorkOrderLine,
    answer: ConsentAnswer | None,
    newest: Estimate | None,
    centre: Any,
    work: tuple[Any, str] | None,
) -> dict[str, Any]:
    sub = line.parent_id is not None
    if work is None:
        work = (line.get_state_display(), WORK[LineState(line.state)]) if line.state in WORK else ("", "")
    return {
        "name": line.title,
        "code": line.code,
        "quantity_text": _quantity(line),
        "unit_price": line.unit_price,
        "amount": line.amount,
        "sub": sub,
        "state": "approved" if line.state in AGREED else line.state,
        "new": line.state == LineState.PROPOSED and line.origin == LineOrigin.REPAIR,
        "consent_text": "" if sub else _consent(line, answer, newest, centre),
        "work_text": "" if sub else work[0],
        "work_tone": work[1],
    }


def _quantity(line: WorkOrderLine) -> str:
    if line.kind == LineKind.LABOUR:
        return f"{line.quantity.quantize(Decimal('0.1'))} h"
    unit = line.part.unit if line.part else ""
    return f"{line.quantity.normalize():f} {unit}".strip()


def _consent(line: WorkOrderLine, answer: ConsentAnswer | None, newest: Estimate | None, centre: Any) -> str:
    if line.state == LineState.DECLINED:
        reason = line.decline_reason
        return _("Declined: %(reason)s") % {"reason": reason} if reason else _("Declined")
    if line.state == LineState.DEFERRED and line.deferred_to:
        return _("Put off to %(date)s") % {"date": format_date(line.deferred_to, year=True)}
    if answer:
        return f"{answer.consent.get_method_display()} {format_moment(answer.consent.at, centre, now=now())}"
    if newest and any(row["line"] == line.pk for row in newest.lines):
        return _("Shown %(time)s") % {"time": format_moment(newest.created_at, centre, now=now())}
    return _("Not yet shown")
