"""What may be typed when a car is received: who is here and what he wants (M2.1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.forms import CarFields, ContactFields
from servicedesk.catalogue.models import LabourOperation
from servicedesk.staff.fields import mark


class NeedFields(forms.Form):
    """What the customer says and wants (M2.1-a, M2.1-c)."""

    concern = forms.CharField(
        label=gettext_lazy("In the customer's own words"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write it in the customer's words: when, which sound or sign.")},
    )
    symptoms = forms.CharField(label=gettext_lazy("When it happens"), max_length=200, required=False)
    purpose = forms.CharField(label=gettext_lazy("Purpose of the visit"), max_length=200, required=False)


class ReceiveForm(NeedFields):
    """Receiving a car that has a booking."""

    waits = forms.BooleanField(label=gettext_lazy("Waits on site"), required=False)
    operations = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Further services"),
        queryset=LabourOperation.objects.offered(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class WalkInForm(ReceiveForm, CarFields, ContactFields):
    """Receiving a car without a booking (M2.1-b)."""

    field_order: tuple[str, ...] = ("plate", "model", "other_model", "name", "honorific", "phone", "email", "channel")
    field_order += ("language", "concern", "symptoms", "purpose", "waits", "operations")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["odometer"]
        self.fields["other_model"].label = _("If not on the list: make and model")
        mark(self, "other_model")


class ReasonForm(forms.Form):
    """Why the car goes back unrepaired."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why the car goes back: the next visit starts from it.")},
    )
