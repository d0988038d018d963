"""Money received and given back, and a manager's word for a car that leaves unpaid (M5.2-c)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from delivery.models import Bill, Payment, PaymentMethod, Release
from delivery.services.account import account_of, plain
from delivery.services.floor import lock
from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.formats import format_money
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.money import round_money
from servicedesk.workorders.stages import Stage

PAYABLE = (Stage.PREPARATION, Stage.READY, Stage.DELIVERED, Stage.CLOSED)


class PaymentRefused(Refusal):
    """The payment cannot be taken like this; the reasons say why."""


@transaction.atomic
def pay(
    work_order: WorkOrder, *, amount: Decimal, method: str, by: Actor, reference: str = "", invoice: str = ""
) -> Payment:
    """Record money received on the issued bill and send the receipt. Refused without a bill and beyond what is owed.

    The visit is locked, so two cashiers cannot both take the last dollar.
    """
    locked = lock(work_order, *PAYABLE, clause="M5.2-c")
    bill = Bill.objects.standing().filter(work_order=locked).order_by("-issued_at").first()
    if bill is None:
        url = reverse("delivery:bill", args=[locked.pk])
        raise PaymentRefused(Reason(_("Issue the bill before you take payment."), url, "M5.2-c"))
    if amount <= 0 or amount != round_money(amount, locked.centre):
        raise PaymentRefused(_("The amount must be more than nothing, in whole units of the currency."))
    if method not in PaymentMethod.values:
        raise PaymentRefused(_("Choose how it was paid."))
    balance = account_of(locked).balance
    if balance <= 0:
        raise PaymentRefused(_("Nothing is left to pay."))
    if amount > balance:
        raise PaymentRefused(
            _("%(amount)s is more than the %(balance)s still to pay.")
            % {"amount": format_money(amount, bill.currency), "balance": format_money(balance, bill.currency)}
        )
    payment = Payment.objects.create(
        work_order=locked,
        bill=bill,
        amount=amount,
        method=method,
        reference=reference.strip()[:40],
        invoice=invoice.strip()[:40],
        at=now(),
        **actor_values(by),
    )
    events.record(
        locked, "payment.received", by=by, data={"amount": plain(amount, locked), "method": method, "bill": bill.number}
    )
    left = {"balance": str(balance - amount)} if balance > amount else {}
    _write("payment_receipt", payment, bill, by=by, amount=str(amount), **left)
    return payment


def _write(kind: str, payment: Payment, bill: Bill, *, by: Actor, **context: Any) -> None:
    order = payment.work_order
    outbox.send(
        kind,
        customer=order.customer,
        centre=order.centre,
        by=by,
        about=order.number,
        dedupe_key=f"{kind}:{payment.pk}",
        context={
            "number": order.full_number,
            "plate": order.vehicle.plate,
            "vehicle": order.vehicle.title,
            "bill": bill.number,
            "method": words_in(order.customer.language, PaymentMethod(payment.method).label),
            "paid_at": payment.at.isoformat(),
            **context,
        },
    )


def words_in(language: str, text: Any) -> str:
    """`text` (a lazy translation) in `language`: messages are stored in the customer's words."""
    with override(language):
        return str(text)


@transaction.atomic
def reverse_payment(payment: Payment, *, reason: str, by: Actor) -> Payment:
    """Give a payment back: a negative row beside it, never a change; the customer has it in writing.

    Refused twice and without a reason.

    The visit's lock keeps two cashiers apart: payments are a ledger, whose rows the application may not lock.
    """
    locked = lock(payment.work_order, *PAYABLE, clause="M5.2-c")
    reason = reason.strip()[:200]
    if not reason:
        raise PaymentRefused(_("Say why the payment is given back."))
    if payment.reversal_of_id or Payment.objects.filter(reversal_of=payment).exists():
        raise PaymentRefused(_("This payment has already been given back."))
    back = Payment.objects.create(
        work_order=locked,
        bill_id=payment.bill_id,
        amount=-payment.amount,
        method=payment.method,
        reference=payment.reference,
        at=now(),
        reversal_of=payment,
        reason=reason,
        **actor_values(by),
    )
    events.record(locked, "payment.reversed", by=by, text=reason, data={"amount": plain(back.amount, locked)})
    _write("refund_receipt", back, payment.bill, by=by, amount=str(payment.amount))
    return back


@transaction.atomic
def release(work_order: WorkOrder, *, reason: str, by: Actor) -> Release:
    """Let the car go unpaid, by a manager's word and with his reason. Refused when nothing is owed and twice."""
    locked = lock(work_order, Stage.PREPARATION, Stage.READY, clause="M5.2-c")
    reason = reason.strip()[:200]
    if not reason:
        raise PaymentRefused(_("Say why the car may leave unpaid."))
    if Release.objects.filter(work_order=locked).exists():
        raise PaymentRefused(_("The car has already been released."))
    if Bill.objects.standing().filter(work_order=locked).exists() and account_of(locked).balance <= 0:
        raise PaymentRefused(_("Nothing is left to pay; the car needs no release."))
    row = Release.objects.create(work_order=locked, reason=reason, at=now(), **actor_values(by))
    events.record(locked, "delivery.released", by=by, text=reason)
    return row
