"""What this chapter shows on the work order page: jobs with their time, readings and findings."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from servicedesk import registry
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_WORKSHOP
from workshop.models import Finding, Job, Reading


def jobs_panel(request: StaffRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """Jobs, each with technician, time and readings; the supervisor notes his look there (M3.2-a). Three queries."""
    readings = Prefetch("readings", Reading.objects.select_related("spec").order_by("spec__position", "pk"))
    jobs = Job.objects.filter(work_order=work_order).for_rows().prefetch_related("spans", readings).order_by("id")
    rows = [
        {
            "job": job,
            "hours": sum(span.seconds for span in job.spans.all()) / 3600,
            "readings": list(job.readings.all()),
        }
        for job in jobs
    ]
    if not rows:
        return None
    looks = work_order.stage in IN_WORKSHOP and Role.SUPERVISOR.value in request.user.roles_in(work_order.centre_id)
    return {"rows": rows, "work_order": work_order, "looks": looks}


def findings_panel(request: StaffRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """What was found during the work. One query."""
    rows = Finding.objects.filter(work_order=work_order).select_related("operation", "photo", "line", "settled_by")
    findings = list(rows.order_by("pk"))
    if not findings:
        return None
    roles = request.user.roles_in(work_order.centre_id)
    return {"findings": findings, "may_act": bool(roles & {Role.SUPERVISOR.value, Role.ADVISOR.value})}


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.panels.register(
        registry.Panel("jobs", _("Jobs and readings"), "workshop/_jobs_panel.html", jobs_panel, order=30)
    )
    registry.panels.register(
        registry.Panel("findings", _("Found during repair"), "workshop/_findings_panel.html", findings_panel, order=31)
    )
