"""Bill and payments: what is charged, numbers without gaps, and what the database refuses (M5.2, proof M3)."""

from decimal import Decimal

import pgtrigger
import pytest
from django.db import Error, connection, transaction

from delivery import services
from delivery.models import Bill, BillLine, Payment, Release
from delivery.services.account import account_of
from servicedesk import registry
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Refusal
from servicedesk.workorders.models import WorkOrderLine
from tests.fixtures.delivery import billed, paid


def clauses(refusal):
    return [reason.clause for reason in refusal.value.reasons]


def problems():
    return [sentence for check in registry.checks for sentence in check.problems()]


def test_the_draft_charges_what_was_agreed_and_done(visit_in_preparation):
    draft = Bill.objects.get()
    lines = list(draft.lines.all())
    assert {line.line_id for line in lines} == set(visit_in_preparation.lines.approved().values_list("pk", flat=True))
    assert all(line.amount == line.agreed == line.estimated for line in lines)
    assert all(line.consent_id for line in lines)
    assert {line.technician for line in lines} == {"陳志豪"}
    assert draft.net == sum(line.amount for line in lines)
    assert draft.total == draft.net + draft.tax


def test_charging_less_needs_a_reason_and_more_needs_consent(visit_in_preparation, cashier):
    by = Actor.of(cashier)
    line = BillLine.objects.filter(kind="part").first()
    with pytest.raises(Refusal):
        services.adjust_line(visit_in_preparation, line.pk, quantity=line.quantity / 2, reason=" ", by=by)
    with pytest.raises(Refusal) as refusal:
        services.adjust_line(visit_in_preparation, line.pk, quantity=line.quantity * 2, reason="多用", by=by)
    assert clauses(refusal) == ["M5.2-b"]
    changed = services.adjust_line(visit_in_preparation, line.pk, quantity=Decimal("0"), reason="沒有用到", by=by)
    assert changed.amount == 0
    draft = Bill.objects.get()
    assert draft.net == sum(draft.lines.values_list("amount", flat=True))


def test_a_line_dearer_than_agreed_is_not_billed(visit_in_preparation, cashier):
    """The approved version counts, whatever became of the line since (M5)."""
    line = visit_in_preparation.lines.filter(kind="part").first()
    WorkOrderLine.objects.filter(pk=line.pk).update(amount=line.amount + 1)
    services.recalculate(visit_in_preparation, by=Actor.of(cashier))
    with pytest.raises(Refusal) as refusal:
        billed(visit_in_preparation, cashier)
    assert clauses(refusal) == ["M5.2-b", "M5.2-b"]
    assert Bill.objects.issued().count() == 0


