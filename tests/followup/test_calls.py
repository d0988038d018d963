"""The call: its outcomes, who may make it, what it leads to (M7.1, M7.2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from followup import services
from followup.books import calls_add_up
from followup.models import Attempt, Feedback, FollowUp, FollowUpState, Problem
from servicedesk.clock import now
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders import checks, events
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.stages import Stage
from tests.fixtures.followup import NOISE, SAID_ILL, SAID_WELL, called, solved
from tests.fixtures.people import client_of


def test_a_content_customer_closes_the_visit(call: FollowUp, agent: User, visit_delivered: WorkOrder):
    called(call, agent)
    visit_delivered.refresh_from_db()
    promise = Promise.objects.get(kind=Promise.Kind.FOLLOW_UP, target_id=call.pk, withdrawn_at=None)
    assert (call.state, promise.state, visit_delivered.stage) == (FollowUpState.DONE, "kept", Stage.CLOSED)
    assert Feedback.objects.get(followup=call).words == SAID_WELL.words
    assert events.verify(visit_delivered.pk) == []
    assert checks.each_step_has_one_event() == []


def test_a_problem_keeps_the_visit_open_until_it_is_solved_and_told(
    call: FollowUp, agent: User, supervisor: User, visit_delivered: WorkOrder
):
    called(call, agent, outcome="reached", said=SAID_ILL, problems=[NOISE])
    visit_delivered.refresh_from_db()
    problem = Problem.objects.get(followup=call)
    assert (call.state, visit_delivered.stage) == (FollowUpState.ISSUE_OPEN, Stage.DELIVERED)
    assert (problem.department, problem.due_at - problem.reported_at) == ("supervisor", dt.timedelta(days=1))
    solved(problem, supervisor)
    visit_delivered.refresh_from_db()
    assert visit_delivered.stage == Stage.DELIVERED
    services.close_problem(problem, by=Actor.of(agent))
    call.refresh_from_db()
    visit_delivered.refresh_from_db()
    assert (call.state, visit_delivered.stage) == (FollowUpState.DONE, Stage.CLOSED)
    assert Promise.objects.get(kind=Promise.Kind.SOLUTION).state == "kept"
    assert Message.objects.filter(kind="issue_solved").count() == 1


def test_what_is_missing_is_said_all_at_once(call: FollowUp, visit_delivered: WorkOrder):
    with pytest.raises(services.FollowUpRefused) as refused:
        services.record_contact(call, by=Actor.of(visit_delivered.advisor), outcome="reached")
    assert len(refused.value.reasons) == 2
    assert Attempt.objects.count() == 0


def test_the_advisor_who_served_does_not_call_and_the_database_sees_to_it(call: FollowUp, visit_delivered: WorkOrder):
    with pytest.raises(services.FollowUpRefused):
        called(call, visit_delivered.advisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            followup=call,
            at=now(),
            channel="phone",
            outcome="no_answer",
            by_kind="user",
            by_ref="1",
            by_label="x",
            by_user=visit_delivered.advisor,
        )


def test_a_settled_call_is_not_recorded_again(call: FollowUp, agent: User):
    called(call, agent)
    with pytest.raises(services.FollowUpRefused):
        called(call, agent)
    assert Attempt.objects.count() == 1


def test_no_answer_three_times_at_different_hours_ends_with_a_letter(call: FollowUp, agent: User, at_tuesday_ten: Any):
    called(call, agent, outcome="no_answer")
    assert (call.state, call.next_at > now() + dt.timedelta(minutes=119)) == (FollowUpState.IN_CONTACT, True)
    with pytest.raises(services.FollowUpRefused):
        called(call, agent, outcome="no_answer")
    for _day in range(2):
        at_tuesday_ten.move(hours=27)
        called(call, agent, outcome="no_answer")
    assert (call.state, call.attempts.count()) == (FollowUpState.UNREACHABLE, 3)
    assert Message.objects.filter(kind="followup_sorry_missed_you").count() == 1
    desk = client_of(agent)
    assert call.get_absolute_url() in desk.get("/follow-up/?show=given_up").content.decode()
    at_tuesday_ten.move(days=31)
    assert call.get_absolute_url() not in desk.get("/follow-up/?show=given_up").content.decode()


def test_an_agreed_time_moves_the_promise(call: FollowUp, agent: User):
    later = now() + dt.timedelta(hours=30)
    called(call, agent, outcome="call_back", call_back_at=later)
    promise = Promise.objects.pending().get(kind=Promise.Kind.FOLLOW_UP, target_id=call.pk)
    assert (call.state, call.next_at, promise.due_at) == (FollowUpState.IN_CONTACT, later, later)


@pytest.mark.parametrize("when", [None, dt.timedelta(hours=-1), dt.timedelta(days=30)])
def test_an_agreed_time_lies_ahead(call: FollowUp, agent: User, when: dt.timedelta | None):
    with pytest.raises(services.FollowUpRefused):
        called(call, agent, outcome="call_back", call_back_at=now() + when if when else None)


@pytest.mark.parametrize(("outcome", "state"), [("wrong_number", "unreachable"), ("refused", "refused")])
def test_wrong_number_and_refusal_stop_at_once(call: FollowUp, agent: User, outcome: str, state: str):
    called(call, agent, outcome=outcome)
    call.work_order.refresh_from_db()
    assert (call.state, call.work_order.stage) == (state, Stage.CLOSED)


def test_a_refusal_spares_the_customer_every_other_call_of_the_visit(call: FollowUp, agent: User):
    second = FollowUp.objects.get(work_order=call.work_order, sequence=2)
    called(call, agent, outcome="refused")
    second.refresh_from_db()
    promise = Promise.objects.get(kind=Promise.Kind.FOLLOW_UP, target_id=second.pk)
    assert (second.state, second.settled_at is not None, promise.state) == ("refused", True, "withdrawn")
    assert calls_add_up() == []
    for row in (call, second):
        page = client_of(agent).get(row.get_absolute_url()).content.decode()
        assert "wants no follow-up calls" in page
        assert "was not reached" not in page


def test_another_department_cannot_solve(problem: Problem, cashier: User):
    with pytest.raises(services.ProblemRefused):
        solved(problem, cashier)


def test_an_unsolved_problem_is_not_closed_and_a_closed_one_not_twice(problem: Problem, agent: User, supervisor: User):
    with pytest.raises(services.ProblemRefused):
        services.close_problem(problem, by=Actor.of(agent))
    solved(problem, supervisor)
    services.close_problem(problem, by=Actor.of(agent))
    with pytest.raises(services.ProblemRefused):
        services.close_problem(problem, by=Actor.of(agent))
    with pytest.raises(services.ProblemRefused):
        solved(problem, supervisor)
    assert Message.objects.filter(kind="issue_solved").count() == 1
