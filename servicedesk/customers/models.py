"""Customers and their cars.

A customer is one person or firm that can be reached; his cars are rows of his own, so that a car sold on keeps both
histories apart. Matching is in `matching.py`, what a
search finds them by in `keys.py`, the verbs in `services.py`.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from phonenumber_field.modelfields import PhoneNumberField

from servicedesk import clock
from servicedesk.customers.keys import SearchKey
from servicedesk.customers.matching import plate_key_expression, vin_warning
from servicedesk.customers.querysets import CustomerQuerySet, VehicleQuerySet
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.formats import joined


class Honorific(models.TextChoices):
    """Form of address."""

    MR = "mr", gettext_lazy("Mr")
    MS = "ms", gettext_lazy("Ms")


class Channel(models.TextChoices):
    """How the customer wants to be written to."""

    EMAIL = "email", gettext_lazy("E-mail")
    SMS = "sms", gettext_lazy("Text message")


class Powertrain(models.TextChoices):
    """What drives the car; range extenders count as plug-in hybrids."""

    PETROL = "petrol", gettext_lazy("Petrol")
    DIESEL = "diesel", gettext_lazy("Diesel")
    HYBRID = "hybrid", gettext_lazy("Hybrid")
    PHEV = "phev", gettext_lazy("Plug-in hybrid")
    EV = "ev", gettext_lazy("Electric")


HIGH_VOLTAGE = frozenset({Powertrain.HYBRID, Powertrain.PHEV, Powertrain.EV})
PLUGGED_IN = frozenset({Powertrain.PHEV, Powertrain.EV})


class Customer(models.Model):
    """A person or firm whose cars we serve. Always reachable by telephone or e-mail, until erased."""

    centres = models.ManyToManyField("staff.ServiceCentre", related_name="customers")
    name = models.CharField(max_length=80)
    honorific = models.CharField(max_length=4, choices=Honorific.choices, blank=True)
    phone = PhoneNumberField(blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="zh-hant")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    consent_contact_at = models.DateTimeField(
        null=True, blank=True, help_text="When he agreed to be contacted afterwards."
    )
    account_customer = models.BooleanField(default=False, help_text="May collect the car and pay by account later.")
    created_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("customer")
        verbose_name_plural = gettext_lazy("customers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email="") | Q(erased_at__isnull=False), name="customer_can_be_reached"
            ),
        ]
        indexes = [
            models.Index(fields=["phone"], name="customer_phone", condition=~Q(phone="")),
            models.Index(Upper("email"), name="customer_email", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The customer's page (staff only)."""
        return reverse("customers:detail", args=[self.pk])

    @property
    def salutation(self) -> str:
        """Name with the form of address in the active language: "Mr Wang", 「王先生」."""
        if self.honorific == Honorific.MR:
            return (_("Mr %(name)s") % {"name": self._before_a_word}).strip()
        if self.honorific == Honorific.MS:
            return (_("Ms %(name)s") % {"name": self._before_a_word}).strip()
        return self.name

    @property
    def _before_a_word(self) -> str:
        """The name; a Latin one stands apart from the Chinese word after it."""
        return f"{self.name} " if self.name[-1:].isascii() else self.name

    def salutation_in(self, language: str) -> str:
        """Return `salutation` in `language`, whatever is active."""
        with override(language):
            return self.salutation

    @property
    def reachable_channel(self) -> str:
        """The channel he chose if there is an address for it, else the other one; "" once erased."""
        addresses = {Channel.EMAIL.value: str(self.email), Channel.SMS.value: str(self.phone)}
        ordered = sorted(addresses, key=lambda channel: channel != self.channel)
        return next((channel for channel in ordered if addresses[channel]), "")

    def address_for(self, channel: str) -> str:
        """Return the e-mail address or E.164 number behind `channel`, or ""."""
        return str(self.email) if channel == Channel.EMAIL else str(self.phone)

    @property
    def phone_text(self) -> str:
        """The number as people read it: national notation within +886 and +86, else international."""
        if not self.phone:
            return ""
        return self.phone.as_national if self.phone.country_code in {886, 86} else self.phone.as_international


MAX_ODOMETER = 2_000_000
"""Kilometres: no car that comes to us has gone farther."""


