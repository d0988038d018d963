"""Home, search, indicators: what every role sees in an empty house and a full one, at the same cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from servicedesk.clock import now
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.staff.roles import PROCESS
from servicedesk.workorders import promises
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.services import hold, open_work_order, promise_delivery
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def visits(centre: ServiceCentre, advisor: User) -> Callable[[int], list[WorkOrder]]:
    """Open so many visits at once, each of another customer, with a promise, a hold and a call that is due."""

    def make(number: int) -> list[WorkOrder]:
        return [visit_of(centre, advisor, n) for n in range(number)]

    return make


def visit_of(centre: ServiceCentre, advisor: User, n: int) -> WorkOrder:
    by = Actor.of(advisor)
    customer = Customer.objects.create(name=f"客戶{n}", phone=f"+8869123{n:05}", language="zh-hant", channel="sms")
    customer.centres.add(centre)
    vehicle = Vehicle.objects.create(customer=customer, plate=f"ABC-{n:04}", make="Toyota", model_name="Altis")
    visit = open_work_order(
        by=by, centre=centre, customer=customer, vehicle=vehicle, advisor=advisor, source="walk_in", concern="異音"
    )
    promise_delivery(visit, due_at=now() + dt.timedelta(minutes=20 * n - 30), by=by)
    hold(visit, cause="parts", by=by)
    promises.make(
        Promise.Kind.CALL,
        visit,
        centre=centre,
        due_at=now(),
        about=visit.number,
        owner=None,
        owner_role="advisor",
        work_order=visit,
        url=visit.get_absolute_url(),
        by=by,
    )
    return visit


def cost(user: User, url: str) -> int:
    """Queries of the page, with nothing cached."""
    browser = client_of(user)
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(url)
    assert answer.status_code == 200, url
    return len(asked)


def test_everybody_has_a_home_and_it_costs_the_same_full_or_empty(everyone: dict[str, User], visits: Any) -> None:
    visits(1)
    one = {role: cost(user, "/") for role, user in everyone.items()}
    visits(29)
    assert {role: cost(user, "/") for role, user in everyone.items()} == one
    assert {role: n for role, n in one.items() if n > MOST_QUERIES} == {}


def test_an_empty_house_says_what_to_do(everyone: dict[str, User]) -> None:
    for user in everyone.values():
        page = client_of(user).get("/").content.decode()
        assert "<h1" in page


def test_a_home_has_at_most_one_filled_button_and_it_comes_last(everyone: dict[str, User]) -> None:
    for role, user in everyone.items():
        page = client_of(user).get("/").content.decode()
        buttons = page.partition('<div class="acts">')[2].partition("</div>")[0].split("<a ")[1:]
        filled = ["btn-primary" in button for button in buttons]
        assert filled.count(True) <= 1, role
        assert not any(filled[:-1]), role


@pytest.mark.parametrize(
    "url", ["/work-orders/", "/work-orders/?stage=reception", "/work-orders/promises/", "/customers/", "/messages/"]
)
def test_lists_cost_the_same_with_one_row_and_with_thirty(url: str, manager: User, visits: Any) -> None:
    visits(1)
    one = cost(manager, url)
    visits(29)
    assert cost(manager, url) == one <= MOST_QUERIES


def test_the_promise_ledger_shows_what_is_owed_soonest_first(manager: User, advisor: User, visits: Any) -> None:
    first, second, third = visits(3)
    page = client_of(manager).get("/work-orders/promises/")
    shown = [(row.kind, row.work_order_id) for row in page.context["page"].rows]
    assert shown == [
        ("delivery", first.pk),
        ("delivery", second.pk),
        *[("call", visit.pk) for visit in (first, second, third)],
        ("delivery", third.pk),
    ]
    broken = client_of(manager).get("/work-orders/promises/?show=broken")
    assert ("delivery", first.pk) in [(row.kind, row.work_order_id) for row in broken.context["page"].rows]
    assert ("delivery", third.pk) not in [(row.kind, row.work_order_id) for row in broken.context["page"].rows]


@pytest.mark.parametrize("garbage", ["?show=x", "?show=broken&after=%00", "?after=x", "?show=%F0%9F%9A%97"])
def test_the_promise_ledger_forgives_garbage(garbage: str, manager: User) -> None:
    assert client_of(manager).get(f"/work-orders/promises/{garbage}").status_code == 200


def test_other_centres_rows_are_in_no_list(outsider: User, visits: Any) -> None:
    visit = visits(1)[0]
    for url in ("/", "/work-orders/", "/work-orders/?stage=all", "/work-orders/promises/", "/customers/", "/messages/"):
        assert visit.number not in client_of(outsider).get(url).content.decode()
        assert "ABC-0000" not in client_of(outsider).get(url).content.decode()


def test_one_hit_opens_at_once(advisor: User, visits: Any) -> None:
    visit = visits(1)[0]
    assert client_of(advisor).get("/search/", {"q": visit.number})["Location"] == visit.get_absolute_url()


def test_search_finds_by_plate_name_phone_and_number(advisor: User, visits: Any) -> None:
    visit = visits(3)[1]
    for query in ("ABC-0001", "abc0001", "0001", "客戶1", "0912300001", visit.number, visit.full_number):
        answer = client_of(advisor).get("/search/", {"q": query})
        found = answer.content.decode() if answer.status_code == 200 else answer["Location"]
        assert "ABC-0001" in found or f"/{visit.pk}/" in found or f"/{visit.customer_id}/" in found, query


@pytest.mark.parametrize("role", sorted(PROCESS))
def test_every_role_of_the_process_may_search_and_a_stranger_finds_nothing(
    role: str, everyone: dict[str, User], outsider: User, visits: Any
) -> None:
    visits(2)
    assert client_of(everyone[role]).get("/search/", {"q": "ABC"}).status_code == 200
    page = client_of(outsider).get("/search/", {"q": "ABC"})
    assert (page.status_code, page.context["hits"]) == (200, [])


def test_the_administrator_may_not_search(admin_user: User) -> None:
    assert client_of(admin_user).get("/search/", {"q": "ABC"}).status_code == 403


@pytest.mark.parametrize(
    "query", ["", " ", "a", "\x00", "%", "_%_", "\\", "'; --", "🚗🚗", "‮abc", "x" * 100_000, "*", "((", "1e30", "NaN"]
)
def test_search_forgives_garbage(query: str, advisor: User, visits: Any) -> None:
    visits(2)
    answer = client_of(advisor).get("/search/", {"q": query})
    assert (answer.status_code, len(answer.context["hits"])) == (200, 0)


def test_search_costs_the_same_with_many_hits(manager: User, visits: Any) -> None:
    visits(2)
    two = cost(manager, "/search/?q=ABC")
    visits(28)
    assert cost(manager, "/search/?q=ABC") == two <= MOST_QUERIES


def test_a_name_with_html_is_shown_as_it_is_written(advisor: User, customer: Customer, vehicle: Vehicle) -> None:
    Customer.objects.filter(pk=customer.pk).update(name='<script>alert(1)</script>"')
    page = client_of(advisor).get("/customers/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;" in page


def test_conformance_of_a_visit(advisor: User, outsider: User, visits: Any) -> None:
    visit = visits(1)[0]
    url = f"/work-orders/{visit.pk}/conformance/"
    page = client_of(advisor).get(url)
    assert page.status_code == 200
    clauses = [row.clause for chapter in page.context["chapters"] for row in chapter.clauses]
    assert clauses == sorted(clauses)
    assert client_of(outsider).get(url).status_code == 404


def test_indicators_show_formula_and_parts(manager: User, advisor: User, outsider: User, visits: Any) -> None:
    visits(4)
    page = client_of(manager).get("/indicators/")
    rows = {row["figure"].key: (row["parts"], row["share"]) for row in page.context["rows"]}
    assert rows["appointment_rate"] == ((0, 4), 0)
    assert rows["on_time_delivery"] == ((0, 0), None)
    theirs = {row["figure"].key: row["parts"] for row in client_of(outsider).get("/indicators/").context["rows"]}
    assert theirs["appointment_rate"] == (0, 0)
    assert client_of(advisor).get("/indicators/").status_code == 403


def test_an_administrator_is_led_to_where_he_works(everyone: dict[str, User]) -> None:
    """A superuser to Django's admin; who is none is told that a superuser does it."""
    admin = client_of(everyone["admin"])
    assert "/admin/" not in admin.get("/").content.decode()
    User.objects.filter(pk=everyone["admin"].pk).update(is_superuser=True, is_staff=True)
    assert 'href="/admin/"' in admin.get("/").content.decode()
    page = admin.get("/admin/")
    assert page.status_code == 200
    assert "Administration of the service desk" in page.content.decode()


def test_indicators_write_shares_and_points_apart(manager: User) -> None:
    page = client_of(manager).get(reverse("insight:figures")).content.decode()
    assert "Target 95 %" in page
    assert "Target &lt; 5 %" in page
    assert "Target 85</small>" in page
