"""What chapter 7 puts on the shelves of the house: menu, home lists, panel, next step, alerts, words, privacy, checks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup import books
from followup.models import FollowUp, Outcome, Problem, ProblemState
from followup.querysets import WAITING, calls_of
from followup.services.problems import DEPARTMENTS
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.gates import requirements
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.stages import Stage

CALLERS = frozenset({Role.AGENT.value, Role.MANAGER.value})
SHOWN = 8
OVERDUE_KINDS = (Promise.Kind.FOLLOW_UP, Promise.Kind.SOLUTION)


def count_calls(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: calls whose window is open, and those overdue."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE next_at < %s) FROM followup_followup "
        "WHERE centre_id = %s AND state = ANY(%s) AND opens_at <= %s",
        [now(), centre.pk, list(WAITING), now()],
    )


def count_problems(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter of a department: its open problems, and those overdue."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE due_at < %s) FROM followup_problem "
        "WHERE centre_id = %s AND state = 'open' AND department = ANY(%s)",
        [now(), centre.pk, sorted(user.roles_in(centre.pk))],
    )


def calls_due(request: StaffRequest) -> dict[str, Any]:
    """Home list of customer service: calls to make now."""
    rows = FollowUp.objects.filter(centre=request.centre).waiting().due_by(now()).for_rows().select_related("centre")
    return {"calls": list(rows[:SHOWN])}


def problems_to_tell(request: StaffRequest) -> dict[str, Any]:
    """Home list of customer service: solved, and the customer waits to hear."""
    rows = Problem.objects.filter(centre=request.centre, state=ProblemState.SOLVED).for_rows().order_by("due_at", "pk")
    return {"problems": list(rows[:SHOWN]), "nothing": _("Nobody waits to hear from us.")}


def problems_here(request: StaffRequest) -> dict[str, Any]:
    """Home list of a department: problems passed to it."""
    roles = request.user.roles_in(request.centre.pk)
    rows = Problem.objects.filter(centre=request.centre, state=ProblemState.OPEN).for_departments(roles)
    return {
        "problems": list(rows.for_rows().order_by("due_at", "pk")[:SHOWN]),
        "nothing": _("No problems have been passed to your department."),
    }


def problems_owed(request: StaffRequest) -> Q:
    """The promised solutions of the user's departments, which his home page lists as problems."""
    return Q(kind=Promise.Kind.SOLUTION, owner_role__in=request.user.roles_in(request.centre.pk))


def calls_owed(request: StaffRequest) -> Q:
    """The promised calls, which the home page of customer service lists."""
    return Q(kind=Promise.Kind.FOLLOW_UP)


def late_ones(request: StaffRequest) -> Q:
    """The promises that `overdue` lists."""
    return Q(kind__in=OVERDUE_KINDS, due_at__lt=now())


def overdue(request: StaffRequest) -> dict[str, Any]:
    """Home list of the manager: calls and solutions that are late."""
    rows = Promise.objects.filter(centre=request.centre, kind__in=OVERDUE_KINDS).overdue()
    rows = rows.select_related("owner", "work_order__vehicle", "work_order__customer").order_by("due_at", "pk")
    return {"promises": list(rows[:SHOWN])}


