"""What all verbs of this chapter start with: the visit, locked, at one of the stages where the verb makes sense."""

from __future__ import annotations

from django.utils.translation import gettext as _

from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import last_move


def lock(work_order: WorkOrder, *stages: str, clause: str = "") -> WorkOrder:
    """Return the visit freshly read and locked. Raises Refusal, naming both stages, when it stands elsewhere.

    Call it inside the service's transaction: two people at once then act one after the other.
    """
    locked = (
        WorkOrder.objects.select_for_update(of=("self",))
        .select_related("centre", "customer", "vehicle", "advisor")
        .get(pk=work_order.pk)
    )
    if stages and locked.stage not in stages:
        wanted = _("”, “").join(str(Stage(stage).label) for stage in stages)
        raise Refusal(
            Reason(
                _("The car is at “%(now)s”; this is done at “%(stages)s”.")
                % {"now": Stage(locked.stage).label, "stages": wanted},
                locked.get_absolute_url(),
                clause,
            ),
            *last_move(locked),
        )
    return locked
