"""Fields that are typed as text: a number, and whatever else the text means."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

GROUPED_NUMBER = re.compile(r"[0-9]{1,3}(,[0-9]{3}){1,3}(\.[0-9]{1,4})?\Z", re.ASCII)
PLAIN_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?\Z", re.ASCII)


REMEDIES: dict[type[forms.Field], Any] = {
    forms.Field: _("Fill this in."),
    forms.BooleanField: _("Tick this first."),
    forms.ChoiceField: _("Choose one."),
    forms.ModelChoiceField: _("Choose one."),
    forms.MultipleChoiceField: _("Choose at least one."),
    forms.ModelMultipleChoiceField: _("Choose at least one."),
    forms.FileField: _("Choose a file."),
}
"""What an empty field of each kind says, where its form has no words of its own."""


def name_remedies() -> None:
    """Let every empty field say how to mend it instead of "This field is required"; called once, before any form."""
    for kind, words in REMEDIES.items():
        kind.default_error_messages = {**vars(kind).get("default_error_messages", {}), "required": words}


def mark(form: forms.BaseForm, *names: str, words: Any = "") -> None:
    """Put `words` instead of "optional" beside fields that are not required by themselves; without words, nothing."""
    for name in names:
        field: Any = form.fields[name]
        field.mark, field.unmarked = words, not words


class NumberField(forms.DecimalField):
    """A plain number: digits and at most one point, with `signed` a minus before them, with `grouped` commas as our amounts
    have them (12,800).

    Full-width digits, commas, underscores, exponents and NaN are refused in words.
    """

    default_error_messages = {"invalid": _("Write a plain number with the digits 0 to 9, such as 1280 or 0.8.")}

    def __init__(self, *, signed: bool = False, grouped: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.signed, self.grouped = signed, grouped

    def to_python(self, value: Any) -> Any:
        """Return the number, or None when empty."""
        text = str(value).strip() if value is not None else ""
        if self.grouped and GROUPED_NUMBER.match(text):
            text = text.replace(",", "")
        if text and not PLAIN_NUMBER.match(text.removeprefix("-") if self.signed else text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)


class TextValue(ABC, forms.Field):
    """A field typed as text whose value is something else; long or empty text never reaches the reading."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        self.max_length = max_length
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Return what the text means, or None when it is empty."""
        text = str(value or "").strip()
        if not text:
            return None
        if len(text) > self.max_length:
            raise ValidationError(self.remedy())
        return self.read(text)

    @abstractmethod
    def read(self, text: str) -> Any:
        """What `text` means; raises ValidationError with the remedy."""

    @abstractmethod
    def remedy(self) -> str:
        """How to mend what cannot be read."""
