"""What may be typed when a courtesy car is lent, taken back, or added to the centre's own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reception.checklist import FUEL_LEVELS
from reception.forms.estimate import MomentField
from reception.models import CourtesyCar
from servicedesk.customers.fields import OdometerField
from servicedesk.customers.models import Powertrain
from servicedesk.staff.models import ServiceCentre

MOST_PHOTOS = 6


class ConditionFields(forms.Form):
    """What the dials show, how the car looks, and up to six photos (`photos` of the request)."""

    lent: CourtesyCar | None = None
    """The car whose dials are read, where the form does not ask which."""

    odometer = OdometerField(label=gettext_lazy("Odometer (km)"))
    fuel = forms.ChoiceField(
        label=gettext_lazy("Fuel"), choices=[("", "—"), *((level, level) for level in FUEL_LEVELS)], required=False
    )
    charge = forms.IntegerField(label=gettext_lazy("State of charge (%)"), min_value=0, max_value=100, required=False)
    condition = forms.CharField(
        label=gettext_lazy("Condition: scratches, dents, dirt inside"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def ask_for(self, drives: set[str]) -> None:
        """Ask for the gauges that cars with these drives have; for what all of them have, in any case."""
        gauges = {"fuel": drives - {Powertrain.EV}, "charge": drives & {Powertrain.EV, Powertrain.PHEV}}
        must = {"fuel": Powertrain.EV not in drives, "charge": drives == {Powertrain.EV}}
        sentences = {
            "fuel": _("Read the fuel gauge of this car."),
            "charge": _("This car runs on electricity: read its state of charge."),
        }
        for name, having in gauges.items():
            field = self.fields[name]
            field.required, field.error_messages["required"] = must[name], sentences[name]
            if drives and not having:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """The gauge that this car (`lent`, else the one chosen) has must be read; `level` is what it shows."""
        cleaned = super().clean() or {}
        car, fuel, charge = self.lent or cleaned.get("car"), cleaned.get("fuel"), cleaned.get("charge")
        if car and car.powertrain == Powertrain.EV:
            if charge is None and "charge" not in self.errors:
                self.add_error("charge", _("This car runs on electricity: read its state of charge."))
            fuel = ""
        elif car and not fuel and "fuel" not in self.errors:
            self.add_error("fuel", _("Read the fuel gauge of this car."))
        if car and car.powertrain not in (Powertrain.EV, Powertrain.PHEV):
            charge = None
        cleaned["level"] = " ".join(filter(None, [fuel, "" if charge is None else f"{charge}%"]))
        cleaned["pictures"] = self.files.getlist("photos") if hasattr(self.files, "getlist") else []
        if len(cleaned["pictures"]) > MOST_PHOTOS:
            words = _("Keep at most %(count)d photos of the courtesy car.")
            self.add_error(None, words % {"count": MOST_PHOTOS})
        return cleaned


class LendForm(ConditionFields):
    """Which car, until when, in which condition; the licence was seen; the customer signs."""

    car = forms.ModelChoiceField(
        label=gettext_lazy("Courtesy car"), queryset=CourtesyCar.objects.none(), empty_label=None
    )
    due_at = MomentField(label=gettext_lazy("Back by"))
    licence_seen = forms.BooleanField(
        label=gettext_lazy("I have seen a valid driving licence"),
        error_messages={
            "required": gettext_lazy("Look at the customer's driving licence before you hand out the key.")
        },
    )
    signature = forms.CharField(max_length=300_000, required=False, widget=forms.HiddenInput)
    signature_name = forms.CharField(
        label=gettext_lazy("Name in full"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write the name of the person who signs.")},
    )

    def __init__(self, *args: Any, centre: ServiceCentre, cars: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centre = centre
        field: Any = self.fields["car"]
        field.queryset = cars
        self.ask_for({car.powertrain for car in cars})
        field.error_messages["invalid_choice"] = _("This car is not free any more. Choose another one.")

    def clean_due_at(self) -> dt.datetime:
        """Read the typed time on the centre's clock."""
        typed: dt.datetime = self.cleaned_data["due_at"]
        return self.centre.at(typed.date(), typed.time())


class BackForm(ConditionFields):
    """The condition in which the car comes back."""

    def __init__(self, *args: Any, car: CourtesyCar, out: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lent = car
        self.ask_for({car.powertrain})
        self.fields["odometer"].help_text = _("Handed out with %(km)s km.") % {"km": f"{out:,}"}


class CourtesyCarForm(forms.Form):
    """A car for the centre's own."""

    plate = forms.CharField(label=gettext_lazy("Plate"), max_length=16)
    model_name = forms.CharField(label=gettext_lazy("Make and model"), max_length=60)
    powertrain = forms.ChoiceField(label=gettext_lazy("Drive"), choices=Powertrain.choices)
    odometer = OdometerField(label=gettext_lazy("Odometer (km)"))
