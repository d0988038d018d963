"""The verbs of booking: request, confirm, move, cancel, hand over to reception (M1.1, M1.2).

Locks are taken in one order: customer, then the slot, then the number counter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appointments import letters, slots
from appointments.models import Appointment, AppointmentItem, AppointmentMove, SlotPlace
from appointments.quotes import quote
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.customers.services import find_or_create_customer, find_or_create_vehicle
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import add_opening_minutes
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.staff.roles import Role
from servicedesk.workorders import promises
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.numbers import next_number

OPEN_PER_CAR = 2
"""How many bookings one car may have ahead of it."""
NO_SHOW_AFTER = dt.timedelta(minutes=15)


class AppointmentRefused(Refusal):
    """The booking cannot be changed like this; the reasons say why."""


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
def request_appointment(
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
) -> Appointment:
    """Take a booking request, hold its place and promise an answer within the centre's opening minutes (M1.1-c, M1.1-e).

    Raises SlotRefused or SlotTaken for the time, CustomerRefused for the particulars, NoPrice for a part without price,
    AppointmentRefused when nothing is asked for or the car already has bookings enough.
    """
    if not operations and not concern.strip():
        raise AppointmentRefused(_("Say what should be done: choose a service or describe the problem."))
    slots.check_offered(centre, starts_at)
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
    if vehicle.appointments.expected().filter(starts_at__gt=now()).count() >= OPEN_PER_CAR:
        raise AppointmentRefused(
            _("%(plate)s already has %(count)d bookings ahead. Call us to change one of them.")
            % {"plate": vehicle.plate, "count": OPEN_PER_CAR}
        )
    quoted = quote(operations, centre)
    appointment = Appointment.objects.create(
        number="",
        centre=centre,
        customer=customer,
        vehicle=vehicle,
        source=source,
        starts_at=starts_at,
        concern=concern.strip(),
        symptoms=symptoms[:200],
        waits_on_site=waits_on_site,
        transport=transport,
        odometer=car.odometer,
        work_hours=quoted.hours,
        estimate_net=quoted.totals.net,
        estimate_tax=quoted.totals.tax,
        estimate_total=quoted.totals.total,
        requested_at=now(),
        **actor_values(by),
    )
    AppointmentItem.objects.bulk_create(
        AppointmentItem(
            appointment=appointment, operation=item.operation, hours=item.hours, amount=item.amount, position=position
        )
        for position, item in enumerate(quoted.items, start=1)
    )
    slots.hold_place(appointment, starts_at)
    due_at = add_opening_minutes(centre, appointment.requested_at, centre.answer_minutes)
    appointment.number = next_number(centre, "B")
    appointment.save(update_fields=["number"])
    promises.make(
        Promise.Kind.BOOKING_ANSWER,
        appointment,
        centre=centre,
        due_at=due_at,
        about=f"{appointment.number} · {vehicle.plate}",
        owner_role=Role.ADVISOR,
        url=appointment.get_absolute_url(),
        by=by,
    )
    if source == Appointment.Source.ONLINE:
        letters.send_received(appointment, answer_by=due_at, by=by)
    return appointment


@transaction.atomic
def book(*, by: Actor, **request: Any) -> Appointment:
    """Book while the customer is on the telephone or at the desk: requested and confirmed in one go (M1.1-b, M1.1-d)."""
    return confirm(request_appointment(by=by, **request), by=by)


@transaction.atomic
def confirm(
    appointment: Appointment, *, by: Actor, starts_at: dt.datetime | None = None, reason: str = ""
) -> Appointment:
    """Confirm time, services and expected cost; the confirmation is sent (M1.2-a, M1.2-c). Staff only.

    With another `starts_at` the booking is moved there first, as agreed with the customer (M1.2-b). Raises
    AppointmentRefused when it is not waiting for an answer, SlotTaken when the other time is gone.
    """
    appointment = locked(appointment)
    if appointment.state != Appointment.State.REQUESTED:
        raise AppointmentRefused(_standing(appointment))
    if starts_at and starts_at != appointment.starts_at:
        _change_time(appointment, starts_at, by=by, reason=reason)
    appointment.state = Appointment.State.CONFIRMED
    appointment.confirmed_at = now()
    appointment.confirmed_by_id = by.user_id
    appointment.save(update_fields=["state", "confirmed_at", "confirmed_by", "starts_at"])
    promises.keep(Promise.Kind.BOOKING_ANSWER, appointment)
    letters.send_confirmed(appointment, by=by)
    return appointment


@transaction.atomic
def move(appointment: Appointment, *, to: dt.datetime, by: Actor, reason: str = "") -> Appointment:
    """Move a booking to another time and keep the move on record (M1.2-b); a confirmed one is confirmed anew.

    Raises AppointmentRefused when the car is no longer expected or the time is the same, SlotTaken when it is gone.
    """
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(_standing(appointment))
    if to == appointment.starts_at:
        raise AppointmentRefused(_("The booking is already at this time. Choose another one."))
    _change_time(appointment, to, by=by, reason=reason)
    appointment.save(update_fields=["starts_at"])
    if appointment.state == Appointment.State.CONFIRMED:
        letters.send_moved(appointment, by=by)
    return appointment


@transaction.atomic
def cancel(appointment: Appointment, *, by: Actor, reason: str = "") -> Appointment:
    """Cancel a booking, free its place and tell the customer. Raises AppointmentRefused when the car is not expected."""
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(_standing(appointment))
    _end(appointment, Appointment.State.CANCELLED, reason)
    letters.send_cancelled(appointment, by=by)
    return appointment


@transaction.atomic
def mark_no_show(appointment: Appointment, *, by: Actor) -> Appointment:
    """Record that the car did not come, a quarter of an hour after the agreed time at the earliest."""
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(_standing(appointment))
    if now() < appointment.starts_at + NO_SHOW_AFTER:
        raise AppointmentRefused(_("The customer still has a quarter of an hour from the agreed time."))
    _end(appointment, Appointment.State.NO_SHOW, "")
    return appointment


def hand_over_to_reception(appointment: Appointment, *, work_order: WorkOrder, by: Actor) -> Appointment:
    """Mark the booking as arrived and tie it to the visit, inside reception's transaction (M2.1-a).

    A request that nobody had answered counts as answered by receiving the car. Raises AppointmentRefused.
    """
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(_standing(appointment))
    appointment.state = Appointment.State.ARRIVED
    appointment.arrived_at = now()
    appointment.work_order = work_order
    appointment.save(update_fields=["state", "arrived_at", "work_order"])
    promises.keep(Promise.Kind.BOOKING_ANSWER, appointment)
    return appointment


def locked(appointment: Appointment) -> Appointment:
    """The booking as it stands now, locked until the transaction ends."""
    return (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("centre", "customer", "vehicle", "work_order")
        .get(pk=appointment.pk)
    )


def _change_time(appointment: Appointment, to: dt.datetime, *, by: Actor, reason: str) -> None:
    slots.check_offered(appointment.centre, to)
    SlotPlace.objects.filter(appointment=appointment).delete()
    slots.hold_place(appointment, to)
    AppointmentMove.objects.create(
        appointment=appointment,
        from_at=appointment.starts_at,
        to_at=to,
        reason=reason[:200],
        at=now(),
        **actor_values(by),
    )
    appointment.starts_at = to


def _end(appointment: Appointment, state: str, reason: str) -> None:
    appointment.state = state
    appointment.ended_at = now()
    appointment.end_reason = reason[:200]
    appointment.save(update_fields=["state", "ended_at", "end_reason"])
    SlotPlace.objects.filter(appointment=appointment).delete()
    promises.withdraw(Promise.Kind.BOOKING_ANSWER, appointment)


def _standing(appointment: Appointment) -> Reason:
    """Why nothing more can be done: what became of the booking, with the way to the visit when there is one."""
    moment = {
        Appointment.State.CONFIRMED: appointment.confirmed_at,
        Appointment.State.ARRIVED: appointment.arrived_at,
    }.get(Appointment.State(appointment.state), appointment.ended_at)
    text = _("Booking %(number)s: %(state)s since %(time)s.") % {
        "number": appointment.number,
        "state": appointment.get_state_display(),
        "time": f"{appointment.centre.local(moment):%H:%M}" if moment else "—",
    }
    target = appointment.work_order or appointment
    return Reason(text, target.get_absolute_url())
