"""What staff may type about a customer or a car, cleaned to the form in which it is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.clock import now
from servicedesk.customers.fields import OdometerField
from servicedesk.customers.matching import phone_key, plate_key, vin_key
from servicedesk.customers.models import Channel, Customer, Honorific, Powertrain, Vehicle
from servicedesk.staff.fields import mark
from servicedesk.staff.models import ServiceCentre

OLDEST_YEAR = 1900


class ContactForm(forms.Form):
    """A customer's particulars. `cleaned_data` fits `services.update_contact`."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    honorific = forms.ChoiceField(
        label=gettext_lazy("Form of address"), choices=[("", "—"), *Honorific.choices], required=False
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    channel = forms.ChoiceField(label=gettext_lazy("Write to the customer by"), choices=Channel.choices)
    consent = forms.BooleanField(label=gettext_lazy("Agrees to be contacted after the visit"), required=False)
    account_customer = forms.BooleanField(label=gettext_lazy("Account customer: pays later by account"), required=False)

    def __init__(self, data: Any = None, *, centre: ServiceCentre, customer: Customer, may_grant_account: bool) -> None:
        initial = {name: getattr(customer, name) for name in ("name", "honorific", "email", "language", "channel")}
        initial |= {
            "phone": customer.phone_text,
            "consent": customer.consent_contact_at is not None,
            "account_customer": customer.account_customer,
        }
        super().__init__(data, initial=initial)
        self.centre = centre
        mark(self, "phone", "email", words=_("one of the two is needed"))
        if not may_grant_account:
            del self.fields["account_customer"]

    def clean_phone(self) -> str:
        """Return the number in E.164."""
        typed = self.cleaned_data["phone"]
        number = phone_key(typed, self.centre)
        if typed and not number:
            raise ValidationError(
                _("This is not a telephone number. Write it with area code, or with + and country code.")
            )
        return number

    def clean(self) -> dict[str, Any]:
        """Ask for one way to reach the customer, and for the one that was chosen."""
        cleaned = super().clean() or {}
        reach = {"email": cleaned.get("email"), "sms": cleaned.get("phone")}
        if not any(reach.values()) and not {"phone", "email"} & set(self.errors):
            self.add_error("phone", _("A telephone number or an e-mail address is needed."))
        elif cleaned.get("channel") == "sms" and not reach["sms"] and "phone" not in self.errors:
            self.add_error("phone", _("Text messages need a telephone number."))
        elif cleaned.get("channel") == "email" and not reach["email"] and "email" not in self.errors:
            self.add_error("email", _("E-mail needs an address. Enter one, or write by text message."))
        return cleaned


class VehicleForm(forms.Form):
    """A car's particulars. `cleaned_data` fits `services.update_vehicle` and `find_or_create_vehicle`."""

    plate = forms.CharField(label=gettext_lazy("Plate number"), max_length=16, required=False)
    vin = forms.CharField(label=gettext_lazy("VIN"), max_length=20, required=False)
    make = forms.CharField(label=gettext_lazy("Make"), max_length=40, required=False)
    model_name = forms.CharField(label=gettext_lazy("Model"), max_length=60, required=False)
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=OLDEST_YEAR, required=False)
    powertrain = forms.ChoiceField(label=gettext_lazy("Powertrain"), choices=Powertrain.choices)
    colour = forms.CharField(label=gettext_lazy("Colour"), max_length=30, required=False)
    odometer = OdometerField(label=gettext_lazy("Odometer (km)"), required=False)

    def __init__(self, data: Any = None, *, vehicle: Vehicle | None = None) -> None:
        initial = {name: getattr(vehicle, name) for name in self.base_fields} if vehicle else None
        super().__init__(data, initial=initial)
        mark(self, "plate", "vin", words=_("one of the two is needed"))

    def clean_vin(self) -> str:
        """Return the VIN in capitals, without separators; whatever it looks like, it is taken."""
        return vin_key(self.cleaned_data["vin"])

    def clean_year(self) -> int | None:
        """Refuse a year that has not come: next year's models are sold this autumn, later ones are a slip."""
        year = self.cleaned_data["year"]
        if year is not None and year > now().year + 1:
            raise ValidationError(_("This year has not come yet."))
        return year

    def clean(self) -> dict[str, Any]:
        """Ask for plate or VIN."""
        cleaned = super().clean() or {}
        if (
            not plate_key(cleaned.get("plate") or "")
            and not cleaned.get("vin")
            and not {"plate", "vin"} & set(self.errors)
        ):
            self.add_error("plate", _("A plate number or a VIN is needed."))
        return cleaned
