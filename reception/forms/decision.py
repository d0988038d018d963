"""The customer's word on each line, and who gave it: signed, by telephone, by link (M2.2-c, M3.2-c)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.workorders.consents import Answer
from servicedesk.workorders.models import ConsentAnswer

DEFER_DAYS = 90


class DecisionForm(forms.Form):
    """Yes, no or later for each open line of an estimate, starting unset, and who decided."""

    signature_name = forms.CharField(
        label=gettext_lazy("Name in full"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write the name of the person who decides.")},
    )
    signature = forms.CharField(max_length=300_000, required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, lines: list[int], today: dt.date, later: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.lines, self.today = lines, today
        choices = [c for c in ConsentAnswer.Decision.choices if later or c[0] != ConsentAnswer.Decision.DEFER]
        for pk in lines:
            self.fields[f"line_{pk}"] = forms.ChoiceField(
                choices=choices,
                error_messages={"required": _("Yes or no? Nothing is done without an answer.")},
            )
            self.fields[f"reason_{pk}"] = forms.CharField(max_length=200, required=False)
            self.fields[f"until_{pk}"] = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        """A line put off needs a date ahead; without one it is three months."""
        cleaned = super().clean() or {}
        for pk in self.lines:
            if cleaned.get(f"line_{pk}") == ConsentAnswer.Decision.DEFER and f"until_{pk}" not in self.errors:
                until = cleaned.get(f"until_{pk}") or self.today + dt.timedelta(days=DEFER_DAYS)
                if until <= self.today:
                    self.add_error(f"until_{pk}", ValidationError(_("Choose a day ahead.")))
                cleaned[f"until_{pk}"] = until
        return cleaned

    def answers(self) -> dict[int, Answer]:
        """The decision on each line, for `record_consent`."""
        data = self.cleaned_data
        return {
            pk: Answer(
                data[f"line_{pk}"],
                reason=data[f"reason_{pk}"],
                deferred_to=data[f"until_{pk}"] if data[f"line_{pk}"] == ConsentAnswer.Decision.DEFER else None,
            )
            for pk in self.lines
        }


class TelephoneForm(DecisionForm):
    """The same, taken by telephone: the number, and read back (M2.2-c)."""

    phone = forms.CharField(
        label=gettext_lazy("Number on which the customer was reached"),
        max_length=32,
        error_messages={"required": gettext_lazy("Write the number on which the customer was reached.")},
    )
    read_back = forms.BooleanField(
        label=gettext_lazy("I read the decision back to the customer"),
        error_messages={"required": gettext_lazy("Read the decision back, then tick this.")},
    )
