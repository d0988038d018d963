"""The technician's phone: his jobs, reading the order, working, measuring, reporting (M3.1-c, M3.2-b, M3.2-c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from workshop import services
from workshop.forms import FindingForm, PauseForm, ReadForm, ReadingsForm
from workshop.models import Job
from workshop.phone import job_context, my_jobs_context, reading_rows
from workshop.readings import specs_of


def _mine(request: StaffRequest, pk: int) -> Job:
    """One of the user's own jobs, or 404."""
    return fetch(request, Job.objects.of_technician(request.user).for_rows(), pk=pk)


@allow(Role.TECHNICIAN)
@require_GET
def my_jobs(request: StaffRequest) -> HttpResponse:
    """The technician's jobs: what runs, what is new, what comes next."""
    return render(request, "workshop/my_jobs.html", my_jobs_context(request))


@allow(Role.TECHNICIAN)
@require_http_methods(["GET", "POST"])
def read(request: StaffRequest, pk: int) -> HttpResponse:
    """Read the work order; confirming starts the first job."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    mine = Job.objects.of_technician(request.user).for_rows().filter(work_order=work_order).exclude(state="done")
    jobs = list(mine.order_by("id"))
    form = ReadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.begin(work_order, by=request.actor),
            by=request.actor,
            success=_("Confirmed. The clock runs."),
            redirect=lambda job: job,
            on_refusal=request.path,
        )
    context = {
        "work_order": work_order,
        "form": form,
        "jobs": jobs,
        "new": [job for job in jobs if job.state == "assigned"],
        "hours": sum(job.std_hours for job in jobs),
        "concerns": list(work_order.concerns.order_by("position", "pk")),
        "bay": next((job.bay for job in jobs if job.bay), None),
    }
    return render(request, "workshop/read.html", context, status=422 if form.errors else 200)


@allow(Role.TECHNICIAN)
@require_GET
def job(request: StaffRequest, pk: int) -> HttpResponse:
    """One job: its clock, its readings, what was found."""
    mine = _mine(request, pk)
    return render(request, "workshop/job.html", job_context(mine))


def _act(request: StaffRequest, mine: Job, act: Callable[[], Any], success: str, redirect: Any = None) -> HttpResponse:
    return perform(request, act, by=request.actor, success=success, redirect=redirect or mine, on_refusal=mine)


@allow(Role.TECHNICIAN)
@require_POST
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """Start the clock, or go on."""
    mine = _mine(request, pk)
    return _act(request, mine, lambda: services.start(mine, by=request.actor), _("The clock runs."))


@allow(Role.TECHNICIAN)
@require_POST
def pause(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop the clock and say why."""
    mine = _mine(request, pk)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return render(request, "workshop/job.html", job_context(mine) | {"pause_form": form}, status=422)
    given = form.cleaned_data
    return _act(
        request,
        mine,
        lambda: services.pause(mine, cause=given["cause"], note=given["note"], by=request.actor),
        _("Paused."),
    )


@allow(Role.TECHNICIAN)
@require_POST
def readings(request: StaffRequest, pk: int) -> HttpResponse:
    """Record readings. By htmx one field at a time: the answer is its row, with the verdict."""
    mine = _mine(request, pk)
    form = ReadingsForm(request.POST, specs=specs_of(mine))
    typed = {name for name in form.fields if name in request.POST}
    if not form.is_valid():
        if getattr(request, "htmx", False):
            rows = [row for row in reading_rows(mine, form) if row["name"] in typed]
            return render(request, "workshop/_reading_rows.html", {"job": mine, "rows": rows})
        return render(request, "workshop/job.html", job_context(mine, form), status=422)
    quiet = bool(getattr(request, "htmx", False))
    response = _act(
        request,
        mine,
        lambda: services.record_readings(mine, form.values(), by=request.actor),
        "" if quiet else _("The readings are recorded."),
    )
    if quiet and "refusal" not in request.session:
        rows = [row for row in reading_rows(mine) if row["name"] in typed]
        return render(request, "workshop/_reading_rows.html", {"job": mine, "rows": rows})
    return response


@allow(Role.TECHNICIAN)
@require_POST
def finish(request: StaffRequest, pk: int) -> HttpResponse:
    """Record the readings still in the form and finish the job."""
    mine = _mine(request, pk)
    form = ReadingsForm(request.POST, specs=specs_of(mine))
    if not form.is_valid():
        return render(request, "workshop/job.html", job_context(mine, form), status=422)
    return perform(
        request,
        lambda: services.finish(mine, readings=form.values(), by=request.actor),
        by=request.actor,
        success=_("“%(job)s” is done.") % {"job": mine.title},
        redirect=reverse("workshop:my_jobs"),
        on_refusal=mine,
    )


@allow(Role.TECHNICIAN)
@require_http_methods(["GET", "POST"])
def report(request: StaffRequest, pk: int) -> HttpResponse:
    """Report a new problem found while working on this job."""
    mine = _mine(request, pk)
    form = FindingForm(request.POST or None, request.FILES or None, initial={"urgency": "soon"})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        return _act(
            request,
            mine,
            lambda: services.report_finding(mine, by=request.actor, **given),
            _("Reported. The supervisor sees it now; nothing starts before the customer agrees."),
        )
    context = {"job": mine, "work_order": mine.work_order, "form": form}
    return render(request, "workshop/report.html", context, status=422 if form.errors else 200)


@allow(Role.TECHNICIAN, Role.SUPERVISOR)
@require_POST
def to_self_check(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand the car over to self-check once everything is settled."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    return perform(
        request,
        lambda: services.to_self_check(work_order, by=request.actor),
        by=request.actor,
        success=_("%(plate)s is at self-check.") % {"plate": work_order.vehicle.plate},
        redirect=work_order,
    )
