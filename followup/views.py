"""The follow-up desk, the call with its script, and the problems passed on to the departments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from followup import services
from followup.forms import CallForm, SolutionForm
from followup.models import Attempt, FollowUp, FollowUpState, Outcome, Problem, ProblemState
from followup.querysets import WAITING
from followup.services.planning import served_lines
from servicedesk.clock import now
from servicedesk.staff import paging
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import LineState, WorkOrder, WorkOrderLine

CALLERS = (Role.AGENT, Role.MANAGER)
SOLVERS = (
    Role.AGENT,
    Role.MANAGER,
    Role.SUPERVISOR,
    Role.ADVISOR,
    Role.INSPECTOR,
    Role.DETAILER,
    Role.CASHIER,
    Role.PARTS,
)
LONGEST = 100
SHOWN = ("due", "again", "ahead", "given_up")
GIVEN_UP_SHOWN = dt.timedelta(days=30)


@allow(*CALLERS)
@require_GET
def desk(request: StaffRequest) -> HttpResponse:
    """Calls waiting, the most urgent first and open beside the list (M7.1-a)."""
    rows = _list(request)
    first = rows["calls"][0] if rows["calls"] else None
    return _desk(request, rows, first, CallForm(call=first) if first else None)


@allow(*CALLERS)
@require_GET
def call(request: StaffRequest, pk: int) -> HttpResponse:
    """One call: whom, about what, the script, what was tried before."""
    row = fetch(request, FollowUp.objects.for_rows().select_related("centre"), pk=pk)
    form = CallForm(call=row) if row.is_waiting else None
    return _desk(request, _list(request, row), row, form, chosen=True)


@allow(*CALLERS)
@require_POST
def record(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep what came of the call and go on to the next one."""
    row = fetch(request, FollowUp.objects.for_rows().select_related("centre"), pk=pk)
    form = CallForm(request.POST, call=row)
    if form.is_valid():
        return perform(
            request,
            lambda: services.record_contact(row, by=request.actor, **form.values()),
            by=request.actor,
            success=_kept,
            redirect=lambda _attempt: reverse("followup:desk"),
            on_refusal=row,
        )
    return _desk(request, _list(request, row), row, form, chosen=True, status=422)


@allow(*CALLERS)
@require_POST
def close_visit(request: StaffRequest, pk: int) -> HttpResponse:
    """Close the visit of a car that was handed over, called about, and has no problem left."""
    order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    return perform(
        request,
        lambda: services.close_visit(order, by=request.actor),
        by=request.actor,
        success=_("The visit is closed."),
        redirect=order,
    )


@allow(*SOLVERS)
@require_GET
def problems(request: StaffRequest) -> HttpResponse:
    """Problems and suggestions: all of them for customer service and managers, a department's own for its people (M7.2-b)."""
    rows = Problem.objects.for_user(request.user).filter(centre=request.centre).for_rows()
    roles = request.user.roles_in(request.centre.pk)
    if not roles & {role.value for role in CALLERS}:
        rows = rows.for_departments(roles)
    show = request.GET.get("show")
    if show not in ProblemState.values:
        show = ProblemState.OPEN
    waiting = rows.unsettled().aggregate(**{key: Count("pk", filter=Q(state=key)) for key in ("open", "solved")})
    states = [(value, label, waiting.get(value, "")) for value, label in ProblemState.choices]
    rows = rows.filter(state=show)
    order = ("-reported_at", "-id") if show == ProblemState.CLOSED else ("due_at", "id")
    page = paging.page(rows, order=order, cursor=request.GET.get("after", ""))
    return render(request, "followup/problems.html", {"page": page, "show": show, "states": states})


@allow(*SOLVERS)
@require_GET
def problem(request: StaffRequest, pk: int) -> HttpResponse:
    """One problem on its way: said, solved, told."""
    row = fetch(request, Problem.objects.for_rows().select_related("followup", "solved_by", "closed_by"), pk=pk)
    return _problem(request, row, SolutionForm())


@allow(*SOLVERS)
@require_POST
def solve(request: StaffRequest, pk: int) -> HttpResponse:
    """The department says what it did."""
    row = fetch(request, Problem.objects.for_rows().select_related("followup", "solved_by", "closed_by"), pk=pk)
    form = SolutionForm(request.POST)
    if form.is_valid():
        return perform(
            request,
            lambda: services.solve(row, by=request.actor, solution=form.cleaned_data["solution"]),
            by=request.actor,
            success=_("Kept. Customer service now tells the customer."),
            redirect=row,
        )
    return _problem(request, row, form, status=422)


