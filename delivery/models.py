"""Chapters 5 and 6: the car is cleaned, billed, called for, accepted, handed over, and the customer is asked how it was.

Cleaning and handing over stand here; the bill and its payments are in `bills.py`, the survey in `surveys.py`. A car that
goes back to rework comes through again: washes, notices and handovers are counted by round or by time, never overwritten.
"""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from delivery.bills import Bill, BillKind, BillLine, BillState, Payment, PaymentMethod, Release
from delivery.querysets import Handovers, WashTasks
from delivery.surveys import Opinion, OpinionState, SurveyAnswer, SurveyResponse
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.documents.models import Signature
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import ActorFields
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.querysets import OfWorkOrder

NEVER_CHANGED = pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)


class WashTask(models.Model):
    """The cleaning of one car after its final inspection (M5.1). `round` counts the times it came to be cleaned.

    Waived: the customer did not want a wash. Then only the second look (interior, settings, belongings) is left.
    """

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="wash_tasks")
    round = models.PositiveSmallIntegerField(default=1)
    waived = models.BooleanField(default=False)
    opened_at = models.DateTimeField()

    objects = WashTasks.as_manager()

    class Meta:
        verbose_name = _("cleaning")
        verbose_name_plural = _("cleanings")
        constraints = [models.UniqueConstraint(fields=["work_order", "round"], name="one_wash_per_round")]

    def __str__(self) -> str:
        return f"{self.work_order} #{self.round}"


class WashPart(ActorFields):
    """One part of the car, ticked as clean by whoever cleaned it (M5.1-a)."""

    LEDGER = True

    class Part(models.TextChoices):
        EXTERIOR = "exterior", _("Exterior washed")
        INTERIOR = "interior", _("Interior wiped")
        TYRES = "tyres", _("Tyres cleaned")

    task = models.ForeignKey(WashTask, on_delete=models.PROTECT, related_name="parts")
    part = models.CharField(max_length=10, choices=Part.choices)
    done_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "part"], name="one_tick_per_part")]
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return self.get_part_display()


class SecondLook(ActorFields):
    """Somebody confirms that the car is clean and tidy, item by item (M5.1-b). Not clean: the next round is opened."""

    LEDGER = True

    task = models.OneToOneField(WashTask, on_delete=models.PROTECT, related_name="look")
    passed = models.BooleanField()
    remarks = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"{self.task} {self.passed}"


class LookItem(models.Model):
    """The verdict on one `clean` item of the final inspection's list."""

    LEDGER = True

    class Verdict(models.TextChoices):
        OK = "ok", _("Clean")
        NOT_OK = "not_ok", _("Not clean")
        NA = "na", _("Not applicable")

    look = models.ForeignKey(SecondLook, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["look", "item"], name="one_verdict_per_clean_item")]
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"{self.item_id} {self.verdict}"


class PickupNotice(ActorFields):
    """The customer was told that the car is ready, by a person's press (M6.1-a), and when he says he will come."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="pickup_notices")
    in_person = models.BooleanField(default=False, help_text=_("The customer waited on site and was told there."))
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    expected_at = models.DateTimeField(null=True, blank=True)
    collector = models.CharField(
        max_length=80, blank=True, help_text=_("Who collects the car instead of the customer.")
    )

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(in_person=True) | models.Q(message__isnull=False), name="pickup_notice_says_how"
            )
        ]
        indexes = [models.Index(fields=["work_order", "-at"], name="pickup_notice_newest")]

    def __str__(self) -> str:
        return f"{self.work_order} {self.at:%F %H:%M}"


class Handover(ActorFields):
    """The advisor explained, the customer looked the car over and accepted it or not (M6.1-b), and what he was given (M6.1-c)."""

    LEDGER = True

    class Explained(models.TextChoices):
        WORK = "work", _("What was done, and the result")
        BILL = "bill", _("The bill, and how it differs from the estimate")
        DECLINED = "declined", _("Work put off or declined, and how urgent it is")
        OLD_PARTS = "old_parts", _("Where the old parts are")
        CARE = "care", _("Guarantee, and the next service")

    class Given(models.TextChoices):
        BILL = "bill", _("Itemised bill")
        REPORT = "report", _("Final inspection report")
        INVOICE = "invoice", _("Invoice")
        KEYS = "keys", _("Keys and registration papers")

    class Relation(models.TextChoices):
        FAMILY = "family", _("Family member")
        COLLEAGUE = "colleague", _("Employee or colleague")
        FRIEND = "friend", _("Friend or neighbour")
        DRIVER = "driver", _("Hired driver")
        OTHER = "other", _("Somebody else")

    class Authorised(models.TextChoices):
        LINK = "link", _("The customer named this person by the link")
        TELEPHONE = "telephone", _("The customer told us by telephone")
        LETTER = "letter", _("Signed authorisation shown")

    MUST_EXPLAIN = frozenset({Explained.WORK.value, Explained.BILL.value})
    MUST_GIVE = frozenset({Given.BILL.value, Given.REPORT.value, Given.INVOICE.value})

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="handovers")
    at = models.DateTimeField()
    accepted = models.BooleanField()
    person = models.CharField(max_length=80, help_text=_("Who looked the car over and took it."))
    relation = models.CharField(
        max_length=10,
        choices=Relation.choices,
        blank=True,
        help_text=_("Relation to the customer of the person who comes instead; empty when the customer comes."),
    )
    authorised = models.CharField(
        max_length=10, choices=Authorised.choices, blank=True, help_text=_("How the customer gave that person leave.")
    )
    explained = ArrayField(models.CharField(max_length=12, choices=Explained.choices), default=list, blank=True)
    given = ArrayField(models.CharField(max_length=12, choices=Given.choices), default=list, blank=True)
    odometer_out = models.PositiveIntegerField(null=True, blank=True)
    objection = models.TextField(blank=True, help_text=_("Why the car was not accepted, in the customer's words."))
    remarks = models.TextField(blank=True)
    signature = models.ForeignKey(Signature, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = Handovers.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted=False) | models.Q(signature__isnull=False, odometer_out__isnull=False),
                name="accepted_handover_is_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted=True) | ~models.Q(objection=""), name="refused_handover_has_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(relation="", authorised="") | (~models.Q(relation="") & ~models.Q(authorised="")),
                name="proxy_says_who_and_by_whose_leave",
            ),
        ]
        indexes = [models.Index(fields=["work_order", "-at"], name="handover_newest")]
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"{self.work_order} {self.at:%F %H:%M}"

    @property
    def by_proxy(self) -> bool:
        """Whether somebody else took the car in the customer's name."""
        return bool(self.relation)


__all__ = [
    "Bill",
    "BillKind",
    "BillLine",
    "BillState",
    "Handover",
    "LookItem",
    "Opinion",
    "OpinionState",
    "Payment",
    "PaymentMethod",
    "PickupNotice",
    "Release",
    "SecondLook",
    "SurveyAnswer",
    "SurveyResponse",
    "WashPart",
    "WashTask",
]
