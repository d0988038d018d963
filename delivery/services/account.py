"""What a visit owes, and what the customer agreed to: read by billing, payments, gates and screens."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, QuerySet, Subquery, Sum

from delivery.models import Bill, BillLine, Handover, Payment, PickupNotice, Release
from servicedesk.workorders.models import Consent, ConsentAnswer, WorkOrder, WorkOrderLine
from servicedesk.workorders.money import round_money
from servicedesk.workorders.together import First, Row, read_together


@dataclass(frozen=True)
class Account:
    """Issued bills less credit notes; payments less reversals."""

    billed: Decimal
    paid: Decimal

    @property
    def balance(self) -> Decimal:
        """Still to pay; negative when money is to be given back."""
        return self.billed - self.paid


def account_of(work_order: WorkOrder) -> Account:
    """Add up the visit's issued bills and payments. One query."""
    sums = read_together(work_order, billed=billed_sum(work_order), paid=paid_sum(work_order))
    return Account(*(value or Decimal(0) for value in sums.values()))


def billed_sum(work_order: WorkOrder) -> Subquery:
    """Issued bills less credit notes, as part of another query; None without any."""
    bills = Bill.objects.issued().filter(work_order=work_order)
    return Subquery(bills.values("work_order").annotate(sum=Sum("total")).values("sum"))


def paid_sum(work_order: WorkOrder) -> Subquery:
    """Payments less reversals, as part of another query; None without any."""
    payments = Payment.objects.filter(work_order=work_order)
    return Subquery(payments.values("work_order").annotate(sum=Sum("amount")).values("sum"))


def may_leave(work_order: WorkOrder, account: Account) -> bool:
    """Paid, or an account customer, or released by a manager (M5.2-c)."""
    return (
        account.balance <= 0
        or work_order.customer.account_customer
        or Release.objects.filter(work_order=work_order).exists()
    )


@dataclass(frozen=True)
class Departure:
    """What decides whether the car may leave now: see the gate of DELIVERED."""

    account: Account
    released: bool
    """Released unpaid by a manager."""
    notified: bool
    """The customer was told since the car was last ready."""
    handover: Row | None
    """The acceptance since then: what was `explained` and `given`."""

    @classmethod
    def of(cls, work_order: WorkOrder) -> Departure:
        """Read it. One query."""
        ready_at = work_order.ready_at or work_order.opened_at
        own = {"work_order": work_order}
        accepted = Handover.objects.filter(**own, accepted=True, at__gte=ready_at).order_by("-at")
        found = read_together(
            work_order,
            billed=billed_sum(work_order),
            paid=paid_sum(work_order),
            released=Exists(Release.objects.filter(**own)),
            notified=Exists(PickupNotice.objects.filter(**own, at__gte=ready_at)),
            handover=First(accepted, explained="explained", given="given"),
        )
        account = Account(found["billed"] or Decimal(0), found["paid"] or Decimal(0))
        notified = found["notified"] and work_order.ready_at is not None
        return cls(account, found["released"], notified, found["handover"])


def billed_lines(work_order: WorkOrder) -> QuerySet[BillLine]:
    """Ids of the visit's lines that stand on a bill which was not taken back."""
    return BillLine.objects.standing().filter(bill__work_order=work_order).values_list("line", flat=True)


def everything_billed(work_order: WorkOrder) -> bool:
    """Whether there is agreed work, and all of it stands on a bill. One query, and one for the lines unless they are at hand."""
    agreed = {line.pk for line in work_order.lines.all() if line.is_agreed}
    return bool(agreed) and agreed <= set(billed_lines(work_order))


def unbilled(work_order: WorkOrder) -> QuerySet[WorkOrderLine]:
    """Agreed lines that stand on no bill yet (or only on one taken back)."""
    return work_order.lines.approved().exclude(pk__in=billed_lines(work_order))


def unbilled_lines(work_order: WorkOrder) -> list[WorkOrderLine]:
    """The same, in order, with what they say."""
    return list(unbilled(work_order).select_related("operation", "part").order_by("position", "id"))


def plain(amount: Decimal, work_order: WorkOrder) -> str:
    """An amount as events keep it: digits in the centre's minor units, "6777"."""
    return str(round_money(amount, work_order.centre))


def ceiling(line: BillLine, work_order: WorkOrder) -> Decimal:
    """The most that may be charged for a line: what was agreed, and the centre's tolerance."""
    return line.agreed + round_money(line.agreed * work_order.centre.consent_tolerance, work_order.centre)


@dataclass(frozen=True)
class Agreement:
    """The consent that a line rests on, with the amounts of the version it was given to."""

    consent: Consent
    amounts: dict[int, Decimal]


class Agreements:
    """All consents of a visit, read once: two queries."""

    def __init__(self, work_order: WorkOrder) -> None:
        self.first: Agreement | None = None
        self.by_line: dict[int, Agreement] = {}
        known: dict[int, Agreement] = {}
        answers = ConsentAnswer.objects.filter(consent__work_order=work_order)
        for answer in answers.select_related("consent__estimate").order_by("consent__at", "pk"):
            consent = answer.consent
            agreement = known.setdefault(consent.pk, Agreement(consent, amounts_of(consent)))
            self.first = self.first or agreement
            if answer.decision == ConsentAnswer.Decision.APPROVE:
                self.by_line[answer.line_id] = agreement

    def of(self, line: WorkOrderLine) -> Agreement | None:
        """The last consent that approved the line; parts rest on their labour's."""
        return self.by_line.get(line.parent_id or line.pk)

    def estimated(self, line: WorkOrderLine) -> Decimal | None:
        """The line's amount in the first estimate the customer answered; None when it was not in it."""
        return self.first.amounts.get(line.pk) if self.first else None

    def was_added(self, line: WorkOrderLine) -> bool:
        """Whether the customer agreed to it after the first estimate."""
        agreement = self.of(line)
        return bool(agreement and self.first and agreement.consent.pk != self.first.consent.pk)


def amounts_of(consent: Consent) -> dict[int, Decimal]:
    """Line id → amount, as the customer saw it."""
    return {row["line"]: Decimal(row["amount"]) for row in consent.estimate.lines}
