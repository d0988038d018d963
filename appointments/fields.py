"""Fields of booking and reception that are typed as text: a time slot, a reading."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

LONGEST_ODOMETER = 3_000_000


class TextValue(forms.Field):
    """A field typed as text whose value is something else; long or empty text never reaches the reading."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_length = max_length

    def to_python(self, value: Any) -> Any:
        """Return what the text means, or None when it is empty."""
        text = str(value or "").strip()
        if not text:
            return None
        if len(text) > self.max_length:
            raise ValidationError(self.remedy())
        return self.read(text)

    def read(self, text: str) -> Any:
        """What `text` means; raises ValidationError with the remedy."""
        raise NotImplementedError

    def remedy(self) -> str:
        """How to mend what cannot be read."""
        raise NotImplementedError


class SlotField(TextValue):
    """A time slot as forms name it: ISO with offset. Gives an aware datetime."""

    def read(self, text: str) -> dt.datetime:
        """Read the moment; anything else is refused with what to do."""
        try:
            moment = parse_datetime(text.replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not 2000 < moment.year < 2200:
            raise ValidationError(self.remedy())
        return moment

    def remedy(self) -> str:
        """The times offered are buttons."""
        return _("Choose one of the times offered.")


class OdometerField(TextValue):
    """Kilometres as people write them ("39,800"). Gives an int or None."""

    def read(self, text: str) -> int:
        """Read the number without its separators."""
        digits = re.sub(r"[\s,.，]|km", "", text, flags=re.IGNORECASE)
        if not (digits.isascii() and digits.isdecimal()) or int(digits) > LONGEST_ODOMETER:
            raise ValidationError(self.remedy())
        return int(digits)

    def remedy(self) -> str:
        """An example says most."""
        return _("Write the kilometres in digits, for example 39,800.")
