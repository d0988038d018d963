"""What the estimate page shows: open findings with work that fits, the lines, what of them can still be changed (M2.2-c)."""

from __future__ import annotations

from typing import Any

from reception import findings
from reception.forms import ExtraForm, LineForm, OperationForm
from reception.promise import reckon
from servicedesk.catalogue.models import LabourOperation, Part
from servicedesk.workorders import declined
from servicedesk.workorders.consents import signed_by_other
from servicedesk.workorders.lines import lines_context
from servicedesk.workorders.models import Estimate, WorkOrder, WorkOrderLine
from servicedesk.workorders.stages import Stage

NEWEST_LINES = 60


def page_of(
    order: WorkOrder,
    *,
    form: OperationForm,
    found: list[findings.Finding],
    chosen: findings.Finding | None,
    extra: ExtraForm,
    bad: LineForm | None = None,
) -> dict[str, Any]:
    """Context of `reception/estimate.html`, with `bad`, a change of one line that could not be taken, as it was typed.

    The number of queries does not grow with findings or lines.
    """
    context = lines_context(order)
    open_found = findings.still_open(order, found)
    operations = list(LabourOperation.objects.offered())
    fitting = findings.suggestions(open_found, operations)
    rows = proposals(order, context["newest"])
    for row in rows:
        row.bad = bad if bad is not None and bad.line.pk == row.pk else None  # type: ignore[attr-defined]
        for part in row.parts.all():
            part.typed = row.bad.data.get(f"qty_{part.pk}", "") if row.bad else None  # type: ignore[attr-defined]
    last = order.consents.order_by("-pk").first()
    return {
        "form": form,
        "extra": extra,
        "work_order": order,
        "findings": [{"finding": row, "fitting": fitting[row.key]} for row in open_found],
        "chosen": chosen,
        "fits_chosen": findings.suggestions([chosen], operations)[chosen.key] if chosen else [],
        "proposals": rows,
        "parts": list(Part.objects.offered()) if rows else [],
        "may_give_back": order.stage in (Stage.RECEPTION, Stage.AUTHORISED),
        "at_reception": order.stage == Stage.RECEPTION,
        "reckoned": reckon(order, with_proposed=True) if context["waiting"] else None,
        "other_signer": last if last and signed_by_other(last, order.customer.name) else None,
        "undone": [
            {"line": line, "said": declined.what_was_said(line)}
            for line in declined.left_undone(vehicle=order.vehicle, except_for=order)
        ],
        **context,
    }


def proposals(order: WorkOrder, newest: Estimate | None) -> list[WorkOrderLine]:
    """Open proposals with parts and photos; `seen` says of each whether a customer was shown it. Three queries."""
    shown = {row["line"] for row in newest.lines} if newest else set()
    rows = order.lines.top().unanswered().select_related("operation", "concern", "alternative_of__operation")
    rows = rows.prefetch_related("parts__part", "photos").order_by("position", "pk")
    found = list(rows[:NEWEST_LINES])
    for row in found:
        row.seen = row.pk in shown
    return found
