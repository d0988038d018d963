"""What this chapter puts into the menu, on home pages, on the work order page and on the timeline."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, Max, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.formats import joined
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_WORKSHOP, Stage
from workshop.board import promise_of, with_labour
from workshop.models import Finding, FindingState, Job, JobState
from workshop.phone import cars_of
from workshop.querysets import agreed_jobs, reported_finding
from workshop.services.assigning import ASSIGNABLE
from workshop.words import PHRASES, line_work

MOST_ROWS = 50
LOOK_AFTER = dt.timedelta(minutes=60)
UNREAD_AFTER = dt.timedelta(minutes=15)
HELD_AFTER = dt.timedelta(minutes=30)
OVER_PLAN = 1.2
BOARD_ROLES = frozenset({Role.SUPERVISOR.value, Role.ADVISOR.value, Role.MANAGER.value})


def to_assign(request: StaffRequest) -> dict[str, Any]:
    """Cars with work that nobody has, most endangered promise first. One query."""
    jobs = Job.objects.to_assign().filter(work_order__centre=request.centre, work_order__stage__in=ASSIGNABLE)
    cars: dict[int, dict[str, Any]] = {}
    for job in jobs.for_rows().order_by("work_order__promised_at", "id"):
        order = job.work_order
        car = cars.setdefault(order.pk, {"order": order, "promise": promise_of(order), "jobs": [], "hours": 0})
        car["jobs"].append(job)
        car["hours"] += job.std_hours
    for car in cars.values():
        car["text"] = joined([job.title for job in car["jobs"]])
    return {"cars": list(cars.values())[:MOST_ROWS]}


def findings_reported(request: StaffRequest) -> dict[str, Any]:
    """Findings that wait for the supervisor. One query."""
    return {"findings": _findings(request, FindingState.REPORTED)}


def findings_to_offer(request: StaffRequest) -> dict[str, Any]:
    """Extra work that the advisor offers the customer. One query."""
    return {"findings": _findings(request, FindingState.PROPOSED)}


def _findings(request: StaffRequest, state: str) -> list[Finding]:
    rows = Finding.objects.filter(work_order__centre=request.centre, state=state, work_order__stage__in=IN_WORKSHOP)
    related = ("work_order__vehicle", "work_order__customer", "operation")
    return list(rows.select_related(*related).order_by("reported_at", "pk")[:MOST_ROWS])


def stuck(request: StaffRequest) -> dict[str, Any]:
    """Cars in the workshop that need a look, each with why: unread, over plan, waiting, not looked at. Four queries."""
    rows = WorkOrder.objects.filter(centre=request.centre).at(Stage.AUTHORISED, Stage.REPAIR, Stage.REWORK).for_rows()
    orders = list(with_labour(rows.annotate(looked_at=Max("progress_checks__at")).by_risk())[:MOST_ROWS])
    jobs: dict[int, list[Job]] = {}
    for job in (
        Job.objects.unfinished().filter(work_order__in=orders).select_related("line__operation", "item", "technician")
    ):
        jobs.setdefault(job.work_order_id, []).append(job)
    cars = []
    for order in orders:
        reasons = _why_stuck(order, jobs.get(order.pk, []))
        if reasons:
            cars.append({"order": order, "promise": promise_of(order), "reasons": reasons})
    return {"cars": cars}


def _why_stuck(order: Any, jobs: list[Job]) -> list[Any]:
    moment, reasons = now(), list[Any]()
    for job in jobs:
        names = {"who": str(job.technician or ""), "job": job.title}
        if job.state == JobState.ASSIGNED and job.assigned_at and moment - job.assigned_at > UNREAD_AFTER:
            reasons.append(_("%(who)s has not read “%(job)s” yet") % names)
        planned = dt.timedelta(hours=float(job.std_hours) * OVER_PLAN)
        if job.state == JobState.RUNNING and job.started_at and moment - job.started_at > planned:
            reasons.append(_("“%(job)s” takes longer than planned") % names)
    reasons += [held.get_cause_display() for held in order.open_holds if moment - held.started_at > HELD_AFTER]
    seen = max(filter(None, (order.looked_at, order.stage_since)))
    if order.stage != Stage.AUTHORISED and moment - seen > LOOK_AFTER:
        reasons.append(_("Not looked at for an hour"))
    return reasons


def my_jobs(request: StaffRequest) -> dict[str, Any]:
    """The technician's cars. One query."""
    return {"cars": cars_of(request)}