class Vehicle(models.Model):
    """A customer's car. `plate` is as typed; `plate_key` is what is compared, and the database computes it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="vehicles")
    plate = models.CharField(max_length=16, blank=True)
    plate_key = models.GeneratedField(
        expression=plate_key_expression("plate"), output_field=models.CharField(max_length=32), db_persist=True
    )
    vin = models.CharField(max_length=20, null=True, blank=True)
    make = models.CharField(max_length=40, blank=True)
    model_name = models.CharField(max_length=60, blank=True)
    model_code = models.CharField(max_length=20, blank=True, help_text="Code of a catalogue.VehicleModel, when known.")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    powertrain = models.CharField(max_length=8, choices=Powertrain.choices, default=Powertrain.PETROL)
    colour = models.CharField(max_length=30, blank=True)
    odometer = models.PositiveIntegerField(null=True, blank=True, help_text="Last known, in km.")
    odometer_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("car")
        verbose_name_plural = gettext_lazy("cars")
        constraints = [
            models.UniqueConstraint(
                fields=["plate_key", "customer"], condition=~Q(plate_key=""), name="one_car_per_plate_and_customer"
            ),
            models.UniqueConstraint(fields=["vin", "customer"], name="one_car_per_vin_and_customer"),
            models.CheckConstraint(condition=Q(vin__isnull=True) | ~Q(vin=""), name="vin_unknown_is_null"),
            models.CheckConstraint(condition=Q(year__isnull=True) | Q(year__range=(1900, 2200)), name="vehicle_year"),
        ]

    def __str__(self) -> str:
        return self.plate or self.vin or self.title

    @property
    def title(self) -> str:
        """Make and model: "Toyota RAV4"."""
        return f"{self.make} {self.model_name}".strip()

    @property
    def vin_warning(self) -> str:
        """What looks wrong with the VIN, or ""."""
        return vin_warning(self.vin or "")

    @property
    def is_high_voltage(self) -> bool:
        """Whether work on it may touch high voltage."""
        return self.powertrain in HIGH_VOLTAGE

    @property
    def is_plugged_in(self) -> bool:
        """Whether it is charged from outside (asks for state of charge and leave to charge)."""
        return self.powertrain in PLUGGED_IN

    def known_odometer(self, reading: int | None, at: dt.datetime) -> bool:
        """Take over `reading` (km) if it is news; say whether anything changed. Does not save."""
        if reading is None or (self.odometer is not None and reading < self.odometer):
            return False
        self.odometer, self.odometer_at = reading, at
        return True


CHANGED = {
    "created": gettext_lazy("Record created"),
    "name": gettext_lazy("Name"),
    "honorific": gettext_lazy("Form of address"),
    "phone": gettext_lazy("Telephone"),
    "email": gettext_lazy("E-mail"),
    "language": gettext_lazy("Language"),
    "channel": gettext_lazy("Write to the customer by"),
    "consent_contact_at=yes": gettext_lazy("May be contacted after the visit: yes"),
    "consent_contact_at=no": gettext_lazy("May be contacted after the visit: no"),
    "account_customer=yes": gettext_lazy("Account customer: yes"),
    "account_customer=no": gettext_lazy("Account customer: no"),
    "vehicle_added": gettext_lazy("Car added"),
    "vehicle_changed": gettext_lazy("Car changed"),
    "consent_contact_at": gettext_lazy("Contact after the visit"),
    "account_customer": gettext_lazy("Account customer"),
    "vehicles": gettext_lazy("Cars"),
}


class CustomerChange(ActorFields):
    """Who changed which of a customer's particulars, and when. What a field held is not kept, but for a yes or no."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(default=clock.now)
    fields = ArrayField(models.CharField(max_length=40))

    class Meta:
        verbose_name = gettext_lazy("correction of a customer")
        verbose_name_plural = gettext_lazy("corrections of customers")

    def __str__(self) -> str:
        return f"{self.customer_id}: {', '.join(self.fields)}"

    @property
    def words(self) -> str:
        """The changed particulars in words, in the active language."""
        return joined(str(CHANGED.get(field, field)) for field in self.fields)


__all__ = ["Channel", "Customer", "CustomerChange", "Honorific", "Powertrain", "SearchKey", "Vehicle"]
