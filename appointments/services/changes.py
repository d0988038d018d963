"""What becomes of a booking: moved, cancelled, not kept, or arrived (M1.2-b, M2.1-a)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from appointments import letters
from appointments.capacity import ledger
from appointments.models import Appointment, LoadHold, TimeOffer
from appointments.services.floor import (
    AppointmentRefused,
    change_time,
    end_offers,
    end_wish,
    free_time,
    locked,
    standing,
)
from appointments.services.requests import promise_answer
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.workorders import promises
from servicedesk.workorders.models import Promise, WorkOrder

LETTER_UNTIL = dt.timedelta(hours=4)
"""So long after the agreed time somebody who was missed is still written by himself."""


@transaction.atomic
def move(
    appointment: Appointment,
    *,
    to: dt.datetime,
    by: Actor,
    reason: str = "",
    override: str = "",
    offered: bool = False,
) -> Appointment:
    """Move a booking to another time and keep the move on record (M1.2-b); a confirmed one is confirmed anew.

    What was still on offer is given back, and a negotiation ends with it: the booking is what it was before, confirmed or
    waiting for an answer. `offered`: the customer takes a time that was held for him. Raises AppointmentRefused when the
    car is no longer expected or the time is the same, SlotTaken when it is gone.
    """
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(standing(appointment))
    if to == appointment.starts_at:
        raise AppointmentRefused(_("The booking is already at this time. Choose another one."))
    was = appointment.starts_at
    change_time(appointment, to, by=by, reason=reason, override=override, offered=offered)
    was_negotiated = appointment.state == Appointment.State.PROPOSED
    if was_negotiated:
        settled = Appointment.State.CONFIRMED if appointment.confirmed_at else Appointment.State.REQUESTED
        appointment.state = settled
    appointment.save(update_fields=["starts_at", "state"])
    letters.withdraw(appointment)
    if appointment.state == Appointment.State.REQUESTED and was_negotiated:
        promise_answer(appointment, by=by)
    if appointment.state == Appointment.State.CONFIRMED:
        letters.send_moved(appointment, was=was, by=by)
    return appointment


@transaction.atomic
def cancel(appointment: Appointment, *, by: Actor, reason: str = "") -> Appointment:
    """Cancel a booking, free its place and tell the customer; or take it off the waiting list, without a word.

    Raises AppointmentRefused when the car is neither expected nor waiting for a time.
    """
    appointment = locked(appointment)
    if not appointment.is_open:
        raise AppointmentRefused(standing(appointment))
    had_a_time = appointment.is_expected
    end(appointment, Appointment.State.CANCELLED, reason)
    if had_a_time:
        letters.send_cancelled(appointment, by=by)
    return appointment


@transaction.atomic
def mark_no_show(appointment: Appointment, *, by: Actor) -> Appointment:
    """Record that the car did not come, as soon as it counts as late; the sweep waits longer (`missed.give_up_missed`).

    A customer who had our confirmation is written that he was missed, with the way to another time; not when that is found
    out hours later (`LETTER_UNTIL`): he may have been here while the house was without its system.
    """
    appointment = locked(appointment)
    if not appointment.is_expected:
        raise AppointmentRefused(standing(appointment))
    if now() < appointment.starts_at + appointment.centre.late_after:
        raise AppointmentRefused(
            _("The customer still has until %(minutes)d minutes after the agreed time.")
            % {"minutes": appointment.centre.late_minutes}
        )
    end(appointment, Appointment.State.NO_SHOW, "")
    if appointment.confirmed_at is not None and now() < appointment.starts_at + LETTER_UNTIL:
        letters.send_missed(appointment, by=by)
    return appointment


def hand_over_to_reception(
    appointment: Appointment, *, work_order: WorkOrder, by: Actor, came_at: dt.datetime | None = None
) -> Appointment:
    """Mark the booking as arrived and tie it to the visit, inside reception's transaction (M2.1-a).

    A request that nobody had answered counts as answered by receiving the car; who was given up has come after all, on its
    day: today, or the day he came (`came_at`) when he has waited over midnight. Raises AppointmentRefused.
    """
    appointment = locked(appointment)
    if not (appointment.may_arrive or (came_at and appointment.was_welcome(came_at))):
        raise AppointmentRefused(standing(appointment))
    appointment.state = Appointment.State.ARRIVED
    appointment.arrived_at = came_at or now()
    appointment.work_order = work_order
    appointment.ended_at = None
    appointment.save(update_fields=["state", "arrived_at", "ended_at", "work_order"])
    ledger.lock_held(appointment)
    LoadHold.objects.filter(appointment=appointment).delete()  # from now on the car counts as being in the house
    end_offers(appointment, TimeOffer.State.RELEASED)
    end_wish(appointment)
    promises.keep(Promise.Kind.BOOKING_ANSWER, appointment)
    letters.withdraw(appointment, (*letters.REMINDERS, "appointment_missed"))
    return appointment


def end(appointment: Appointment, state: str, reason: str) -> None:
    """Write how the booking ended and give back all it holds; the caller has it locked and tells the customer."""
    appointment.state = state
    appointment.ended_at = now()
    appointment.end_reason = reason[:200]
    appointment.save(update_fields=["state", "ended_at", "end_reason"])
    free_time(appointment)
    end_offers(appointment, TimeOffer.State.RELEASED)
    end_wish(appointment)
    promises.withdraw(Promise.Kind.BOOKING_ANSWER, appointment)
    letters.withdraw(appointment)
