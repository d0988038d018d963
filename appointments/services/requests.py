"""Taking a booking and confirming it (M1.1, M1.2-a, M1.2-c).

Locks are taken in one order: customer, then the slot, then the days' hours, then the number counter.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appointments import comeback, letters, slots
from appointments.capacity.needs import work_for
from appointments.models import Appointment, AppointmentItem, TimeOffer
from appointments.quotes import quote
from appointments.services.floor import AppointmentRefused, change_time, end_offers, hold_time, locked, standing
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.customers.services import find_or_create_customer, find_or_create_vehicle
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.roles import Role
from servicedesk.workorders import promises
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.numbers import next_number

OPEN_PER_CAR = 2
"""How many bookings one car may have ahead of it."""


@dataclass(frozen=True)
class Contact:
    """Who books and how he is reached. At least a telephone number or an e-mail address."""

    name: str
    phone: str = ""
    email: str = ""
    language: str = ""
    channel: str = ""
    honorific: str = ""
    consent: bool = False


@dataclass(frozen=True)
class Car:
    """The car as the customer describes it."""

    plate: str
    make: str = ""
    model_name: str = ""
    model_code: str = ""
    powertrain: str = ""
    vin: str = ""
    odometer: int | None = None


@transaction.atomic
def request_appointment(*, by: Actor, centre: ServiceCentre, **asked: Any) -> Appointment:
    """Take a booking request (`ask` names what it says), hold its place and promise an answer (M1.1-c, M1.1-e).

    The answer is promised within the centre's opening minutes.
    """
    appointment = ask(by=by, centre=centre, **asked)
    due_at = promise_answer(appointment, by=by, since=appointment.requested_at)
    if appointment.source == Appointment.Source.ONLINE:
        letters.send_received(appointment, answer_by=due_at, by=by)
    return appointment


@transaction.atomic
def book(*, by: Actor, centre: ServiceCentre, **asked: Any) -> Appointment:
    """Book while the customer is on the telephone or at the desk: confirmed at once, so no answer is owed (M1.1-b, M1.1-d).

    What it says and raises: see `ask`.
    """
    appointment = ask(by=by, centre=centre, **asked, **confirmed_by(by))
    letters.send_confirmed(appointment, by=by)
    return appointment


def confirmed_by(by: Actor) -> dict[str, Any]:
    """How a booking stands that somebody confirms while he writes it."""
    return {"state": Appointment.State.CONFIRMED, "confirmed_at": now(), "confirmed_by_id": by.user_id}


def ask(
    *,
    by: Actor,
    centre: ServiceCentre,
    contact: Contact,
    car: Car,
    operations: Sequence[LabourOperation],
    starts_at: dt.datetime,
    concern: str = "",
    symptoms: str = "",
    waits_on_site: bool = False,
    transport: str = "",
    source: str = Appointment.Source.ONLINE,
    override: str = "",
    comeback_of: WorkOrder | None = None,
    **standing: Any,
) -> Appointment:
    """Write what is asked for and hold its time, in the caller's transaction; `standing`: how the booking stands.

    A time asked for online lies after the promised answer. Raises SlotRefused or SlotTaken for the time, CustomerRefused for
    the particulars, NoPrice for a part without price, AppointmentRefused when nothing is asked for or the car already has
    bookings enough, NotAComeback for a visit of another car. With `override`, a reason, staff book although the
    workshop's hours are taken.
    """
    if not operations and not concern.strip():
        raise AppointmentRefused(_("Say what should be done: choose a service or describe the problem."))
    calendar = Calendar(centre)
    slots.check_offered(centre, starts_at, unanswered=source == Appointment.Source.ONLINE, calendar=calendar)
    customer, vehicle = people_of(by=by, centre=centre, contact=contact, car=car)
    if comeback_of:
        comeback.check(vehicle, comeback_of)
    appointment = open_booking(
        by=by,
        centre=centre,
        customer=customer,
        vehicle=vehicle,
        operations=operations,
        starts_at=starts_at,
        override=override,
        calendar=calendar,
        source=source,
        concern=concern.strip(),
        symptoms=symptoms[:200],
        waits_on_site=waits_on_site,
        transport=transport,
        odometer=car.odometer,
        comeback_of=comeback_of,
        **standing,
    )
    if comeback_of:
        comeback.note(appointment, comeback_of, by=by)
    return appointment


def people_of(*, by: Actor, centre: ServiceCentre, contact: Contact, car: Car) -> tuple[Customer, Vehicle]:
    """The customer and the car meant, known or new. Raises CustomerRefused for the particulars."""
    customer = find_or_create_customer(
        by=by,
        centre=centre,
        name=contact.name,
        phone=contact.phone,
        email=contact.email,
        language=contact.language,
        channel=contact.channel,
        honorific=contact.honorific,
        plate=car.plate,
        consent=contact.consent,
    )
    vehicle = find_or_create_vehicle(
        by=by,
        customer=customer,
        plate=car.plate,
        vin=car.vin,
        make=car.make,
        model_name=car.model_name,
        model_code=car.model_code,
        powertrain=car.powertrain,
    )
    return customer, vehicle


def open_booking(
    *,
    by: Actor,
    centre: ServiceCentre,
    vehicle: Vehicle,
    operations: Sequence[LabourOperation],
    starts_at: dt.datetime,
    override: str = "",
    holds: bool = True,
    calendar: Calendar | None = None,
    **told: Any,
) -> Appointment:
    """Write a booking with its services, hold its time unless it only `holds` a place in the waiting list, and number it.

    Raises AppointmentRefused when the car has bookings enough ahead, NoPrice, SlotTaken.
    """
    if vehicle.appointments.open().filter(starts_at__gt=now()).count() >= OPEN_PER_CAR:
        raise AppointmentRefused(
            _("%(plate)s already has %(count)d bookings ahead. Call us to change one of them.")
            % {"plate": vehicle.plate, "count": OPEN_PER_CAR}
        )
    quoted = quote(operations, centre)
    appointment = Appointment.objects.create(
        number=f"~{secrets.token_hex(8)}",  # until the counter gives one: two unnumbered bookings would wait for each other
        centre=centre,
        vehicle=vehicle,
        starts_at=starts_at,
        work_hours=quoted.hours,
        estimate_net=quoted.totals.net,
        estimate_tax=quoted.totals.tax,
        estimate_total=quoted.totals.total,
        requested_at=now(),
        **told,
        **actor_values(by),
    )
    items = AppointmentItem.objects.bulk_create(
        AppointmentItem(
            appointment=appointment, operation=item.operation, hours=item.hours, amount=item.amount, position=position
        )
        for position, item in enumerate(quoted.items, start=1)
    )
    keep_read(appointment, items=items, moves=[])
    if holds:
        hold_time(appointment, starts_at, work_for(operations), by=by, override=override, calendar=calendar)
    appointment.number = next_number(centre, "B")
    appointment.save(update_fields=["number"])
    return appointment


def keep_read(appointment: Appointment, **related: list[Any]) -> None:
    """Let the new booking know its rows, so that nobody reads again what was written a moment ago."""
    known = {}
    for name, rows in related.items():
        known[name] = getattr(appointment, name).all()
        known[name]._result_cache, known[name]._prefetch_done = rows, True
    appointment._prefetched_objects_cache = known  # type: ignore[attr-defined]


def promise_answer(appointment: Appointment, *, by: Actor, since: dt.datetime | None = None) -> dt.datetime:
    """Promise an advisor's answer within the centre's opening minutes from now (or `since`); returns by when (M1.2-a)."""
    centre = appointment.centre
    due_at = slots.answered_by(centre, since)
    promises.make(
        Promise.Kind.BOOKING_ANSWER,
        appointment,
        centre=centre,
        due_at=due_at,
        about=f"{appointment.vehicle.plate} {appointment.customer.name} · {appointment.number}",
        owner_role=Role.ADVISOR,
        url=appointment.get_absolute_url(),
        by=by,
    )
    return due_at


@transaction.atomic
def confirm(
    appointment: Appointment, *, by: Actor, starts_at: dt.datetime | None = None, reason: str = ""
) -> Appointment:
    """Confirm time, services and expected cost; the confirmation is sent (M1.2-a, M1.2-c). Staff only.

    With another `starts_at` the booking is moved there first, as agreed with the customer (M1.2-b). Raises
    AppointmentRefused when it is not waiting for an answer, SlotTaken when the other time is gone. Times that were
    offered meanwhile are released.
    """
    appointment = locked(appointment)
    if appointment.state not in (Appointment.State.REQUESTED, Appointment.State.PROPOSED):
        raise AppointmentRefused(standing(appointment))
    if starts_at and starts_at != appointment.starts_at:
        change_time(appointment, starts_at, by=by, reason=reason)
    appointment.state = Appointment.State.CONFIRMED
    appointment.confirmed_at = now()
    appointment.confirmed_by_id = by.user_id
    appointment.save(update_fields=["state", "confirmed_at", "confirmed_by", "starts_at"])
    end_offers(appointment, TimeOffer.State.RELEASED)
    promises.keep(Promise.Kind.BOOKING_ANSWER, appointment)
    letters.withdraw(appointment)
    letters.send_confirmed(appointment, by=by)
    return appointment
