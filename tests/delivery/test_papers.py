"""Bills are printed by the worker: the web issues, previews and shows them without ever loading the renderer."""

import sys

import pytest
from django.urls import reverse

import servicedesk.documents
from delivery.models import Bill
from delivery.paper import bill_context
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.documents import papers, printing
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import Concern, WorkOrderLine
from tests.documents.reading import text_of
from tests.fixtures.delivery import billed
from tests.fixtures.people import client_of


def url(name, *args):
    return reverse(f"delivery:{name}", args=args)


@pytest.fixture
def no_renderer(monkeypatch):
    """Importing WeasyPrint is an error."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    monkeypatch.delitem(sys.modules, "servicedesk.documents.engine", raising=False)
    monkeypatch.delattr(servicedesk.documents, "engine", raising=False)


def test_the_web_previews_issues_and_shows_without_the_renderer(visit_in_preparation, cashier, no_renderer):
    visit, till = visit_in_preparation, client_of(cashier)
    preview = till.get(url("bill_preview", visit.pk))
    assert (preview["Content-Type"], preview.content[:5]) == ("application/pdf", b"%PDF-")
    assert till.act(url("bill_issue", visit.pk)).status_code == 302
    order = Bill.objects.get().paper_order
    assert till.get(order.get_absolute_url())["Refresh"] == "2"
    assert till.get(reverse("workorders:panel", args=[visit.pk, "papers"])).status_code == 200
    assert "servicedesk.documents.engine" not in sys.modules


def test_issuing_twice_orders_once(visit_in_preparation, cashier):
    till, answers = client_of(cashier), set()
    for _press in range(2):
        answers.add(till.act(url("bill_issue", visit_in_preparation.pk)).status_code)
    assert PaperOrder.objects.filter(kind="bill").count() == 1


def test_a_bill_printed_later_says_what_it_said_when_it_was_issued(visit_in_preparation, cashier, at_tuesday_ten):
    visit = visit_in_preparation
    bill = Bill.objects.select_related("centre").get(pk=billed(visit, cashier).pk)
    before = shown(bill)
    Customer.objects.update(name="ZWRONG", phone="+886900000000", honorific="")
    Vehicle.objects.update(plate="ZWRONG", make="ZWRONG", vin=None)
    ServiceCentre.objects.update(name="ZWRONG", address="ZWRONG", guarantee_days=1, tax_rate="0.2", time_zone="UTC")
    Concern.objects.update(words="ZWRONG", cause="ZWRONG")
    WorkOrderLine.objects.update(description="ZWRONG")
    visit.advisor.display_name = "ZWRONG"
    visit.advisor.save()
    at_tuesday_ten.move(days=40)
    assert shown(Bill.objects.select_related("centre").get(pk=bill.pk)) == before
    assert "ZWRONG" not in before
    printing.run()
    text = text_of(PaperOrder.objects.get(kind="bill").paper)
    assert "ZWRONG" not in text
    assert "BKQ-5821" in text


def shown(bill: Bill) -> str:
    """All that the paper is made of, but for the bill itself."""
    return repr({key: value for key, value in bill_context(bill).items() if key != "bill"})


def test_a_duplicate_is_marked_recorded_and_only_given_out_by_the_desk(
    visit_in_preparation, cashier, technician, outsider, advisor
):
    visit = visit_in_preparation
    order = billed(visit, cashier).paper_order
    printing.run()
    address = reverse("workorders:paper_duplicate", args=[order.pk])
    assert client_of(technician).act(address).status_code == 403
    assert client_of(outsider).act(address).status_code == 404
    desk, key = client_of(advisor), {"request_key": "the-same-form-twice"}
    assert desk.act(address, key).status_code == 302
    assert desk.act(address, key).status_code == 302
    copy = PaperOrder.objects.get(duplicate_of=order)
    printing.run()
    copy.refresh_from_db()
    assert "副本" in text_of(copy.paper)
    assert [event.data["version"] for event in visit.happened("paper.duplicated")] == [2]
    assert "Duplicate" in desk.get(reverse("workorders:panel", args=[visit.pk, "papers"])).content.decode()


def test_a_failed_paper_is_ordered_again_from_the_visits_page(visit_in_preparation, cashier):
    visit = visit_in_preparation
    order = billed(visit, cashier).paper_order
    PaperOrder.objects.filter(pk=order.pk).update(state="failed", error="disk full")
    till = client_of(cashier)
    address = reverse("workorders:paper_again", args=[order.pk])
    assert address in till.get(reverse("workorders:panel", args=[visit.pk, "papers"])).content.decode()
    assert till.act(address).status_code == 302
    printing.run()
    order.refresh_from_db()
    assert order.state == "printed"
    assert len(visit.happened("paper.tried_again")) == 1
    assert till.act(address).status_code == 302
    assert papers.find("bill", order.number, order.centre, order.language) == order.paper
    assert Actor.of(cashier).label == order.by_label
