"""The verbs of customers and cars: find or create, change, note the odometer."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.customers.matching import phone_key, plate_key, vin_key
from servicedesk.customers.models import Channel, Customer, CustomerChange, Vehicle
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal

CONTACT_FIELDS = ("name", "honorific", "phone", "email", "language", "channel", "account_customer")
VEHICLE_FIELDS = ("plate", "vin", "make", "model_name", "model_code", "year", "powertrain", "colour", "odometer")


class CustomerRefused(Refusal):
    """A customer or car cannot be taken as given."""


def find_or_create_customer(
    *,
    by: Actor,
    centre: ServiceCentre,
    name: str,
    phone: str = "",
    email: str = "",
    language: str = "",
    channel: str = "",
    honorific: str = "",
    plate: str = "",
    consent: bool = False,
) -> Customer:
    """Return the customer these particulars mean, creating him when nobody fits; he then belongs to `centre` too.

    The same person: same telephone (or, without one, same e-mail) AND the same name or one of his plates. So a number
    shared by a family never mixes two people, and nobody's stored particulars are overwritten by what a stranger typed;
    only empty ones are filled. Raises CustomerRefused when there is no way to reach him. Takes a lock per number, so
    that a double submit makes one customer.
    """
    number, email, name = phone_key(phone, centre) if phone else "", email.strip(), " ".join(name.split())
    if phone and not number:
        raise CustomerRefused(_("“%(phone)s” is not a telephone number. Write it with area code.") % {"phone": phone})
    if not number and not email:
        raise CustomerRefused(_("A telephone number or an e-mail address is needed."))
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [number or email.casefold()])
        customer = _same_person(number, email, name, plate)
        if customer is None:
            customer = Customer.objects.create(
                name=name,
                honorific=honorific,
                phone=number,
                email=email,
                language=language or centre.language,
                channel=channel or (Channel.EMAIL if email else Channel.SMS),
                consent_contact_at=now() if consent else None,
            )
            _note(by, customer, ["created"])
        else:
            filled = [
                field
                for field, value in (("phone", number), ("email", email))
                if value and not getattr(customer, field)
            ]
            for field in filled:
                setattr(customer, field, {"phone": number, "email": email}[field])
            if consent and customer.consent_contact_at is None:
                customer.consent_contact_at = now()
                filled.append("consent_contact_at")
            if filled:
                customer.save(update_fields=filled)
                _note(by, customer, filled)
        customer.centres.add(centre)
    return customer


def _same_person(number: str, email: str, name: str, plate: str) -> Customer | None:
    """Return the longest-known customer with this number or address whose name or plate fits as well."""
    reached = Customer.objects.filter(phone=number) if number else Customer.objects.filter(email__iexact=email)
    wanted = plate_key(plate)
    for customer in reached.filter(erased_at=None).order_by("pk").prefetch_related("vehicles"):
        plates = {car.plate_key for car in customer.vehicles.all()}
        if customer.name.casefold() == name.casefold() or (wanted and wanted in plates):
            return customer
    return None


def find_or_create_vehicle(
    *,
    by: Actor,
    customer: Customer,
    plate: str,
    vin: str = "",
    make: str = "",
    model_name: str = "",
    model_code: str = "",
    year: int | None = None,
    powertrain: str = "",
    colour: str = "",
    odometer: int | None = None,
) -> Vehicle:
    """Return the customer's car with this plate (any notation) or VIN, creating it when he has none such.

    Of a known car only empty particulars are filled; the odometer only grows. Raises CustomerRefused without both.
    """
    key, vin = plate_key(plate), vin_key(vin)
    if not key and not vin:
        raise CustomerRefused(_("A plate number or a VIN is needed."))
    given: dict[str, Any] = {
        "plate": plate.strip(),
        "vin": vin or None,
        "make": make,
        "model_name": model_name,
        "model_code": model_code,
        "year": year,
        "powertrain": powertrain,
        "colour": colour,
    }
    given = {field: value for field, value in given.items() if value not in ("", None)}
    with transaction.atomic(savepoint=False):
        Customer.objects.select_for_update().get(pk=customer.pk)  # one at a time: two submits make one car
        cars = list(customer.vehicles.all())
        car = next((car for car in cars if key and car.plate_key == key), None) or next(
            (car for car in cars if vin and car.vin == vin), None
        )
        if car is None:
            car = Vehicle(customer=customer, **given)
            car.known_odometer(odometer, now())
            car.save()
            _note(by, customer, ["vehicle_added"])
            return car
        if any(other.vin == given.get("vin") for other in cars if other != car):
            given.pop("vin", None)  # it stands with another of his cars: people find out which is right
        filled = [field for field in given if getattr(car, field) in ("", None)]
        for field in filled:
            setattr(car, field, given[field])
        if car.known_odometer(odometer, now()):
            filled += ["odometer", "odometer_at"]
        if filled:
            car.save(update_fields=filled)
    return car


def update_contact(*, by: Actor, customer: Customer, **particulars: Any) -> Customer:
    """Set some of CONTACT_FIELDS, and with `consent` the customer's leave to contact him afterwards; note who did it.

    Values are clean (E.164, valid address). Raises CustomerRefused when nothing would be left to reach him by.
    """
    consent = particulars.pop("consent", None)
    _only(particulars, CONTACT_FIELDS)
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer.pk)
        changed = _set(customer, particulars)
        if not customer.phone and not customer.email:
            raise CustomerRefused(_("A telephone number or an e-mail address is needed."))
        if consent is not None and consent != (customer.consent_contact_at is not None):
            customer.consent_contact_at = now() if consent else None
            changed.append("consent_contact_at")
        if changed:
            customer.save(update_fields=changed)
            _note(by, customer, changed)
    return customer


def update_vehicle(*, by: Actor, vehicle: Vehicle, **particulars: Any) -> Vehicle:
    """Set some of VEHICLE_FIELDS (a person may also correct the odometer downwards); note who did it.

    Raises CustomerRefused without plate and VIN, or when the customer has another car with the same.
    """
    _only(particulars, VEHICLE_FIELDS)
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=vehicle.customer_id)
        vehicle = Vehicle.objects.get(pk=vehicle.pk)
        if "vin" in particulars:
            particulars["vin"] = vin_key(particulars["vin"] or "") or None
        changed = _set(vehicle, particulars)
        key = plate_key(vehicle.plate)
        if not key and not vehicle.vin:
            raise CustomerRefused(_("A plate number or a VIN is needed."))
        others = Vehicle.objects.filter(customer=vehicle.customer_id).exclude(pk=vehicle.pk)
        if any((key and car.plate_key == key) or (vehicle.vin and car.vin == vehicle.vin) for car in others):
            raise CustomerRefused(_("This customer already has a car with this plate or VIN."))
        if "odometer" in changed:
            vehicle.odometer_at = now()
            changed.append("odometer_at")
        if changed:
            vehicle.save(update_fields=changed)
            _note(by, vehicle.customer, ["vehicle_changed"])
            vehicle.refresh_from_db(fields=["plate_key"])
    return vehicle


def note_odometer(*, by: Actor, vehicle: Vehicle, odometer: int) -> bool:
    """Remember a reading (km) taken at a visit unless it is lower than the last; say whether it was remembered."""
    with transaction.atomic():
        locked = Vehicle.objects.select_for_update(of=("self",)).get(pk=vehicle.pk)
        news = locked.known_odometer(odometer, now())
        if news:
            locked.save(update_fields=["odometer", "odometer_at"])
            vehicle.odometer, vehicle.odometer_at = locked.odometer, locked.odometer_at
    return news


def _only(particulars: dict[str, Any], allowed: tuple[str, ...]) -> None:
    """Refuse a programmer's slip: a field that this verb does not set."""
    unknown = set(particulars) - set(allowed)
    if unknown:
        raise TypeError(f"not set here: {', '.join(sorted(unknown))}")


def _set(row: Any, values: dict[str, Any]) -> list[str]:
    """Set `values` on `row`; return the names of those that differ from before."""
    changed = [field for field, value in values.items() if getattr(row, field) != value]
    for field in changed:
        setattr(row, field, values[field])
    return changed


def _note(by: Actor, customer: Customer, fields: list[str]) -> None:
    """Write who changed what; of a yes or no, which it is now."""
    said = {field: "yes" if getattr(customer, field) else "no" for field in ("consent_contact_at", "account_customer")}
    kept = [f"{field}={said[field]}" if field in said else field for field in fields]
    CustomerChange.objects.create(customer=customer, at=now(), fields=kept, **actor_values(by))
