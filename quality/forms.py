"""The two check lists of chapter 4 as forms: one verdict per item, a reason where it failed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quality.models import Verdict
from quality.services import Mark
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.customers.fields import OdometerField
from servicedesk.workorders.models import Concern, WorkOrderLine

TONES = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.NA: "na"}


class CheckForm(forms.Form):
    """Fields `item-<id>`, `note-<id>`, and for a final inspection `line-<id>` and `photo-<id>`."""

    remarks = forms.CharField(
        label=gettext_lazy("Remarks"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        items: list[ChecklistItem],
        lines: list[WorkOrderLine] | None = None,
    ) -> None:
        super().__init__(data, files)
        self.items, self.lines = items, lines
        for item in items:
            self.fields[f"item-{item.pk}"] = forms.ChoiceField(
                label=item.name,
                choices=Verdict.choices,
                error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
            )
            self.fields[f"note-{item.pk}"] = forms.CharField(max_length=500, required=False, label=_("What is wrong"))
            if lines is not None:
                choices = [("", "—"), *((str(line.pk), str(line)) for line in lines)]
                self.fields[f"line-{item.pk}"] = forms.ChoiceField(
                    choices=choices, required=False, label=_("Goes back")
                )
                self.fields[f"photo-{item.pk}"] = forms.FileField(required=False, label=_("Photo"))

    def clean(self) -> dict[str, Any]:
        """A failed item says what is wrong."""
        cleaned = super().clean() or {}
        for item in self.items:
            if cleaned.get(f"item-{item.pk}") == Verdict.FAIL and not cleaned.get(f"note-{item.pk}", "").strip():
                self.add_error(f"note-{item.pk}", _("Say what is wrong."))
        return cleaned

    def marks(self) -> dict[int, Mark]:
        """What the services take."""
        given = self.cleaned_data
        return {
            item.pk: Mark(
                given[f"item-{item.pk}"],
                given[f"note-{item.pk}"],
                int(given.get(f"line-{item.pk}") or 0) or None,
                given.get(f"photo-{item.pk}"),
            )
            for item in self.items
        }

    def rows(self) -> list[dict[str, Any]]:
        """One entry per item for the page, filled in with what was chosen, with its errors."""
        choices = [(value, label, TONES[Verdict(value)]) for value, label in Verdict.choices]
        return [
            {
                "item": item,
                "name": f"item-{item.pk}",
                "value": self._typed(f"item-{item.pk}"),
                "choices": choices,
                "note_name": f"note-{item.pk}",
                "note": self._typed(f"note-{item.pk}"),
                "line_name": f"line-{item.pk}",
                "line": self._typed(f"line-{item.pk}"),
                "photo_name": f"photo-{item.pk}",
                "errors": [*self.errors.get(f"item-{item.pk}", []), *self.errors.get(f"note-{item.pk}", [])]
                if self.is_bound
                else [],
            }
            for item in self.items
        ]

    def _typed(self, name: str) -> str:
        return str(self.data.get(name, "")) if self.is_bound else ""


class SelfCheckForm(CheckForm):
    """The self-check: the check list, and per concern what was its cause and what was done, `cause-<id>`, `correction-<id>`."""

    def __init__(self, data: Any = None, *, concerns: list[Concern], **lists: Any) -> None:
        super().__init__(data, **lists)
        self.concerns = concerns
        for concern in concerns:
            for name, label in (("cause", _("Cause")), ("correction", _("Correction"))):
                self.fields[f"{name}-{concern.pk}"] = forms.CharField(
                    label=label, max_length=1000, required=False, initial=getattr(concern, name)
                )

    def outcomes(self) -> dict[int, tuple[str, str]]:
        """What `services.sign_self_check` takes."""
        given = self.cleaned_data
        return {c.pk: (given[f"cause-{c.pk}"].strip(), given[f"correction-{c.pk}"].strip()) for c in self.concerns}

    def thread(self) -> list[dict[str, Any]]:
        """Each concern with its two fields."""
        return [{"concern": c, "fields": [self[f"cause-{c.pk}"], self[f"correction-{c.pk}"]]} for c in self.concerns]


class FinalForm(CheckForm):
    """The final inspection: the check list and, with a road test, the odometer before and after."""

    odometer_before = OdometerField(label=gettext_lazy("Odometer before"))
    odometer_after = OdometerField(label=gettext_lazy("Odometer after"))

    def __init__(self, data: Any = None, files: Any = None, *, road_test: bool, **lists: Any) -> None:
        super().__init__(data, files, **lists)
        if not road_test:
            del self.fields["odometer_before"], self.fields["odometer_after"]

    def clean(self) -> dict[str, Any]:
        """The odometer does not run backwards."""
        cleaned = super().clean()
        before, after = cleaned.get("odometer_before"), cleaned.get("odometer_after")
        if before is not None and after is not None and after < before:
            self.add_error("odometer_after", _("This is lower than before the road test. Read it again."))
        return cleaned
