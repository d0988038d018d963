"""What the verbs of booking share: the lock, the refusal, the change of time, the end of what was offered."""

from __future__ import annotations

import datetime as dt

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from appointments import slots
from appointments.capacity import ledger
from appointments.capacity.needs import Hours, work_for
from appointments.capacity.spread import spread
from appointments.models import Appointment, AppointmentMove, LoadHold, SlotPlace, TimeOffer
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, ActorKind, actor_values
from servicedesk.staff.calendar import Calendar
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


def hold_time(
    appointment: Appointment,
    starts_at: dt.datetime,
    work: Hours,
    *,
    by: Actor,
    offer: TimeOffer | None = None,
    override: str = "",
) -> None:
    """A reception place and the workshop's hours for the booking, or for a time offered to it. Raises SlotTaken.

    With `override`, a reason, the hours may be more than the day has; a place never.
    """
    centre = appointment.centre
    if offer:
        slots.hold_place(centre, starts_at, offer=offer)
    else:
        slots.hold_place(centre, starts_at, appointment=appointment)
    online = by.kind in (ActorKind.VISITOR, ActorKind.LINK)
    ledger.hold(centre, starts_at, work, by=by, appointment=appointment, offer=offer, online=online, override=override)


def work_of(appointment: Appointment) -> Hours:
    """The hours that its services ask for, by need."""
    prefetch_related_objects([appointment], "items__operation")
    return work_for([item.operation for item in appointment.items.all()])


def free_time(appointment: Appointment) -> None:
    """Give back the booking's place and hours."""
    ledger.lock_held(appointment)
    SlotPlace.objects.filter(appointment=appointment).delete()
    LoadHold.objects.filter(appointment=appointment).delete()


def change_time(appointment: Appointment, to: dt.datetime, *, by: Actor, reason: str, override: str = "") -> None:
    """Give the booking another time and keep the move on record; the caller saves it. Raises SlotTaken."""
    slots.check_offered(appointment.centre, to)
    work = work_of(appointment)
    slots.lock_slots(appointment.centre, [to])
    ledger.lock_held(appointment, spread(Calendar(appointment.centre), to, work))
    free_time(appointment)
    hold_time(appointment, to, work, by=by, override=override)
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
    ledger.lock_held(appointment)
    held_by = {"offer__appointment": appointment, "offer__state": TimeOffer.State.OPEN}
    SlotPlace.objects.filter(**held_by).delete()
    LoadHold.objects.filter(**held_by).delete()
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
