"""What the tablet's pages say is done and what is missing, and pages before there is anything to show."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from reception import services
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from tests.fixtures.appointments import confirmed
from tests.fixtures.people import client_of
from tests.fixtures.reception import all_good, inspected, received

pytestmark = pytest.mark.django_db


def page(user: Any, name: str, *args: Any) -> str:
    answer = client_of(user).get(reverse(f"reception:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def ticked(html: str) -> list[str]:
    """The words of the steps with a tick."""
    steps = html.split('class="sd-steps"')[1].split("</ol>")[0]
    return re.findall(r'<li class="is-done">.*?<span class="t">(.*?)</span>', steps, re.S)


def test_a_step_is_ticked_when_nothing_of_it_is_missing(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    assert ticked(page(advisor, "sign", order.pk)) == ["Need"]
    services.record_readings(order, by=Actor.of(advisor), odometer=40_210, fuel="5/8", keys=2)
    assert ticked(page(advisor, "sign", order.pk)) == ["Need"]
    all_good(order, advisor)
    assert ticked(page(advisor, "sign", order.pk)) == ["Need", "Inspection"]
    signed = inspected(centre, advisor, plate="BRT-7743", phone="0937000802")
    assert ticked(page(advisor, "need", signed.pk)) == ["Inspection", "Confirm and sign"]


def test_nobody_can_lock_an_inspection_with_something_missing(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    shown = page(advisor, "sign", order.pk)
    assert re.search(r"[2-9] things are missing before the customer signs", shown)
    assert re.search(r'<button type="submit" class="btn" form="sign" disabled>', shown)
    services.record_readings(order, by=Actor.of(advisor), odometer=40_210, fuel="5/8", keys=2)
    all_good(order, advisor)
    shown = page(advisor, "sign", order.pk)
    assert "missing before" not in shown
    assert re.search(r'<button type="submit" class="btn btn-primary" form="sign">', shown)


def test_a_tab_counts_what_must_be_looked_at(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    answer = client_of(advisor).get(reverse("reception:inspect", args=[order.pk]))
    tab = next(tab for tab in answer.context["page"].tabs if tab.key == "interior")
    required = [question for question in tab.questions if question.item.required]
    assert (tab.asked, tab.answered) == (len(required), 0)
    items = answer.content.decode().split('id="interior"')[1].split('id="function"')[0]
    assert items.count("<small>optional</small>") == len(tab.questions) - len(required) > 0
    all_good(order, advisor)
    tabs = client_of(advisor).get(reverse("reception:inspect", args=[order.pk])).context["page"].tabs
    assert [(tab.answered, len(tab.missing)) for tab in tabs] == [(tab.asked, 0) for tab in tabs]


def test_before_a_time_is_promised_the_page_says_where_it_is_set(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    shown = page(advisor, "promise", order.pk)
    assert "No delivery time is promised yet" in shown
    assert reverse("reception:estimate", args=[order.pk]) in shown.split("sd-empty")[1]
    again = client_of(advisor).act(reverse("reception:promise", args=[order.pk]), {"promised_at": "2026-11-24T17:30"})
    assert again.status_code == 422


def test_a_late_arrival_says_so_in_words(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    booking = confirmed(centre, advisor)
    assert "late " not in page(advisor, "list").split('id="s-arrivals"')[1]
    at_tuesday_ten.move(seconds=(booking.starts_at - now()).total_seconds() + 31 * 60)
    shown = page(advisor, "list").split('id="s-arrivals"')[1]
    assert "late 31 min" in shown


def test_totals_carry_their_currency(centre: Any, advisor: Any) -> None:
    order = inspected(centre, advisor)
    shown = page(advisor, "estimate", order.pk)
    assert "Approved, NT$0 tax included" in shown
    assert '<td class="sd-num" data-at="sum">NT$0</td>' in shown
    assert "before tax" in shown.split("</thead>")[0]
