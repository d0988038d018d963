"""What the customer is written about a booking: received, confirmed, reminded, moved, cancelled, missed (M1.2-c)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from email.utils import parseaddr
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from icalendar import Calendar, Event, Timezone, vCalAddress

from appointments.models import Appointment, TimeOffer
from servicedesk.clock import now
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import format_phone

PURPOSE = "appointment"
LINK_LASTS_AFTER = dt.timedelta(days=7)
VISIT_LENGTH = dt.timedelta(minutes=30)
REMINDERS = ("appointment_reminder_day", "appointment_reminder_2h")
OF_A_TIME = (
    "appointment_received",
    "appointment_confirmed",
    "appointment_alternatives",
    "appointment_moved",
    "waitlist_offer",
    *REMINDERS,
)
"""Kinds that name a time: none of them goes out once the booking has another, or none."""


def send_received(appointment: Appointment, *, answer_by: dt.datetime, by: Actor) -> None:
    """The request is in; an advisor answers by then."""
    _send("appointment_received", appointment, by=by, answer_by=answer_by)


def send_confirmed(appointment: Appointment, *, by: Actor) -> None:
    """Number, time, place, services and expected cost, with a calendar file."""
    _send(
        "appointment_confirmed",
        appointment,
        by=by,
        calendar="PUBLISH",
        estimate=appointment.estimate_total or None,
        advisor=by.label,
        change_until=appointment.change_until,
    )


def send_alternatives(appointment: Appointment, offers: Sequence[TimeOffer], *, by: Actor) -> None:
    """The wished time does not suit: up to three others, held until a stated time (M1.2-b)."""
    _send(
        "appointment_alternatives",
        appointment,
        by=by,
        times=[offer.starts_at for offer in offers],
        valid_until=offers[0].valid_until,
    )


def send_moved(appointment: Appointment, *, was: dt.datetime, by: Actor) -> None:
    """The new time, with a new calendar file that replaces the one before."""
    _send(
        "appointment_moved",
        appointment,
        by=by,
        calendar="PUBLISH",
        was=was,
        estimate=appointment.estimate_total or None,
        change_until=appointment.change_until,
    )


def send_cancelled(appointment: Appointment, *, by: Actor) -> None:
    """The booking is off; what stands in the customer's calendar goes too."""
    _send("appointment_cancelled", appointment, by=by, calendar="CANCEL" if appointment.confirmed_at else "")


def send_missed(appointment: Appointment, *, by: Actor) -> None:
    """The car did not come: another time can be chosen."""
    _send("appointment_missed", appointment, by=by)


def send_expired(appointment: Appointment, *, by: Actor) -> None:
    """We did not answer the request in time: its place is free again, and we are sorry."""
    _send("appointment_expired", appointment, by=by)


def send_waiting(appointment: Appointment, *, by: Actor) -> None:
    """On the waiting list: for which days, and what happens next."""
    _send("waitlist_joined", appointment, by=by, **days_of(appointment))


def send_freed(appointment: Appointment, offer: TimeOffer, *, by: Actor) -> None:
    """A time has become possible: held until then, taken behind the link."""
    _send(
        "waitlist_offer",
        appointment,
        by=by,
        useful_until=offer.valid_until,
        starts_at=offer.starts_at,
        valid_until=offer.valid_until,
    )


def send_nothing_free(appointment: Appointment, *, by: Actor) -> None:
    """The days waited for are over, and no place became free."""
    _send("waitlist_over", appointment, by=by, **days_of(appointment))


def days_of(appointment: Appointment) -> dict[str, Any]:
    """The first and the last day that somebody waits for."""
    return {"first_day": appointment.wish.from_date, "last_day": appointment.wish.until_date}


def send_reminder(kind: str, appointment: Appointment, *, key: str, by: Actor) -> None:
    """The booking is near. `key`: a second reminder under it is not sent."""
    host = appointment.confirmed_by
    _send(
        kind,
        appointment,
        by=by,
        dedupe_key=key,
        useful_until=appointment.starts_at,
        advisor=str(host) if host else "",
        change_until=appointment.change_until,
    )


def withdraw(appointment: Appointment, kinds: Iterable[str] = OF_A_TIME) -> int:
    """Cancel what waits to be sent about a time that no longer holds; returns how many."""
    rows: Any = Message.objects
    return int(rows.cancel_pending(about=appointment.number, kinds=kinds, centre=appointment.centre))


def _send(
    kind: str,
    appointment: Appointment,
    *,
    by: Actor,
    calendar: str = "",
    dedupe_key: str | None = None,
    useful_until: dt.datetime | None = None,
    **more: Any,
) -> None:
    language = outbox.known_language(appointment.customer.language or appointment.centre.language)
    prefetch_related_objects([appointment], "items__operation")
    items = sorted(appointment.items.all(), key=lambda item: item.position)
    files = [calendar_file(appointment, method=calendar)] if calendar else []
    outbox.send(
        kind,
        customer=appointment.customer,
        centre=appointment.centre,
        by=by,
        about=appointment.number,
        link=link_of(appointment),
        attachments=files,
        dedupe_key=dedupe_key,
        useful_until=useful_until,
        context={
            "number": appointment.number,
            "starts_at": appointment.starts_at,
            "items": [item.operation.name_in(language) for item in items],
            "plate": appointment.vehicle.plate,
            "vehicle": appointment.vehicle.title,
            **({"calendar_name": files[0]["name"]} if files else {}),
            **more,
        },
    )


def link_of(appointment: Appointment) -> SignedLink:
    """A link to the customer's page of the booking, good until a week after its time."""
    return links.issue(
        PURPOSE,
        target_kind=appointment._meta.label_lower,
        target_id=appointment.pk,
        customer=appointment.customer,
        centre=appointment.centre,
        expires_at=max(appointment.starts_at, now()) + LINK_LASTS_AFTER,
    )


def calendar_file(appointment: Appointment, *, method: str) -> dict[str, Any]:
    """The booking as an attachment that calendars read; `method` is PUBLISH or CANCEL.

    The same UID for the booking's whole life, and a SEQUENCE that rises with each move: a later file replaces an earlier.
    """
    centre, gone = appointment.centre, method == "CANCEL"
    sender = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    sender.params["cn"] = centre.name
    starts_at = appointment.starts_at.astimezone(centre.zone)
    event = Event()
    event.add("uid", f"{appointment.full_number}@servicedesk")
    event.add("dtstamp", now())
    event.add("sequence", len(appointment.moves.all()) + gone)
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    event.add("organizer", sender)
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + VISIT_LENGTH)
    event.add("summary", f"{centre.name} {appointment.vehicle.plate} {appointment.number}")
    event.add("location", f"{centre.name}, {centre.address}")
    event.add(
        "description", f"{appointment.vehicle.plate} {appointment.vehicle.title}\n{format_phone(centre.phone)}".strip()
    )
    calendar = Calendar()
    calendar.add("prodid", "-//servicedesk//booking//")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    calendar.add_component(time_zone(centre.time_zone))
    return {
        "name": f"booking-{appointment.number}.ics",
        "type": f"text/calendar; method={method}",
        "text": calendar.to_ical().decode(),
    }


@cache
def time_zone(name: str) -> Timezone:
    """The zone's clock changes as a calendar file tells them; working them out takes as long as the rest of the letter."""
    return Timezone.from_tzid(name)
