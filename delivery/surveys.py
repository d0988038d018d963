"""The satisfaction survey and what customers said (M6.2): an invitation, one answer per question, opinions passed on."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from delivery.querysets import Opinions
from servicedesk.catalogue.models import SurveyQuestion
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.querysets import OfWorkOrder


class SurveyResponse(ActorFields):
    """The invitation (by the advisor's tap, M6.2-a) and, once the last question is answered, the finished survey."""

    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="survey")
    link = models.ForeignKey(SignedLink, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True)

    objects = OfWorkOrder.as_manager()

    class Meta:
        indexes = [models.Index(fields=["invited_at"], name="survey_invited")]

    def __str__(self) -> str:
        return str(self.work_order)


class SurveyAnswer(models.Model):
    """The customer's answer to one question; he may change it until the survey is finished."""

    response = models.ForeignKey(SurveyResponse, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(SurveyQuestion, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "question"], name="one_answer_per_question")]
        indexes = [models.Index(fields=["at"], name="survey_answered")]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.value}"

    @property
    def in_words(self) -> str:
        """The answer on its question's scale: "2 / 5"."""
        return self.question.in_words(self.value)

    @property
    def is_alarming(self) -> bool:
        """Whether it calls for a person to act."""
        return bool(self.question.is_alarming(self.value))


REASONS = {
    "late": _("Later than promised"),
    "not_told": _("Nobody told me beforehand"),
    "waited": _("Waited too long on site"),
    "unclear": _("Not explained clearly"),
    "quality": _("The work was not good"),
    "price": _("More expensive than expected"),
    "other": _("Something else"),
}
"""What may lie behind a low answer."""


class OpinionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("opinion", "Open")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("Taken back")


class Opinion(ActorFields):
    """What a customer thought, passed on at once to the department concerned, and that department's answer (M6.2-b)."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="opinions")
    question = models.ForeignKey(SurveyQuestion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=8, blank=True)
    reasons = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    text = models.TextField(blank=True)
    call_wanted = models.BooleanField(default=False)
    department = models.CharField(max_length=12, choices=Role.choices)
    state = models.CharField(max_length=10, choices=OpinionState.choices, default=OpinionState.OPEN)
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = Opinions.as_manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [
            models.UniqueConstraint(fields=["work_order", "question"], name="one_opinion_per_question"),
            models.CheckConstraint(
                condition=~models.Q(state="answered") | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="answered_opinion_has_an_answer",
            ),
        ]
        indexes = [models.Index(fields=["at", "id"], name="opinion_open", condition=models.Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.work_order} {self.get_department_display()}"

    @property
    def in_words(self) -> str:
        """The mark on its question's scale: "2 / 5"; "" for what was said without a question."""
        return self.question.in_words(self.value) if self.question else ""

    @property
    def is_unexplained(self) -> bool:
        """Whether the customer has not said yet what lay behind it."""
        return self.state == OpinionState.OPEN and not (self.reasons or self.text or self.call_wanted)

    @property
    def reason_words(self) -> list[str]:
        """What lay behind it, in the active language."""
        return [str(REASONS.get(reason, reason)) for reason in self.reasons]
