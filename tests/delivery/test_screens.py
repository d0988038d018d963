"""Screens of chapters 5 and 6: they answer, act once, refuse the wrong people, and cost the same for 1 and 30 rows."""

import uuid

from django.urls import reverse

from delivery.models import Bill, Handover, Opinion, Payment, PickupNotice, SurveyAnswer, SurveyResponse
from delivery.services import answer_question
from servicedesk.documents import printing
from servicedesk.staff.actors import Actor
from tests.fixtures.delivery import EXPLAINED, GIVEN, billed, cleaned, handed_over, invited, look_verdicts, paid
from tests.fixtures.people import client_of

PARTS = ("exterior", "interior", "tyres")


def url(name, *args):
    return reverse(f"delivery:{name}", args=args)


def texts(response):
    return response.content.decode()


def test_a_proxy_on_the_screen(visit_ready, advisor, cashier):
    paid(visit_ready, cashier)
    desk = client_of(advisor)
    desk.act(url("notify", visit_ready.pk))
    taken = {
        "explained": EXPLAINED,
        "given": GIVEN,
        "odometer_out": "40300",
        "signature_name": "林建國",
        "taken_by": "proxy",
    }
    answer = desk.act(url("hand_over", visit_ready.pk), taken)
    assert (answer.status_code, texts(answer).count("Ask, and choose one.")) == (
        422,
        4,
    )  # in the summary and beside each
    desk.act(url("hand_over", visit_ready.pk), taken | {"relation": "driver", "authorised": "telephone"})
    assert (Handover.objects.get().relation, Handover.objects.get().authorised) == ("driver", "telephone")
    assert "for the customer: Hired driver" in texts(desk.get(url("handover", visit_ready.pk)))


def test_the_customer_himself_needs_no_leave(visit_ready, advisor, cashier):
    paid(visit_ready, cashier)
    desk = client_of(advisor)
    desk.act(url("notify", visit_ready.pk))
    taken = {"explained": EXPLAINED, "given": GIVEN, "odometer_out": "40300", "signature_name": "林怡君"}
    desk.act(url("hand_over", visit_ready.pk), taken | {"taken_by": "customer", "relation": "family"})
    assert not Handover.objects.get().by_proxy


def test_the_whole_path_by_the_screens(visit_in_preparation, detailer, cashier, advisor):
    visit = visit_in_preparation
    washer, till, desk = client_of(detailer), client_of(cashier), client_of(advisor)
    assert "BKQ-5821" in texts(washer.get(url("wash_queue")))
    for part in PARTS:
        assert washer.act(url("wash_tick", visit.pk), {"part": part}).status_code == 302
    page = washer.get(url("wash", visit.pk))
    assert page.status_code == 200
    verdicts = {f"item_{pk}": value for pk, value in look_verdicts(visit).items()}
    assert washer.act(url("wash_look", visit.pk), verdicts).status_code == 302
    assert "BKQ-5821" in texts(till.get(url("bills")))
    assert till.get(url("bill", visit.pk)).status_code == 200
    assert till.get(url("bill_preview", visit.pk)).content.startswith(b"%PDF-")
    till.act(url("bill_issue", visit.pk))
    bill = Bill.objects.issued().get(work_order=visit)
    till.act(url("bill_pay", visit.pk), {"amount": str(bill.total.normalize()), "method": "card", "reference": "8830"})
    assert Payment.objects.get().amount == bill.total
    till.act(url("make_ready", visit.pk))
    visit.refresh_from_db()
    assert visit.stage == "ready"
    assert "BKQ-5821" in texts(desk.get(url("ready_list")))
    desk.act(url("notify", visit.pk))
    assert PickupNotice.objects.get().message.kind == "pickup_ready"
    assert desk.get(url("handover", visit.pk)).status_code == 200
    answer = desk.act(
        url("hand_over", visit.pk),
        {
            "explained": ["work", "bill"],
            "given": ["bill", "report", "invoice"],
            "odometer_out": "40218",
            "signature": "",
            "signature_name": "林怡君",
            "taken_by": "customer",
        },
    )
    assert answer.status_code == 302
    visit.refresh_from_db()
    assert visit.stage == "delivered"
    desk.act(url("invite", visit.pk))
    assert SurveyResponse.objects.get().by_user == advisor
    assert desk.get(url("handover", visit.pk)).status_code == 200
    for panel in ("wash", "bill", "survey"):
        assert desk.get(reverse("workorders:panel", args=[visit.pk, panel])).status_code == 200


