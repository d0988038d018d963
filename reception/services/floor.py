"""What the verbs of the desk share: the lock on a visit that is still in reception."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reception.services.refusals import NotReceived
from servicedesk.staff.repeats import Reason
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import last_move


def at_reception(work_order: WorkOrder) -> WorkOrder:
    """Lock the visit and return it; raises NotReceived once reception is over."""
    locked = WorkOrder.objects.select_for_update(of=("self",)).select_related("centre", "vehicle").get(pk=work_order.pk)
    if locked.stage != Stage.RECEPTION:
        raise NotReceived(is_over(locked), *last_move(locked))
    return locked


def is_over(work_order: WorkOrder) -> Reason:
    """Why nothing of reception can be changed any more: the stage the visit is at, with its page."""
    return Reason(
        _("Reception of %(plate)s is over: the visit is at “%(stage)s”.")
        % {"plate": work_order.vehicle.plate, "stage": work_order.get_stage_display()},
        work_order.get_absolute_url(),
    )
