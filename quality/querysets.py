"""Named selections of final inspections, and the round a visit is in."""

from __future__ import annotations

from django.db.models import Count, Subquery

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


def of_this_round(reports: OfWorkOrder, work_order: WorkOrder) -> OfWorkOrder:
    """Those of `reports` that belong to the round the visit is in; part of their query."""
    came = Event.objects.filter(work_order=work_order, kind="stage", data__to=Stage.SELFCHECK).order_by()
    count = came.values("work_order").annotate(count=Count("pk")).values("count")
    return reports.filter(work_order=work_order, round=Subquery(count))


def current_round(work_order: WorkOrder) -> int:
    """How often the car has come to self-check: reports of an earlier round no longer count. One query."""
    return Event.objects.filter(work_order=work_order, kind="stage", data__to=Stage.SELFCHECK).count()
