"""The lists of home pages: what each shows, that none repeats another, and the way back from a list's own page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from complaints.models import Complaint
from servicedesk import registry
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.services import hold
from tests.fixtures.appointments import requested
from tests.fixtures.people import client_of
from workshop.services import report_finding

pytestmark = pytest.mark.django_db


def page(user: User, url: str, **headers: str) -> str:
    """The page as `user` reads it, in words."""
    answer = client_of(user).get(url, headers=headers)
    assert answer.status_code == 200, url
    return answer.content.decode()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_list_of_its_own_keeps_today_selected_and_leads_back(everyone: dict[str, User]) -> None:
    for key in ("promises", "complaints_mine"):
        shown = page(everyone["supervisor"], f"/lists/{key}/")
        assert re.search(r'<a href="/" title="Today" aria-current="page">', shown)
        assert words(shown.split("<h1")[1].split("</header>")[0]).count("Today") == 1


def test_parts_and_supervisor_see_the_cars_that_wait_for_parts(
    visit_in_repair: WorkOrder, everyone: dict[str, User], advisor: User
) -> None:
    parts = everyone["parts"]
    assert "No car waits for parts" in page(parts, "/lists/waiting_parts/")
    hold(visit_in_repair, cause="parts", note="煞車碟盤缺料", by=Actor.of(everyone["supervisor"]))
    for who in (parts, everyone["supervisor"]):
        for url in ("/", "/lists/waiting_parts/"):
            shown = words(page(who, url))
            assert f"{visit_in_repair.vehicle.plate} {visit_in_repair.customer.name}" in shown
            assert "煞車碟盤缺料" in shown
    assert client_of(advisor).get("/lists/waiting_parts/").status_code == 404


def test_a_finding_names_the_customer_first_and_then_who_reported_it(
    visit_in_repair: WorkOrder, technician: User, supervisor: User
) -> None:
    job = visit_in_repair.jobs.order_by("pk")[0]
    report_finding(job, by=Actor.of(technician), text="左後減震漏油", urgency="soon")
    shown = words(page(supervisor, "/lists/findings/"))
    order = visit_in_repair
    assert f"{order.vehicle.plate} {order.customer.name} {order.vehicle.title}" in shown
    assert f"Reported by {technician}, 0 min ago" in shown


def test_promises_due_leave_out_what_another_list_of_the_page_shows(
    centre: ServiceCentre, reference: None, everyone: dict[str, User]
) -> None:
    booking = requested(centre)
    assert Promise.objects.get(kind="booking_answer").about == (
        f"{booking.vehicle.plate} {booking.customer.name} · {booking.number}"
    )
    shown = words(page(everyone["advisor"], "/lists/promises/", **{"HX-Request": "true"}))
    assert shown == "Promises due No other promise is due."
    for erase in registry.erasures:
        erase(booking.customer)
    assert Promise.objects.get(kind="booking_answer").about == booking.number


def test_promises_due_say_how_many_there_are_and_where(visit_in_repair: WorkOrder, advisor: User) -> None:
    Promise.objects.bulk_create(
        Promise(
            kind="call",
            target_kind="x.y",
            target_id=n,
            centre=visit_in_repair.centre,
            work_order=visit_in_repair,
            about=visit_in_repair.number,
            owner=advisor,
            owner_role="advisor",
            made_at=visit_in_repair.opened_at,
            due_at=visit_in_repair.opened_at,
            by_kind="system",
        )
        for n in range(9)
    )
    shown = page(advisor, "/lists/promises/", **{"HX-Request": "true"})
    assert "8 of 10" in words(shown)
    assert 'href="/work-orders/promises/"' in shown


def test_a_managers_own_complaints_are_not_shown_twice(complaint: Complaint, manager: User) -> None:
    Complaint.objects.filter(pk=complaint.pk).update(owner=manager)
    assert page(manager, "/").count(complaint.get_absolute_url()) == 1
    Complaint.objects.filter(pk=complaint.pk).update(layer=2, state="escalated")
    assert page(manager, "/").count(complaint.get_absolute_url()) == 1


def test_a_complaints_list_without_any_says_where_they_come_from(everyone: dict[str, User]) -> None:
    shown = page(everyone["advisor"], "/lists/complaints_mine/")
    assert "No complaint is yours to answer." in shown
    assert "when customer service names you to answer it" in shown
    assert 'href="/complaints/"' in shown.split("sd-empty")[1]


@pytest.mark.parametrize(("role", "offered"), [("advisor", True), ("technician", False)])
def test_an_empty_search_keeps_the_words_and_offers_the_next_step(
    role: str, offered: bool, everyone: dict[str, User], client: Any
) -> None:
    shown = page(everyone[role], "/search/?q=ZZZ-9999")
    assert re.search(r'<input id="q"[^>]* value="ZZZ-9999"', shown)
    main = shown.split("sd-empty")[1]
    assert ("/reception/arrive/" in main, "/appointments/new/" in main) == (offered, offered)
