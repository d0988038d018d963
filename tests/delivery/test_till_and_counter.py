"""What bill and handover say while they are filled in: the estimate beside the bill, the sum to pay, what is missing."""

from django.urls import reverse

from delivery.models import Payment
from servicedesk.staff.formats import format_amount
from tests.fixtures.delivery import billed
from tests.fixtures.people import client_of


def url(name, *args):
    return reverse(f"delivery:{name}", args=args)


def texts(response):
    return response.content.decode()


def test_a_bill_that_keeps_to_the_estimate_says_so(visit_in_preparation, cashier):
    till = client_of(cashier)
    page = till.get(url("bill", visit_in_preparation.pk))
    total = format_amount(page.context["bill"].total, "TWD")
    foot = texts(page)[texts(page).index("<tfoot>") :]
    assert page.context["estimate"].total == page.context["bill"].total
    assert ("As estimated" in foot, f">{total}</td>" in foot) == (True, True)
    line = page.context["bill"].lines.filter(quantity__gt=1).first()
    till.act(url("bill_line", visit_in_preparation.pk, line.pk), {"quantity": "1", "reason": "少用"})
    page = till.get(url("bill", visit_in_preparation.pk))
    foot = texts(page)[texts(page).index("<tfoot>") :]
    assert ("As estimated" in foot, "All differences agreed or explained" in foot) == (False, True)
    assert page.context["over"]["total"] == page.context["bill"].total - page.context["estimate"].total < 0


def test_the_amount_to_pay_stands_in_the_form_as_it_is_shown(visit_in_preparation, cashier):
    bill, till = billed(visit_in_preparation, cashier), client_of(cashier)
    shown = format_amount(bill.total, "TWD")
    assert "," in shown
    assert f'name="amount" inputmode="decimal" autocomplete="off" value="{shown}"' in texts(
        till.get(url("bill", visit_in_preparation.pk))
    )
    till.act(url("bill_pay", visit_in_preparation.pk), {"amount": shown, "method": "cash"})
    assert Payment.objects.get().amount == bill.total


def test_an_empty_handover_says_beside_each_field_what_is_missing(visit_ready, advisor):
    visit_ready.old_parts_wanted = True
    visit_ready.save()
    page = client_of(advisor).act(url("hand_over", visit_ready.pk), {"odometer_out": "40300"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"explained", "given", "taken_by", "signature_name"}
    words = texts(page)
    for said in (
        "Explain first: What was done, and the result, The bill, and how it differs from the estimate",
        "Give these first: Itemised bill, Final inspection report, Invoice",
        "Say who takes the car.",
    ):
        assert words.count(said) == 2  # in the summary and beside the field
    assert 'class="form-control is-invalid" id="signature_name"' in words
    explained = words[words.index('id="id_explained"') : words.index('id="id_given"')]
    assert "The customer wants to see the old parts." in explained
