"""Cars as sold, and the rules of the trade: skills, follow-ups, survey, complaints, figures."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language

from servicedesk.catalogue.names import Named, word_in
from servicedesk.catalogue.querysets import ReferenceQuerySet
from servicedesk.catalogue.words import ComplaintLevel


class VehicleModel(Named):
    """A make and model as sold; `powertrain` uses the words of `customers.Vehicle` (range extenders count as phev)."""

    code = models.CharField(max_length=20, unique=True)
    make_en = models.CharField(max_length=60)
    make_zh_hant = models.CharField(max_length=60, blank=True)
    make_zh_hans = models.CharField(max_length=60, blank=True)
    body = models.CharField(max_length=20, blank=True)
    powertrain = models.CharField(max_length=10)
    markets = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    service_interval_km = models.PositiveIntegerField()
    service_interval_months = models.PositiveSmallIntegerField()

    objects = ReferenceQuerySet.as_manager()

    @property
    def make(self) -> str:
        """The make in the active language."""
        return word_in(self, "make", get_language())

    def full_name_in(self, language: str | None) -> str:
        """Return make and model in `language`: "Toyota Corolla Cross"."""
        return f"{word_in(self, 'make', language)} {self.name_in(language)}"

    @property
    def full_name(self) -> str:
        """Make and model in the active language."""
        return self.full_name_in(get_language())


class SkillLevel(Named):
    """What a technician of this level may do."""

    level = models.PositiveSmallIntegerField(unique=True)
    code = models.CharField(max_length=4)
    prc_equivalent = models.CharField(max_length=60, blank=True)
    taiwan_equivalent = models.CharField(max_length=60, blank=True)
    may_do = models.CharField(max_length=120, blank=True)

    objects = ReferenceQuerySet.as_manager()


class FollowUpRule(Named):
    """When and about what a customer is called after a kind of work.

    Days count from the handover; of several rules the lowest `priority` wins.
    """

    code = models.CharField(max_length=20, unique=True)
    work_class = models.CharField(max_length=30, unique=True)
    first_day_from = models.PositiveSmallIntegerField()
    first_day_to = models.PositiveSmallIntegerField()
    second_day = models.PositiveSmallIntegerField(null=True, blank=True)
    third_day = models.PositiveSmallIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=20)
    focus_en = models.CharField(max_length=200)
    focus_zh_hant = models.CharField(max_length=200, blank=True)
    focus_zh_hans = models.CharField(max_length=200, blank=True)
    answers = models.CharField(
        max_length=80,
        blank=True,
        help_text="How each point of the focus is answered, in its order, with commas: fine, yes (or no, which is "
        "trouble), no (or yes, which is), told, text, or asked (another question of every call covers it).",
    )
    priority = models.PositiveSmallIntegerField()

    objects = ReferenceQuerySet.as_manager()

    @property
    def focus(self) -> str:
        """What to ask about, in the active language."""
        return word_in(self, "focus", get_language())


class SurveyQuestion(Named):
    """A question of the satisfaction survey. scale: 1-5, 0-10, yes_no, text."""

    code = models.CharField(max_length=20, unique=True)
    dimension = models.CharField(max_length=30)
    scale = models.CharField(max_length=8)
    required = models.BooleanField(default=True)
    alert_when = models.CharField(
        max_length=8, blank=True, help_text='Answers that call for a person: "<=2", "no", or empty.'
    )

    objects = ReferenceQuerySet.as_manager()

    @property
    def choices(self) -> list[str]:
        """The answers offered, as stored; empty for free text."""
        if self.scale == "yes_no":
            return ["yes", "no"]
        low, dash, high = self.scale.partition("-")
        return [str(number) for number in range(int(low), int(high) + 1)] if dash else []

    def is_alarming(self, answer: str) -> bool:
        """Say whether `answer` (one of `choices`) calls for a person to act."""
        if self.alert_when.startswith("<="):
            return answer in self.choices and int(answer) <= int(self.alert_when[2:])
        return bool(self.alert_when) and answer == self.alert_when


class ComplaintCategory(Named):
    """What a complaint is about, and with it: how grave, whose, and how fast (as the level's clock counts)."""

    code = models.CharField(max_length=20, unique=True)
    group = models.CharField(max_length=20)
    default_level = models.CharField(max_length=10, choices=ComplaintLevel.choices)
    respond_hours = models.PositiveSmallIntegerField()
    plan_hours = models.PositiveSmallIntegerField()
    close_working_days = models.PositiveSmallIntegerField()
    owner_role = models.CharField(max_length=20, help_text="Role key.")
    owner_final_say = models.BooleanField(default=False, help_text="The general manager's own.")
    typical_root_cause = models.CharField(max_length=120, blank=True)
    escalate_when = models.CharField(max_length=120, blank=True)

    objects = ReferenceQuerySet.as_manager()


class KPI(Named):
    """A figure with its formula, which is always printed beside it."""

    key = models.CharField(max_length=40, unique=True)
    formula = models.CharField(max_length=200)
    target = models.CharField(max_length=60, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = "KPI"
