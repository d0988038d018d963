"""What goes with letters about a booking: the calendar file through its life, the letter to who did not come."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from icalendar import Calendar

from appointments import services
from servicedesk.messaging import relay
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from tests.fixtures.appointments import confirmed, requested, slot

pytestmark = pytest.mark.django_db


def event_of(kind: str) -> tuple[str, Any, Any]:
    """Method, zone and event of the file attached to the newest message of a kind."""
    message = Message.objects.filter(kind=kind).latest("pk")
    (file,) = message.attachments
    calendar = Calendar.from_ical(file["text"])
    assert file["name"] == f"booking-{message.about}.ics" == message.context["calendar_name"]
    assert file["type"] == f"text/calendar; method={calendar['method']}"
    (zone,) = calendar.walk("VTIMEZONE")
    (event,) = calendar.walk("VEVENT")
    return str(calendar["method"]), zone, event


def test_one_appointment_in_the_calendar_from_confirmation_to_cancellation(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    method, zone, first = event_of("appointment_confirmed")
    assert (method, first["sequence"], first["status"]) == ("PUBLISH", 0, "CONFIRMED")
    assert zone["tzid"] == first["dtstart"].params["tzid"] == "Asia/Taipei"
    assert first["dtstart"].dt == appointment.starts_at
    assert str(first["location"]) == "台北內湖廠, 台北市內湖區示範路88號"
    assert str(first["organizer"]).startswith("mailto:")
    for step in (1, 2):
        services.move(appointment, to=slot(centre, 14 + step), by=Actor.of(advisor))
        method, _zone, moved = event_of("appointment_moved")
        assert (method, moved["sequence"], moved["uid"]) == ("PUBLISH", step, first["uid"])
        assert moved["dtstart"].dt == slot(centre, 14 + step)
    assert Message.objects.filter(kind="appointment_moved").latest("pk").context["was"] == slot(centre, 15).astimezone(
        dt.UTC
    ).isoformat().replace("+00:00", "Z")
    services.cancel(appointment, by=Actor.of(advisor))
    method, _zone, gone = event_of("appointment_cancelled")
    assert (method, gone["sequence"], gone["status"], gone["uid"]) == ("CANCEL", 3, "CANCELLED", first["uid"])


def test_a_booking_without_services_names_no_cost(centre: Any, advisor: Any) -> None:
    confirmed(centre, advisor, codes=())
    message = Message.objects.get(kind="appointment_confirmed")
    relay.run()
    message.refresh_from_db()
    assert "NT$" not in message.body + message.html


def test_no_link_stands_in_a_calendar_that_others_may_see(centre: Any, advisor: Any) -> None:
    confirmed(centre, advisor)
    message = Message.objects.get(kind="appointment_confirmed")
    assert message.link.token not in message.attachments[0]["text"]


def test_who_cancels_a_request_has_nothing_in_his_calendar(centre: Any) -> None:
    appointment = requested(centre)
    services.cancel(appointment, by=Actor.visitor("林怡君"))
    assert Message.objects.get(kind="appointment_cancelled").attachments == []


def test_of_two_letters_that_wait_only_the_newer_time_goes_out(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    services.move(appointment, to=slot(centre, 16), by=Actor.of(advisor))
    relay.run()
    sent = dict(Message.objects.order_by("pk").values_list("kind", "state"))
    assert sent == {
        "appointment_received": "cancelled",
        "appointment_confirmed": "cancelled",
        "appointment_moved": "sent",
    }


def test_who_did_not_come_is_written_to_once(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    appointment = confirmed(centre, advisor)
    at_tuesday_ten.move(hours=5)
    services.mark_no_show(appointment, by=Actor.of(advisor))
    with pytest.raises(services.AppointmentRefused):
        services.mark_no_show(appointment, by=Actor.of(advisor))
    message = Message.objects.get(kind="appointment_missed")
    assert (message.about, message.link.target_id) == (appointment.number, appointment.pk)
    relay.run()
    message.refresh_from_db()
    assert "另選時間" in message.body


def test_who_never_had_our_confirmation_is_not(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    appointment = requested(centre)
    at_tuesday_ten.move(hours=5)
    services.mark_no_show(appointment, by=Actor.of(advisor))
    assert not Message.objects.filter(kind="appointment_missed").exists()