def test_numbers_have_no_gaps_even_when_issuing_fails(visit_in_preparation, cashier, monkeypatch):
    from delivery.services import billing

    def disk_full(*args, **kwargs):
        raise Refusal("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(billing, "order_bill", disk_full)
        with pytest.raises(Refusal):
            billed(visit_in_preparation, cashier)
    assert billed(visit_in_preparation, cashier).number == "NH-S26-000001"
    assert problems() == []


def test_an_issued_bill_is_not_issued_again(visit_in_preparation, cashier):
    bill = billed(visit_in_preparation, cashier)
    with pytest.raises(Refusal, match=bill.number):
        billed(visit_in_preparation, cashier)
    assert Bill.objects.issued().count() == 1


def refused(act):
    with pytest.raises(Error), transaction.atomic():
        act()


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_issued_bills_and_payments_cannot_be_changed(visit_in_preparation, cashier):
    """Proof M3: by the ORM and by SQL."""
    bill = billed(visit_in_preparation, cashier)
    payment = paid(visit_in_preparation, cashier)
    line = bill.lines.first()
    for act in (
        lambda: Bill.objects.filter(pk=bill.pk).update(total=1),
        lambda: Bill.objects.filter(pk=bill.pk).delete(),
        bill.save,
        bill.delete,
        lambda: BillLine.objects.filter(pk=line.pk).update(amount=1),
        line.delete,
        lambda: BillLine.objects.create(
            bill=bill, line=line.line, position=99, quantity=1, unit_price=1, agreed=1, amount=1
        ),
        lambda: Payment.objects.filter(pk=payment.pk).update(amount=1),
        payment.save,
        payment.delete,
        lambda: sql("UPDATE delivery_bill SET number = 'X' WHERE id = %s", bill.pk),
        lambda: sql("UPDATE delivery_bill SET state = 'draft' WHERE id = %s", bill.pk),
        lambda: sql("DELETE FROM delivery_bill WHERE id = %s", bill.pk),
        lambda: sql("UPDATE delivery_billline SET amount = 0 WHERE bill_id = %s", bill.pk),
        lambda: sql("DELETE FROM delivery_billline WHERE bill_id = %s", bill.pk),
        lambda: sql("UPDATE delivery_payment SET amount = 0 WHERE id = %s", payment.pk),
        lambda: sql("DELETE FROM delivery_payment WHERE id = %s", payment.pk),
    ):
        refused(act)
    assert problems() == []


def test_a_credit_note_takes_a_bill_back_and_opens_a_new_draft(visit_in_preparation, cashier):
    by = Actor.of(cashier)
    bill = billed(visit_in_preparation, cashier)
    with pytest.raises(Refusal):
        services.credit_bill(bill, reason=" ", by=by)
    note = services.credit_bill(bill, reason="品名有誤", by=by)
    assert (note.number, note.total) == ("NH-S26-000002", -bill.total)
    assert account_of(visit_in_preparation).billed == 0
    with pytest.raises(Refusal):
        services.credit_bill(bill, reason="再一次", by=by)
    again = billed(visit_in_preparation, cashier)
    assert (again.number, again.total) == ("NH-S26-000003", bill.total)
    assert problems() == []


def test_payments_stop_at_what_is_owed(visit_in_preparation, cashier):
    by = Actor.of(cashier)
    with pytest.raises(Refusal) as refusal:
        services.pay(visit_in_preparation, amount=Decimal(1), method="cash", by=by)
    assert clauses(refusal) == ["M5.2-c"]
    bill = billed(visit_in_preparation, cashier)
    for amount in (bill.total + 1, Decimal(0), Decimal(-5), Decimal("0.5")):
        with pytest.raises(Refusal):
            services.pay(visit_in_preparation, amount=amount, method="cash", by=by)
    with pytest.raises(Refusal):
        services.pay(visit_in_preparation, amount=Decimal(1), method="shells", by=by)
    paid(visit_in_preparation, cashier)
    with pytest.raises(Refusal):
        services.pay(visit_in_preparation, amount=Decimal(1), method="cash", by=by)
    assert Message.objects.filter(kind="payment_receipt").count() == 1


def test_a_payment_is_given_back_once_with_a_reason(visit_in_preparation, cashier):
    by = Actor.of(cashier)
    bill = billed(visit_in_preparation, cashier)
    payment = paid(visit_in_preparation, cashier)
    with pytest.raises(Refusal):
        services.reverse_payment(payment, reason="", by=by)
    back = services.reverse_payment(payment, reason="刷錯卡", by=by)
    assert back.amount == -bill.total
    assert account_of(visit_in_preparation).balance == bill.total
    for row in (payment, back):
        with pytest.raises(Refusal):
            services.reverse_payment(row, reason="再一次", by=by)
    assert problems() == []


def test_a_manager_releases_an_unpaid_car_once_with_a_reason(visit_in_preparation, cashier, manager):
    by = Actor.of(manager)
    billed(visit_in_preparation, cashier)
    with pytest.raises(Refusal):
        services.release(visit_in_preparation, reason=" ", by=by)
    services.release(visit_in_preparation, reason="老客戶，明天匯款", by=by)
    with pytest.raises(Refusal):
        services.release(visit_in_preparation, reason="再一次", by=by)
    assert Release.objects.get().by_user == manager


def test_the_reconciler_sees_what_does_not_add_up(visit_in_preparation, cashier):
    bill = billed(visit_in_preparation, cashier)
    with pgtrigger.ignore("delivery.Bill:issued_bill_is_kept"):
        Bill.objects.filter(pk=bill.pk).update(net=bill.net + 1, total=bill.total + 1, number="NH-S26-000007")
    found = problems()
    assert len([sentence for sentence in found if "lines add up" in sentence]) == 1
    assert len([sentence for sentence in found if "counter" in sentence]) == 1
