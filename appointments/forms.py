"""What may be typed about a booking: car and contact, the staff's one-page form, and what happens to a booking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from appointments import offers
from appointments.fields import SlotField
from appointments.models import Appointment, WaitingWish
from appointments.services import AppointmentRefused, Car, Contact, check_days
from servicedesk.catalogue.models import LabourOperation, VehicleModel
from servicedesk.customers.fields import OdometerField
from servicedesk.customers.matching import phone_key, plate_key
from servicedesk.customers.models import Channel, Honorific
from servicedesk.staff.fields import mark
from servicedesk.staff.formats import joined
from servicedesk.staff.models import ServiceCentre

OTHER_MODEL = "other"


def model_choices() -> list[Any]:
    """Cars we know, grouped by make, and "another car". One query."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for model in VehicleModel.objects.offered():
        groups.setdefault(model.make, []).append((model.code, model.name))
    return [("", _("Please choose")), *groups.items(), (OTHER_MODEL, _("Another car"))]


class CarFields(forms.Form):
    """Plate and model: asked in the public form and by staff."""

    plate = forms.CharField(label=gettext_lazy("Plate number"), max_length=16)
    model = forms.ChoiceField(label=gettext_lazy("Make and model"), choices=())
    other_model = forms.CharField(label=gettext_lazy("Which car is it?"), max_length=60, required=False)
    odometer = OdometerField(label=gettext_lazy("Odometer today (km)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].choices = model_choices()  # type: ignore[attr-defined]

    @property
    def makes(self) -> set[str]:
        """The headings among the choices of models."""
        return {value for value, words in self.fields["model"].choices if not isinstance(words, str)}  # type: ignore[attr-defined]

    def clean_plate(self) -> str:
        """Ask for at least three letters or digits."""
        plate = " ".join(self.cleaned_data["plate"].split())
        if not 3 <= len(plate_key(plate)) <= 12:
            raise ValidationError(_("This looks too short. Write the whole plate, for example BKQ-5821."))
        return plate.upper()

    def clean(self) -> dict[str, Any]:
        """Ask which car it is when it is not on the list."""
        cleaned = super().clean() or {}
        if cleaned.get("model") == OTHER_MODEL and not cleaned.get("other_model"):
            self.add_error("other_model", _("Write make and model, for example Mazda 3."))
        return cleaned


def car_of(data: dict[str, Any]) -> Car:
    """The car meant by the values of `CarFields`. One query."""
    model = VehicleModel.objects.filter(code=data["model"]).first() if data["model"] != OTHER_MODEL else None
    if model is None:
        return Car(data["plate"], model_name=data.get("other_model", ""), odometer=data.get("odometer"))
    return Car(
        data["plate"],
        make=model.make_en,
        model_name=model.name_en,
        model_code=model.code,
        powertrain=model.powertrain,
        odometer=data.get("odometer"),
    )


class ContactFields(forms.Form):
    """Name and how to reach the person; the number is cleaned to E.164."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    honorific = forms.ChoiceField(
        label=gettext_lazy("Form of address"),
        choices=[*Honorific.choices, ("", gettext_lazy("None"))],
        required=False,
    )
    phone = forms.CharField(label=gettext_lazy("Mobile"), max_length=40)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Write to the customer by"), choices=Channel.choices)
    language = forms.ChoiceField(label=gettext_lazy("Language of messages and papers"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, centre: ServiceCentre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centre = centre

    def clean_name(self) -> str:
        """One line, spaces tidied."""
        return " ".join(self.cleaned_data["name"].split())

    def clean_phone(self) -> str:
        """Return the number in E.164."""
        number = phone_key(self.cleaned_data["phone"], self.centre)
        if not number:
            raise ValidationError(
                _("This is not a telephone number. Write it with area code, or with + and country code.")
            )
        return number

    def clean(self) -> dict[str, Any]:
        """E-mail needs an address."""
        cleaned = super().clean() or {}
        if cleaned.get("channel") == Channel.EMAIL and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write your address, or choose text messages."))
        return cleaned


def contact_of(data: dict[str, Any]) -> Contact:
    """The person meant by the values of `ContactFields`."""
    names = ("name", "phone", "email", "language", "channel", "honorific")
    return Contact(**{name: data.get(name, "") for name in names}, consent=bool(data.get("consent")))


class StaffBookingForm(CarFields, ContactFields):
    """The advisor's form: everything on one page, while the customer is on the telephone or at the desk (M1.1-b)."""

    field_order: tuple[str, ...] = ("phone", "name", "honorific", "plate", "model", "other_model", "email", "channel")
    field_order += ("language", "concern", "moments", "how_often", "temperature", "speed", "recall", "odometer")
    field_order += ("operations", "starts_at", "override", "date", "transport", "source", "waits")

    source = forms.ChoiceField(
        label=gettext_lazy("Booked how"),
        choices=[c for c in Appointment.Source.choices if c[0] != Appointment.Source.ONLINE],
    )
    concern = forms.CharField(
        label=gettext_lazy("What the customer says"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    moments = forms.MultipleChoiceField(
        label=gettext_lazy("When it happens"),
        choices=[c for c in offers.Moment.choices if c[0] not in (offers.Moment.SLOW, offers.Moment.FAST)],
        required=False,
    )
    how_often = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=[("", "—"), *offers.HowOften.choices], required=False
    )
    temperature = forms.ChoiceField(
        label=gettext_lazy("Cold or warm"), choices=[("", "—"), *offers.Temperature.choices], required=False
    )
    speed = forms.ChoiceField(
        label=gettext_lazy("At which speed"), choices=[("", "—"), *offers.Speed.choices], required=False
    )
    recall = forms.CharField(label=gettext_lazy("Recall letter: campaign"), max_length=40, required=False)
    operations = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Services"),
        queryset=LabourOperation.objects.offered(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    date = forms.DateField(
        label=gettext_lazy("All times of another date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts_at = SlotField(
        label=gettext_lazy("Time"), max_length=40, error_messages={"required": gettext_lazy("Choose a time.")}
    )
    override = forms.CharField(
        label=gettext_lazy("Booked although the workshop is full, because"), max_length=200, required=False
    )
    waits = forms.BooleanField(label=gettext_lazy("Waits on site"), required=False)
    transport = forms.ChoiceField(
        label=gettext_lazy("Transport"), choices=Appointment.Transport.choices, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other_model"].label = _("If not on the list: make and model")
        mark(self, "other_model")
        mark(self, "concern", "operations", words=_("one of the two is needed"))

    def clean_recall(self) -> str:
        """One line, spaces tidied."""
        return " ".join(self.cleaned_data["recall"].split())

    def symptoms_in(self, language: str) -> str:
        """What was answered about the fault as one line in `language`, with the campaign of a recall letter before it."""
        data, questions = self.cleaned_data, (offers.Moment, offers.HowOften, offers.Temperature, offers.Speed)
        answers = (data["moments"], [data["how_often"]], [data["temperature"]], [data["speed"]])
        with override(language):
            recall = _("Recall letter: %(campaign)s") % {"campaign": data["recall"]} if data["recall"] else ""
            asked = [str(kind(key).label) for kind, keys in zip(questions, answers, strict=True) for key in keys if key]
            return joined([recall, *asked] if recall else asked)

    def clean(self) -> dict[str, Any]:
        """The fault in the customer's words is part of every booking by telephone."""
        cleaned = super().clean()
        if not cleaned.get("concern", "").strip() and not cleaned.get("operations"):
            self.add_error(
                "concern", _("Write it in the customer's words: when, which sound or sign. Or choose a service.")
            )
        return cleaned


class MoveForm(forms.Form):
    """Another time, and why."""

    starts_at = SlotField(label=gettext_lazy("New time"), max_length=40)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)


class WishForm(forms.Form):
    """Which days, and which part of them, somebody on the waiting list would take."""

    from_date = forms.DateField(
        label=gettext_lazy("From which day on?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until_date = forms.DateField(
        label=gettext_lazy("Until which day?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    part = forms.ChoiceField(
        label=gettext_lazy("At what time of day?"),
        choices=WaitingWish.Part.choices,
        initial=WaitingWish.Part.ANY,
    )

    def __init__(self, *args: Any, centre: ServiceCentre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centre = centre

    def clean(self) -> dict[str, Any]:
        """Days that are ahead, in order."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_date"), cleaned.get("until_date")
        if first and last:
            try:
                check_days(self.centre, first, last)
            except AppointmentRefused as refusal:
                for reason in refusal.reasons:
                    self.add_error("until_date", reason.text)
        return cleaned


class OfferForm(forms.Form):
    """Up to three other times to offer."""

    times = forms.TypedMultipleChoiceField(
        error_messages={"required": gettext_lazy("Choose one, two or three other times to offer.")}
    )

    def __init__(self, data: Any = None, *, offered: Iterable[dt.datetime]) -> None:
        super().__init__(data)
        by_value = {at.isoformat(): at for at in offered}
        field: Any = self.fields["times"]
        field.choices = [(value, value) for value in by_value]
        field.coerce = by_value.get
        field.error_messages["invalid_choice"] = _("One of these times is no longer free. Choose again.")


class ReasonForm(forms.Form):
    """Why a booking is cancelled."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)


def read_date(text: str, otherwise: dt.date) -> dt.date:
    """The date named in an address, or `otherwise` for anything that is none."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return otherwise
    return date if 2000 < date.year < 2200 else otherwise
