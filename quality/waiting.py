"""Cars that wait for an inspection. Queries: three, whatever the number of rows."""

from __future__ import annotations

from typing import Any

from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from workshop.board import labour_text, promise_of, with_labour

MOST_ROWS = 100


def waiting_rows(centre: ServiceCentre, *stages: str) -> list[dict[str, Any]]:
    """Cars at `stages`, most endangered promise first; `first` marks the one to inspect next."""
    rows = with_labour(WorkOrder.objects.filter(centre=centre).at(*stages).by_risk().for_rows())
    orders = list(rows[:MOST_ROWS])
    first = next((order for order in orders if order.stage == Stage.FINAL), None)
    return [
        {
            "order": order,
            "promise": promise_of(order),
            "text": labour_text(order),
            "hold": order.open_holds[0] if order.open_holds else None,
            "first": order is first,
        }
        for order in orders
    ]
