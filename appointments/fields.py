"""The field of booking in which a time slot is named."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from servicedesk.staff.fields import TextValue


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
