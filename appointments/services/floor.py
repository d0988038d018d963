"""What the verbs of booking share: the lock, the refusal, the change of time, the end of what was offered."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from appointments import slots
from appointments.models import Appointment, AppointmentMove, SlotPlace, TimeOffer
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Reason, Refusal


class AppointmentRefused(Refusal):
    """The booking cannot be changed like this; the reasons say why."""


def locked(appointment: Appointment) -> Appointment:
    """The booking as it stands now, locked until the transaction ends."""
    return (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("centre", "customer", "vehicle", "work_order")
        .get(pk=appointment.pk)
    )


def change_time(appointment: Appointment, to: dt.datetime, *, by: Actor, reason: str) -> None:
    """Give the booking another place and keep the move on record; the caller saves it. Raises SlotTaken."""
    slots.check_offered(appointment.centre, to)
    SlotPlace.objects.filter(appointment=appointment).delete()
    slots.hold_place(appointment.centre, to, appointment=appointment)
    AppointmentMove.objects.create(
        appointment=appointment,
        from_at=appointment.starts_at,
        to_at=to,
        reason=reason[:200],
        at=now(),
        **actor_values(by),
    )
    appointment.starts_at = to


def end_offers(appointment: Appointment, state: str) -> int:
    """End the times still on offer as `state` and free their places; returns how many there were."""
    SlotPlace.objects.filter(offer__appointment=appointment, offer__state=TimeOffer.State.OPEN).delete()
    return appointment.offers.filter(state=TimeOffer.State.OPEN).update(state=state, ended_at=now())


def standing(appointment: Appointment) -> Reason:
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
