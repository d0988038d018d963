"""Lists of these chapters cost the same number of queries for few visits and for many, and never more than 15."""

import itertools

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from delivery import services
from delivery.models import Bill, BillLine, Opinion, PickupNotice, WashTask
from servicedesk.clock import now
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.workorders.models import WorkOrder, WorkOrderLine
from tests.fixtures.delivery import billed, cleaned, handed_over, invited, surveyed
from tests.fixtures.people import client_of

NUMBERS = itertools.count(1000)


@pytest.fixture
def crowd(centre, advisor):
    """Adds visits as bulk rows: what a list reads, without walking each of them through the house."""

    def add(n):
        by, moment = actor_values(Actor.of(advisor)), now()
        for _turn in range(n):
            number = next(NUMBERS)
            person = Customer.objects.create(name=f"客戶{number}", phone=f"+88691{number:07d}", language="zh-hant")
            car = Vehicle.objects.create(customer=person, plate=f"AAA-{number}")
            common = {"centre": centre, "customer": person, "vehicle": car, "advisor": advisor, "source": "walk_in"}
            common |= {"stage_since": moment, "opened_at": moment, "promised_at": moment}
            cleaning = WorkOrder.objects.create(number=f"W{number}a", stage="preparation", **common)
            ready = WorkOrder.objects.create(number=f"W{number}b", stage="ready", ready_at=moment, **common)
            gone = WorkOrder.objects.create(number=f"W{number}c", stage="delivered", delivered_at=moment, **common)
            WashTask.objects.create(work_order=cleaning, opened_at=moment)
            PickupNotice.objects.create(work_order=ready, in_person=True, at=moment, **by)
            Opinion.objects.create(work_order=gone, text="太冷", department="advisor", at=moment, **by)
            bill = Bill.objects.create(
                work_order=cleaning, centre=centre, net=1, tax=0, total=1, tax_rate=0, currency="TWD", language="en",
                opened_at=moment, **by,
            )  # fmt: skip
            add_line(cleaning, bill)

    return add


def add_line(work_order, bill):
    """One more approved line on the visit and on its draft."""
    line = WorkOrderLine.objects.create(
        work_order=work_order, kind="fee", description="費用", quantity=1, unit_price=1, amount=1, state="checked",
        created_at=now(),
    )  # fmt: skip
    position = bill.lines.count() + 1
    BillLine.objects.create(
        bill=bill, line=line, position=position, kind="fee", quantity=1, unit_price=1, agreed=1, amount=1
    )


def queries(browser, path):
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)


def test_lists_cost_the_same_for_one_and_thirty_rows(crowd, advisor, cashier, detailer):
    pages = [
        (client_of(detailer), reverse("delivery:wash_queue")),
        (client_of(cashier), reverse("delivery:bills")),
        (client_of(advisor), reverse("delivery:ready_list")),
        (client_of(advisor), reverse("delivery:opinions")),
        (client_of(detailer), "/"),
        (client_of(cashier), "/"),
    ]
    crowd(1)
    few = [queries(*page) for page in pages]
    crowd(29)
    assert [queries(*page) for page in pages] == few
    assert max(few) <= 15


def test_a_bill_costs_the_same_for_one_and_thirty_lines(crowd, cashier):
    crowd(1)
    draft = Bill.objects.get()
    page = (client_of(cashier), reverse("delivery:bill", args=[draft.work_order_id]))
    few = queries(*page)
    for _turn in range(29):
        add_line(draft.work_order, draft)
    assert queries(*page) == few
    assert few <= 15


def test_no_page_of_one_visit_costs_more_than_fifteen(visit_in_preparation, cashier, advisor, detailer):
    visit = visit_in_preparation
    bill, handover, wash = (reverse(f"delivery:{name}", args=[visit.pk]) for name in ("bill", "handover", "wash"))

    def measured():
        return [
            queries(client_of(cashier), bill),
            queries(client_of(advisor), handover),
            queries(client_of(detailer), wash),
        ]

    found = measured()
    cleaned(visit, detailer)
    billed(visit, cashier)
    found += measured()
    services.make_ready(visit, by=Actor.of(detailer))
    found += measured()
    handed_over(visit, advisor, cashier)
    surveyed(invited(visit, advisor))
    found += measured()
    assert max(found) <= 15
