"""Pages of chapter 4: what waits, the technician's self-check, the inspector's final inspection, the signed reports."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from quality import services
from quality.checklists import KNOWN_BY_RECORD, Facts, final_items, self_check_items
from quality.forms import CheckForm, FinalForm, SelfCheckForm
from quality.models import FinalInspection, SelfCheck, Verdict
from quality.querysets import current_round
from quality.waiting import waiting_rows
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import PROCESS, Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from workshop.board import promise_of
from workshop.models import Job, Reading
from workshop.querysets import did_work, technicians_of

STAFF = tuple(Role(role) for role in sorted(PROCESS))


@allow(Role.INSPECTOR, Role.SUPERVISOR, Role.MANAGER)
@require_GET
def waiting(request: StaffRequest) -> HttpResponse:
    """Cars at self-check, at final inspection and in rework, most endangered promise first."""
    rows = waiting_rows(request.centre, Stage.FINAL, Stage.SELFCHECK, Stage.REWORK)
    return render(request, "quality/waiting.html", {"rows": rows})


@allow(Role.TECHNICIAN)
@require_http_methods(["GET", "POST"])
def self_check(request: StaffRequest, pk: int) -> HttpResponse:
    """Technicians answer for their own work."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    facts = Facts(work_order)
    concerns = list(work_order.concerns.order_by("position", "pk"))
    form = SelfCheckForm(request.POST or None, items=self_check_items(facts), concerns=concerns)
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.sign_self_check(
                work_order,
                by=request.actor,
                marks=form.marks(),
                remarks=form.cleaned_data["remarks"],
                outcomes=form.outcomes(),
            ),
            by=request.actor,
            success=lambda report: (
                _("Signed. The car goes to final inspection.")
                if report.passed
                else _("Signed. The car is back in repair; put right what you found.")
            ),
            redirect=reverse("workshop:my_jobs"),
            on_refusal=request.path,
        )
    context = _page(work_order, facts, form) | {"may_sign": did_work(work_order, request.user.pk)}
    return render(request, "quality/self_check.html", context, status=422 if form.errors else 200)


@allow(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def final(request: StaffRequest, pk: int) -> HttpResponse:
    """The inspector re-checks the work and the car as a whole. Who worked on it sees why he cannot."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    facts = Facts(work_order)
    asked = [item for item in final_items(facts) if item.code not in KNOWN_BY_RECORD]
    form = FinalForm(
        request.POST or None, request.FILES or None, items=asked, lines=facts.labour, road_test=facts.road_test
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        return perform(
            request,
            lambda: services.sign_final(
                work_order,
                by=request.actor,
                marks=form.marks(),
                odometer_before=given.get("odometer_before"),
                odometer_after=given.get("odometer_after"),
                remarks=given["remarks"],
            ),
            by=request.actor,
            success=lambda report: (
                _("Passed. The car goes to preparation.")
                if report.verdict == Verdict.PASS
                else _("Failed. The rework is on the technician's list now.")
            ),
            redirect=reverse("quality:waiting"),
            on_refusal=request.path,
        )
    worked = technicians_of(work_order)
    context = _page(work_order, facts, form) | {
        "may_sign": request.user.pk not in worked,
        "groups": _groups(form),
        "self_checks": list(
            SelfCheck.objects.filter(work_order=work_order).select_related("technician").order_by("-round")[:1]
        ),
        "readings": Reading.objects.filter(job__work_order=work_order)
        .select_related("spec", "job__line__operation")
        .order_by("job_id", "spec__position"),
        "road_test": facts.road_test,
        "odometer": [(form["odometer_before"], _("Before")), (form["odometer_after"], _("After"))]
        if facts.road_test
        else [],
    }
    return render(request, "quality/final.html", context, status=422 if form.errors else 200)


@allow(*STAFF)
@require_GET
def self_check_report(request: StaffRequest, pk: int) -> HttpResponse:
    """A signed self-check."""
    rows = SelfCheck.objects.select_related(
        "work_order__vehicle", "work_order__customer", "work_order__centre", "technician"
    )
    report = fetch(request, rows, pk=pk)
    return _report(request, report, report.technician, report.passed, _("Self-check report"))


@allow(*STAFF)
@require_GET
def final_report(request: StaffRequest, pk: int) -> HttpResponse:
    """A signed final inspection."""
    report = fetch(request, FinalInspection.objects.for_report(), pk=pk)
    passed = report.verdict == Verdict.PASS
    return _report(request, report, report.inspector, passed, _("Final inspection report"))


def _report(request: StaffRequest, report: Any, signer: Any, passed: bool, title: str) -> HttpResponse:
    related = ["item", "line__operation", "photo"] if isinstance(report, FinalInspection) else ["item"]
    items = list(report.items.select_related(*related).order_by("item__position", "pk"))
    context = {
        "report": report,
        "work_order": report.work_order,
        "items": items,
        "remarked": any(item.note for item in items),
        "signer": signer,
        "passed": passed,
        "report_title": title,
        "is_final": isinstance(report, FinalInspection),
    }
    return render(request, "quality/report.html", context)


def _page(work_order: WorkOrder, facts: Facts, form: CheckForm) -> dict[str, Any]:
    return {
        "work_order": work_order,
        "promise": promise_of(work_order),
        "form": form,
        "rows": form.rows(),
        "round": current_round(work_order),
        "lines": facts.labour,
        "rework": Job.objects.filter(work_order=work_order, kind="rework").select_related("technician").order_by("pk"),
    }


def _groups(form: CheckForm) -> list[dict[str, Any]]:
    """The rows of the final inspection by group, in order."""
    groups: dict[str, dict[str, Any]] = {}
    for row in form.rows():
        item = row["item"]
        entry = groups.setdefault(item.stage, {"key": item.stage, "label": item.group_label or item.stage, "rows": []})
        entry["rows"].append(row)
    return list(groups.values())