def test_the_customers_pages(visit_ready, cashier, advisor):
    visit = visit_ready
    desk, guest = client_of(advisor), client_of(None)
    desk.act(url("notify", visit.pk))
    link = PickupNotice.objects.get().message.link
    page = guest.get(link.path, follow=True)
    assert page.status_code == 200
    assert "BKQ-5821" in texts(page)
    times = page.context["arrivals"]
    assert guest.act(url("pickup_when"), {"at": times[0].isoformat(), "collector": ""}).status_code == 302
    assert PickupNotice.objects.get().expected_at == times[0]
    waiting = guest.get(url("pickup_bill"))
    assert (waiting.status_code, waiting["Refresh"]) == (200, "2")
    assert printing.run() > 0
    assert guest.get(url("pickup_bill")).getvalue().startswith(b"%PDF-")
    paid(visit, cashier)
    desk.act(
        url("hand_over", visit.pk),
        {"explained": ["work", "bill"], "given": ["bill", "report", "invoice"], "odometer_out": "40218"}
        | {"signature_name": "林怡君", "taken_by": "customer"},
    )
    assert guest.get(url("pickup")).status_code == 200
    desk.act(url("invite", visit.pk))
    response = SurveyResponse.objects.get()
    page = guest.get(response.link.path, follow=True)
    low = {"SV-08": "2", "SV-12": "3"}
    for _turn in range(40):
        if "question" not in page.context:
            break
        question = page.context["question"]
        value = low.get(question.code, question.choices[0] if question.scale == "yes_no" else question.choices[-1])
        page = guest.act(url("survey_answer"), {"code": question.code, "value": value}, follow=True)
        if "opinion" in page.context:
            data = {"code": question.code, "reasons": ["late", "not_told"], "text": "等了四十分鐘", "call": "yes"}
            page = guest.act(url("survey_why"), data, follow=True)
        assert page.status_code == 200
    response.refresh_from_db()
    assert response.completed_at is not None
    assert SurveyAnswer.objects.count() == 13
    guest.act(url("survey_thanks"), {"comment": "很好"})
    response.refresh_from_db()
    assert response.comment == "很好"
    assert "很好" in texts(guest.get(response.link.path, follow=True))
    opinions = texts(client_of(advisor).get(url("opinions")))
    assert "等了四十分鐘" in opinions
    assert client_of(None).get(url("survey")).status_code == 404


STRANGE = ("１２", "1,5", "NaN", "1e30", "-5", "", "99999999999999999999", "abc")


def test_a_strange_amount_comes_back_with_a_field_error(visit_in_preparation, cashier):
    """Proof M4."""
    billed(visit_in_preparation, cashier)
    till = client_of(cashier)
    for amount in (*STRANGE, "0", "1.005"):
        page = till.act(url("bill_pay", visit_in_preparation.pk), {"amount": amount, "method": "cash"})
        assert (amount, page.status_code) == (amount, 422)
        assert page.context["payment_form"].errors["amount"]
    assert Payment.objects.count() == 0


def test_a_strange_quantity_comes_back_with_a_field_error(visit_in_preparation, cashier):
    line, till = Bill.objects.get().lines.first(), client_of(cashier)
    for quantity in STRANGE:
        data = {"quantity": quantity, "reason": "少用"}
        page = till.act(url("bill_line", visit_in_preparation.pk, line.pk), data)
        assert (quantity, page.status_code) == (quantity, 422)
        assert page.context["line_form"].errors["quantity"]


def test_a_strange_handover_comes_back_filled_in(visit_ready, advisor):
    desk = client_of(advisor)
    for odometer in (*STRANGE, "9999999"):
        data = {"odometer_out": odometer, "signature_name": "林怡君", "explained": ["work"], "given": ["bill"]}
        page = desk.act(url("hand_over", visit_ready.pk), data)
        assert (odometer, page.status_code) == (odometer, 422)
        assert page.context["chosen"] == {"explained": ["work"], "given": ["bill"]}
    data = {"odometer_out": "40300", "signature_name": "林怡君", "explained": ["nonsense"]}
    assert desk.act(url("hand_over", visit_ready.pk), data).status_code == 422
    assert Handover.objects.count() == 0


