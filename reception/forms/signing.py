"""What the customer chooses and signs after the inspection (M2.2-b)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from reception.models import Inspection
from servicedesk.customers.models import Vehicle

YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]


def said_yes(text: str) -> bool:
    """Whether the answer of a yes-or-no choice is yes."""
    return text == "yes"


class SignForm(forms.Form):
    """The customer's choices and his signature (M2.2-b)."""

    wash_wanted = forms.ChoiceField(label=gettext_lazy("Wash wanted"), choices=YES_NO)
    old_parts_wanted = forms.ChoiceField(label=gettext_lazy("Takes old parts home"), choices=YES_NO)
    waits_on_site = forms.ChoiceField(label=gettext_lazy("Waits on site"), choices=YES_NO)
    road_test_allowed = forms.ChoiceField(label=gettext_lazy("Road test allowed"), choices=YES_NO)
    charging_allowed = forms.ChoiceField(label=gettext_lazy("Charging allowed"), choices=YES_NO)
    valuables = forms.ChoiceField(label=gettext_lazy("Valuables in the car"), choices=Inspection.Valuables.choices)
    covers_fitted = forms.BooleanField(
        label=gettext_lazy("Protective covers were fitted in front of the customer"), required=False
    )
    purpose_explained = forms.BooleanField(
        label=gettext_lazy("Purpose and method of the inspection were explained"),
        error_messages={"required": gettext_lazy("Explain them to the customer first, then tick this.")},
    )
    reservations = forms.CharField(
        label=gettext_lazy("What the customer does not agree with"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    signature = forms.CharField(max_length=300_000, required=False, widget=forms.HiddenInput)
    signature_name = forms.CharField(
        label=gettext_lazy("Name in full"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write the name of the person who signs.")},
    )

    def __init__(self, *args: Any, vehicle: Vehicle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not vehicle.is_plugged_in:
            del self.fields["charging_allowed"]
