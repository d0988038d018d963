"""The steps of the public booking form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments import offers
from appointments.fields import SlotField
from appointments.forms import CarFields, ContactFields
from servicedesk.catalogue.models import LabourOperation
from servicedesk.customers.matching import vin_key, vin_warning
from servicedesk.customers.models import Channel
from servicedesk.staff.models import ServiceCentre


class CarForm(CarFields):
    """Step 1: the car and what is wrong with it."""

    vin = forms.CharField(label=gettext_lazy("VIN"), max_length=24, required=False)
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("What is it about this time?"), choices=offers.Reason.choices, required=False
    )
    concern = forms.CharField(
        label=gettext_lazy("Tell us in your own words"), max_length=2000, required=False, widget=forms.Textarea
    )
    moments = forms.MultipleChoiceField(
        label=gettext_lazy("When does it happen?"), choices=offers.Moment.choices, required=False
    )

    def clean_vin(self) -> str:
        """Seventeen characters without I, O and Q; who cannot find it leaves it out."""
        vin = vin_key(self.cleaned_data["vin"])
        if warning := vin_warning(vin):
            raise ValidationError(warning)
        return vin

    def clean(self) -> dict[str, Any]:
        """One of both is needed: a reason or a sentence."""
        cleaned = super().clean()
        if not cleaned.get("reasons") and not cleaned.get("concern", "").strip():
            self.add_error("concern", _("Tick a reason above, or write a sentence: what do you notice, and when?"))
        return cleaned


class ServicesForm(forms.Form):
    """Step 2: which services."""

    operations = forms.MultipleChoiceField(label=gettext_lazy("Services"), choices=(), required=False)
    unsure = forms.BooleanField(label=gettext_lazy("I am not sure: please advise me"), required=False)

    def __init__(self, *args: Any, operations: list[LabourOperation], concern: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.concern = concern
        self.fields["operations"].choices = [(row.code, row.name) for row in operations]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A service, or advice on something that was described."""
        cleaned = super().clean() or {}
        if not cleaned.get("operations") and not cleaned.get("unsure"):
            self.add_error("operations", _("Choose a service, or “I am not sure”."))
        elif not cleaned.get("operations") and not self.concern:
            self.add_error("unsure", _("Go back one step and tell us in a sentence what you notice."))
        return cleaned


class TimeForm(forms.Form):
    """Step 3: place and time."""

    centre = forms.ModelChoiceField(label=gettext_lazy("Service centre"), queryset=ServiceCentre.objects.all())
    starts_at = SlotField(
        label=gettext_lazy("Time"), max_length=40, error_messages={"required": gettext_lazy("Choose a day and a time.")}
    )
    stay = forms.ChoiceField(
        label=gettext_lazy("How do you go on from here?"), choices=offers.Stay.choices, required=False
    )


class ContactForm(ContactFields):
    """Step 4: who books. `website` is a trap for robots; people do not see it."""

    channel = forms.ChoiceField(label=gettext_lazy("How shall we write to you?"), choices=Channel.choices)
    agree = forms.BooleanField(
        label=gettext_lazy("You may use these particulars to arrange this service"),
        error_messages={"required": gettext_lazy("Without this we cannot arrange a time with you.")},
    )
    consent = forms.BooleanField(label=gettext_lazy("You may also remind me of later services"), required=False)
    website = forms.CharField(required=False, max_length=200)

    def clean_website(self) -> str:
        """Only robots fill it in."""
        if self.cleaned_data["website"]:
            raise ValidationError(_("Please leave this field empty."))
        return ""
