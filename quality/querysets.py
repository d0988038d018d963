"""Named selections of final inspections, and the round a visit is in."""

from __future__ import annotations

from servicedesk.workorders.models import Event, WorkOrder
from servicedesk.workorders.querysets import OfWorkOrder
from servicedesk.workorders.stages import Stage


class Finals(OfWorkOrder):
    """Selections of final inspections."""

    def failed(self) -> Finals:
        """Those that sent the car back."""
        return self.filter(verdict="fail")

    def for_report(self) -> Finals:
        """With what the report shows."""
        return self.select_related("work_order__vehicle", "work_order__customer", "work_order__centre", "inspector")


def current_round(work_order: WorkOrder) -> int:
    """How often the car has come to self-check: reports of an earlier round no longer count. One query."""
    return Event.objects.filter(work_order=work_order, kind="stage", data__to=Stage.SELFCHECK).count()
