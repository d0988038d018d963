"""What may be typed in reception: who is here, what the dials show, what the customer chose and decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.forms import CarFields, ContactFields
from reception.checklist import FUEL_LEVELS
from reception.models import DamageMark, Inspection
from servicedesk.catalogue.models import ChecklistItem, LabourOperation
from servicedesk.customers.fields import OdometerField
from servicedesk.customers.models import Vehicle
from servicedesk.staff.fields import mark
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.consents import Answer
from servicedesk.workorders.models import ConsentAnswer, Urgency

YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
DEFER_DAYS = 90


def said_yes(text: str) -> bool:
    """Whether the answer of a yes-or-no choice is yes."""
    return text == "yes"


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


class ReadingsForm(forms.Form):
    """What the dials show and how many keys were given. Fields follow the car's drive."""

    odometer = OdometerField(label=gettext_lazy("Odometer (km)"))
    fuel = forms.ChoiceField(label=gettext_lazy("Fuel"), choices=[(level, level) for level in FUEL_LEVELS])
    charge = forms.IntegerField(label=gettext_lazy("State of charge (%)"), min_value=0, max_value=100)
    keys = forms.IntegerField(label=gettext_lazy("Number of keys and remotes"), min_value=0, max_value=20)
    corrected = forms.BooleanField(
        label=gettext_lazy("The reading is right: it is lower than the last one"), required=False
    )

    def __init__(self, *args: Any, vehicle: Vehicle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vehicle = vehicle
        if not vehicle.is_plugged_in:
            del self.fields["charge"]
        if vehicle.powertrain == "ev":
            del self.fields["fuel"]

    @property
    def asks_again(self) -> bool:
        """Whether the reading was taken for a mistake because it is below the last one."""
        return self.has_error("odometer", code="lower")

    def clean(self) -> dict[str, Any]:
        """A reading below the last one is asked about, once."""
        cleaned = super().clean() or {}
        reading, last = cleaned.get("odometer"), self.vehicle.odometer
        if reading is not None and last is not None and reading < last and not cleaned.get("corrected"):
            words = _("Less than last time (%(last)s km). Look again, or tick below that it is right.")
            self.add_error("odometer", forms.ValidationError(words % {"last": f"{last:,}"}, code="lower"))
        return cleaned


class MarkForm(forms.Form):
    """One mark of damage. The place comes from a tap on the outline, else from the part named."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of damage"), choices=DamageMark.Kind.choices)
    item = forms.ModelChoiceField(label=gettext_lazy("Where"), queryset=ChecklistItem.objects.none(), required=False)
    note = forms.CharField(label=gettext_lazy("Size or remark"), max_length=120, required=False)
    x = forms.IntegerField(min_value=0, max_value=500, required=False)
    y = forms.IntegerField(min_value=0, max_value=440, required=False)
    photo = forms.FileField(label=gettext_lazy("Photo"), required=False, allow_empty_file=True)

    def __init__(self, *args: Any, places: Iterable[ChecklistItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["item"]
        field.queryset = ChecklistItem.objects.filter(pk__in=[item.pk for item in places])

    def clean(self) -> dict[str, Any]:
        """A tap or a part is needed."""
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("item") is None and (cleaned.get("x") is None or cleaned.get("y") is None):
            self.add_error("item", _("Tap the place on the outline, or choose the part."))
        return cleaned


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


class ReasonForm(forms.Form):
    """Why the car goes back unrepaired."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why the car goes back: the next visit starts from it.")},
    )
