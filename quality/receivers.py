"""What chapter 4 asks before a visit goes on (M4.1-b, M4.2-b)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from quality.models import FinalInspection, SelfCheck, Verdict
from quality.querysets import of_this_round
from servicedesk.staff.roles import Role
from servicedesk.workorders.gates import Requirement, gate
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage


@gate(Stage.FINAL, order=40)
def self_check_signed(work_order: WorkOrder) -> list[Requirement]:
    """The self-check of this round is signed, with everything in order, by somebody who did the work."""
    signed = of_this_round(SelfCheck.objects.all(), work_order).filter(passed=True).exists()
    url = reverse("quality:self_check", args=[work_order.pk])
    return [
        Requirement(signed, _("The technician has signed the self-check."), "M4.1-b", url, Role.TECHNICIAN),
    ]


@gate(Stage.PREPARATION, order=40)
def final_passed(work_order: WorkOrder) -> list[Requirement]:
    """The final inspection of this round is passed, by somebody who did not do the work."""
    finals = of_this_round(FinalInspection.objects.all(), work_order)
    url = reverse("quality:final", args=[work_order.pk])
    return [
        Requirement(
            finals.filter(verdict=Verdict.PASS).exists(),
            _("An inspector who did not do the work has passed the car."),
            "M4.2-b",
            url,
            Role.INSPECTOR,
        ),
    ]
