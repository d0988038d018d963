"""Requesting, confirming, moving and cancelling a booking."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from appointments import services, slots
from appointments.models import Appointment, AppointmentMove, SlotPlace
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import Promise
from tests.fixtures.appointments import confirmed, requested, slot

pytestmark = pytest.mark.django_db


def test_a_request_holds_a_place_and_promises_an_answer_in_thirty_opening_minutes(centre: Any) -> None:
    appointment = requested(centre)
    assert (appointment.number, appointment.state) == ("B2611-0001", "requested")
    assert appointment.slot_place.place == 1
    promise = Promise.objects.pending().about(appointment, Promise.Kind.BOOKING_ANSWER).get()
    assert promise.due_at - appointment.requested_at == dt.timedelta(minutes=30)
    assert promise.owner_role == "advisor"
    sent = Message.objects.get()
    assert (sent.kind, sent.about, sent.language) == ("appointment_received", "B2611-0001", "zh-hant")
    assert sent.context["items"] == ["小保養（約1萬公里）", "全車健檢"]


def test_the_estimate_is_labour_and_usual_parts_with_tax(centre: Any) -> None:
    appointment = requested(centre, codes=["MNT-110"])
    assert appointment.estimate_net == appointment.items.get().amount == Decimal(720)
    assert (appointment.estimate_tax, appointment.estimate_total) == (Decimal(36), Decimal(756))


def test_confirming_keeps_the_promise_and_sends_number_time_place_items_and_cost(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    assert (appointment.state, appointment.confirmed_by) == ("confirmed", advisor)
    assert not Promise.objects.pending().about(appointment).exists()
    sent = Message.objects.get(kind="appointment_confirmed")
    assert sent.context["number"] == appointment.number
    assert sent.context["estimate"] == str(appointment.estimate_total)
    assert sent.link.target_id == appointment.pk
    assert "BEGIN:VCALENDAR" in sent.attachments[0]["text"]


def test_confirming_twice_is_refused_with_who_and_when(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    with pytest.raises(services.AppointmentRefused, match="Confirmed since 10:00"):
        services.confirm(appointment, by=Actor.of(advisor))
    assert Message.objects.filter(kind="appointment_confirmed").count() == 1


def test_a_full_slot_is_refused_and_the_nearest_are_named(centre: Any) -> None:
    for number in range(centre.reception_places):
        requested(centre, plate=f"AAA-000{number}", phone=f"091200000{number}", name=f"客{number}")
    with pytest.raises(slots.SlotTaken, match="14:00 has just been taken"):
        requested(centre, plate="ZZZ-0009", phone="0912999999", name="慢")
    assert Appointment.objects.count() == centre.reception_places
    assert [centre.local(near.at).strftime("%H:%M") for near in slots.nearest_free(centre, slot(centre))] == [
        "13:00",
        "13:30",
        "14:30",
    ]


def test_the_database_refuses_a_place_held_twice(centre: Any) -> None:
    first = requested(centre)
    second = requested(centre, plate="AAA-0001", phone="0912000001", name="別人")
    with pytest.raises(IntegrityError, match="a_place_is_held_once"), transaction.atomic():
        SlotPlace.objects.filter(appointment=second).update(place=first.slot_place.place)


@pytest.mark.parametrize(
    ("hour", "minute", "days", "why"),
    [(9, 0, 0, "has passed"), (14, 10, 0, "receives no cars"), (3, 0, 1, "receives no cars"), (14, 0, 70, "60 days")],
)
def test_times_off_the_grid_are_refused(centre: Any, hour: int, minute: int, days: int, why: str) -> None:
    with pytest.raises(slots.SlotRefused, match=why):
        requested(centre, starts_at=slot(centre, hour, minute, days))
    assert not Appointment.objects.exists()


def test_sunday_is_closed(centre: Any) -> None:
    sunday = slots.days_from(centre, centre.today() + dt.timedelta(days=5), 1)[0]
    assert (sunday.date.weekday(), sunday.state, sunday.slots) == (6, "closed", [])


def test_nothing_wanted_is_refused(centre: Any) -> None:
    with pytest.raises(services.AppointmentRefused, match="Say what should be done"):
        requested(centre, codes=[], concern=" ")


def test_a_car_has_at_most_two_bookings_ahead(centre: Any) -> None:
    requested(centre)
    requested(centre, starts_at=slot(centre, 15))
    with pytest.raises(services.AppointmentRefused, match="already has 2 bookings"):
        requested(centre, starts_at=slot(centre, 16))


def test_a_move_is_recorded_and_confirmed_anew(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    to = slot(centre, 15, 30)
    services.move(appointment, to=to, by=Actor.of(advisor), reason="客戶開會")
    appointment.refresh_from_db()
    row = AppointmentMove.objects.get()
    assert (appointment.starts_at, row.from_at, row.to_at, row.reason) == (to, slot(centre), to, "客戶開會")
    assert SlotPlace.objects.get().starts_at == to
    assert Message.objects.filter(kind="appointment_moved").count() == 1
    with pytest.raises(services.AppointmentRefused, match="already at this time"):
        services.move(appointment, to=to, by=Actor.of(advisor))


def test_confirming_at_another_time_moves_it(centre: Any, advisor: Any) -> None:
    appointment = services.confirm(requested(centre), by=Actor.of(advisor), starts_at=slot(centre, 16), reason="電話中")
    assert (appointment.state, appointment.starts_at) == ("confirmed", slot(centre, 16))
    assert AppointmentMove.objects.count() == 1


def test_cancelling_frees_the_place_and_withdraws_the_promise(centre: Any, advisor: Any) -> None:
    appointment = requested(centre)
    services.cancel(appointment, by=Actor.of(advisor), reason="賣車了")
    appointment.refresh_from_db()
    assert (appointment.state, appointment.end_reason) == ("cancelled", "賣車了")
    assert not SlotPlace.objects.exists()
    assert Promise.objects.get().state == "withdrawn"
    with pytest.raises(services.AppointmentRefused, match="Cancelled"):
        services.confirm(appointment, by=Actor.of(advisor))


def test_no_show_only_once_the_car_is_late(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    appointment = confirmed(centre, advisor)
    with pytest.raises(services.AppointmentRefused, match="until 15 minutes"):
        services.mark_no_show(appointment, by=Actor.of(advisor))
    at_tuesday_ten.move(hours=4, minutes=16)
    assert services.mark_no_show(appointment, by=Actor.of(advisor)).state == "no_show"


def test_booking_by_telephone_is_confirmed_at_once(centre: Any, advisor: Any, reference: None) -> None:
    appointment = services.book(
        by=Actor.of(advisor),
        centre=centre,
        contact=services.Contact("沈柏翰", "0922-381-640", channel="sms"),
        car=services.Car("BLX-7720"),
        operations=[],
        starts_at=slot(centre, 11),
        concern="怠速會抖",
        source="phone",
    )
    assert (appointment.state, appointment.source) == ("confirmed", "phone")
    assert [message.kind for message in Message.objects.all()] == ["appointment_confirmed"]
