"""The four checklists: walk-around, multi-point, self-check, final inspection."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models

from servicedesk.catalogue.names import Named
from servicedesk.catalogue.querysets import ChecklistItemQuerySet
from servicedesk.catalogue.words import ITEM_GROUPS, ItemList, option_label


class ChecklistItem(Named):
    """One line of a checklist. `list` says which; fields that a list does not use stay empty.

    `applies`: always, or the condition under which the item is asked (ev, ice, has_parts, road_test, wash_requested …).
    `stage` (final inspection only): work and road_test are asked there; clean belongs to the preparation, documents to
    the handover.
    """

    code = models.CharField(max_length=20)
    group = models.CharField(max_length=20, blank=True)
    stage = models.CharField(max_length=12, blank=True)
    input_type = models.CharField(max_length=20, default="ok_ng")
    options = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    applies = models.CharField(max_length=20, default="always")
    required = models.BooleanField(default=True, help_text="Must be answered.")
    mandatory = models.BooleanField(default=True, help_text="A bad answer fails the list.")
    photo = models.BooleanField(default=False)
    unit = models.CharField(max_length=12, blank=True)
    green = models.CharField(max_length=80, blank=True)
    yellow = models.CharField(max_length=80, blank=True)
    red = models.CharField(max_length=80, blank=True)
    list = models.CharField(max_length=12, choices=ItemList.choices)  # last: from here on the name hides the builtin

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="checklist_item_code_once_per_list")]

    @property
    def group_label(self) -> str:
        """The group in the active language."""
        return str(ITEM_GROUPS.get(self.group, self.group))

    @property
    def option_labels(self) -> Sequence[tuple[str, str]]:
        """The choices as (value, words in the active language)."""
        return [(value, option_label(value)) for value in self.options]
