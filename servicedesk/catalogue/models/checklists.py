"""The four checklists: walk-around, multi-point, self-check, final inspection."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue.names import Named
from servicedesk.catalogue.querysets import ChecklistItemQuerySet
from servicedesk.catalogue.words import ITEM_GROUPS, ItemList, option_label


class ChecklistItem(Named):
    """One line of a checklist. `list` says which; fields that a list does not use stay empty.

    `applies`: always, or the condition under which the item is asked (ev, ice, has_parts, road_test, wash_requested …).
    `stage` (final inspection only): work and road_test are asked there; clean belongs to the preparation, documents to
    the handover.
    """

    code = models.CharField(_("Code"), max_length=20)
    group = models.CharField(_("Group"), max_length=20, blank=True)
    stage = models.CharField(_("Stage"), max_length=12, blank=True)
    input_type = models.CharField(_("Kind of answer"), max_length=20, default="ok_ng")
    options = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("Choices"))
    applies = models.CharField(_("Asked when"), max_length=20, default="always")
    required = models.BooleanField(_("Must be answered"), default=True)
    mandatory = models.BooleanField(_("A bad answer fails the list"), default=True)
    photo = models.BooleanField(_("With a photo"), default=False)
    unit = models.CharField(_("Unit"), max_length=12, blank=True)
    green = models.CharField(_("Green"), max_length=80, blank=True)
    yellow = models.CharField(_("Amber"), max_length=80, blank=True)
    red = models.CharField(_("Red"), max_length=80, blank=True)
    list = models.CharField(
        _("List"), max_length=12, choices=ItemList.choices
    )  # last: from here on the name hides the builtin

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="checklist_item_code_once_per_list")]

    @property
    def group_label(self) -> str:
        """The group in the active language."""
        return str(ITEM_GROUPS.get(self.group, self.group))

    @property
    def option_labels(self) -> Sequence[tuple[str, str]]:
        """The choices as (value, words in the active language)."""
        return [(value, option_label(value)) for value in self.options]
