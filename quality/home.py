"""What this chapter puts into the menu, on home pages, on the work order page and on the timeline."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from quality.models import FinalInspection, SelfCheck
from quality.waiting import waiting_rows
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage


def waiting_for_final(request: StaffRequest) -> dict[str, Any]:
    """Cars that wait for the inspector. Three queries."""
    return {"rows": waiting_rows(request.centre, Stage.FINAL)}


def in_rework(request: StaffRequest) -> dict[str, Any]:
    """Cars he sent back that are not with him again. Three queries."""
    return {"rows": waiting_rows(request.centre, Stage.REWORK, Stage.SELFCHECK), "later": True}


def count_waiting(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: cars at final inspection, and those past their promised time."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE promised_at < %s) FROM workorders_workorder "
        "WHERE centre_id = %s AND stage = ANY(%s)",
        [now(), centre.pk, [Stage.FINAL.value]],
    )


def next_steps(request: StaffRequest, work_order: WorkOrder) -> list[registry.Action]:
    """Self-check for who did the work, final inspection for an inspector who did not."""
    pk = work_order.pk
    worked = {event.by_user_id for event in work_order.happened("workshop.started")}
    if work_order.stage == Stage.SELFCHECK and request.user.pk in worked:
        url = reverse("quality:self_check", args=[pk])
        return [registry.Action(_("Self-check"), url, frozenset({Role.TECHNICIAN.value}), order=1)]
    if work_order.stage == Stage.FINAL and request.user.pk not in worked:
        url = reverse("quality:final", args=[pk])
        return [registry.Action(_("Final inspection"), url, frozenset({Role.INSPECTOR.value}), order=1)]
    return []


def reports_panel(request: StaffRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """Signed reports, newest first. Two queries."""
    checks = SelfCheck.objects.filter(work_order=work_order).select_related("technician")
    finals = FinalInspection.objects.filter(work_order=work_order).select_related("inspector")
    rows: list[dict[str, Any]] = [
        {
            "title": _("Self-check report"),
            "url": reverse("quality:self_check_report", args=[check.pk]),
            "who": check.technician,
            "at": check.signed_at,
            "round": check.round,
            "passed": check.passed,
        }
        for check in checks
    ] + [
        {
            "title": _("Final inspection report"),
            "url": final.get_absolute_url(),
            "who": final.inspector,
            "at": final.signed_at,
            "round": final.round,
            "passed": final.verdict == "pass",
        }
        for final in finals
    ]
    rows.sort(key=lambda row: row["at"], reverse=True)
    return {"rows": rows} if rows else None


def visit_step(work_order: WorkOrder) -> registry.VisitStep:
    """Who inspected the car last, from the first self-check on."""
    signed = work_order.happened("quality.self_check_signed", "quality.final_signed")
    if not signed:
        return registry.VisitStep()
    finals = [event for event in signed if event.kind == "quality.final_signed"]
    passed = bool(finals and finals[-1].data["verdict"] == "pass")
    return registry.VisitStep((finals or signed[:1])[-1].by_label, signed[0].at, finals[-1].at if passed else None)


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    roles = frozenset({Role.INSPECTOR.value, Role.SUPERVISOR.value, Role.MANAGER.value})
    registry.menu.register(
        registry.MenuItem(
            "quality",
            _("Quality inspection"),
            "quality:waiting",
            roles,
            chapter=4,
            order=4,
            group="chapters",
            counter=count_waiting,
        )
    )
    registry.marked_by["quality:self_check"] = "workshop"
    title, template = _("Waiting for final inspection"), "quality/_waiting.html"
    registry.home.register(registry.HomeList("final", Role.INSPECTOR, title, template, waiting_for_final, order=10))
    registry.home.register(
        registry.HomeList("rework", Role.INSPECTOR, _("Coming back after rework"), template, in_rework, order=20)
    )
    registry.panels.register(
        registry.Panel("reports", _("Inspection reports"), "quality/_reports.html", reports_panel, order=40)
    )
    registry.actions.register(next_steps)
    registry.visit_steps[4] = visit_step
    for kind, phrase in PHRASES.items():
        registry.phrases[kind] = phrase


PHRASES = {
    "quality.self_check_signed": registry.Phrase(_("Self-check signed"), "key"),
    "quality.final_signed": registry.Phrase(_("Final inspection signed"), "key"),
}
