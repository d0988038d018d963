"""What the customer was shown and what he said: estimate versions and consents. Both are ledgers: never changed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from servicedesk.documents.models import Signature
from servicedesk.staff.actors import ActorFields
from servicedesk.workorders.querysets import OfWorkOrder

NEVER_CHANGED = pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)


class Estimate(ActorFields):
    """One version of the estimate, exactly as the customer saw it: a snapshot of the lines with their totals."""

    LEDGER = True

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.PROTECT, related_name="estimates")
    version = models.PositiveSmallIntegerField()
    lines = models.JSONField(help_text="[{line, code, title, kind, quantity, unit_price, amount, state}, …]")
    net = models.DecimalField(max_digits=12, decimal_places=2)
    tax = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    created_at = models.DateTimeField()

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work_order", "version"], name="one_estimate_per_version")]
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"{self.work_order} v{self.version}"


class ConsentMethod(models.TextChoices):
    SIGNED = "signed", _("Signed")
    LINK = "link", _("By link")
    TELEPHONE = "telephone", _("By telephone")


class Consent(ActorFields):
    """The customer's decision on one estimate version: who, when, how."""

    LEDGER = True

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.PROTECT, related_name="consents")
    estimate = models.ForeignKey(Estimate, on_delete=models.PROTECT, related_name="consents")
    method = models.CharField(max_length=10, choices=ConsentMethod.choices)
    at = models.DateTimeField()
    person = models.CharField(max_length=80, help_text="Who agreed.")
    phone = models.CharField(max_length=32, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    read_back = models.BooleanField(default=False)
    signature = models.ForeignKey(Signature, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(method="signed") | models.Q(signature__isnull=False),
                name="signed_consent_has_a_signature",
            ),
            models.CheckConstraint(
                condition=~models.Q(method="telephone") | (~models.Q(phone="") & models.Q(read_back=True)),
                name="telephone_consent_has_number_and_read_back",
            ),
        ]
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"{self.estimate} {self.get_method_display()}"


class ConsentAnswer(models.Model):
    """Yes, no or later to one line."""

    LEDGER = True

    class Decision(models.TextChoices):
        APPROVE = "approve", _("Approve")
        DECLINE = "decline", _("Decline")
        DEFER = "defer", _("Later")

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="answers")
    line = models.ForeignKey("workorders.WorkOrderLine", on_delete=models.PROTECT, related_name="answers")
    decision = models.CharField(max_length=8, choices=Decision.choices)
    reason = models.CharField(max_length=200, blank=True)
    deferred_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consent", "line"], name="one_answer_per_line")]
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"{self.line}: {self.decision}"
