"""The supervisor's board and its assign drawer (M3.1-a, M3.1-b, M3.2-a)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform, reasons_of, refuse
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from workshop import daysheet, services
from workshop.board import board_context, board_version
from workshop.candidates import candidates, technicians
from workshop.forms import AssignForm, LookForm
from workshop.home import BOARD_ROLES
from workshop.models import Job
from workshop.services.assigning import MOVABLE


@allow(Role.SUPERVISOR, Role.ADVISOR, Role.MANAGER, Role.TECHNICIAN)
@require_GET
def index(request: StaffRequest) -> HttpResponse:
    """The chapter's front door: the board, or a technician's own jobs."""
    on_board = request.user.roles_in(request.centre.pk) & BOARD_ROLES
    return redirect("workshop:board" if on_board else "workshop:my_jobs")


@allow(Role.SUPERVISOR, Role.ADVISOR, Role.MANAGER)
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    """Who works on what now and next, and which car stands where."""
    return render(request, "workshop/board.html", board_context(request))


@allow(Role.SUPERVISOR, Role.ADVISOR, Role.MANAGER)
@require_GET
def board_fragment(request: StaffRequest) -> HttpResponse:
    """The board alone, asked for every five seconds: 304 (204 to htmx) while nothing happened and the minute is the same."""
    version = board_version(request)
    etag = f'"{version}"'
    if request.GET.get("seen") == version:
        return HttpResponse(status=204)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    response = render(request, "workshop/_board.html", board_context(request))
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@allow(Role.ADVISOR, Role.SUPERVISOR, Role.MANAGER)
@require_GET
def day_sheet(request: StaffRequest) -> HttpResponse:
    """The day on paper, for when the system is down: printed now, not kept."""
    response = HttpResponse(daysheet.day_sheet(request.centre), content_type="application/pdf")
    response["Cache-Control"] = "private, no-store"
    return response


@allow(Role.SUPERVISOR)
@require_http_methods(["GET", "POST"])
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """The drawer of one car beside the board: technicians in the suggested order, each with his reasons."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    jobs = (
        Job.objects.agreed().filter(work_order=work_order, state__in=MOVABLE).select_related("line__operation", "item")
    )
    movable = list(jobs.order_by("id"))
    waiting = [job for job in movable if job.state == "waiting"]
    people = technicians(work_order.centre)
    chosen = waiting or movable
    ranked = candidates(work_order, chosen)
    first = ranked[0].user.pk if ranked and ranked[0].possible else None
    initial = {"technician": first, "jobs": [job.pk for job in chosen]}
    form = AssignForm(
        request.POST or None, centre=work_order.centre, people=people, jobs=jobs.order_by("id"), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        return perform(
            request,
            lambda: services.assign(
                list(given["jobs"]),
                technician=given["technician"],
                bay=given["bay"],
                reason=given["reason"],
                by=request.actor,
            ),
            by=request.actor,
            success=_("%(plate)s is assigned to %(who)s.")
            % {"plate": work_order.vehicle.plate, "who": given["technician"]},
            redirect=reverse("workshop:board"),
            on_refusal=request.path,
        )
    context = {
        "form": form,
        "drawer": work_order,
        "candidates": ranked,
        "picked": str(form["technician"].value() or ""),
        "picked_jobs": {str(pk) for pk in form["jobs"].value() or []},
        "movable": movable,
        "hours": sum(job.std_hours for job in chosen),
        "concerns": list(work_order.concerns.order_by("position", "pk")),
    }
    return render(request, "workshop/assign.html", context, status=422 if form.errors else 200)


@allow(Role.SUPERVISOR)
@require_POST
def look(request: StaffRequest, pk: int) -> HttpResponse:
    """Record a look at a car's progress."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    form = LookForm(request.POST)
    if not form.is_valid():
        return refuse(request, reasons_of(form), work_order.get_absolute_url())
    return perform(
        request,
        lambda: services.look_at_progress(work_order, by=request.actor, **form.cleaned_data),
        by=request.actor,
        success=_("Your look at %(plate)s is recorded.") % {"plate": work_order.vehicle.plate},
        redirect=work_order,
    )
