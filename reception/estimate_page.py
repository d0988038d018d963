"""What the estimate page shows: open findings with work that fits, the lines, what of them can still be changed (M2.2-c)."""

from __future__ import annotations

from typing import Any

from reception import findings
from reception.forms import ExtraForm, LineForm, OperationForm
from servicedesk.catalogue.models import Part
from servicedesk.workorders import declined
from servicedesk.workorders.consents import signed_by_other
from servicedesk.workorders.lines import lines_context
from servicedesk.workorders.models import Estimate, LineState, WorkOrder
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
    operations = form.offer_once(order)
    fitting = findings.suggestions(open_found, operations)
    rows = proposals(order, context["newest"], bad)
    last = context["last_consent"]
    return {
        "form": form,
        "extra": extra,
        "work_order": order,
        "findings": [{"finding": row, "fitting": fitting[row.key]} for row in open_found],
        "chosen": chosen,
        "fits_chosen": findings.suggestions([chosen], operations)[chosen.key] if chosen else [],
        "proposals": rows,
        "parts": list(Part.objects.offered()) if any(not row.seen for row in rows) else [],
        "may_give_back": order.stage in (Stage.RECEPTION, Stage.AUTHORISED),
        "at_reception": order.stage == Stage.RECEPTION,
        "other_signer": last if last and signed_by_other(last, order.customer.name) else None,
        "undone": [
            {"line": line, "said": declined.what_was_said(line)}
            for line in declined.left_undone(vehicle=order.vehicle, except_for=order)
        ],
        **context,
    }


def proposals(order: WorkOrder, newest: Estimate | None, bad: LineForm | None = None) -> list[Any]:
    """Open proposals with their own parts; `seen` says of each whether a customer was shown it, `bad` what was typed wrongly.

    No query for a visit read `for_estimate`.
    """
    shown = {row["line"] for row in newest.lines} if newest else set()
    lines: dict[int, Any] = {line.pk: line for line in order.lines.all()}
    found = [line for line in lines.values() if line.parent_id is None and line.state == LineState.PROPOSED]
    for row in found[:NEWEST_LINES]:
        row.seen = row.pk in shown
        row.bad = bad if bad is not None and bad.line.pk == row.pk else None
        row.beside = lines.get(row.alternative_of_id)
        row.own_parts = [line for line in lines.values() if line.parent_id == row.pk]
        for part in row.own_parts:
            part.typed = row.bad.data.get(f"qty_{part.pk}", "") if row.bad else None
    return found[:NEWEST_LINES]
