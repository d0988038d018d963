"""Cars as sold, and the rules of the trade: skills, follow-ups, survey, complaints, figures."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue.names import Named, word_in
from servicedesk.catalogue.querysets import ReferenceQuerySet
from servicedesk.catalogue.words import ComplaintLevel


class VehicleModel(Named):
    """A make and model as sold; `powertrain` uses the words of `customers.Vehicle` (range extenders count as phev)."""

    code = models.CharField(_("Code"), max_length=20, unique=True)
    make_en = models.CharField(_("Make in English"), max_length=60)
    make_zh_hant = models.CharField(_("Make in Traditional Chinese"), max_length=60, blank=True)
    make_zh_hans = models.CharField(_("Make in Simplified Chinese"), max_length=60, blank=True)
    body = models.CharField(_("Body"), max_length=20, blank=True)
    powertrain = models.CharField(_("Powertrain"), max_length=10)
    markets = ArrayField(models.CharField(max_length=4), default=list, blank=True, verbose_name=_("Markets"))
    service_interval_km = models.PositiveIntegerField(_("Service interval (km)"))
    service_interval_months = models.PositiveSmallIntegerField(_("Service interval (months)"))

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle model")
        verbose_name_plural = _("vehicle models")

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

    level = models.PositiveSmallIntegerField(_("Level"), unique=True)
    code = models.CharField(_("Code"), max_length=4)
    prc_equivalent = models.CharField(_("Equivalent in mainland China"), max_length=60, blank=True)
    taiwan_equivalent = models.CharField(_("Equivalent in Taiwan"), max_length=60, blank=True)
    may_do = models.CharField(_("May do"), max_length=120, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("skill level")
        verbose_name_plural = _("skill levels")


class FollowUpRule(Named):
    """When and about what a customer is called after a kind of work.

    Days count from the handover; of several rules the lowest `priority` wins.
    """

    code = models.CharField(_("Code"), max_length=20, unique=True)
    work_class = models.CharField(_("Kind of work"), max_length=30, unique=True)
    first_day_from = models.PositiveSmallIntegerField(_("First contact, from day"))
    first_day_to = models.PositiveSmallIntegerField(_("First contact, to day"))
    second_day = models.PositiveSmallIntegerField(_("Second contact, day"), null=True, blank=True)
    third_day = models.PositiveSmallIntegerField(_("Third contact, day"), null=True, blank=True)
    channel = models.CharField(_("Channel"), max_length=20)
    focus_en = models.CharField(_("What to ask, in English"), max_length=200)
    focus_zh_hant = models.CharField(_("What to ask, in Traditional Chinese"), max_length=200, blank=True)
    focus_zh_hans = models.CharField(_("What to ask, in Simplified Chinese"), max_length=200, blank=True)
    answers = models.CharField(
        _("Kinds of answer"),
        max_length=80,
        blank=True,
        help_text=_(
            "How each point of the focus is answered, in its order, with commas: fine, yes (or no, which is trouble), "
            "no (or yes, which is), told, text, or asked (another question of every call covers it)."
        ),
    )
    priority = models.PositiveSmallIntegerField(_("Priority"))

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up rule")
        verbose_name_plural = _("follow-up rules")

    @property
    def focus(self) -> str:
        """What to ask about, in the active language."""
        return word_in(self, "focus", get_language())


class SurveyQuestion(Named):
    """A question of the satisfaction survey. scale: 1-5, 0-10, yes_no, text."""

    code = models.CharField(_("Code"), max_length=20, unique=True)
    dimension = models.CharField(_("Dimension"), max_length=30)
    scale = models.CharField(_("Scale"), max_length=8)
    required = models.BooleanField(_("Required"), default=True)
    alert_when = models.CharField(
        _("Alert when"), max_length=8, blank=True, help_text=_('Answers that call for a person: "<=2", "no", or empty.')
    )

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey question")
        verbose_name_plural = _("survey questions")

    @property
    def choices(self) -> list[str]:
        """The answers offered, as stored; empty for free text."""
        if self.scale == "yes_no":
            return ["yes", "no"]
        low, dash, high = self.scale.partition("-")
        return [str(number) for number in range(int(low), int(high) + 1)] if dash else []

    def in_words(self, answer: str) -> str:
        """An answer as people read it: "2 / 5", "Yes", or the words themselves."""
        if self.scale == "yes_no":
            return {"yes": gettext("Yes"), "no": gettext("No")}.get(answer, answer)
        return f"{answer} / {self.scale.partition('-')[2]}" if "-" in self.scale else answer

    def is_alarming(self, answer: str) -> bool:
        """Say whether `answer` (one of `choices`) calls for a person to act."""
        if self.alert_when.startswith("<="):
            return answer in self.choices and int(answer) <= int(self.alert_when[2:])
        return bool(self.alert_when) and answer == self.alert_when


class ComplaintCategory(Named):
    """What a complaint is about, and with it: how grave, whose, and how fast (as the level's clock counts)."""

    code = models.CharField(_("Code"), max_length=20, unique=True)
    group = models.CharField(_("Group"), max_length=20)
    default_level = models.CharField(_("Level"), max_length=10, choices=ComplaintLevel.choices)
    respond_hours = models.PositiveSmallIntegerField(_("Hours to respond"))
    plan_hours = models.PositiveSmallIntegerField(_("Hours to a plan"))
    close_working_days = models.PositiveSmallIntegerField(_("Working days to close"))
    owner_role = models.CharField(_("Owner's role"), max_length=20, help_text=_("Role key."))
    owner_final_say = models.BooleanField(_("The general manager's own"), default=False)
    typical_root_cause = models.CharField(_("Typical root cause"), max_length=120, blank=True)
    escalate_when = models.CharField(_("Escalate when"), max_length=120, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint category")
        verbose_name_plural = _("complaint categories")


class KPI(Named):
    """A figure with its formula, which is always printed beside it."""

    key = models.CharField(_("Key"), max_length=40, unique=True)
    formula = models.CharField(_("Formula"), max_length=200)
    target = models.CharField(_("Target"), max_length=60, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")
