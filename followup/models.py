"""Calls after the visit, what the customer said, and the problems that follow from it (chapter 7)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from followup.answers import in_words
from followup.querysets import FollowUpPlans, FollowUps, Problems
from servicedesk.catalogue.models import FollowUpRule
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Promise, WorkOrder

NOT_THE_ADVISOR = """
    IF NEW.by_user_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM followup_followup f JOIN workorders_workorder w ON w.id = f.work_order_id
        WHERE f.id = NEW.followup_id AND w.advisor_id = NEW.by_user_id
    ) THEN
        RAISE EXCEPTION 'the advisor who served the visit does not call' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class FollowUpPlan(models.Model):
    """That calls are to be planned for a visit: written by the handover, worked off by the worker (M7.1-a)."""

    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="follow_up_plan")
    rule = models.ForeignKey(FollowUpRule, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpPlans.as_manager()

    class Meta:
        verbose_name = _("follow-up plan")
        verbose_name_plural = _("follow-up plans")
        indexes = [
            models.Index(fields=["created_at"], name="plan_unplanned", condition=models.Q(planned_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.work_order)


class FollowUpState(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    IN_CONTACT = "in_contact", _("Trying to reach")
    DONE = "done", _("Done")
    ISSUE_OPEN = "issue_open", _("Reached, problem open")
    UNREACHABLE = "unreachable", _("Unreachable")
    REFUSED = "refused", _("Refused")


class ContactChannel(models.TextChoices):
    PHONE = "phone", _("Telephone")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")


class FollowUp(models.Model):
    """One call owed to a customer. It may be made from `opens_at`; `due_at` is the rule's limit, `next_at` what was agreed."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="follow_ups")
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="follow_ups")
    rule = models.ForeignKey(FollowUpRule, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField(default=1, help_text=_("1 is the call within the week."))
    channel = models.CharField(max_length=5, choices=ContactChannel.choices, default=ContactChannel.PHONE)
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=FollowUpState.choices, default=FollowUpState.SCHEDULED)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    settled_at = models.DateTimeField(null=True, blank=True, help_text=_("When it had an outcome."))

    objects = FollowUps.as_manager()

    class Meta:
        verbose_name = _("follow-up contact")
        verbose_name_plural = _("follow-up contacts")
        constraints = [
            models.UniqueConstraint(fields=["work_order", "sequence"], name="one_follow_up_per_sequence"),
            models.CheckConstraint(condition=models.Q(due_at__gte=models.F("opens_at")), name="follow_up_window"),
            models.CheckConstraint(
                condition=models.Q(state__in=["scheduled", "in_contact"], settled_at=None)
                | (~models.Q(state__in=["scheduled", "in_contact"]) & models.Q(settled_at__isnull=False)),
                name="settled_follow_up_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["centre", "next_at", "id"],
                name="follow_up_waiting",
                condition=models.Q(state__in=["scheduled", "in_contact"]),
            ),
            models.Index(fields=["centre", "due_at"], name="follow_up_due"),
            models.Index(
                fields=["centre", "settled_at", "id"],
                name="follow_up_given_up",
                condition=models.Q(state="unreachable"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_order} {self.sequence}"

    def get_absolute_url(self) -> str:
        """The page of the call."""
        return reverse("followup:call", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        """Whether the call is still owed."""
        return self.state in (FollowUpState.SCHEDULED, FollowUpState.IN_CONTACT)

    @property
    def promised(self) -> Promise:
        """The time agreed for the call, as the promise chip draws it."""
        return Promise(due_at=self.next_at, kept_at=self.settled_at)


class Outcome(models.TextChoices):
    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    CALL_BACK = "call_back", _("Call back later")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    REFUSED = "refused", _("No calls wanted")


class Attempt(ActorFields):
    """One try to reach the customer (M7.1-c). Never by the advisor who served the car; the database sees to it."""

    LEDGER = True

    followup = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    channel = models.CharField(max_length=5, choices=ContactChannel.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    call_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("attempt to reach")
        verbose_name_plural = _("attempts to reach")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="call_back") | models.Q(call_back_at__isnull=False),
                name="call_back_has_a_time",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_by_the_advisor_who_served",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=NOT_THE_ADVISOR,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.followup} {self.outcome}"


class Feedback(models.Model):
    """What the customer said: how the car runs, repair quality, service (M7.2-a). `words` are erasable."""

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="feedback")
    followup = models.OneToOneField(FollowUp, on_delete=models.PROTECT, related_name="feedback")
    runs_well = models.BooleanField()
    checks = models.JSONField(default=list, help_text=_("[{about, kind, answer, fine}, …]: the rule's own questions."))
    repair_quality = models.PositiveSmallIntegerField()
    service = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)

    class Meta:
        verbose_name = _("feedback of a customer")
        verbose_name_plural = _("feedback of customers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(repair_quality__range=(1, 5), service__range=(1, 5)), name="feedback_scores_1_to_5"
            )
        ]

    def __str__(self) -> str:
        return f"{self.followup} {self.repair_quality}/{self.service}"

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The rule's own questions, each with its answer in words."""
        return [(check["about"], str(in_words(check))) for check in self.checks]


class ProblemState(models.TextChoices):
    OPEN = "open", _("To solve")
    SOLVED = "solved", _("Solved, customer to be told")
    CLOSED = "closed", _("Closed")


class Problem(ActorFields):
    """A problem or suggestion passed to the department concerned and tracked to its end (M7.2-b)."""

    class Kind(models.TextChoices):
        PROBLEM = "problem", _("Problem")
        SUGGESTION = "suggestion", _("Suggestion")

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="problems")
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="problems")
    followup = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="problems")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PROBLEM)
    text = models.TextField()
    department = models.CharField(max_length=12, choices=Role.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="problems"
    )
    state = models.CharField(max_length=6, choices=ProblemState.choices, default=ProblemState.OPEN)
    reported_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text=_("By when the customer was promised an answer."))
    solution = models.TextField(blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    solved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = Problems.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open") | models.Q(solved_at__isnull=False, solved_by__isnull=False),
                name="solved_problem_has_a_solver",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False),
                name="closed_problem_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["centre", "due_at", "id"], name="problem_unsettled", condition=~models.Q(state="closed")
            ),
            models.Index(fields=["centre", "-reported_at", "-id"], name="problem_newest"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("followup:problem", args=[self.pk])

    @property
    def promised(self) -> Promise:
        """The word promised to the customer, as the promise chip draws it."""
        return Promise(due_at=self.due_at, kept_at=self.closed_at)


__all__ = [
    "Attempt",
    "ContactChannel",
    "Feedback",
    "FollowUp",
    "FollowUpPlan",
    "FollowUpState",
    "Outcome",
    "Problem",
    "ProblemState",
]
