"""Negotiating the time: the advisor offers up to three others, the customer picks one by his link, or none (M1.2-b).

Each offered time holds a place of its slot until it is answered or its validity ends, so what the customer picks is still
free. The booking's own place stays held meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from appointments import letters, slots
from appointments.capacity import ledger
from appointments.capacity.spread import spread
from appointments.models import Appointment, TimeOffer
from appointments.services.floor import (
    AppointmentRefused,
    end_offers,
    end_wish,
    hold_time,
    locked,
    release_offer,
    standing,
    work_of,
)
from appointments.services.requests import confirm, promise_answer
from appointments.services.waiting import take_freed
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import Calendar
from servicedesk.workorders import promises
from servicedesk.workorders.models import Promise

MOST_TIMES = 3
BEFORE_THE_TIME = dt.timedelta(hours=1)
"""An offer ends an hour before the earliest time it names at the latest: then people talk."""
SHORTEST = dt.timedelta(minutes=30)
WISHING = (Appointment.State.WAITING, Appointment.State.CONFIRMED)
NEGOTIABLE = (Appointment.State.REQUESTED, Appointment.State.PROPOSED, Appointment.State.CONFIRMED)


@transaction.atomic
def offer_times(appointment: Appointment, *, times: Sequence[dt.datetime], by: Actor) -> list[TimeOffer]:
    """Offer one to three other times; the customer is written. Counts as the promised answer; earlier offers end.

    A confirmed booking whose time does not suit any more is negotiated in the same way; its own place stays held. Raises
    AppointmentRefused when the car is no longer expected or the times are none, too many, its own or too near; SlotTaken
    when a place has just gone.
    """
    appointment = locked(appointment)
    if appointment.state not in NEGOTIABLE:
        raise AppointmentRefused(standing(appointment))
    wanted = sorted(set(times) - {appointment.starts_at})
    if not 1 <= len(wanted) <= MOST_TIMES:
        raise AppointmentRefused(_("Choose one, two or three other times to offer."))
    moment = now()
    valid_until = min(moment + dt.timedelta(hours=appointment.centre.offer_hours), wanted[0] - BEFORE_THE_TIME)
    if valid_until < moment + SHORTEST:
        raise AppointmentRefused(_("The earliest of these times is too near to wait for an answer. Call the customer."))
    work, calendar = work_of(appointment), Calendar(appointment.centre)
    slots.lock_slots(appointment.centre, wanted)
    ledger.lock_held(appointment, {date for at in wanted for date in spread(calendar, at, work)})
    end_offers(appointment, TimeOffer.State.RELEASED)
    offers = []
    for starts_at in wanted:
        slots.check_offered(appointment.centre, starts_at)
        offer = TimeOffer.objects.create(
            appointment=appointment,
            starts_at=starts_at,
            offered_at=moment,
            valid_until=valid_until,
            **actor_values(by),
        )
        hold_time(appointment, starts_at, work, by=by, offer=offer)
        offers.append(offer)
    appointment.state = Appointment.State.PROPOSED
    appointment.save(update_fields=["state"])
    promises.keep(Promise.Kind.BOOKING_ANSWER, appointment)
    letters.send_alternatives(appointment, offers, by=by)
    return offers


@transaction.atomic
def take_offer(appointment: Appointment, *, offer_id: int, by: Actor) -> Appointment:
    """The customer takes an offered time: moved there and confirmed, in the name of who offered it; the others are freed.

    Raises AppointmentRefused when it is no longer on offer.
    """
    appointment = locked(appointment)
    offer = appointment.offers.filter(pk=offer_id, state=TimeOffer.State.OPEN, valid_until__gt=now()).first()
    if offer is None or appointment.state not in (WISHING if offer.freed else (Appointment.State.PROPOSED,)):
        raise AppointmentRefused(standing(appointment))
    slots.lock_slots(appointment.centre, [offer.starts_at])
    lands_on = spread(Calendar(appointment.centre), offer.starts_at, work_of(appointment))
    ledger.lock_held(appointment, lands_on)
    release_offer(
        appointment, offer, TimeOffer.State.TAKEN
    )  # the booking takes this very place and these hours at once
    if offer.freed:
        taken = take_freed(appointment, offer, by=by)
        end_wish(taken)
        return taken
    host = Actor.of(offer.by_user) if offer.by_user else by
    return confirm(appointment, by=host, starts_at=offer.starts_at, reason=_("Chosen by the customer"))


@transaction.atomic
def decline_offers(appointment: Appointment, *, by: Actor) -> Appointment:
    """None of the times suits: their places are freed, and an advisor's call is promised.

    Who declines a freed place stays on the waiting list. Raises AppointmentRefused when nothing is on offer.
    """
    appointment = locked(appointment)
    freed = appointment.offers.filter(state=TimeOffer.State.OPEN, freed=True)
    if freed.exists():
        end_offers(appointment, TimeOffer.State.DECLINED, freed=True)
        return appointment
    return _back_to_the_advisor(appointment, TimeOffer.State.DECLINED, by=by)


def expire_offers() -> int:
    """Sweep: offers whose validity ended; their bookings come back to the advisor with a new promise. Returns how many.

    Who did not answer about a freed place stays on the waiting list.
    """
    moment, done = now(), 0
    overdue = TimeOffer.objects.filter(state=TimeOffer.State.OPEN, valid_until__lte=moment)
    for pk in list(overdue.order_by("appointment").values_list("appointment", flat=True).distinct()[:200]):
        with transaction.atomic():
            appointment = locked(Appointment(pk=pk))
            ended = appointment.offers.filter(state=TimeOffer.State.OPEN, valid_until__lte=moment)
            if ended.filter(freed=True).exists():
                end_offers(appointment, TimeOffer.State.EXPIRED, freed=True)
                done += 1
            if ended.filter(freed=False).exists():
                _back_to_the_advisor(
                    appointment, TimeOffer.State.EXPIRED, by=Actor.system("appointments.expire_offers")
                )
                done += 1
    return done


def _back_to_the_advisor(appointment: Appointment, ended_as: str, *, by: Actor) -> Appointment:
    if appointment.state != Appointment.State.PROPOSED:
        raise AppointmentRefused(standing(appointment))
    end_offers(appointment, ended_as)
    appointment.state = Appointment.State.REQUESTED
    appointment.save(update_fields=["state"])
    promise_answer(appointment, by=by)
    return appointment
