"""The form of a checklist item: what each list asks of its items, checked before it becomes a version."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.catalogue.checklists import is_built_in
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.catalogue.thresholds import Limits
from servicedesk.catalogue.words import (
    CAR_CONDITIONS,
    GROUPS_OF,
    ITEM_GROUPS,
    OPTIONS,
    STATES,
    Condition,
    InputType,
    ItemList,
    option_label,
)
from servicedesk.staff.fields import NumberField, mark

NAMES = ("name_en", "name_zh_hant", "name_zh_hans")
COLOURS = ("green", "yellow", "red")
LIMITS = ("green_from", "green_to", "amber_from", "amber_to")


def words(label: Any, *, required: bool, most: int) -> forms.CharField:
    """A name or a sentence in one language."""
    return forms.CharField(label=label, required=required, max_length=most)


def limit(label: Any) -> NumberField:
    """One end of a colour's range: nothing that is measured here goes below zero."""
    return NumberField(label=label, required=False, max_digits=8, decimal_places=2)


class ItemForm(forms.Form):
    """An item of `item_list`; `item` is the version being revised, None for a new one. `values()` fits the services."""

    name_en = words(gettext_lazy("Name in English"), required=True, most=200)
    name_zh_hant = words(gettext_lazy("Name in Traditional Chinese"), required=False, most=200)
    name_zh_hans = words(gettext_lazy("Name in Simplified Chinese"), required=False, most=200)
    group = forms.ChoiceField(label=gettext_lazy("Group"))
    input_type = forms.ChoiceField(label=gettext_lazy("Kind of answer"), choices=InputType.choices)
    options = forms.MultipleChoiceField(
        label=gettext_lazy("Choices"), required=False, widget=forms.CheckboxSelectMultiple
    )
    applies = forms.ChoiceField(label=gettext_lazy("Asked when"))
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    mandatory = forms.BooleanField(label=gettext_lazy("A bad answer fails the list"), required=False)
    photo = forms.BooleanField(label=gettext_lazy("Ask for a photo"), required=False)
    green_en = words(gettext_lazy("Green in English"), required=True, most=80)
    green_zh_hant = words(gettext_lazy("Green in Traditional Chinese"), required=False, most=80)
    green_zh_hans = words(gettext_lazy("Green in Simplified Chinese"), required=False, most=80)
    yellow_en = words(gettext_lazy("Amber in English"), required=True, most=80)
    yellow_zh_hant = words(gettext_lazy("Amber in Traditional Chinese"), required=False, most=80)
    yellow_zh_hans = words(gettext_lazy("Amber in Simplified Chinese"), required=False, most=80)
    red_en = words(gettext_lazy("Red in English"), required=True, most=80)
    red_zh_hant = words(gettext_lazy("Red in Traditional Chinese"), required=False, most=80)
    red_zh_hans = words(gettext_lazy("Red in Simplified Chinese"), required=False, most=80)
    unit = forms.CharField(
        label=gettext_lazy("Unit"),
        required=False,
        max_length=12,
        help_text=gettext_lazy(
            "Where a value is measured, its limits say the colour: both ends belong to it, an empty end is open, "
            "red is all the rest. Leave all four empty for what is judged by eye."
        ),
    )
    green_from = limit(gettext_lazy("Green from"))
    green_to = limit(gettext_lazy("Green to"))
    amber_from = limit(gettext_lazy("Amber from"))
    amber_to = limit(gettext_lazy("Amber to"))

    def __init__(self, data: Any = None, *, item_list: str, item: ChecklistItem | None = None) -> None:
        self.item_list = ItemList(item_list)
        super().__init__(data, initial=self._initial(item))
        self.built_in = item is not None and is_built_in(item)
        for name in set(self.fields) - set(self._asked(item)):
            del self.fields[name]
        for name in ("name_zh_hant", "name_zh_hans"):
            mark(self, name, words=_("English is shown where it is empty"))
        self._offer(item)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = self._layout()

    def _initial(self, item: ChecklistItem | None) -> dict[str, Any]:
        if item is None:
            return {"required": True, "mandatory": True, "applies": Condition.ALWAYS.value}
        return {name: getattr(item, name) for name in self.base_fields}

    def _asked(self, item: ChecklistItem | None) -> list[str]:
        """The fields that this list, or this item, has."""
        if self.built_in:
            return [*NAMES, "options"] if item and item.input_type == "multi_select" else [*NAMES]
        common = [*NAMES, "group", "applies"]
        if self.item_list == ItemList.WALKAROUND:
            return [*common, "input_type", "options", "required", "photo"]
        if self.item_list == ItemList.MULTIPOINT:
            colours = [name for name in self.fields if name.startswith(COLOURS) and name not in LIMITS]
            return [*common, "required", "photo", *colours, "unit", *LIMITS]
        return [*common, "mandatory"]

    def _offer(self, item: ChecklistItem | None) -> None:
        """Give each choice what may be chosen; what the item has is among it, and comes first."""
        fields: dict[str, Any] = self.fields
        if "group" in fields:
            groups = dict.fromkeys([*GROUPS_OF[self.item_list], *([item.group] if item else [])])
            fields["group"].choices = [(group, ITEM_GROUPS.get(group, group)) for group in groups]
        if "applies" in fields:
            cars_only = self.item_list in (ItemList.WALKAROUND, ItemList.MULTIPOINT)
            fields["applies"].choices = [
                choice for choice in Condition.choices if not cars_only or choice[0] in CAR_CONDITIONS
            ]
        if "options" in fields:
            offered = OPTIONS if self.built_in else STATES
            values = dict.fromkeys([*(item.options if item else []), *offered])
            fields["options"].choices = [(value, option_label(value)) for value in values]
            mark(self, "options", words=_("not for an answer in words"))

    def _layout(self) -> Layout:
        pairs = (
            ("name_zh_hant", "name_zh_hans"),
            *((f"{colour}_zh_hant", f"{colour}_zh_hans") for colour in COLOURS),
            ("group", "applies"),
            ("green_from", "green_to"),
            ("amber_from", "amber_to"),
        )
        second = {right for _left, right in pairs}
        rows: list[Any] = []
        for name in self.fields:
            pair = next((pair for pair in pairs if pair[0] == name and pair[1] in self.fields), None)
            if pair:
                rows.append(Div(*pair, css_class="sd-g2"))
            elif name not in second or not any(name == right and left in self.fields for left, right in pairs):
                rows.append(name)
        return Layout(*rows)

    def clean(self) -> dict[str, Any]:
        """Choices fit the kind of answer; limits neither overlap nor leave gaps."""
        given = super().clean() or {}
        kind, options = given.get("input_type"), given.get("options")
        if kind == InputType.TEXT:
            given["options"] = []
        elif "options" in self.fields and "options" not in self.errors:
            fewest = 2 if kind == InputType.STATE or self.built_in else 1
            if len(options or []) < fewest:
                self.add_error(
                    "options", _("Tick at least two choices.") if fewest == 2 else _("Tick at least one kind.")
                )
        if "green_from" in self.fields and not self.errors.keys() & set(LIMITS):
            for fault in Limits(*(given.get(name) for name in LIMITS)).faults():
                self.add_error("amber_from" if given.get("amber_from") is not None else "green_from", fault)
        return given

    def values(self) -> dict[str, Any]:
        """Columns of a version, as the services take them."""
        values = {name: self.cleaned_data[name] for name in self.fields}
        if self.item_list == ItemList.FINAL and "group" in values:
            values["stage"] = values["group"]
        if self.item_list == ItemList.MULTIPOINT and "group" in values:
            values["input_type"] = "lights"
        return values
