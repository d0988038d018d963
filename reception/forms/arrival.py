"""What may be typed when a car comes: who is here and what he wants, how it fits the booking, where car and keys are (M2.1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appointments.forms import CarFields, ContactFields
from reception import symptoms
from servicedesk.catalogue.models import LabourOperation
from servicedesk.catalogue.words import System
from servicedesk.staff.fields import mark
from servicedesk.workorders.models import Concern


class NeedFields(forms.Form):
    """One concern in the customer's words with the answers to our questions, and what the visit is for (M2.1-a, M2.1-c)."""

    concern = forms.CharField(
        label=gettext_lazy("In the customer's own words"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write it in the customer's words: when, which sound or sign.")},
    )
    moments = forms.MultipleChoiceField(
        label=gettext_lazy("When it happens"),
        choices=[(choice.value, choice.label) for choice in symptoms.MOMENTS],
        required=False,
    )
    how_often = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=[("", "—"), *symptoms.HowOften.choices], required=False
    )
    temperature = forms.ChoiceField(
        label=gettext_lazy("Cold or warm"), choices=[("", "—"), *symptoms.Temperature.choices], required=False
    )
    speed = forms.ChoiceField(
        label=gettext_lazy("At which speed"), choices=[("", "—"), *symptoms.Speed.choices], required=False
    )
    system = forms.ChoiceField(
        label=gettext_lazy("Which part of the car"), choices=[("", "—"), *System.choices], required=False
    )
    symptoms = forms.CharField(
        label=gettext_lazy("What else was said of it"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Since when, where in the car, which lamp."),
    )
    purpose = forms.CharField(label=gettext_lazy("Purpose of the visit"), max_length=200, required=False)

    @property
    def signs(self) -> list[str]:
        """The codes of what was answered, in the order of the questions."""
        data = self.cleaned_data
        answers = [*data["moments"], data["how_often"], data["temperature"], data["speed"]]
        return [code for code in answers if code]


def asked_before(words: str, line: str, system: str = "", signs: list[str] | None = None) -> dict[str, Any]:
    """What the fields of a concern are filled in with: its words, and its line taken apart into answers."""
    codes, more = symptoms.told_in(line)
    codes = [*dict.fromkeys([*(signs or []), *codes])]
    return {"concern": words, "symptoms": more, "system": system, "moments": symptoms.of_question("moments", codes)} | {
        name: next(iter(symptoms.of_question(name, codes)), "") for name in ("how_often", "temperature", "speed")
    }


def concern_again(concern: Concern) -> dict[str, Any]:
    """The same for a concern that was written down."""
    return asked_before(concern.words, concern.symptoms, concern.system, concern.signs)


class ReceiveForm(NeedFields):
    """Receiving a car that has a booking: what was asked is compared with it, and nothing is answered beforehand."""

    as_booked = forms.ChoiceField(
        label=gettext_lazy("Is it as booked?"),
        choices=[("yes", gettext_lazy("As booked")), ("no", gettext_lazy("Something differs"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Ask what the visit is for, and say whether it is as booked.")},
    )
    differences = forms.CharField(
        label=gettext_lazy("What differs from the booking"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    waits = forms.BooleanField(label=gettext_lazy("Waits on site"), required=False)
    operations = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Further services"),
        queryset=LabourOperation.objects.offered(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "differences" in self.fields:
            mark(self, "differences", words=_("if something differs"))

    def clean(self) -> dict[str, Any]:
        """Something that differs is told."""
        cleaned = super().clean() or {}
        if cleaned.get("as_booked") == "no" and not cleaned.get("differences", "").strip():
            self.add_error("differences", _("Write down what differs from the booking."))
        return cleaned


class WalkInForm(ReceiveForm, CarFields, ContactFields):
    """Receiving a car without a booking; when nothing is free today any more, with the reason (M2.1-b)."""

    field_order: tuple[str, ...] = ("plate", "model", "other_model", "name", "honorific", "phone", "email", "channel")
    field_order += ("language", "although_full", "concern", "moments", "how_often", "temperature", "speed", "system")
    field_order += ("symptoms", "purpose", "waits", "operations")
    as_booked = None  # type: ignore[assignment]
    differences = None  # type: ignore[assignment]

    although_full = forms.CharField(
        label=gettext_lazy("Taken although nothing is free today, because"), max_length=200, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["odometer"]
        self.fields["other_model"].label = _("If not on the list: make and model")
        mark(self, "other_model")


class PlaceForm(forms.Form):
    """Where the keys and the car are."""

    key_tag = forms.CharField(label=gettext_lazy("Key tag"), max_length=20, required=False)
    parked_at = forms.CharField(label=gettext_lazy("Where the car stands"), max_length=40, required=False)


class LeaveForm(forms.Form):
    """Why somebody leaves without being received."""

    reason = forms.CharField(
        label=pgettext_lazy("queue", "Why he leaves"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why he left: whoever calls him back starts from it.")},
    )


class ReasonForm(forms.Form):
    """Why the car goes back unrepaired."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why the car goes back: the next visit starts from it.")},
    )
