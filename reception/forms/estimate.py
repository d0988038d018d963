"""What may be typed on the estimate: work proposed, and the promised time (M2.2-c)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from servicedesk.catalogue.models import LabourOperation
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import Urgency


class OperationForm(forms.Form):
    """Work proposed to the customer, and why."""

    operation = forms.ModelChoiceField(
        label=gettext_lazy("Work"),
        queryset=LabourOperation.objects.offered(),
        to_field_name="code",
        widget=forms.RadioSelect,
    )
    urgency = forms.ChoiceField(label=gettext_lazy("How urgent"), choices=Urgency.choices, initial=Urgency.SOON)
    finding = forms.CharField(
        label=gettext_lazy("What was found, and why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MomentField(forms.DateTimeField):
    """A date and time on the centre's own clock, as `datetime-local` inputs send it. Gives an aware datetime."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%dT%H:%M"],
            error_messages={"invalid": gettext_lazy("Give date and time, for example 2026-11-24 17:30.")},
            **kwargs,
        )


class PromiseForm(forms.Form):
    """The promised delivery time, on the centre's clock."""

    promised_at = MomentField(label=gettext_lazy("Ready by"))
    reason = forms.CharField(label=gettext_lazy("Why the time moves"), max_length=200, required=False)

    def __init__(self, *args: Any, centre: ServiceCentre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centre = centre

    def clean_promised_at(self) -> dt.datetime:
        """Read the typed time on the centre's clock, whatever zone the server runs in."""
        typed: dt.datetime = self.cleaned_data["promised_at"]
        return self.centre.at(typed.date(), typed.time())
