"""The customer's page by link once the car is here: where it is, what was promised, his papers; and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from appointments.models import Appointment
from appointments.visit_of import visit_of
from servicedesk.documents.models import PaperOrder
from servicedesk.workorders.models import WorkOrder
from tests.appointments.test_public import holder
from tests.fixtures import delivery, quality, workshop
from tests.fixtures.appointments import confirmed, slot
from tests.fixtures.people import MovableClock
from tests.fixtures.reception import authorised, received

pytestmark = pytest.mark.django_db
MINE = "appointments:mine"


def booking_of(work_order: WorkOrder) -> Appointment:
    return Appointment.objects.get(work_order=work_order)


def states(work_order: WorkOrder) -> str:
    """The stops as one word: d(one), n(ow), t(odo)."""
    visit = visit_of(booking_of(work_order))
    assert visit is not None
    return "".join(stop.state[0] for stop in visit.stops)


def page_of(work_order: WorkOrder) -> str:
    return str(holder(booking_of(work_order)).get(reverse(MINE)).content.decode())


def test_before_the_car_is_here_there_is_no_visit(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor, starts_at=slot(centre, 14, days=1))
    assert visit_of(appointment) is None
    page = holder(appointment).get(reverse(MINE)).content.decode()
    assert "c-route" not in page
    assert reverse("appointments:mine_calendar") in page


def test_each_stage_in_the_customers_words(
    centre: Any,
    advisor: Any,
    technician: Any,
    supervisor: Any,
    inspector: Any,
    detailer: Any,
    cashier: Any,
) -> None:
    order = received(centre, advisor)
    assert states(order) == "nttttt"
    assert "Your car is with us" in page_of(order)
    order = authorised(centre, advisor, plate="DEM-0526", phone="0955-500-226", name="林雨澄")
    assert states(order) == "dntttt"
    page = page_of(order)
    assert "Your car is in line for the workshop" in page
    assert f"{centre.local(order.promised_at):%H:%M}" in page
    order = workshop.in_repair(order, technician, supervisor)
    assert (states(order), "Your car is being worked on" in page_of(order)) == ("ddnttt", True)
    workshop.finish_jobs(order, technician)
    quality.self_checked(order, technician)
    assert (states(order), "Your car is being checked" in page_of(order)) == ("dddntt", True)
    quality.inspected(order, inspector)
    assert (states(order), "Your car is being cleaned" in page_of(order)) == ("ddddnt", True)
    delivery.made_ready(order, detailer, cashier)
    page = page_of(order)
    assert (states(order), "Your car is ready to be collected" in page, "Ready since" in page) == ("dddddn", True, True)
    delivery.paid(order, cashier)
    delivery.handed_over(order, advisor, cashier)
    assert (states(order), "The car is with you again" in page_of(order)) == ("dddddd", True)
    assert "self-check" not in page_of(order).lower()


def test_a_broken_promise_is_said_and_apologised_for(centre: Any, advisor: Any, at_tuesday_ten: MovableClock) -> None:
    order = authorised(centre, advisor)
    assert "We have not kept this time" not in page_of(order)
    at_tuesday_ten.move(hours=24)
    assert "We have not kept this time, and we are sorry." in page_of(order)


def test_his_papers_and_nobody_elses(centre: Any, advisor: Any) -> None:
    mine = authorised(centre, advisor)
    other = authorised(centre, advisor, plate="AAA-0001", phone="0912-000-001", name="別人")
    person = holder(booking_of(mine))
    papers = list(PaperOrder.objects.filter(about=mine.number).values_list("pk", flat=True))
    others = list(PaperOrder.objects.filter(about=other.number).values_list("pk", flat=True))
    assert papers
    assert others
    page = person.get(reverse(MINE)).content.decode()
    for pk in papers:
        url = reverse("appointments:mine_paper", args=[pk])
        assert url in page
        assert "being printed" in person.get(url).content.decode()
    for pk in (*others, 0, 10**15):
        assert person.get(reverse("appointments:mine_paper", args=[pk])).status_code == 404


def test_the_page_costs_the_same_for_a_long_visit(
    centre: Any, advisor: Any, technician: Any, supervisor: Any, django_assert_max_num_queries: Any
) -> None:
    order = workshop.in_repair(authorised(centre, advisor), technician, supervisor)
    person = holder(booking_of(order))
    person.get(reverse(MINE))
    with django_assert_max_num_queries(15):
        person.get(reverse(MINE))