def test_the_same_form_twice_acts_once(visit_in_preparation, cashier):
    billed(visit_in_preparation, cashier)
    till, key = client_of(cashier), str(uuid.uuid4())
    for _turn in range(2):
        answer = till.act(url("bill_pay", visit_in_preparation.pk), {"amount": "100", "method": "cash"}, key=key)
        assert answer.status_code == 302
    assert Payment.objects.count() == 1


STAFF_PAGES = ("wash_queue", "bills", "ready_list", "opinions")


def test_who_may_not(visit_in_preparation, technician, detailer, cashier, advisor, outsider, manager):
    pk = visit_in_preparation.pk
    assert client_of(technician).get(url("wash_queue")).status_code == 403
    assert client_of(detailer).get(url("bill", pk)).status_code == 403
    assert client_of(detailer).act(url("bill_issue", pk)).status_code == 403
    assert client_of(advisor).act(url("bill_pay", pk), {"amount": "1", "method": "cash"}).status_code == 403
    assert client_of(cashier).act(url("notify", pk)).status_code == 403
    assert client_of(cashier).act(url("bill_release", pk), {"reason": "x"}).status_code == 403
    assert client_of(manager).act(url("wash_tick", pk), {"part": "tyres"}).status_code == 403
    stranger = client_of(outsider)
    for name in ("wash", "bill", "handover"):
        assert stranger.get(url(name, pk)).status_code == 404
    for name in ("wash_tick", "wash_look", "bill_issue", "bill_pay", "notify", "hand_over", "invite", "bill_release"):
        assert stranger.act(url(name, pk)).status_code == 404
    assert client_of(None).get(url("bills")).status_code == 302


def test_at_the_wrong_stage_the_reasons_are_shown(visit_in_preparation, advisor, cashier, detailer):
    pk = visit_in_preparation.pk
    page = client_of(advisor).act(url("notify", pk), follow=True)
    assert page.context["refusal"]["reasons"]
    page = client_of(cashier).act(url("bill_pay", pk), {"amount": "1", "method": "cash"}, follow=True)
    assert "M5.2-c" in str(page.context["refusal"]["reasons"])
    page = client_of(detailer).act(url("make_ready", pk), follow=True)
    assert {reason["clause"] for reason in page.context["refusal"]["reasons"]} == {"M5.1-a", "M5.1-b", "M5.2-c"}
    page = client_of(advisor).act(url("invite", pk), follow=True)
    assert "M6.2-a" in str(page.context["refusal"]["reasons"])


def test_home_pages_show_the_lists(visit_in_preparation, detailer, cashier, advisor, agent, manager):
    for user in (detailer, cashier, advisor, agent, manager):
        page = client_of(user).get("/")
        assert page.status_code == 200
    assert "BKQ-5821" in texts(client_of(detailer).get("/"))
    assert "BKQ-5821" in texts(client_of(cashier).get("/"))


def test_preparation_leads_each_role_to_its_half(visit_in_preparation, detailer, cashier):
    assert client_of(detailer).get(url("preparation"))["Location"] == url("wash_queue")
    assert client_of(cashier).get(url("preparation"))["Location"] == url("bills")


def test_cleaned_ready_and_delivered_pages(visit_in_preparation, detailer, cashier, advisor):
    cleaned(visit_in_preparation, detailer)
    assert client_of(detailer).get(url("wash", visit_in_preparation.pk)).status_code == 200
    billed(visit_in_preparation, cashier)
    client_of(detailer).act(url("make_ready", visit_in_preparation.pk))
    handed_over(visit_in_preparation, advisor, cashier)
    assert client_of(cashier).get(url("bill", visit_in_preparation.pk)).status_code == 200
    assert client_of(cashier).get(url("bill_preview", visit_in_preparation.pk)).status_code == 302
    assert client_of(detailer).get(url("wash", visit_in_preparation.pk)).status_code == 200


def test_a_low_mark_stands_on_its_scale_with_the_way_to_answer(visit_ready, advisor, cashier, manager):
    handed_over(visit_ready, advisor, cashier)
    answer_question(invited(visit_ready, advisor), "SV-08", "2", by=Actor.of(advisor))
    opinion = Opinion.objects.get()
    for page in (texts(client_of(manager).get("/lists/opinions/")), texts(client_of(manager).get(url("opinions")))):
        assert 'sd-nowrap">2 / 5</b>' in page
    assert f'<a class="btn btn-sm" href="{url("opinions")}#opinion-{opinion.pk}">Answer' in texts(
        client_of(manager).get("/lists/opinions/")
    )
