"""What the verbs of booking share: the lock, the refusal, the change of time, the end of what was offered."""

from __future__ import annotations

import datetime as dt

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from appointments import slots
from appointments.capacity import ledger
from appointments.capacity.needs import Hours, work_for
from appointments.capacity.spread import spread
from appointments.models import Appointment, AppointmentMove, LoadHold, SlotPlace, TimeOffer, WaitingWish
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
    offered: bool = False,
    calendar: Calendar | None = None,
) -> None:
    """A reception place and the workshop's hours for the booking, or for a time offered to it. Raises SlotTaken.

    With `override`, a reason, the hours may be more than the day has; a place never. Customers leave what is kept for the
    telephone, but not when they take what was `offered` to them.
    """
    centre = appointment.centre
    by_himself = by.kind in (ActorKind.VISITOR, ActorKind.LINK) and not offered
    online = by_himself or bool(offer and offer.freed)
    holder = {"offer": offer} if offer else {"appointment": appointment}
    slots.hold_place(centre, starts_at, online=online, **holder)
    ledger.hold(
        calendar or Calendar(centre),
        starts_at,
        work,
        by=by,
        appointment=appointment,
        offer=offer,
        online=online,
        override=override,
    )


def work_of(appointment: Appointment) -> Hours:
    """The hours that its services ask for, by need."""
    prefetch_related_objects([appointment], "items__operation")
    return work_for([item.operation for item in appointment.items.all()])


def release_offer(appointment: Appointment, offer: TimeOffer, state: str) -> None:
    """End one offer as `state` and give back what it holds."""
    ledger.lock_held(appointment)
    SlotPlace.objects.filter(offer=offer).delete()
    LoadHold.objects.filter(offer=offer).delete()
    TimeOffer.objects.filter(pk=offer.pk).update(state=state, ended_at=now())


def free_time(appointment: Appointment) -> None:
    """Give back the booking's place and hours."""
    ledger.lock_held(appointment)
    SlotPlace.objects.filter(appointment=appointment).delete()
    LoadHold.objects.filter(appointment=appointment).delete()


def change_time(
    appointment: Appointment, to: dt.datetime, *, by: Actor, reason: str, override: str = "", offered: bool = False
) -> None:
    """Give the booking another time and keep the move on record; the caller saves it. Raises SlotTaken.

    Times that were still on offer are given back first, so that one of them can be the new time.
    """
    slots.check_offered(appointment.centre, to)
    work = work_of(appointment)
    slots.lock_slots(appointment.centre, [to])
    ledger.lock_held(appointment, spread(Calendar(appointment.centre), to, work))
    free_time(appointment)
    end_offers(appointment, TimeOffer.State.RELEASED)
    hold_time(appointment, to, work, by=by, override=override, offered=offered)
    AppointmentMove.objects.create(
        appointment=appointment,
        from_at=appointment.starts_at,
        to_at=to,
        reason=reason[:200],
        at=now(),
        **actor_values(by),
    )
    appointment.starts_at = to


def end_offers(appointment: Appointment, state: str, **which: bool) -> None:
    """End the times still on offer as `state` and free their places; `freed=True`: only those of the waiting list."""
    for offer in appointment.offers.filter(state=TimeOffer.State.OPEN, **which).order_by("starts_at"):
        release_offer(appointment, offer, state)


def end_wish(appointment: Appointment) -> None:
    """No freed place is looked for any more."""
    WaitingWish.objects.filter(appointment=appointment, ended_at=None).update(ended_at=now())


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
