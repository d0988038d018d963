"""The end of a visit: the first call has an outcome and no problem is open."""

from __future__ import annotations

from servicedesk.staff.actors import Actor
from servicedesk.workorders.gates import requirements
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import advance


def close_if_settled(work_order: WorkOrder, *, by: Actor) -> bool:
    """Close the visit when nothing is in the way; returns whether it was closed now."""
    work_order.refresh_from_db(fields=["stage"])
    if work_order.stage != Stage.DELIVERED:
        return False
    if not all(requirement.ok for requirement in requirements(work_order, Stage.CLOSED)):
        return False
    advance(work_order, to=Stage.CLOSED, by=by)
    return True


def close_visit(work_order: WorkOrder, *, by: Actor) -> WorkOrder:
    """Close the visit; raises `TransitionRefused` with all that is in the way."""
    return advance(work_order, to=Stage.CLOSED, by=by)
