"""What becomes of a booking: moved, cancelled, not kept, or arrived (M1.2-b, M2.1-a)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from appointments import letters
from appointments.capacity import ledger
from appointments.models import Appointment, LoadHold, TimeOffer
from appointments.services.floor import AppointmentRefused, change_time, end_offers, free_time, locked, standing
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.workorders import promises
from servicedesk.workorders.models import Promise, WorkOrder

NO_SHOW_AFTER = dt.timedelta(minutes=15)


@transaction.atomic
def move(appointment: Appointment, *, to: dt.datetime, by: Actor, reason: str = "", override: str = "") -> Appointment:
    """Move a booking to another time and keep the move on record (M1.2-b); a confirmed one is confirmed anew.

    Raises AppointmentRefused when the car is no longer expected or the time is the same, SlotTaken when it is gone.
    """
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(standing(appointment))
    if to == appointment.starts_at:
        raise AppointmentRefused(_("The booking is already at this time. Choose another one."))
    was = appointment.starts_at
    change_time(appointment, to, by=by, reason=reason, override=override)
    appointment.save(update_fields=["starts_at"])
    letters.withdraw(appointment)
    if appointment.state == Appointment.State.CONFIRMED:
        letters.send_moved(appointment, was=was, by=by)
    return appointment


@transaction.atomic
def cancel(appointment: Appointment, *, by: Actor, reason: str = "") -> Appointment:
    """Cancel a booking, free its place and tell the customer. Raises AppointmentRefused when the car is not expected."""
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(standing(appointment))
    _end(appointment, Appointment.State.CANCELLED, reason)
    letters.send_cancelled(appointment, by=by)
    return appointment


@transaction.atomic
def mark_no_show(appointment: Appointment, *, by: Actor) -> Appointment:
    """Record that the car did not come, a quarter of an hour after the agreed time at the earliest.

    A customer who had our confirmation is written that he was missed, with the way to another time.
    """
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(standing(appointment))
    if now() < appointment.starts_at + NO_SHOW_AFTER:
        raise AppointmentRefused(_("The customer still has a quarter of an hour from the agreed time."))
    _end(appointment, Appointment.State.NO_SHOW, "")
    if appointment.confirmed_at is not None:
        letters.send_missed(appointment, by=by)
    return appointment


def hand_over_to_reception(appointment: Appointment, *, work_order: WorkOrder, by: Actor) -> Appointment:
    """Mark the booking as arrived and tie it to the visit, inside reception's transaction (M2.1-a).

    A request that nobody had answered counts as answered by receiving the car. Raises AppointmentRefused.
    """
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(standing(appointment))
    appointment.state = Appointment.State.ARRIVED
    appointment.arrived_at = now()
    appointment.work_order = work_order
    appointment.save(update_fields=["state", "arrived_at", "work_order"])
    ledger.lock_held(appointment)
    LoadHold.objects.filter(appointment=appointment).delete()  # from now on the car counts as being in the house
    end_offers(appointment, TimeOffer.State.RELEASED)
    promises.keep(Promise.Kind.BOOKING_ANSWER, appointment)
    letters.withdraw(appointment, letters.REMINDERS)
    return appointment


def _end(appointment: Appointment, state: str, reason: str) -> None:
    appointment.state = state
    appointment.ended_at = now()
    appointment.end_reason = reason[:200]
    appointment.save(update_fields=["state", "ended_at", "end_reason"])
    free_time(appointment)
    end_offers(appointment, TimeOffer.State.RELEASED)
    promises.withdraw(Promise.Kind.BOOKING_ANSWER, appointment)
    letters.withdraw(appointment)
