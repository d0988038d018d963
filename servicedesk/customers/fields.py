"""Fields whose value is typed as text: what the odometer shows."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from servicedesk.customers.models import MAX_ODOMETER
from servicedesk.staff.fields import TextValue

KILOMETRES = re.compile(r"([0-9]{1,7}|[0-9]{1,3}(?P<mark>[ ,.])[0-9]{3}((?P=mark)[0-9]{3})?) ?(km)?\Z", re.IGNORECASE)


class OdometerField(TextValue):
    """Kilometres as people write them: "39800", "39,800", "39.800 km". Gives an int or None.

    A mark between digits must set thousands apart: "1,5" is no reading, and taking it for 15 would be worse than asking.
    """

    def __init__(self, *, max_length: int = 12, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A keyboard of digits, where the page leaves the control to us."""
        return {"inputmode": "numeric", "autocomplete": "off", "maxlength": self.max_length}

    def read(self, text: str) -> int:
        """Read the number without its separators."""
        found = KILOMETRES.match(" ".join(text.split()))
        if not found:
            raise ValidationError(self.remedy())
        kilometres = int(re.sub(r"[ ,.]", "", found[1]))
        if kilometres > MAX_ODOMETER:
            raise ValidationError(_("An odometer does not show that much. Read it again."))
        return kilometres

    def remedy(self) -> str:
        """An example says most."""
        return _("Write the kilometres in digits, for example 39,800.")
