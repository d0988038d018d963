"""The good path of chapters 5 and 6 through the services, end to end."""

import datetime as dt
import io

from django.urls import reverse
from pypdf import PdfReader

from delivery import privacy, services
from delivery.models import Bill, Opinion, SurveyResponse
from delivery.services.account import account_of
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.documents import printing
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import Promise
from tests.fixtures.delivery import billed, cleaned, handed_over, invited, paid, surveyed
from tests.fixtures.people import client_of

CLAUSES = [f"M5.{x}" for x in ("1-a", "1-b", "2-a", "2-b", "2-c")] + [
    f"M6.{x}" for x in ("1-a", "1-b", "1-c", "2-a", "2-b")
]


def states(work_order):
    return {clause: registry.evidence.by_clause[clause](work_order).state for clause in CLAUSES}


def test_from_preparation_to_the_survey(visit_in_preparation, detailer, cashier, advisor):
    visit = visit_in_preparation
    assert visit.stage == "preparation"
    draft = Bill.objects.get(work_order=visit)
    assert draft.state == "draft"
    assert draft.number is None
    cleaned(visit, detailer)
    bill = billed(visit, cashier)
    assert bill.number == "NH-S26-000001"
    services.make_ready(visit, by=Actor.of(cashier))
    assert visit.stage == "ready"
    assert Promise.objects.get(work_order=visit, kind="delivery").state == "kept"
    handed_over(visit, advisor, cashier)
    assert visit.stage == "delivered"
    response = surveyed(invited(visit, advisor), SV_08="2")
    assert response.completed_at is not None
    opinion = Opinion.objects.get(work_order=visit)
    assert (opinion.department, opinion.value, opinion.state) == ("advisor", "2", "open")
    assert states(visit) == dict.fromkeys(CLAUSES, "done")
    kinds = ["delivered_papers", "payment_receipt", "pickup_ready", "survey_invitation"]
    sent = Message.objects.filter(about=visit.number, kind__in=kinds)
    assert sorted(sent.values_list("kind", flat=True)) == kinds
    assert [problem for check in registry.checks for problem in check.problems()] == []


def test_the_bills_paper_reads_in_the_customers_language(visit_in_preparation, detailer, cashier):
    bill = billed(visit_in_preparation, cashier)
    assert printing.run() > 0
    bill.paper_order.refresh_from_db()
    with bill.paper_order.paper.file.open("rb") as file:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages)
    assert bill.number in text
    assert "BKQ-5821" in text
    assert "林怡君" in text
    assert visit_in_preparation.concerns.get().words in text.replace("\n", "")
    for line in bill.lines.all():
        assert line.titles["zh-hant"].split("（")[0] in text


def test_paying_in_two_parts_settles_the_account(visit_in_preparation, cashier):
    bill = billed(visit_in_preparation, cashier)
    paid(visit_in_preparation, cashier, bill.total - 1)
    assert account_of(visit_in_preparation).balance == 1
    paid(visit_in_preparation, cashier)
    assert account_of(visit_in_preparation).balance == 0


def test_the_survey_belongs_to_one_visit(visit_delivered, advisor):
    response = invited(visit_delivered, advisor)
    assert SurveyResponse.objects.get() == response
    assert response.link.target_id == visit_delivered.pk


def test_figures_privacy_and_the_timeline(visit_delivered, advisor):
    surveyed(invited(visit_delivered, advisor), SV_12="3")
    person, centres = visit_delivered.customer, [visit_delivered.centre_id]
    since, until = now() - dt.timedelta(days=1), now() + dt.timedelta(days=1)
    found = {
        figure.key: figure.value(centres, since, until) for figure in registry.figures if figure.key in ("csi", "nps")
    }
    assert found == {"csi": (11, 11), "nps": (-1, 1)}
    assert privacy.export(person)["bills"][0]["number"] == "NH-S26-000001"
    services.record_opinion(visit_delivered, by=Actor.of(advisor), text="休息室太冷", department="manager")
    privacy.erase(person)
    assert set(Opinion.objects.values_list("text", flat=True)) == {""}
    page = client_of(advisor).get(reverse("workorders:timeline", args=[visit_delivered.pk]))
    assert page.status_code == 200
    assert "Payment received: NT$" in page.content.decode()
