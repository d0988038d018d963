"""The desk, the call and the problems: who sees them, what a form with garbage gets, how many queries they cost."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from followup.models import Attempt, FollowUp, FollowUpState, Problem
from servicedesk.catalogue.models import FollowUpRule
from servicedesk.clock import now
from servicedesk.customers.models import Vehicle
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.services import open_work_order
from servicedesk.workorders.stages import Stage
from tests.fixtures.followup import called, solved
from tests.fixtures.people import client_of

DESK = "/follow-up/"
WELL = {"outcome": "reached", "runs_well": "yes", "repair_quality": "5", "service": "4", "words": "很好"}
ILL = {**WELL, "runs_well": "no", "problem": "倒車有聲音", "department": "supervisor", "kind": "problem"}
GARBAGE = dict.fromkeys(("outcome", "runs_well", "words", "problem", "call_back_at", "check_0"), "\x00<script>💥" * 300)


def more_calls(order: WorkOrder, agent: User, number: int) -> None:
    """More waiting calls like the first, with a problem each."""
    rule = FollowUpRule.objects.get(work_class="general")
    for _n in range(number):
        car = Vehicle.objects.create(customer=order.customer, plate=f"AAA-{uuid.uuid4().hex[:8]}")
        copy = open_work_order(
            by=Actor.of(agent),
            centre=order.centre,
            customer=order.customer,
            vehicle=car,
            advisor=order.advisor,
            source="walk_in",
        )
        row = FollowUp.objects.create(
            work_order=copy,
            centre=order.centre,
            rule=rule,
            opens_at=now() - dt.timedelta(hours=2),
            due_at=now() + dt.timedelta(hours=2),
            next_at=now() + dt.timedelta(hours=2),
            agent=agent,
        )
        Problem.objects.create(
            work_order=copy,
            centre=order.centre,
            followup=row,
            text="聲音",
            department="supervisor",
            reported_at=now(),
            due_at=now(),
            by_kind="user",
            by_ref="1",
            by_label="簡嘉玲",
        )


def test_the_call_is_recorded_and_the_next_one_opens(call: FollowUp, agent: User):
    browser = client_of(agent)
    page = browser.get(call.get_absolute_url())
    assert page.status_code == 200
    assert call.work_order.vehicle.plate in page.content.decode()
    response = browser.act(reverse("followup:record", args=[call.pk]), WELL)
    assert (response.status_code, response["Location"]) == (302, DESK)
    call.refresh_from_db()
    assert (call.state, call.feedback.service) == (FollowUpState.DONE, 4)
    assert "很好" in browser.get(call.get_absolute_url()).content.decode()


def test_the_same_form_twice_is_one_call(call: FollowUp, agent: User):
    browser, key = client_of(agent), str(uuid.uuid4())
    url = reverse("followup:record", args=[call.pk])
    answers = [browser.act(url, ILL, key=key) for _n in range(2)]
    assert [answer["Location"] for answer in answers] == [DESK, DESK]
    assert (Attempt.objects.count(), Problem.objects.count()) == (1, 1)


def test_a_second_form_for_a_settled_call_is_refused_with_reasons(call: FollowUp, agent: User):
    browser = client_of(agent)
    url = reverse("followup:record", args=[call.pk])
    browser.act(url, WELL)
    response = browser.act(url, WELL)
    assert response["Location"] == call.get_absolute_url()
    assert "sd-refusal" in browser.get(response["Location"]).content.decode()
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        GARBAGE,
        {"outcome": "reached"},
        {**WELL, "runs_well": "no"},
        {**WELL, "check_0": "no"},
        {**WELL, "service": "9"},
        {**ILL, "department": "admin"},
        {**ILL, "department": ""},
        {"outcome": "call_back", "call_back_at": "31 February"},
        {"outcome": "call_back"},
    ],
)
def test_an_incomplete_or_mad_form_comes_back_with_errors(call: FollowUp, agent: User, data: dict[str, str]):
    response = client_of(agent).act(reverse("followup:record", args=[call.pk]), data)
    assert response.status_code == 422
    assert "sd-errsum" in response.content.decode()
    assert Attempt.objects.count() == 0


def test_call_back_in_the_past_is_refused_without_a_trace(call: FollowUp, agent: User):
    browser = client_of(agent)
    data = {"outcome": "call_back", "call_back_at": "2020-01-01T10:00"}
    response = browser.act(reverse("followup:record", args=[call.pk]), data)
    assert response["Location"] == call.get_absolute_url()
    assert Attempt.objects.count() == 0


def test_the_wrong_role_and_another_centre(call: FollowUp, advisor: User, outsider: User):
    urls = [call.get_absolute_url(), reverse("followup:record", args=[call.pk])]
    assert [client_of(advisor).get(urls[0]).status_code, client_of(advisor).act(urls[1], WELL).status_code] == [
        403,
        403,
    ]
    assert [client_of(outsider).get(urls[0]).status_code, client_of(outsider).act(urls[1], WELL).status_code] == [
        404,
        404,
    ]
    assert client_of(outsider).get(DESK).status_code == 200


def test_a_problem_goes_through_its_pages(problem: Problem, agent: User, supervisor: User, cashier: User):
    url = problem.get_absolute_url()
    solve, close = reverse("followup:solve", args=[problem.pk]), reverse("followup:close_problem", args=[problem.pk])
    assert client_of(supervisor).act(solve, {"solution": " "}).status_code == 422
    client_of(cashier).act(solve, {"solution": "不是我的事"})
    problem.refresh_from_db()
    assert problem.state == "open"
    assert client_of(supervisor).act(close).status_code == 403
    assert client_of(supervisor).act(solve, {"solution": "來令片倒角"})["Location"] == url
    assert client_of(agent).act(close)["Location"] == url
    problem.refresh_from_db()
    assert problem.state == "closed"
    assert client_of(agent).get(url).status_code == 200


def test_a_department_sees_its_own_problems_only(problem: Problem, supervisor: User, cashier: User, agent: User):
    plate, url = problem.work_order.vehicle.plate, reverse("followup:problems")
    seen = [plate in client_of(user).get(url).content.decode() for user in (supervisor, cashier, agent)]
    assert seen == [True, False, True]
    assert client_of(agent).get(url, {"show": "💥", "after": "x"}).status_code == 200


def test_the_visit_can_be_closed_by_hand_when_nothing_is_in_the_way(call: FollowUp, agent: User):
    browser = client_of(agent)
    url = reverse("followup:close_visit", args=[call.work_order_id])
    browser.act(url)
    call.work_order.refresh_from_db()
    assert call.work_order.stage == Stage.DELIVERED
    assert "sd-refusal" in browser.get(call.work_order.get_absolute_url()).content.decode()


@pytest.mark.parametrize("path", [DESK, "/follow-up/problems/", "/"])
def test_pages_cost_the_same_for_one_and_thirty_rows(path: str, problem: Problem, agent: User, supervisor: User):
    more_calls(problem.work_order, agent, 1)
    browser = client_of(agent)
    browser.get(path)
    counts = []
    for more in (0, 29):
        more_calls(problem.work_order, agent, more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_home_and_work_order_pages_show_the_chapter(
    problem: Problem, agent: User, supervisor: User, manager: User, at_tuesday_ten: Any
):
    plate = problem.work_order.vehicle.plate
    assert plate in client_of(supervisor).get("/").content.decode()
    solved(problem, supervisor)
    assert plate in client_of(agent).get("/").content.decode()
    at_tuesday_ten.move(days=9)
    assert plate in client_of(manager).get("/").content.decode()
    panel = client_of(agent).get(reverse("workorders:panel", args=[problem.work_order_id, "followup"]))
    assert "倒車煞車異音" in panel.content.decode()
    assert client_of(agent).get(problem.work_order.get_absolute_url()).status_code == 200


def tab_marked(page: str) -> str:
    """Which list of the desk is marked as the open one."""
    tabs = page[page.index('<nav class="sd-choice') :]
    found = re.search(r'\?show=(\w+)" aria-current="true"', tabs[: tabs.index("</nav>")])
    return found.group(1) if found else ""


def test_the_desk_opens_the_list_that_holds_the_call(call: FollowUp, agent: User, at_tuesday_ten: Any):
    browser, url = client_of(agent), call.get_absolute_url()
    row = f'<li aria-current="true"><a href="{url}'
    ahead = browser.get(url).content.decode()
    assert (tab_marked(ahead), row in ahead) == ("ahead", True)
    at_tuesday_ten.move(days=6)
    due = browser.get(url, {"show": "ahead"}).content.decode()
    assert (tab_marked(due), row in due) == ("due", True)
    called(call, agent, outcome="no_answer")
    assert [tab_marked(browser.get(url, {"show": show}).content.decode()) for show in ("", "again")] == ["due", "again"]
    called(call, agent, outcome="refused")
    assert tab_marked(browser.get(url).content.decode()) == ""


def test_a_problem_shows_its_deadline_and_the_next_step_to_who_may_take_it(
    problem: Problem, agent: User, supervisor: User, manager: User
):
    url, pages = problem.get_absolute_url(), reverse("followup:problems")
    for path in ("/", pages):
        page = client_of(supervisor).get(path).content.decode()
        assert f'class="btn btn-sm" href="{url}#solve"' in page
        assert f'<time datetime="{problem.due_at.isoformat()}" data-due>' in page
    assert 'class="btn btn-sm"' not in client_of(agent).get(pages).content.decode()
    solved(problem, supervisor)
    for path in ("/", f"{pages}?show=solved"):
        assert f'class="btn btn-sm" href="{url}"' in client_of(agent).get(path).content.decode()
    tabs = client_of(agent).get(pages).content.decode()
    assert re.search(r"\?show=open\"[^>]*>[^<]* 0</a>", tabs)
    assert re.search(r"\?show=solved\"[^>]*>[^<]* 1</a>", tabs)
