"""The waiting list: whoever finds no time that suits is offered the next one that does, for a limited time (M1.2-b).

A wish belongs to a booking without a time, or to a confirmed one whose customer would rather come earlier. The sweep asks
the longest waiting first; a time offered is held until it is answered or over, then the next is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from appointments import letters, slots
from appointments.models import Appointment, TimeOffer, WaitingWish
from appointments.refusals import SlotRefused
from appointments.services.changes import end, move
from appointments.services.floor import AppointmentRefused, end_offers, end_wish, hold_time, locked, standing, work_of
from appointments.services.requests import Car, Contact, confirm, open_booking, people_of, promise_answer
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre

LONGEST_WISH = dt.timedelta(days=slots.HORIZON_DAYS)
LEAD = dt.timedelta(hours=2)
"""Nobody is offered a time nearer than this."""
SHORTEST = dt.timedelta(minutes=15)
"""An offer that could not be answered in peace is not made."""
NOON = 12
AT_ONCE = 100
OF_THE_LIST = ("waitlist_joined", "waitlist_offer")
"""Letters that mean nothing any more once the wish is over."""
Part = WaitingWish.Part


@transaction.atomic
def wait_for_a_time(
    *,
    by: Actor,
    centre: ServiceCentre,
    contact: Contact,
    car: Car,
    operations: Sequence[LabourOperation],
    from_date: dt.date,
    until_date: dt.date,
    part: str = Part.ANY,
    concern: str = "",
    symptoms: str = "",
    waits_on_site: bool = False,
    transport: str = "",
    source: str = Appointment.Source.ONLINE,
) -> Appointment:
    """Put somebody on the waiting list for a time of these days; he is written that he is on it.

    Raises AppointmentRefused when nothing is asked for, the days are not ahead or the car has bookings enough,
    CustomerRefused for the particulars, NoPrice.
    """
    if not operations and not concern.strip():
        raise AppointmentRefused(_("Say what should be done: choose a service or describe the problem."))
    check_days(centre, from_date, until_date)
    customer, vehicle = people_of(by=by, centre=centre, contact=contact, car=car)
    appointment = open_booking(
        by=by,
        centre=centre,
        customer=customer,
        vehicle=vehicle,
        operations=operations,
        starts_at=centre.at(until_date, dt.time(NOON)),
        holds=False,
        state=Appointment.State.WAITING,
        source=source,
        concern=concern.strip(),
        symptoms=symptoms[:200],
        waits_on_site=waits_on_site,
        transport=transport,
        odometer=car.odometer,
    )
    wish(appointment, from_date=from_date, until_date=until_date, part=part, by=by)
    letters.send_waiting(appointment, by=by)
    return appointment


@transaction.atomic
def wish_earlier(
    appointment: Appointment, *, from_date: dt.date, until_date: dt.date, part: str = Part.ANY, by: Actor
) -> Appointment:
    """Let a confirmed booking be offered an earlier time of these days when one becomes free; its own stays held.

    Raises AppointmentRefused when it is not confirmed, or the days are not ahead and before its own.
    """
    appointment = locked(appointment)
    if appointment.state != Appointment.State.CONFIRMED:
        raise AppointmentRefused(standing(appointment))
    check_days(appointment.centre, from_date, until_date)
    if until_date > appointment.centre.local(appointment.starts_at).date():
        raise AppointmentRefused(_("These days are later than your booking. Choose earlier ones, or move the booking."))
    wish(appointment, from_date=from_date, until_date=until_date, part=part, by=by)
    return appointment


@transaction.atomic
def stop_waiting(appointment: Appointment, *, by: Actor) -> Appointment:
    """No freed place is wanted any more: what is on offer is given back; a booking without a time ends.

    Raises AppointmentRefused when it was not on the list.
    """
    appointment = locked(appointment)
    if not WaitingWish.objects.filter(appointment=appointment, ended_at=None).exists():
        raise AppointmentRefused(_("This booking is not on the waiting list."))
    if appointment.state == Appointment.State.WAITING:
        end(appointment, Appointment.State.CANCELLED, _("Taken off the waiting list"))
        return appointment
    end_offers(appointment, TimeOffer.State.RELEASED, freed=True)
    letters.withdraw(appointment, OF_THE_LIST)
    end_wish(appointment)
    return appointment


def check_days(centre: ServiceCentre, from_date: dt.date, until_date: dt.date) -> None:
    """Refuse days that are over, in the wrong order or too far ahead."""
    today = centre.today()
    if until_date < today or until_date < from_date:
        raise AppointmentRefused(_("Choose days that are still ahead, the first one first."))
    if until_date > today + LONGEST_WISH:
        raise AppointmentRefused(_("Times can be booked up to %(days)d days ahead.") % {"days": slots.HORIZON_DAYS})


def wish(appointment: Appointment, *, from_date: dt.date, until_date: dt.date, part: str, by: Actor) -> WaitingWish:
    """Write down what would be taken; a wish there was before is replaced and goes to the end of the list."""
    values = {"from_date": from_date, "until_date": until_date, "part": part, "since": now(), "ended_at": None}
    row, _new = WaitingWish.objects.update_or_create(appointment=appointment, defaults={**values, **actor_values(by)})
    return row


def take_freed(appointment: Appointment, offer: TimeOffer, *, by: Actor) -> Appointment:
    """The customer takes a freed time whose place was given back a moment ago in this transaction.

    A confirmed booking moves there. One without a time is confirmed in the name of the advisor who put it on the list; one
    that came online becomes a request with this time, which an advisor answers (M1.2-a).
    """
    letters.withdraw(appointment, OF_THE_LIST)
    if appointment.state == Appointment.State.CONFIRMED:
        reason = _("A place became free")
        return move(appointment, to=offer.starts_at, by=by, reason=reason, offered=True)
    host = WaitingWish.objects.select_related("by_user").get(appointment=appointment).by_user
    appointment.state = Appointment.State.REQUESTED
    appointment.starts_at = offer.starts_at
    appointment.save(update_fields=["state", "starts_at"])
    hold_time(appointment, offer.starts_at, work_of(appointment), by=by, offered=True)
    due_at = promise_answer(appointment, by=by)
    if host:
        return confirm(appointment, by=Actor.of(host))
    letters.send_received(appointment, answer_by=due_at, by=by)
    return appointment


def offer_freed() -> int:
    """Sweep: offer times that have become possible to those who wait, and end wishes whose days are over; returns how many."""
    done = _end_old_wishes()
    centres = ServiceCentre.objects.filter(
        Exists(WaitingWish.objects.filter(appointment__centre=OuterRef("pk"), ended_at=None))
    )
    return done + sum(_offer_at(centre) for centre in centres.order_by("pk"))


def open_wishes(centre: ServiceCentre) -> Iterable[WaitingWish]:
    """Wishes nobody has an offer for at the moment, the longest waiting first, with what was offered for them before."""
    on_offer = TimeOffer.objects.filter(appointment=OuterRef("appointment"), state=TimeOffer.State.OPEN)
    rows = WaitingWish.objects.filter(~Exists(on_offer), appointment__centre=centre, ended_at=None)
    rows = rows.select_related("appointment__centre", "appointment__customer", "appointment__vehicle")
    return rows.prefetch_related("appointment__items__operation", "appointment__offers").order_by("since", "pk")[
        :AT_ONCE
    ]


def _offer_at(centre: ServiceCentre) -> int:
    outlook, done = None, 0
    for row in open_wishes(centre):
        outlook = outlook or slots.Outlook(centre, centre.today(), slots.HORIZON_DAYS + 1)
        at = first_fitting(outlook, row)
        if at and _offer(row, at):
            outlook, done = None, done + 1  # one place less: look again
    return done


def first_fitting(outlook: slots.Outlook, row: WaitingWish) -> dt.datetime | None:
    """The first time that meets the wish and was not offered for it before; None when there is none."""
    appointment, centre = row.appointment, outlook.centre
    wanted = slots.Wish(work_of(appointment), online=True, after=now() + LEAD)
    refused = {offer.starts_at for offer in appointment.offers.all() if offer.freed and offer.offered_at >= row.since}
    for date in outlook.dates:
        if row.from_date <= date <= row.until_date:
            for slot in outlook.day(date, wanted).slots:
                if slot.free and slot.at not in refused and _suits(row, slot.at, centre):
                    return slot.at
    return None


def _suits(row: WaitingWish, at: dt.datetime, centre: ServiceCentre) -> bool:
    morning = centre.local(at).hour < NOON
    if (row.part == Part.MORNING and not morning) or (row.part == Part.AFTERNOON and morning):
        return False
    return row.appointment.state == Appointment.State.WAITING or at < row.appointment.starts_at


@transaction.atomic
def _offer(row: WaitingWish, at: dt.datetime) -> bool:
    appointment, moment = locked(row.appointment), now()
    standing_still = (Appointment.State.WAITING, Appointment.State.CONFIRMED)
    valid_until = min(moment + dt.timedelta(minutes=appointment.centre.waiting_offer_minutes), at - LEAD / 2)
    stands = appointment.state in standing_still and WaitingWish.objects.filter(pk=row.pk, ended_at=None).exists()
    if not stands or valid_until < moment + SHORTEST:
        return False
    by = Actor.system("appointments.offer_freed")
    try:
        with transaction.atomic():
            offer = TimeOffer.objects.create(
                appointment=appointment,
                starts_at=at,
                offered_at=moment,
                valid_until=valid_until,
                freed=True,
                **actor_values(by),
            )
            hold_time(appointment, at, work_of(appointment), by=by, offer=offer)
    except SlotRefused:
        return False
    letters.send_freed(appointment, offer, by=by)
    return True


def _end_old_wishes() -> int:
    """Wishes whose last day is over: a booking without a time ends with them, and its customer is told."""
    by, done = Actor.system("appointments.offer_freed"), 0
    rows = WaitingWish.objects.filter(ended_at=None, until_date__lte=now().date())
    for row in list(rows.select_related("appointment__centre")[:AT_ONCE]):
        with transaction.atomic():
            appointment = locked(row.appointment)
            if row.until_date >= appointment.centre.today():
                continue
            end_wish(appointment)
            if appointment.state == Appointment.State.WAITING:
                end(appointment, Appointment.State.EXPIRED, _("No time became free"))
                letters.send_nothing_free(appointment, by=by)
            done += 1
    return done
