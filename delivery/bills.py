"""The bill, what was paid on it, and who let an unpaid car go. Once issued nothing here changes (M5.2).

A bill is a snapshot of the lines it charges. A mistake is mended by a credit note with its own number, a payment by its
reversal: the database refuses anything else, by the ORM and by SQL.
"""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from delivery.querysets import BillLines, Bills, Payments
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.agreements import Consent, Estimate
from servicedesk.workorders.querysets import OfWorkOrder


class BillKind(models.TextChoices):
    BILL = "bill", _("Bill")
    CREDIT = "credit", _("Credit note")


class BillState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")


class Bill(ActorFields):
    """What the customer owes for one visit: a draft while it is worked out, then numbered without gaps and never changed.

    `by_…` says who opened the draft, then who issued it. A credit note mirrors the bill it `corrects`, with negative amounts.
    No ledger for the database's rights, because a draft is worked out; triggers keep what was issued.
    """

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.PROTECT, related_name="bills")
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=BillKind.choices, default=BillKind.BILL)
    corrects = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit")
    state = models.CharField(max_length=8, choices=BillState.choices, default=BillState.DRAFT)
    number = models.CharField(max_length=24, null=True, blank=True, unique=True)
    estimate = models.ForeignKey(Estimate, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    net = models.DecimalField(max_digits=12, decimal_places=2)
    tax = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=4)
    tax_inclusive = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    facts = models.JSONField(default=dict, help_text=_("Customer, car and visit as they were printed."))
    reason = models.CharField(max_length=200, blank=True, help_text=_("Why a bill is credited."))
    opened_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    paper_order = models.OneToOneField(
        PaperOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text=_("Its paper.")
    )

    objects = Bills.as_manager()

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        constraints = [
            models.CheckConstraint(condition=models.Q(total=models.F("net") + models.F("tax")), name="bill_adds_up"),
            models.CheckConstraint(
                condition=models.Q(state="draft", number=None, issued_at=None, paper_order=None)
                | models.Q(state="issued", number__isnull=False, issued_at__isnull=False, paper_order__isnull=False),
                name="issued_bill_has_number_time_and_paper",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="bill", corrects=None, total__gte=0)
                | models.Q(kind="credit", corrects__isnull=False, total__lte=0),
                name="credit_note_names_its_bill",
            ),
            models.UniqueConstraint(
                fields=["work_order"], condition=models.Q(state="draft", kind="bill"), name="one_draft_bill_per_visit"
            ),
        ]
        indexes = [models.Index(fields=["centre", "-issued_at"], name="bill_newest")]
        triggers = [
            pgtrigger.Protect(
                name="issued_bill_is_kept",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="issued"),
            )
        ]

    def __str__(self) -> str:
        return self.number or f"{self.work_order_id} {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        """The cashier's page of its visit."""
        return reverse("delivery:bill", args=[self.work_order_id])

    @property
    def is_issued(self) -> bool:
        """Whether it has left the house."""
        return self.state == BillState.ISSUED


class BillLine(models.Model):
    """One charged line: what the first estimate said, what the customer agreed to last, and what is charged.

    `titles` and `units` hold the words in all three languages, so that a copy can be printed in any of them.
    No ledger, for its bill's reason.
    """

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("workorders.WorkOrderLine", on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=40, blank=True)
    titles = models.JSONField(default=dict)
    units = models.JSONField(default=dict)
    technician = models.CharField(max_length=80, blank=True)
    added = models.BooleanField(default=False, help_text=_("Agreed to after the first estimate."))
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    estimated = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, help_text=_("In the first estimate; empty: not in it.")
    )
    agreed = models.DecimalField(max_digits=12, decimal_places=2, help_text=_("In the version the customer agreed to."))
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=200, blank=True, help_text=_("Why it differs from what was agreed."))

    objects = BillLines.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bill", "line"], name="one_bill_line_per_line")]
        triggers = [
            pgtrigger.Trigger(
                name="issued_bill_line_is_kept",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=pgtrigger.Func(
                    "IF EXISTS (SELECT 1 FROM delivery_bill b WHERE b.state = 'issued' AND b.id IN ("
                    "CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.bill_id END, "
                    "CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.bill_id END)) THEN "
                    "RAISE EXCEPTION 'an issued bill is not changed' USING ERRCODE = 'check_violation'; END IF; "
                    "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    @property
    def title(self) -> str:
        """What it is, in the active language."""
        return self._word(self.titles)

    @property
    def unit(self) -> str:
        """The unit of its quantity, in the active language; empty for a plain count."""
        return self._word(self.units)

    @property
    def difference(self) -> Decimal:
        """How much more (or less) is charged than the first estimate said."""
        return self.amount - (self.estimated or Decimal(0))

    @property
    def off_agreement(self) -> Decimal:
        """How much more (or less) is charged than the customer agreed to."""
        return self.amount - self.agreed

    @staticmethod
    def _word(words: dict[str, str]) -> str:
        return words.get(get_language() or "en") or words.get("en", "")


class PaymentMethod(models.TextChoices):
    CARD = "card", _("Card")
    CASH = "cash", _("Cash")
    TRANSFER = "transfer", _("Transfer")
    MOBILE = "mobile", _("Mobile pay")


class Payment(ActorFields):
    """Money received for a visit, or (negative, `reversal_of`) given back. Never changed: a mistake is reversed."""

    LEDGER = True

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.PROTECT, related_name="payments")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    method = models.CharField(max_length=8, choices=PaymentMethod.choices)
    reference = models.CharField(
        max_length=40, blank=True, help_text=_("Last four digits of the card, or the transfer's reference.")
    )
    invoice = models.CharField(max_length=40, blank=True, help_text=_("Number of the tax invoice."))
    at = models.DateTimeField()
    reversal_of = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal")
    reason = models.CharField(max_length=200, blank=True)

    objects = Payments.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reversal_of=None, amount__gt=0)
                | (models.Q(reversal_of__isnull=False, amount__lt=0) & ~models.Q(reason="")),
                name="payment_is_positive_or_a_reversal",
            )
        ]
        indexes = [models.Index(fields=["work_order", "at"], name="payment_of_visit")]
        triggers = [pgtrigger.Protect(name="payment_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.amount}"

    @property
    def taken(self) -> Decimal:
        """What it takes off the balance, as an account shows it: negative for money received."""
        return -self.amount

    @property
    def reversed(self) -> bool:
        """Whether it was given back. Select or prefetch `reversal`, or it costs a query."""
        return hasattr(self, "reversal")


class Release(ActorFields):
    """A manager lets a car go unpaid, with his reason (M5.2-c)."""

    LEDGER = True

    work_order = models.OneToOneField("workorders.WorkOrder", on_delete=models.PROTECT, related_name="release")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="release_has_a_reason")]
        triggers = [pgtrigger.Protect(name="release_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.reason}"