def count_workshop(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: cars in the workshop and those past their promised time; for a technician his unfinished jobs."""
    if not user.roles_in(centre.pk) & BOARD_ROLES:
        return (
            "SELECT count(*), 0 FROM workshop_job j JOIN workorders_workorder w ON w.id = j.work_order_id "
            "WHERE j.technician_id = %s AND w.centre_id = %s AND j.state <> 'done' AND w.stage = ANY(%s)",
            [user.pk, centre.pk, sorted(stage.value for stage in IN_WORKSHOP)],
        )
    return (
        "SELECT count(*), count(*) FILTER (WHERE promised_at < %s) FROM workorders_workorder "
        "WHERE centre_id = %s AND stage = ANY(%s)",
        [now(), centre.pk, [Stage.AUTHORISED.value, Stage.REPAIR.value, Stage.REWORK.value]],
    )


def next_steps(request: StaffRequest, work_order: WorkOrder) -> list[registry.Action]:
    """What the workshop can do next with a visit."""
    pk, steps = work_order.pk, list[registry.Action]()
    if work_order.stage in IN_WORKSHOP and work_order.happened("workshop.finding_reported"):
        found = work_order.once(reported_finding)
        if found:
            roles = frozenset({Role.SUPERVISOR.value})
            steps.append(registry.Action(_("Decide what was found"), found.get_absolute_url(), roles, order=0))
    if work_order.stage in ASSIGNABLE:
        states = [(job.state, job.technician_id) for job in work_order.once(agreed_jobs)]
        supervisor, technician = frozenset({Role.SUPERVISOR.value}), frozenset({Role.TECHNICIAN.value})
        if any(state == JobState.WAITING for state, _who in states):
            steps.append(registry.Action(_("Assign"), reverse("workshop:assign", args=[pk]), supervisor, order=1))
        mine = [state for state, who in states if who == request.user.pk]
        if JobState.ASSIGNED in mine:
            steps.append(registry.Action(_("Read and start"), reverse("workshop:read", args=[pk]), technician, order=1))
        elif set(mine) - {JobState.DONE}:
            steps.append(registry.Action(_("My jobs"), reverse("workshop:my_jobs"), technician, order=2))
        if work_order.stage != Stage.AUTHORISED:
            url = reverse("workshop:look", args=[pk])
            steps.append(registry.Action(_("Progress looked at"), url, supervisor, post=True, primary=False, order=8))
            if states and all(state == JobState.DONE for state, _who in states):
                url = reverse("workshop:to_self_check", args=[pk])
                roles = supervisor | technician
                steps.append(registry.Action(_("To self-check"), url, roles, post=True, order=3))
    return steps


def visit_step(work_order: WorkOrder) -> registry.VisitStep:
    """Who repaired the car, from the first stroke to the last."""
    jobs = work_order.once(agreed_jobs)
    names = list(dict.fromkeys(str(job.technician) for job in jobs if job.technician))
    started = min((job.started_at for job in jobs if job.started_at), default=None)
    ends = [job.finished_at for job in jobs]
    until = max(end for end in ends if end) if ends and all(ends) else None
    return registry.VisitStep(joined(names), started, until)


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.menu.register(
        registry.MenuItem(
            "workshop",
            _("Repair"),
            "workshop:index",
            BOARD_ROLES | {Role.TECHNICIAN.value},
            chapter=3,
            order=3,
            group="chapters",
            counter=count_workshop,
        )
    )
    lists = (
        ("to_assign", Role.SUPERVISOR, _("To assign"), "workshop/_to_assign.html", to_assign, 10),
        ("findings", Role.SUPERVISOR, _("Findings reported"), "workshop/_findings.html", findings_reported, 20),
        ("stuck", Role.SUPERVISOR, _("Needs a look"), "workshop/_stuck.html", stuck, 30),
        ("offers", Role.ADVISOR, _("Extra work to offer"), "workshop/_findings.html", findings_to_offer, 30),
        ("my_jobs", Role.TECHNICIAN, _("My jobs"), "workshop/_my_jobs.html", my_jobs, 10),
    )
    for key, role, title, template, context, order in lists:
        registry.home.register(registry.HomeList(key, role, title, template, context, order=order))
    registry.home_actions.register(
        registry.HomeAction(Role.SUPERVISOR, _("Board"), "workshop:board", icon="kanban", order=1)
    )
    registry.actions.register(next_steps)
    for step in ROW_STEPS:
        registry.row_steps.register(step)
    registry.visit_steps[3] = visit_step
    registry.line_work.register(line_work)
    registry.phrases.update(PHRASES)


def _waits_for_a_technician() -> Exists:
    return Exists(Job.objects.to_assign().filter(work_order=OuterRef("pk")))


ROW_STEPS = (
    registry.RowStep(
        "assign",
        pgettext_lazy("next step", "Assign"),
        frozenset({Stage.AUTHORISED.value, Stage.REPAIR.value, Stage.REWORK.value}),
        _waits_for_a_technician,
        order=1,
    ),
    registry.RowStep(
        "start",
        pgettext_lazy("next step", "Start the work"),
        frozenset({Stage.AUTHORISED.value}),
        lambda: ~_waits_for_a_technician(),
        order=2,
    ),
)