def panel(request: StaffRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """The work order's panel: calls and problems, once the car was handed over."""
    if work_order.stage not in (Stage.DELIVERED, Stage.CLOSED):
        return None
    calls = FollowUp.objects.filter(work_order=work_order).select_related("rule", "agent", "feedback", "centre")
    return {
        "calls": list(calls.order_by("sequence")),
        "problems": list(Problem.objects.filter(work_order=work_order).for_rows().order_by("pk")),
        "may_call": bool(request.user.roles_in(work_order.centre_id) & CALLERS),
    }


def next_steps(request: StaffRequest, work_order: WorkOrder) -> list[registry.Action]:
    """Call the customer; or close what has nothing left to wait for."""
    if work_order.stage != Stage.DELIVERED:
        return []
    waiting = [call for call in work_order.once(calls_of) if call.state in WAITING]
    call = min(waiting, key=lambda call: (call.next_at, call.pk), default=None)
    if call is not None and call.sequence == 1:
        return [registry.Action(gettext_lazy("Call the customer"), call.get_absolute_url(), CALLERS, order=70)]
    if all(requirement.ok for requirement in requirements(work_order, Stage.CLOSED)):
        url = reverse("followup:close_visit", args=[work_order.pk])
        return [registry.Action(gettext_lazy("Close the visit"), url, CALLERS, post=True, order=70)]
    return []


def alerts(customer: Any = None, vehicle: Any = None) -> list[registry.Alert]:
    """What anybody must know before he goes on with this customer or car: a problem that is still being solved."""
    rows = Problem.objects.unsettled().filter(kind=Problem.Kind.PROBLEM)
    if vehicle is not None:
        rows = rows.filter(work_order__vehicle=vehicle)
    elif customer is not None:
        rows = rows.filter(work_order__customer=customer)
    else:
        return []
    return [as_alert(row) for row in rows.order_by("due_at", "pk")[:3]]


def car_alerts(vehicles: list[Any]) -> dict[int, list[registry.Alert]]:
    """The same of several cars: the problems of each that are being solved. One query."""
    found: dict[int, list[registry.Alert]] = {}
    rows = Problem.objects.unsettled().filter(kind=Problem.Kind.PROBLEM, work_order__vehicle__in=vehicles)
    for row in rows.select_related("work_order").order_by("due_at", "pk"):
        found.setdefault(row.work_order.vehicle_id, []).append(as_alert(row))
    return found


def as_alert(row: Problem) -> registry.Alert:
    """A problem that is being solved, as a warning."""
    words = _("Problem being solved: %(text)s") % {"text": row.text[:80]}
    return registry.Alert("amber", words, row.get_absolute_url(), row.centre_id)


def visit_step(work_order: WorkOrder) -> registry.VisitStep:
    """Who calls, and when: the first contact once made, else the day it is due."""
    if work_order.delivered_at is None:
        return registry.VisitStep()
    call = next((call for call in work_order.once(calls_of) if call.sequence == 1), None)
    if call is None:
        return registry.VisitStep()
    who = str(call.agent) if call.agent else ""
    if call.settled_at:
        return registry.VisitStep(who=who, at=call.settled_at, note=call.get_state_display())
    return registry.VisitStep(who=who, at=call.next_at, note=_("call due"))


PHRASES = {
    "followup.planned": registry.Phrase(gettext_lazy("Follow-up planned")),
    f"followup.{Outcome.REACHED}": registry.Phrase(gettext_lazy("Customer called: reached"), "key"),
    f"followup.{Outcome.NO_ANSWER}": registry.Phrase(gettext_lazy("Customer called: no answer")),
    f"followup.{Outcome.CALL_BACK}": registry.Phrase(gettext_lazy("Customer called: wants to be called back")),
    f"followup.{Outcome.WRONG_NUMBER}": registry.Phrase(gettext_lazy("Customer called: wrong number"), "bad"),
    f"followup.{Outcome.REFUSED}": registry.Phrase(gettext_lazy("Customer called: does not want calls")),
    "followup.problem": registry.Phrase(gettext_lazy("Problem passed on"), "bad"),
    "followup.solved": registry.Phrase(gettext_lazy("Problem solved")),
    "followup.told": registry.Phrase(gettext_lazy("Customer told of the solution"), "key"),
    "followup.overdue": registry.Phrase(gettext_lazy("Follow-up overdue, manager alerted"), "bad"),
}


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    departments = frozenset(role.value for role in DEPARTMENTS) - CALLERS
    registry.menu.register(
        registry.MenuItem(
            "followup",
            gettext_lazy("Follow-up"),
            "followup:desk",
            CALLERS,
            chapter=7,
            order=7,
            counter=count_calls,
            group="chapters",
        )
    )
    registry.menu.register(
        registry.MenuItem(
            "followup_problems",
            gettext_lazy("Problems to solve"),
            "followup:problems",
            departments,
            icon="tools",
            order=40,
            counter=count_problems,
            views=frozenset({"followup:problem", "followup:solve"}),
        )
    )
    template = "followup/_problems.html"
    for role in sorted(CALLERS):
        registry.home_actions.register(
            registry.HomeAction(
                role,
                gettext_lazy("Call the next customer"),
                "followup:desk",
                icon="telephone",
                primary=role == Role.AGENT,
                order=1,
            )
        )
    to_solve = gettext_lazy("Problems to solve")
    lists = [
        ("calls", Role.AGENT, gettext_lazy("Calls due"), "followup/_calls.html", calls_due, 10, calls_owed),
        (
            "to_tell",
            Role.AGENT,
            gettext_lazy("Solved, customer to be told"),
            template,
            problems_to_tell,
            20,
            problems_owed,
        ),
        (
            "overdue_calls",
            Role.MANAGER,
            gettext_lazy("Follow-up overdue"),
            "followup/_overdue.html",
            overdue,
            20,
            late_ones,
        ),
    ] + [
        ("problems", role, to_solve, template, problems_here, 60, problems_owed)
        for role in sorted(departments | {Role.MANAGER.value})
    ]
    for key, role, title, fragment, context, order, owes in lists:
        registry.home.register(registry.HomeList(key, role, title, fragment, context, order=order, owes=owes))
    registry.panels.register(
        registry.Panel("followup", gettext_lazy("Follow-up"), "followup/_panel.html", panel, order=70)
    )
    registry.actions.register(next_steps)
    registry.alerts.register(alerts)
    registry.car_alerts.register(car_alerts)
    registry.visit_steps[7] = visit_step
    registry.exports.register(books.export)
    registry.erasures.register(books.erase)
    registry.checks.register(registry.Check("follow-ups add up", books.calls_add_up, order=70))
    registry.phrases.update(PHRASES)
