"""Estimate and decision pages: on the tablet, by telephone, from the customer's link; moving the promise, giving back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from servicedesk.messaging.models import Message, SignedLink
from servicedesk.workorders.models import Consent, WorkOrder
from tests.fixtures.people import client_of
from tests.fixtures.reception import authorised, estimated, received

pytestmark = pytest.mark.django_db


def decisions(work_order: WorkOrder, decision: str = "approve", **more: Any) -> dict[str, Any]:
    return {f"line_{line.pk}": decision for line in work_order.lines.top().unanswered()} | more


def test_each_line_starts_unset_and_must_be_answered(centre: Any, advisor: Any) -> None:
    order, _shown = estimated(centre, advisor)
    desk = client_of(advisor)
    url = reverse("reception:decide", args=[order.pk])
    assert 'value="approve" checked' not in desk.get(url).content.decode()
    page = desk.act(url, {"signature_name": "林怡君"})
    assert page.status_code == 422
    assert page.content.decode().count("Yes or no? Nothing is done without an answer.") >= 3
    assert not Consent.objects.exists()


def test_deciding_by_telephone(centre: Any, advisor: Any) -> None:
    order, _shown = estimated(centre, advisor)
    desk = client_of(advisor)
    url = reverse("reception:telephone", args=[order.pk])
    assert desk.act(url, decisions(order, signature_name="林怡君", phone="0912345678")).status_code == 422
    desk.act(url, decisions(order, "defer", signature_name="林怡君", phone="0912345678", read_back="on"))
    consent = Consent.objects.get()
    assert (consent.method, consent.answers.first().deferred_to) == ("telephone", dt.date(2027, 2, 22))
    assert desk.get(url).headers["Location"] == reverse("reception:estimate", args=[order.pk])


def test_sending_giving_back_and_moving_the_promise(centre: Any, advisor: Any) -> None:
    order, _shown = estimated(centre, advisor)
    desk = client_of(advisor)
    desk.act(reverse("reception:send", args=[order.pk]))
    assert Message.objects.filter(kind="estimate_approval").count() == 1
    assert "BKQ-5821" in desk.get(reverse("home")).content.decode()
    assert "Say why" in desk.act(reverse("reception:give_back", args=[order.pk]), follow=True).content.decode()
    assert (
        "No delivery time is promised yet" in desk.get(reverse("reception:promise", args=[order.pk])).content.decode()
    )
    desk.act(reverse("reception:give_back", args=[order.pk]), {"reason": "改天再來"})
    order.refresh_from_db()
    assert order.stage == "cancelled"
    refused = desk.act(reverse("reception:send", args=[order.pk]), follow=True).content.decode()
    assert "can no longer be proposed or decided" in refused


def test_the_new_time_is_promised_on_the_screen(centre: Any, advisor: Any) -> None:
    order = authorised(centre, advisor)
    desk = client_of(advisor)
    url = reverse("reception:promise", args=[order.pk])
    assert desk.get(url).status_code == 200
    desk.act(url, {"promised_at": "2026-11-25T12:00", "reason": "等零件"})
    order.refresh_from_db()
    assert order.promised_at == dt.datetime(2026, 11, 25, 4, 0, tzinfo=dt.UTC)


def test_a_proposal_is_taken_back_on_the_screen(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    desk = client_of(advisor)
    line = order.lines.top().order_by("position").first()
    assert line is not None
    desk.act(reverse("reception:line_remove", args=[order.pk, line.pk]))
    assert order.lines.top().count() == 1
    assert desk.act(reverse("reception:line_remove", args=[order.pk, line.pk])).status_code == 404


def holder(order: WorkOrder) -> Any:
    """A browser that opened the customer's link to the estimate."""
    person = client_of()
    link = SignedLink.objects.filter(purpose="estimate").order_by("-pk")[0]
    assert person.get(link.path).headers["Location"] == reverse("reception:answer")
    return person


def test_the_customer_decides_by_link_once(centre: Any, advisor: Any) -> None:
    order, _shown = estimated(centre, advisor)
    client_of(advisor).act(reverse("reception:send", args=[order.pk]))
    person, url = holder(order), reverse("reception:answer")
    page = person.get(url).content.decode()
    assert "更換前煞車來令片" in page
    assert "checked" not in page
    assert not Consent.objects.exists()  # opening it decides nothing
    missing = person.act(url, {"signature_name": ""})
    assert missing.status_code == 422
    data = decisions(order, signature_name="林怡君")
    declined = next(iter(key for key in data if key.startswith("line_")))
    data[declined] = "decline"
    person.act(url, data, key="answered-once")
    person.act(url, data, key="answered-once")
    consent = Consent.objects.get()
    assert (consent.method, consent.by_kind, consent.person) == ("link", "link", "林怡君")
    assert consent.answers.filter(decision="decline").count() == 1
    after = person.get(url).content.decode()
    assert "c-disc--ok" in after
    person.act(url, data)
    assert Consent.objects.count() == 1


def test_an_older_link_says_that_a_newer_version_exists(centre: Any, advisor: Any) -> None:
    order, _shown = estimated(centre, advisor)
    desk = client_of(advisor)
    desk.act(reverse("reception:send", args=[order.pk]))
    person = holder(order)
    desk.act(reverse("reception:estimate", args=[order.pk]), {"operation": "MNT-120", "urgency": "advice"})
    desk.act(reverse("reception:send", args=[order.pk]))
    person.cookies["language"] = "en"
    assert "There is a newer version" in person.get(reverse("reception:answer")).content.decode()
    person.act(reverse("reception:answer"), decisions(order, signature_name="林怡君"), follow=True)
    assert not Consent.objects.exists()


def test_without_the_link_there_is_no_page(centre: Any, advisor: Any) -> None:
    estimated(centre, advisor)
    assert client_of().get(reverse("reception:answer")).status_code == 404


def test_what_the_customer_sees_adds_up(centre: Any, advisor: Any) -> None:
    """What was agreed, each line and their tax make the total he is asked for."""
    order, _shown = estimated(centre, advisor)
    context = client_of(advisor).get(reverse("reception:decide", args=[order.pk])).context
    sums, rows = context["sums"], context["rows"]
    assert sums["added_tax"] > 0
    assert sums["agreed"] + sum(row["amount"] for row in rows) + sums["added_tax"] == sums["all"]
