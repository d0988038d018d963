"""What the customer is written about a booking: request received, confirmed, moved, cancelled (M1.2-c)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from icalendar import Calendar, Event

from appointments.models import Appointment, TimeOffer
from servicedesk.clock import now
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor

PURPOSE = "appointment"
CALENDAR_NAME = "booking.ics"
LINK_LASTS_AFTER = dt.timedelta(days=7)
VISIT_LENGTH = dt.timedelta(minutes=30)


def send_received(appointment: Appointment, *, answer_by: dt.datetime, by: Actor) -> None:
    """The request is in; an advisor answers by then."""
    _send("appointment_received", appointment, by=by, answer_by=answer_by)


def send_confirmed(appointment: Appointment, *, by: Actor) -> None:
    """Number, time, place, services and expected cost, with a calendar file."""
    _send(
        "appointment_confirmed",
        appointment,
        by=by,
        attachments=[calendar_file(appointment)],
        estimate=appointment.estimate_total,
        advisor=by.label,
        calendar_name=CALENDAR_NAME,
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


def send_moved(appointment: Appointment, *, by: Actor) -> None:
    """The new time, with a new calendar file."""
    _send(
        "appointment_moved",
        appointment,
        by=by,
        attachments=[calendar_file(appointment)],
        estimate=appointment.estimate_total,
        calendar_name=CALENDAR_NAME,
    )


def send_cancelled(appointment: Appointment, *, by: Actor) -> None:
    """The booking is off."""
    _send("appointment_cancelled", appointment, by=by)


def _send(
    kind: str, appointment: Appointment, *, by: Actor, attachments: list[dict[str, Any]] | None = None, **more: Any
) -> None:
    language = outbox.known_language(appointment.customer.language or appointment.centre.language)
    items = appointment.items.select_related("operation").order_by("position")
    outbox.send(
        kind,
        customer=appointment.customer,
        centre=appointment.centre,
        by=by,
        about=appointment.number,
        link=link_of(appointment),
        attachments=attachments or [],
        context={
            "number": appointment.number,
            "starts_at": appointment.starts_at,
            "items": [item.operation.name_in(language) for item in items],
            "plate": appointment.vehicle.plate,
            "vehicle": appointment.vehicle.title,
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


def calendar_file(appointment: Appointment) -> dict[str, Any]:
    """The booking as an attachment that calendars read; a later one with the same UID replaces it."""
    centre = appointment.centre
    event = Event()
    event.add("uid", f"{appointment.full_number}@servicedesk")
    event.add("dtstamp", now())
    event.add("sequence", appointment.moves.count())
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.starts_at + VISIT_LENGTH)
    event.add("summary", f"{centre.name} {appointment.vehicle.plate} {appointment.number}")
    event.add("location", f"{centre.name}, {centre.address}")
    calendar = Calendar()
    calendar.add("prodid", "-//servicedesk//booking//")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return {"name": CALENDAR_NAME, "type": "text/calendar", "text": calendar.to_ical().decode()}
