"""Problems and suggestions: passed to the department concerned, solved there, told to the customer, closed (M7.2-b)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from followup.deadlines import answer_by
from followup.models import FollowUp, FollowUpState, Problem, ProblemState
from followup.services.closing import close_if_settled
from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import Membership
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.staff.roles import Role
from servicedesk.workorders import events, promises
from servicedesk.workorders.models import Promise

ANSWER_HOURS = 24
DEPARTMENTS = (Role.SUPERVISOR, Role.ADVISOR, Role.INSPECTOR, Role.DETAILER, Role.CASHIER, Role.PARTS, Role.MANAGER)


class ProblemRefused(Refusal):
    """The problem cannot be changed like this; the reasons say why."""


@dataclass(frozen=True)
class NewProblem:
    """What the customer is not content with, or suggests, and whose department it concerns."""

    text: str
    department: str
    kind: str = Problem.Kind.PROBLEM


def report_problem(call: FollowUp, new: NewProblem, *, by: Actor) -> Problem:
    """Pass a problem to its department and promise the customer word by the same time on the next opening day."""
    order, moment = call.work_order, now()
    due_at = answer_by(Calendar(order.centre), moment, ANSWER_HOURS)
    problem = Problem.objects.create(
        work_order=order,
        centre=order.centre,
        followup=call,
        kind=new.kind,
        text=new.text.strip(),
        department=new.department,
        reported_at=moment,
        due_at=due_at,
        **actor_values(by),
    )
    promises.make(
        Promise.Kind.SOLUTION,
        problem,
        centre=order.centre,
        due_at=due_at,
        about=order.number,
        owner_role=new.department,
        work_order=order,
        url=problem.get_absolute_url(),
        by=by,
    )
    events.record(order, "followup.problem", by=by, text=problem.text, data={"department": new.department})
    return problem


@transaction.atomic
def solve(problem: Problem, *, by: Actor, solution: str) -> Problem:
    """The department says what it did. Then customer service owes the customer the word.

    Raises `ProblemRefused` when it is not open, when nothing is said, or when somebody of another department tries.
    """
    row = _locked(problem)
    reasons = []
    if row.state != ProblemState.OPEN:
        reasons.append(Reason(_("This problem is not open any more."), row.get_absolute_url()))
    if not solution.strip():
        reasons.append(Reason(_("Say what was done."), row.get_absolute_url(), "M7.2-b"))
    if not _holds(by, row, row.department, Role.MANAGER):
        reasons.append(
            Reason(_("This was passed to: %(who)s.") % {"who": row.get_department_display()}, row.get_absolute_url())
        )
    if reasons:
        raise ProblemRefused(*reasons)
    row.solution, row.solved_at, row.solved_by_id = solution.strip(), now(), by.user_id
    row.state, row.owner_id = ProblemState.SOLVED, by.user_id
    row.save(update_fields=["solution", "solved_at", "solved_by", "state", "owner"])
    Promise.objects.pending().about(row, Promise.Kind.SOLUTION).update(owner_role=Role.AGENT.value, owner=None)
    events.record(row.work_order, "followup.solved", by=by, text=row.solution, data={"department": row.department})
    return row


@transaction.atomic
def close_problem(problem: Problem, *, by: Actor) -> Problem:
    """The customer is told what was done; the promise is kept; with the last one the visit closes.

    Raises `ProblemRefused` unless the department has solved it.
    """
    row = _locked(problem)
    if row.state == ProblemState.OPEN:
        who = {"who": row.get_department_display()}
        raise ProblemRefused(Reason(_("Not solved yet. It is with: %(who)s.") % who, row.get_absolute_url(), "M7.2-b"))
    if row.state == ProblemState.CLOSED:
        raise ProblemRefused(Reason(_("This problem is closed already."), row.get_absolute_url()))
    order = row.work_order
    row.state, row.closed_at, row.closed_by_id = ProblemState.CLOSED, now(), by.user_id
    row.save(update_fields=["state", "closed_at", "closed_by"])
    outbox.send(
        "issue_solved",
        customer=order.customer,
        centre=order.centre,
        by=by,
        about=order.number,
        context={
            "number": order.full_number,
            "plate": order.vehicle.plate,
            "vehicle": f"{order.vehicle.make} {order.vehicle.model_name}".strip(),
            "problem": row.text,
            "solution": row.solution,
            "agent": by.label,
        },
        dedupe_key=f"issue_solved:{row.pk}",
    )
    promises.keep(Promise.Kind.SOLUTION, row)
    events.record(order, "followup.told", by=by, data={"problem": row.pk})
    if not row.followup.problems.unsettled().exists():
        FollowUp.objects.filter(pk=row.followup_id, state=FollowUpState.ISSUE_OPEN).update(state=FollowUpState.DONE)
    close_if_settled(order, by=by)
    return row


def _locked(problem: Problem) -> Problem:
    return (
        Problem.objects.select_for_update(of=("self",))
        .select_related("work_order__centre", "work_order__customer", "work_order__vehicle", "followup")
        .get(pk=problem.pk)
    )


def _holds(by: Actor, row: Problem, *roles: str) -> bool:
    return Membership.objects.filter(
        user_id=by.user_id or 0, centre_id=row.centre_id, role__in=[str(role) for role in roles], user__is_active=True
    ).exists()
