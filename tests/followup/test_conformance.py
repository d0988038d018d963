"""What proves chapter 7, what the reconciler asks of it, and what is kept and forgotten of a customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from followup import books, conformance, shelves
from followup.models import Feedback, FollowUp, Problem
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.followup import called, planned, solved


def states(order: WorkOrder) -> list[str]:
    """State of each clause of the chapter, read afresh."""
    fresh = WorkOrder.objects.get(pk=order.pk)
    proofs = registry.evidence.by_clause
    return [proofs[clause](fresh).state for clause in sorted(proofs) if clause.startswith("M7")]


def test_evidence_grows_with_the_work(visit_delivered: WorkOrder, agent: User, supervisor: User):
    assert states(visit_delivered) == ["missing", "missing", "missing", "missing", "not_needed"]
    call = planned(visit_delivered)
    assert states(visit_delivered) == ["open", "done", "open", "open", "not_needed"]
    called(call, agent)
    assert states(visit_delivered) == ["done", "done", "done", "done", "not_needed"]


def test_a_late_call_and_a_late_word_are_late(problem: Problem, supervisor: User, agent: User, at_tuesday_ten: Any):
    from followup.services import close_problem

    assert states(problem.work_order)[-1] == "open"
    at_tuesday_ten.move(days=2)
    assert states(problem.work_order)[-1] == "missing"
    solved(problem, supervisor)
    close_problem(problem, by=Actor.of(agent))
    assert states(problem.work_order)[-1] == "late"


def test_the_reconciler_finds_nothing_and_then_what_was_broken(call: FollowUp, agent: User):
    assert books.calls_add_up() == []
    FollowUp.objects.filter(pk=call.pk).update(state="done", settled_at=now())
    assert books.calls_add_up() == [f"follow-up {call.pk}: has an outcome but nobody tried"]


def test_figures_count_calls(call: FollowUp, agent: User):
    called(call, agent)
    since, until = call.due_at - dt.timedelta(days=1), call.due_at + dt.timedelta(days=1)
    assert conformance.completion_rate([call.centre_id], since, until) == (1, 1)
    assert conformance.on_time_rate([call.centre_id], since, until) == (1, 1)


def test_what_was_said_is_exported_and_erased(problem: Problem):
    customer = problem.work_order.customer
    assert books.export(customer)["problems"][0]["text"] == "倒車煞車異音"
    assert [alert.level for alert in shelves.alerts(customer=customer)] == ["amber"]
    books.erase(customer)
    assert (Feedback.objects.get().words, Problem.objects.get().text) == ("", "—")
