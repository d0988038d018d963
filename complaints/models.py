"""Complaints (chapter 8): what was said, who answers by when, what was found, and the complainant's own word on it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.querysets import Complaints
from servicedesk.catalogue.models import ComplaintCategory
from servicedesk.catalogue.words import ComplaintLevel
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder

NOT_THE_PERSON_CONCERNED = """
    IF NEW.by_user_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM complaints_complaint c WHERE c.id = NEW.complaint_id AND c.concerning_id = NEW.by_user_id
    ) THEN
        RAISE EXCEPTION 'the person complained about never handles the complaint' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class ComplaintState(models.TextChoices):
    RECEIVED = "received", _("Received")
    INVESTIGATING = "investigating", _("Being investigated")
    ANSWERED = "answered", _("Answered")
    ACCEPTED = "accepted", _("Accepted")
    ESCALATED = "escalated", _("Escalated")
    CLOSED = "closed", _("Closed")


class ComplaintSource(models.TextChoices):
    PHONE = "phone", _("Telephone")
    SITE = "site", _("In person")
    EMAIL = "email", _("E-mail")
    FOLLOW_UP = "follow_up", _("During a follow-up call")
    OTHER = "other", _("Another way")


class Cause(models.TextChoices):
    WORKMANSHIP = "workmanship", _("Workmanship")
    DIAGNOSIS = "diagnosis", _("Wrong diagnosis")
    PART = "part", _("Part or material")
    PLANNING = "planning", _("Planning and time")
    COMMUNICATION = "communication", _("Communication")
    PRICE = "price", _("Price or consent")
    HANDLING = "handling", _("Care of the car")
    CONDUCT = "conduct", _("Conduct")
    NO_FAULT = "no_fault", _("No fault of ours")


class Decision(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    NOT_ACCEPTED = "not_accepted", _("Not accepted")


class Layer(models.IntegerChoices):
    DEPARTMENT = 1, _("With the department")
    MANAGER = 2, _("With the manager")
    GENERAL_MANAGER = 3, _("With the general manager")


class Complaint(ActorFields):
    """One complaint. `by_*` says who took it; `owner` answers it and is never the person it concerns."""

    number = models.CharField(max_length=20)
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="complaints")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="complaints")
    vehicle = models.ForeignKey(Vehicle, null=True, blank=True, on_delete=models.PROTECT, related_name="complaints")
    work_order = models.ForeignKey(
        WorkOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="complaints"
    )
    complainant = models.CharField(max_length=80, help_text=_("Who complains: not always the owner of the car."))
    contact = models.CharField(max_length=120, help_text=_("Telephone number or e-mail address."))
    source = models.CharField(max_length=10, choices=ComplaintSource.choices, default=ComplaintSource.PHONE)
    category = models.ForeignKey(ComplaintCategory, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=ComplaintLevel.choices)
    layer = models.PositiveSmallIntegerField(choices=Layer.choices, default=Layer.DEPARTMENT)
    matter = models.TextField(help_text=_("What happened, in the complainant's words."))
    reason = models.TextField(blank=True, help_text=_("Reason for the complaint."))
    wish = models.TextField(blank=True, help_text=_("What the complainant asks for."))
    safety_doubt = models.BooleanField(default=False)
    concerning = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="complaints_about"
    )
    state = models.CharField(max_length=14, choices=ComplaintState.choices, default=ComplaintState.RECEIVED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="complaints"
    )
    owner_role = models.CharField(max_length=12, choices=Role.choices)
    received_at = models.DateTimeField()
    apologised_at = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(help_text=_("By when an answer is promised."))
    close_due_at = models.DateTimeField()
    owed_at = models.DateTimeField(help_text=_("By when the next word is owed: our answer, then the end of the case."))
    cause_kind = models.CharField(max_length=14, choices=Cause.choices, blank=True)
    cause = models.TextField(blank=True)
    responsibility = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    prevention = models.TextField(blank=True, help_text=_("What keeps it from happening again."))
    investigated_at = models.DateTimeField(null=True, blank=True)
    investigated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=12, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.TextField(blank=True, help_text=_("Why the general manager closed it without consent."))

    objects = Complaints.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="one_complaint_per_number"),
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(concerning=None) | ~models.Q(owner=models.F("concerning")),
                name="never_handled_by_the_person_concerned",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["answered", "accepted"])
                | models.Q(answered_at__isnull=False, investigated_at__isnull=False),
                name="answered_complaint_was_investigated",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed")
                | models.Q(closed_at__isnull=False, decision="accepted")
                | (models.Q(closed_at__isnull=False) & ~models.Q(close_reason="")),
                name="closed_complaint_was_accepted_or_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["centre", "owed_at", "id"], name="complaint_open", condition=~models.Q(state="closed")
            ),
            models.Index(fields=["centre", "-received_at", "-id"], name="complaint_newest"),
            models.Index(fields=["centre", "close_due_at"], name="complaint_close_due"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The page of the case."""
        return reverse("complaints:case", args=[self.pk])

    @property
    def full_number(self) -> str:
        """The number as printed, with the centre's code."""
        return f"{self.centre.code}-{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.state != ComplaintState.CLOSED

    @property
    def is_unanswered(self) -> bool:
        """Whether we owe the complainant an answer."""
        return self.state in (ComplaintState.RECEIVED, ComplaintState.INVESTIGATING, ComplaintState.ESCALATED)


class EntryKind(models.TextChoices):
    TAKEN = "taken", _("Complaint taken, apology given")
    INVESTIGATED = "investigated", _("Cause, responsibility and remedy recorded")
    ANSWERED = "answered", _("Answer sent")
    ACCEPTED = "accepted", _("The complainant accepts")
    NOT_ACCEPTED = "not_accepted", _("The complainant does not accept")
    ESCALATED = "escalated", _("Raised a level")
    NOTE = "note", _("Note")
    CLOSED = "closed", _("Closed")


class ComplaintEntry(ActorFields):
    """One step of the case. Only its text can go (when personal data are erased); the step itself stays as it was."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=14, choices=EntryKind.choices)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("entry of a complaint")
        verbose_name_plural = _("entries of complaints")
        indexes = [models.Index(fields=["complaint", "id"], name="complaint_thread")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="only_the_text_goes", fields=["complaint", "kind", "at", "data", "by_kind", "by_ref", "by_user"]
            ),
            pgtrigger.Trigger(
                name="never_by_the_person_concerned",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=NOT_THE_PERSON_CONCERNED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.kind}"
