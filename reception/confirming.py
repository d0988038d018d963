"""What confirming the inspection puts on the shelves of the house: link, letter, reminder, check, panel, words of its events."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reception.checks import seals_match
from reception.forms import RemarkForm
from reception.models import Inspection
from reception.result import Result
from reception.services.leaving import COPY, PURPOSE, remind_of_inspections
from servicedesk import registry
from servicedesk.messaging import kinds, links
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder

REMARKING = (Role.ADVISOR, Role.MANAGER, Role.SUPERVISOR)


def panel(request: HttpRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """The inspection's result on the work order page, what was remarked since, and the form for a remark."""
    inspection = Inspection.objects.filter(work_order=work_order).select_related("signature").first()
    if inspection is None:
        return None
    roles = request.user.roles_in(work_order.centre_id)  # type: ignore[union-attr]
    return {
        "inspection": inspection,
        "result": Result(inspection),
        "added": list(inspection.remarks_added.select_related("photo").order_by("pk")) if inspection.is_signed else [],
        "may_remark": inspection.is_signed and bool(roles & {role.value for role in REMARKING}),
        "form": RemarkForm(),
    }


def register() -> None:
    """Called once, when the chapter registers what it has."""
    links.register(PURPOSE, "reception:confirm")
    kinds.register(
        COPY,
        _("Inspection signed"),
        when=_("The customer has confirmed the joint inspection, on the tablet or by link. Leads to the sheet."),
        order=kinds.KINDS["inspection_to_confirm"].order + 1,
    )
    registry.sweeps.register(registry.Sweep("inspection reminders", remind_of_inspections))
    registry.checks.register(registry.Check("signed inspections are as signed", seals_match))
    registry.phrases.update(
        {
            "inspection.left": registry.Phrase(_("Customer left without signing; asked by link")),
            "inspection.remark": registry.Phrase(_("Remark on the joint inspection")),
        }
    )
