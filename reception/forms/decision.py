"""The customer's word on each line, and who gave it: signed, by telephone, by link (M2.2-c, M3.2-c)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reception.forms.estimate import MomentField
from servicedesk.clock import now
from servicedesk.staff.models import ServiceCentre
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
        self,
        data: Any = None,
        *,
        lines: list[int],
        today: dt.date,
        groups: Mapping[int, int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.lines, self.today = lines, today
        self.groups = {pk: (groups or {}).get(pk, pk) for pk in lines}
        chosen = {self.groups[pk] for pk in lines if self._wants(pk)}
        for pk in lines:
            self.fields[f"line_{pk}"] = forms.ChoiceField(
                choices=ConsentAnswer.Decision.choices,
                required=self.groups[pk] not in chosen,
                error_messages={"required": _("Yes or no? Nothing is done without an answer.")},
            )
            self.fields[f"reason_{pk}"] = forms.CharField(max_length=200, required=False)
            self.fields[f"until_{pk}"] = forms.DateField(required=False)

    def _wants(self, pk: int) -> bool:
        return self.data.get(f"line_{pk}") == ConsentAnswer.Decision.APPROVE

    def clean(self) -> dict[str, Any]:
        """A line put off needs a date ahead, without one it is three months; of alternatives only one is approved."""
        cleaned = super().clean() or {}
        wanted = [self.groups[pk] for pk in self.lines if self._wants(pk)]
        for pk in self.lines:
            if self._wants(pk) and wanted.count(self.groups[pk]) > 1:
                words = _("These stand for each other: say yes to one of them only.")
                self.add_error(f"line_{pk}", ValidationError(words))
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
            if data[f"line_{pk}"]
        }


class TelephoneForm(DecisionForm):
    """The same, taken by telephone: the number, when, and read back (M2.2-c)."""

    phone = forms.CharField(
        label=gettext_lazy("Number on which the customer was reached"),
        max_length=32,
        error_messages={"required": gettext_lazy("Write the number on which the customer was reached.")},
    )
    read_back = forms.BooleanField(
        label=gettext_lazy("I read the decision back to the customer"),
        error_messages={"required": gettext_lazy("Read the decision back, then tick this.")},
    )
    at = MomentField(label=gettext_lazy("When you spoke"), required=False)

    def __init__(self, *args: Any, centre: ServiceCentre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centre = centre

    def clean_at(self) -> dt.datetime | None:
        """Read on the centre's clock; not ahead of it. Empty: now."""
        typed: dt.datetime | None = self.cleaned_data["at"]
        if typed is None:
            return None
        at = self.centre.at(typed.date(), typed.time())
        if at > now():
            raise ValidationError(_("The call cannot be in the future."))
        return at