@allow(*CALLERS)
@require_POST
def close_problem(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell the customer what was done; the problem is closed."""
    row = fetch(request, Problem.objects, pk=pk)
    return perform(
        request,
        lambda: services.close_problem(row, by=request.actor),
        by=request.actor,
        success=_("The customer is being told; the problem is closed."),
        redirect=row,
    )


def _kept(attempt: Attempt) -> str:
    if attempt.outcome == Outcome.REACHED:
        return _("The call is on record.")
    return _("The try is on record: %(outcome)s.") % {"outcome": attempt.get_outcome_display()}


def _list(request: StaffRequest, call: FollowUp | None = None) -> dict[str, Any]:
    """Context of the list at the left, opened where `call` stands in it: three queries, whatever its length."""
    centre, asked = request.centre, request.GET.get("show", "")
    tonight = centre.at(centre.today() + dt.timedelta(days=1), dt.time())
    marked = _tab_of(call, asked, tonight) if call else asked if asked in SHOWN else SHOWN[0]
    show = marked or SHOWN[0]
    rows = FollowUp.objects.for_user(request.user).filter(centre=centre)
    conditions = {
        "due": Q(opens_at__lt=tonight),
        "again": Q(state="in_contact"),
        "ahead": Q(opens_at__gte=tonight),
    }
    counts = rows.filter(state__in=WAITING).aggregate(**{key: Count("pk", filter=q) for key, q in conditions.items()})
    given_up = rows.given_up(GIVEN_UP_SHOWN)
    chosen = given_up if show == "given_up" else rows.waiting().filter(conditions[show])
    calls = chosen.for_rows().select_related("centre")
    calls = calls.annotate(tries=Count("attempts"))[:LONGEST]
    return {
        "calls": list(calls),
        "show": marked,
        "filters": [
            ("due", _("Due"), counts["due"]),
            ("again", _("Try again"), counts["again"]),
            ("ahead", _("Ahead"), counts["ahead"]),
            ("given_up", _("Not reached"), given_up.count()),
        ],
    }


def _tab_of(call: FollowUp, asked: str, tonight: dt.datetime) -> str:
    """The tab whose list holds `call`: the one asked for when it does, none for a call that is over."""
    ahead = call.opens_at >= tonight
    given_up = call.settled_at if call.state == FollowUpState.UNREACHABLE else None
    holding = {
        "due": call.is_waiting and not ahead,
        "again": call.state == FollowUpState.IN_CONTACT,
        "ahead": call.is_waiting and ahead,
        "given_up": given_up is not None and given_up >= now() - GIVEN_UP_SHOWN,
    }
    return asked if holding.get(asked) else next((tab for tab in SHOWN if holding[tab]), "")


def _desk(
    request: StaffRequest,
    rows: dict[str, Any],
    row: FollowUp | None,
    form: CallForm | None,
    *,
    chosen: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The desk with one call open: five queries more than the list."""
    context: dict[str, Any] = {**rows, "call": row, "form": form, "chosen": chosen}
    if row is not None:
        order = row.work_order
        context |= {
            "attempts": list(row.attempts.order_by("-at")),
            "work": served_lines(order),
            "declined": list(
                WorkOrderLine.objects.filter(
                    work_order=order, parent=None, state__in=(LineState.DECLINED, LineState.DEFERRED)
                ).select_related("operation", "part")
            ),
            "found": list(Problem.objects.filter(work_order=order).order_by("pk")),
            "served_it": order.advisor_id == request.user.pk,
            "feedback": getattr(row, "feedback", None),
        }
    return render(request, "followup/desk.html", context, status=status)


def _problem(request: StaffRequest, row: Problem, form: SolutionForm, status: int = 200) -> HttpResponse:
    roles = request.user.roles_in(row.centre_id)
    return render(
        request,
        "followup/problem.html",
        {
            "problem": row,
            "form": form,
            "may_solve": row.state == ProblemState.OPEN and bool(roles & {row.department, Role.MANAGER.value}),
            "may_tell": row.state == ProblemState.SOLVED and bool(roles & {role.value for role in CALLERS}),
        },
        status=status,
    )
