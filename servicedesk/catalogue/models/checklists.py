"""The four checklists: walk-around, multi-point, self-check, final inspection; items by version, changes by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue.names import Named, word_in
from servicedesk.catalogue.querysets import ChecklistItemQuerySet
from servicedesk.catalogue.thresholds import Limits
from servicedesk.catalogue.words import ITEM_GROUPS, Condition, ItemList, option_label
from servicedesk.customers.models import HIGH_VOLTAGE, PLUGGED_IN, Powertrain
from servicedesk.staff.actors import ActorFields

BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Since when the lists that a house started with are in force."""
NOT_WORDS = ("valid_to", "active", "position", "own", "basis")
"""Columns of an item that may change without a new version: the end of its time, its place, where it comes from."""


def limit(label: Any) -> models.DecimalField:
    """One end of a colour's range."""
    return models.DecimalField(label, max_digits=8, decimal_places=2, null=True, blank=True)


class ChecklistItem(Named):
    """One version of one line of a checklist. `list` says which; fields that a list does not use stay empty.

    Its words, choices and limits never change (trigger): a change is the next `version` of the same code. The version
    without `valid_to` is in force. Records point at the version that was asked.

    `applies`: always, or the condition under which the item is asked (ev, ice, has_parts, road_test, wash_requested …).
    `stage` (final inspection only): work and road_test are asked there; clean belongs to the preparation, documents to
    the handover.
    """

    code = models.CharField(_("Code"), max_length=20)
    version = models.PositiveSmallIntegerField(_("Version"), default=1)
    valid_from = models.DateTimeField(_("In force from"), default=BEGINNING)
    valid_to = models.DateTimeField(_("In force until"), null=True, blank=True)
    group = models.CharField(_("Group"), max_length=20, blank=True)
    stage = models.CharField(_("Stage"), max_length=12, blank=True)
    input_type = models.CharField(_("Kind of answer"), max_length=20, default="ok_ng")
    options = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("Choices"))
    applies = models.CharField(_("Asked when"), max_length=20, default="always")
    required = models.BooleanField(_("Must be answered"), default=True)
    mandatory = models.BooleanField(_("A bad answer fails the list"), default=True)
    photo = models.BooleanField(_("With a photo"), default=False)
    unit = models.CharField(_("Unit"), max_length=12, blank=True)
    green_en = models.CharField(_("Green in English"), max_length=80, blank=True)
    green_zh_hant = models.CharField(_("Green in Traditional Chinese"), max_length=80, blank=True)
    green_zh_hans = models.CharField(_("Green in Simplified Chinese"), max_length=80, blank=True)
    yellow_en = models.CharField(_("Amber in English"), max_length=80, blank=True)
    yellow_zh_hant = models.CharField(_("Amber in Traditional Chinese"), max_length=80, blank=True)
    yellow_zh_hans = models.CharField(_("Amber in Simplified Chinese"), max_length=80, blank=True)
    red_en = models.CharField(_("Red in English"), max_length=80, blank=True)
    red_zh_hant = models.CharField(_("Red in Traditional Chinese"), max_length=80, blank=True)
    red_zh_hans = models.CharField(_("Red in Simplified Chinese"), max_length=80, blank=True)
    green_from = limit(_("Green from"))
    green_to = limit(_("Green to"))
    amber_from = limit(_("Amber from"))
    amber_to = limit(_("Amber to"))
    list = models.CharField(
        _("List"), max_length=12, choices=ItemList.choices
    )  # last: from here on the name hides the builtin

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        constraints = [
            models.UniqueConstraint(fields=["list", "code", "version"], name="checklist_item_once_per_version"),
            models.UniqueConstraint(
                fields=["list", "code"], condition=models.Q(valid_to=None), name="checklist_item_in_force_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="checklist_item_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None, active=True) | models.Q(valid_to__isnull=False, active=False),
                name="checklist_item_in_force_is_in_use",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="words_are_kept", exclude=[*NOT_WORDS]),
            pgtrigger.Protect(name="versions_are_kept", operation=pgtrigger.Delete),
        ]

    @property
    def group_label(self) -> str:
        """The group in the active language."""
        return str(ITEM_GROUPS.get(self.group, self.group))

    @property
    def option_labels(self) -> Sequence[tuple[str, str]]:
        """The choices as (value, words in the active language)."""
        return [(value, option_label(value)) for value in self.options]

    @property
    def green(self) -> str:
        """When it is green, in the active language."""
        return word_in(self, "green", get_language())

    @property
    def yellow(self) -> str:
        """When it is amber, in the active language."""
        return word_in(self, "yellow", get_language())

    @property
    def red(self) -> str:
        """When it is red, in the active language."""
        return word_in(self, "red", get_language())

    @property
    def limits(self) -> Limits:
        """Where its colours begin and end."""
        return Limits(self.green_from, self.green_to, self.amber_from, self.amber_to)

    @property
    def is_measured(self) -> bool:
        """Whether a value is measured, which then says the colour."""
        return self.limits.measured

    def verdict_of(self, value: Decimal) -> str:
        """green, amber or red: what a measured value means. Only of a measured item."""
        return self.limits.verdict_of(value)

    def applies_to(self, powertrain: str) -> bool:
        """Whether a car driven by `powertrain` is asked it. Conditions on the visit, not on the car, always hold here."""
        return powertrain in POWERTRAINS_OF[self.applies] if self.applies in POWERTRAINS_OF else True


POWERTRAINS_OF: dict[str, frozenset[str]] = {
    Condition.ENGINE: frozenset(Powertrain.values) - {Powertrain.EV.value},
    Condition.HIGH_VOLTAGE: frozenset(each.value for each in HIGH_VOLTAGE),
    Condition.PLUGGED_IN: frozenset(each.value for each in PLUGGED_IN),
    Condition.ELECTRIC: frozenset({Powertrain.EV.value}),
}
"""Condition on the car → the powertrains it holds for."""

VERSIONED = tuple(
    field.name
    for field in ChecklistItem._meta.concrete_fields
    if field.name not in {"id", "list", "code", "version", "valid_from", *NOT_WORDS}
)
"""Columns that make a new version when they change."""


class RuleChange(ActorFields):
    """A change of a checklist item or of a centre's rules: who, when, what, from what to what."""

    LEDGER = True

    centre = models.ForeignKey(
        "staff.ServiceCentre", null=True, blank=True, on_delete=models.PROTECT, related_name="rule_changes"
    )
    item = models.ForeignKey(ChecklistItem, null=True, blank=True, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=60)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(centre__isnull=False, item=None) | models.Q(centre=None, item__isnull=False),
                name="rule_change_is_of_one_thing",
            )
        ]
        indexes = [models.Index(fields=["centre", "-at"], name="rule_change_of_centre")]
        triggers = [pgtrigger.Protect(name="change_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"
