"""What the customer chooses and signs after the inspection (M2.2-b)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reception.models import Inspection
from servicedesk.customers.models import Vehicle

CHOICES = ("wash_wanted", "old_parts_wanted", "waits_on_site", "road_test_allowed")
YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]


def said_yes(text: str) -> bool:
    """Whether the answer of a yes-or-no choice is yes."""
    return text == "yes"


class SignForm(forms.Form):
    """The customer's choices and his signature (M2.2-b). Yes or no starts unset unless he has said so before."""

    wash_wanted = forms.ChoiceField(label=gettext_lazy("Wash wanted"), choices=YES_NO)
    old_parts_wanted = forms.ChoiceField(label=gettext_lazy("Takes old parts home"), choices=YES_NO)
    waits_on_site = forms.ChoiceField(label=gettext_lazy("Waits on site"), choices=YES_NO)
    road_test_allowed = forms.ChoiceField(label=gettext_lazy("Road test allowed"), choices=YES_NO)
    charging_allowed = forms.ChoiceField(label=gettext_lazy("Charging allowed"), choices=YES_NO)
    valuables = forms.ChoiceField(label=gettext_lazy("Valuables in the car"), choices=Inspection.Valuables.choices)
    belongings = forms.CharField(
        label=gettext_lazy("What stays in the car"),
        help_text=gettext_lazy("List it together: sunglasses, dash camera, tag for tolls …"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
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
    seen = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
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
        for name in (*CHOICES, "charging_allowed", "valuables"):
            if name in self.fields:
                self.fields[name].error_messages["required"] = _("Ask the customer, then choose.")

    def clean(self) -> dict[str, Any]:
        """What stays in the car is listed; where nothing stays, nothing is."""
        cleaned = super().clean() or {}
        left = cleaned.get("valuables") == Inspection.Valuables.LEFT
        if left and not cleaned.get("belongings", "").strip():
            self.add_error("belongings", _("List together what stays in the car."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """What was chosen and typed, as `sign_inspection` takes it."""
        data = dict(self.cleaned_data)
        data["name"], data["drawing"] = data.pop("signature_name"), data.pop("signature")
        yes_or_no = [name for name in (*CHOICES, "charging_allowed") if name in data]
        return data | {name: said_yes(data[name]) for name in yes_or_no}


class ConfirmForm(SignForm):
    """The same on the customer's own page, when he left without signing: he does not wait, covers are the advisor's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["waits_on_site"], self.fields["covers_fitted"]
        self.fields["seen"].required = True
        for name in ("wash_wanted", "old_parts_wanted", "road_test_allowed", "charging_allowed", "valuables"):
            if name in self.fields:
                self.fields[name].error_messages["required"] = _("Please choose.")
        explained = self.fields["purpose_explained"]
        explained.label = _("I have read what is looked at, and why")
        explained.error_messages["required"] = _("Please read it, then tick this.")
        self.fields["signature_name"].error_messages["required"] = _("Please write your name.")


class UnsignedForm(forms.Form):
    """Why the customer leaves without signing."""

    reason = forms.CharField(
        label=gettext_lazy("Why the customer leaves without signing"),
        max_length=200,
        error_messages={"required": gettext_lazy("Write down why the customer leaves without signing.")},
    )
    covers = forms.BooleanField(
        label=gettext_lazy("Protective covers were fitted in front of the customer"), required=False
    )


class RemarkForm(forms.Form):
    """What is added to a signed inspection, with one photo if it shows more."""

    text = forms.CharField(
        label=gettext_lazy("Remark"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write the remark.")},
    )
    file = forms.FileField(label=gettext_lazy("Photo"), required=False)
