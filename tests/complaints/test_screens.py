"""Staff's pages of a case and the complainant's own page: who sees them, garbage, repeats, queries."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints import services
from complaints.models import Complaint, ComplaintEntry, ComplaintState
from servicedesk import registry
from servicedesk.catalogue.models import ComplaintCategory
from servicedesk.clock import now
from servicedesk.insight.conformance import by_chapter
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import distance
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.complaints import answered, investigated, taken
from tests.fixtures.people import Person, client_of

LIST, TAKE, MINE = "/complaints/", "/complaints/take/", "/complaints/mine/"
FOUND = {
    "cause_kind": "workmanship",
    "cause": "來令片未倒角",
    "responsibility": "施工",
    "remedy": "免費重新處理",
    "prevention": "自檢加一項",
}


def form(**values: Any) -> dict[str, Any]:
    """The form of a complaint, filled in."""
    return {
        "complainant": "周建宏",
        "contact": "0935-111-226",
        "source": "phone",
        "category": ComplaintCategory.objects.get(code="CP-05").pk,
        "matter": "上禮拜三才修好的方向盤怪聲，今天又出現了",
        "reason": "同一故障再發",
        "apologised": "on",
        **values,
    }


def holder(link: SignedLink) -> Person:
    """A browser in which the customer has opened his link."""
    browser = client_of(None)
    browser.get(link.path)
    return browser


def last_link() -> SignedLink:
    return SignedLink.objects.filter(purpose="complaint").order_by("-pk")[0]


def test_agent_takes_it_for_a_visit_and_for_somebody_new(
    visit_delivered: WorkOrder, agent: User, supervisor: User, manager: User
):
    browser = client_of(agent)
    assert browser.get(TAKE).status_code == 200
    assert visit_delivered.vehicle.plate in browser.get(TAKE, {"q": visit_delivered.vehicle.plate}).content.decode()
    url = f"{TAKE}?visit={visit_delivered.pk}"
    assert "林怡君" in browser.get(url).content.decode()
    response = browser.act(url, form())
    first = Complaint.objects.get()
    assert response["Location"] == first.get_absolute_url()
    assert (first.work_order, first.customer, first.level) == (visit_delivered, visit_delivered.customer, "escalated")
    browser.act(TAKE, form())
    second = Complaint.objects.latest("pk")
    assert (second.work_order, second.customer.name, str(second.customer.phone)) == (None, "周建宏", "+886935111226")
    assert browser.get(second.get_absolute_url()).status_code == 200


def test_the_same_form_twice_is_one_complaint(visit_delivered: WorkOrder, agent: User, manager: User):
    browser, key = client_of(agent), str(uuid.uuid4())
    for _n in range(2):
        browser.act(f"{TAKE}?visit={visit_delivered.pk}", form(), key=key)
    assert (Complaint.objects.count(), Message.objects.filter(kind="complaint_received").count()) == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"apologised": ""},
        {"contact": "nobody knows"},
        {"category": "💥"},
        {"category": "999999"},
        {"matter": " "},
        {"reason": "x" * 5000},
        {"concerning": "-1"},
        {"source": "<script>"},
        {"complainant": "\x00"},
    ],
)
def test_garbage_comes_back_filled_in(reference: None, agent: User, wrong: dict[str, str]):
    response = client_of(agent).act(TAKE, form(**wrong))
    assert response.status_code == 422
    assert "sd-errsum" in response.content.decode()
    if "matter" not in wrong:
        assert "方向盤怪聲" in response.content.decode()
    assert Complaint.objects.count() == 0


def test_strange_addresses_are_harmless(reference: None, agent: User):
    browser = client_of(agent)
    for query in ("visit=💥", "visit=999999999999999999999999", "customer=-1", "q=%00%00", "q=" + "x" * 500):
        assert browser.get(f"{TAKE}?{query}").status_code == 200
    assert browser.get(f"{LIST}?show=💥&after=x").status_code == 200


def test_the_case_goes_through_its_pages(complaint: Complaint, supervisor: User, agent: User):
    at = {
        name: reverse(f"complaints:{name}", args=[complaint.pk]) for name in ("investigate", "answer", "close", "note")
    }
    assert client_of(supervisor).act(at["investigate"], {**FOUND, "cause": ""}).status_code == 422
    client_of(agent).act(at["investigate"], FOUND)
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.RECEIVED
    client_of(supervisor).act(at["investigate"], FOUND)
    client_of(agent).act(at["note"], {"text": "已致電"})
    client_of(agent).act(at["answer"], {"answer": "我們免費重新處理。"})
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.ANSWERED
    client_of(agent).act(at["close"])
    client_of(agent).act(reverse("complaints:decide", args=[complaint.pk]), {"decision": "accepted", "words": "好"})
    client_of(agent).act(at["close"])
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.CLOSED
    kinds = ComplaintEntry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["taken", "investigated", "note", "answered", "accepted", "closed"]
    assert client_of(agent).get(complaint.get_absolute_url()).status_code == 200
    assert client_of(agent).get("/complaints/causes/").status_code == 200


def test_a_refusal_lists_what_closing_lacks(complaint: Complaint, agent: User):
    browser = client_of(agent)
    browser.act(reverse("complaints:close", args=[complaint.pk]))
    page = browser.get(complaint.get_absolute_url()).content.decode()
    refusal = page[page.index("sd-refusal") :]
    refusal = refusal[: refusal.index("</section>")]
    assert refusal.count("data-miss") == 4
    assert "The complainant has not accepted yet" in refusal


def test_wrong_role_other_centre_and_the_person_concerned(
    visit_delivered: WorkOrder, agent: User, supervisor: User, manager: User, cashier: User, outsider: User
):
    row = taken(visit_delivered, agent, concerning=supervisor)
    url, found = row.get_absolute_url(), reverse("complaints:investigate", args=[row.pk])
    assert [client_of(user).get(url).status_code for user in (cashier, outsider, supervisor)] == [403, 404, 200]
    assert [client_of(user).act(found, FOUND).status_code for user in (cashier, outsider, supervisor)] == [
        403,
        404,
        302,
    ]
    row.refresh_from_db()
    assert row.investigated_at is None
    assert client_of(supervisor).get(TAKE).status_code == 403


def test_the_complainant_says_yes_by_his_link_and_only_by_post(complaint: Complaint, supervisor: User):
    browser = holder(last_link())
    page = browser.get(MINE).content.decode()
    assert complaint.number in page
    assert 'name="decision"' not in page
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    browser = holder(last_link())
    assert 'name="decision"' in browser.get(MINE).content.decode()
    assert browser.act("/complaints/mine/decide/", {}).status_code == 422
    assert browser.act("/complaints/mine/decide/", {"decision": "\x00"}).status_code == 422
    for _n in range(2):
        assert browser.act("/complaints/mine/decide/", {"decision": "accepted"})["Location"] == MINE
    complaint.refresh_from_db()
    assert (complaint.state, complaint.entries.filter(kind="accepted").count()) == (ComplaintState.ACCEPTED, 1)
    assert 'name="decision"' not in browser.get(MINE).content.decode()
    browser.act("/complaints/mine/decide/", {"decision": "not_accepted"})
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.ACCEPTED


def test_without_his_link_nobody_sees_the_page(complaint: Complaint, agent: User):
    assert client_of(None).get(MINE).status_code == 404
    assert client_of(agent).get(MINE).status_code == 404
    assert client_of(None).act("/complaints/mine/decide/", {"decision": "accepted"}).status_code == 404


@pytest.mark.parametrize("path", [LIST, "/", "case"])
def test_pages_cost_the_same_for_one_and_thirty_rows(
    path: str, complaint: Complaint, visit_delivered: WorkOrder, agent: User
):
    browser, url = client_of(agent), complaint.get_absolute_url() if path == "case" else path
    browser.get(url)
    counts = []
    for more in (0, 29):
        for _n in range(more):
            taken(visit_delivered, agent)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_the_house_knows_of_it(complaint: Complaint, visit_delivered: WorkOrder, agent: User, supervisor: User):
    alerts = [alert for ask in registry.alerts for alert in ask(customer=complaint.customer)]
    assert complaint.get_absolute_url() in [alert.url for alert in alerts]
    assert complaint.number in client_of(supervisor).get("/").content.decode()
    panel = client_of(agent).get(reverse("workorders:panel", args=[visit_delivered.pk, "complaints"]))
    assert complaint.number in panel.content.decode()
    states = {row.clause: row.evidence.state for chapter in by_chapter(visit_delivered) for row in chapter.clauses}
    chapter8 = {clause: state for clause, state in states.items() if clause.startswith("M8")}
    assert chapter8 == {
        "M8.1-a": "done",
        "M8.1-b": "done",
        "M8.1-c": "open",
        "M8.2-a": "open",
        "M8.2-b": "open",
        "M8.2-c": "open",
        "M8.2-d": "open",
    }


def test_the_list_shows_and_sorts_by_what_is_owed_now(
    visit_delivered: WorkOrder, agent: User, supervisor: User, manager: User, at_tuesday_ten: Any
):
    late, told = taken(visit_delivered, agent), taken(visit_delivered, agent)
    investigated(told, supervisor)
    answered(told, supervisor)
    at_tuesday_ten.move(days=1, minutes=5)
    services.escalate_overdue()
    late.refresh_from_db()
    told.refresh_from_db()
    browser = client_of(agent)
    page = browser.get(LIST).content.decode()
    assert page.index(late.get_absolute_url()) < page.index(told.get_absolute_url())
    owed = f'<time datetime="{late.owed_at.isoformat()}" data-due>'
    assert owed in page
    assert f'<time datetime="{told.close_due_at.isoformat()}" data-due>' in page
    assert distance(late.owed_at, now()) in browser.get(late.get_absolute_url()).content.decode()
    assert '<span class="sd-tag sd-danger">With the manager</span>' in page
    Complaint.objects.filter(pk=told.pk).update(level="critical")
    assert '<span class="sd-tag sd-danger">Critical</span>' in browser.get(LIST).content.decode()


def test_a_closed_case_says_when_and_how_it_ended(complaint: Complaint, supervisor: User, agent: User):
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    services.record_decision(complaint, by=Actor.of(agent), accepted=True, how="told")
    services.close(complaint, by=Actor.of(agent))
    browser = client_of(agent)
    page = browser.get(f"{LIST}?show=closed").content.decode()
    heads = page[page.index("<thead>") : page.index("</thead>")]
    assert (">Closed<" in heads, ">Due<" in heads) == (True, False)
    case = browser.get(complaint.get_absolute_url()).content.decode()
    assert "<b>Accepted</b>" in case
    assert "Accepted or not" not in case


def test_nobody_stands_before_an_empty_list_of_his_own(complaint: Complaint, agent: User):
    page = client_of(agent).get(f"{LIST}?show=mine").content.decode()
    assert "No case is yours" in page
    assert 'href="?show=open"' in page[page.index("sd-empty") :]


def test_what_was_not_accepted_stands_with_the_answer_it_is_about(
    complaint: Complaint, supervisor: User, agent: User, manager: User
):
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    services.record_decision(complaint, by=Actor.of(agent), accepted=False, how="told")
    page = client_of(manager).get(complaint.get_absolute_url()).content.decode()
    word = page[page.index('id="answer"') :]
    assert word.index("Not accepted") < word.index('name="answer"')
