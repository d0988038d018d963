"""The waiting list: the next time that fits is offered to the longest waiting, held for a while, then to the next (M1.2-b)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from appointments import receivers, services
from appointments.models import Appointment, SlotPlace, TimeOffer, WaitingWish
from appointments.receivers import places_are_right
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import Promise
from tests.fixtures.appointments import confirmed, requested, slot
from tests.fixtures.appointments import waiting as on_the_list

pytestmark = pytest.mark.django_db


def tomorrow(centre: Any) -> dt.date:
    return centre.today() + dt.timedelta(days=1)


def at(centre: Any, minute: int = 0) -> dt.datetime:
    return slot(centre, 14, minute, days=1)


def waiting(centre: Any, number: int = 1, **values: Any) -> Appointment:
    who = {"plate": f"WAI-000{number}", "name": f"候{number}", "phone": f"091233300{number}"}
    return on_the_list(centre, **who, email=f"w{number}@example.com", **values)


@pytest.fixture
def full(centre: Any, advisor: Any, reference: None) -> list[Appointment]:
    """Tomorrow has two times from 14:00, one place each, both taken."""
    centre.reception_places = 1
    centre.save()
    centre.opening_hours.filter(weekday=tomorrow(centre).weekday()).delete()
    centre.opening_hours.create(weekday=tomorrow(centre).weekday(), opens=dt.time(14), closes=dt.time(15, 30))
    return [
        confirmed(
            centre,
            advisor,
            plate=f"AAA-000{n}",
            phone=f"091200000{n}",
            name=f"客{n}",
            starts_at=at(centre, 30 * n),
        )
        for n in (0, 1)
    ]


def letters(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).exclude(state="cancelled").order_by("pk"))


def test_who_waits_holds_nothing_and_is_told(centre: Any, full: list[Appointment]) -> None:
    row = waiting(centre)
    assert (row.state, row.number) == ("waiting", "B2611-0003")
    assert SlotPlace.objects.count() == 2
    assert [message.about for message in letters("waitlist_joined")] == [row.number]
    assert not Promise.objects.pending().about(row).exists()
    assert services.offer_freed() == 0
    assert row not in Appointment.objects.on_day(centre, tomorrow(centre))


def test_a_freed_place_goes_to_the_longest_waiting_then_to_the_next(
    centre: Any, advisor: Any, full: list[Appointment], at_tuesday_ten: Any
) -> None:
    first, second = waiting(centre, 1), waiting(centre, 2)
    services.cancel(full[0], by=Actor.of(advisor))
    assert services.offer_freed() == 1
    offer = TimeOffer.objects.get()
    assert (offer.appointment, offer.starts_at, offer.freed) == (first, at(centre), True)
    assert offer.valid_until - offer.offered_at == dt.timedelta(minutes=60)
    assert SlotPlace.objects.get(offer=offer).starts_at == at(centre)
    assert [message.about for message in letters("waitlist_offer")] == [first.number]
    assert services.offer_freed() == 0
    at_tuesday_ten.move(minutes=61)
    assert services.expire_offers() == 1
    first.refresh_from_db()
    assert first.state == "waiting"
    assert services.offer_freed() == 1
    assert TimeOffer.objects.get(state="open").appointment == second
    assert places_are_right() == []


def test_taken_online_it_becomes_a_request_that_an_advisor_answers(
    centre: Any, advisor: Any, full: list[Appointment]
) -> None:
    row = waiting(centre)
    services.cancel(full[1], by=Actor.of(advisor))
    services.offer_freed()
    offer = TimeOffer.objects.get()
    taken = services.take_offer(row, offer_id=offer.pk, by=Actor.visitor("候1"))
    assert (taken.state, taken.starts_at) == ("requested", at(centre, 30))
    assert Promise.objects.pending().about(taken).count() == 1
    assert letters("appointment_received")[-1].about == row.number
    assert letters("waitlist_offer") == []
    assert WaitingWish.objects.get().ended_at is not None
    with pytest.raises(services.AppointmentRefused):
        services.take_offer(row, offer_id=offer.pk, by=Actor.visitor("候1"))
    assert services.confirm(taken, by=Actor.of(advisor)).state == "confirmed"
    assert places_are_right() == []


def test_put_on_the_list_by_an_advisor_it_is_confirmed_in_his_name(
    centre: Any, advisor: Any, full: list[Appointment]
) -> None:
    row = waiting(centre, by=Actor.of(advisor), source="phone")
    services.cancel(full[1], by=Actor.of(advisor))
    services.offer_freed()
    taken = services.take_offer(row, offer_id=TimeOffer.objects.get().pk, by=Actor.visitor("候1"))
    assert (taken.state, taken.confirmed_by) == ("confirmed", advisor)
    assert places_are_right() == []


def test_who_would_rather_come_earlier_keeps_his_time_until_he_takes_the_other(
    centre: Any, advisor: Any, full: list[Appointment]
) -> None:
    row = services.wish_earlier(
        full[1], from_date=tomorrow(centre), until_date=tomorrow(centre), by=Actor.visitor("客1")
    )
    assert services.offer_freed() == 0
    services.cancel(full[0], by=Actor.of(advisor))
    assert services.offer_freed() == 1
    assert SlotPlace.objects.filter(appointment=row).exists()
    taken = services.take_offer(row, offer_id=TimeOffer.objects.get().pk, by=Actor.visitor("客1"))
    assert (taken.state, taken.starts_at) == ("confirmed", at(centre))
    assert [(move.from_at, move.to_at) for move in taken.moves.all()] == [(at(centre, 30), at(centre))]
    assert letters("appointment_moved")[0].about == row.number
    assert places_are_right() == []


def test_what_was_declined_is_not_offered_again(centre: Any, advisor: Any, full: list[Appointment]) -> None:
    row = waiting(centre)
    services.cancel(full[0], by=Actor.of(advisor))
    services.offer_freed()
    assert services.decline_offers(row, by=Actor.visitor("候1")).state == "waiting"
    assert SlotPlace.objects.count() == 1
    assert services.offer_freed() == 0
    services.cancel(full[1], by=Actor.of(advisor))
    assert services.offer_freed() == 1
    assert TimeOffer.objects.get(state="open").starts_at == at(centre, 30)


def test_the_part_of_the_day_counts(centre: Any, advisor: Any, full: list[Appointment]) -> None:
    waiting(centre, part="morning")
    services.cancel(full[0], by=Actor.of(advisor))
    assert services.offer_freed() == 0
    waiting(centre, 2, part="afternoon")
    assert services.offer_freed() == 1


def test_off_the_list_everything_is_given_back(centre: Any, advisor: Any, full: list[Appointment]) -> None:
    by = Actor.visitor("候1")
    row = waiting(centre)
    services.cancel(full[0], by=Actor.of(advisor))
    services.offer_freed()
    assert services.stop_waiting(row, by=by).state == "cancelled"
    assert SlotPlace.objects.count() == 1
    assert letters("waitlist_offer") == letters("appointment_cancelled")[1:] == []
    with pytest.raises(services.AppointmentRefused, match="not on the waiting list"):
        services.stop_waiting(row, by=by)
    earlier = services.wish_earlier(full[1], from_date=tomorrow(centre), until_date=tomorrow(centre), by=by)
    services.offer_freed()
    assert services.stop_waiting(earlier, by=by).state == "confirmed"
    assert not TimeOffer.objects.filter(state="open").exists()
    assert places_are_right() == []


def test_the_days_over_he_is_told(centre: Any, full: list[Appointment], at_tuesday_ten: Any) -> None:
    row = waiting(centre)
    at_tuesday_ten.move(hours=38)
    assert services.offer_freed() == 1
    row.refresh_from_db()
    assert (row.state, WaitingWish.objects.get().ended_at is None) == ("expired", False)
    assert [message.about for message in letters("waitlist_over")] == [row.number]
    assert services.offer_freed() == 0


@pytest.mark.parametrize(("first", "last"), [(0, -1), (-2, -1), (0, 61)])
def test_days_that_cannot_be_are_refused(centre: Any, full: list[Appointment], first: int, last: int) -> None:
    today = centre.today()
    with pytest.raises(services.AppointmentRefused, match=r"ahead"):
        waiting(centre, from_date=today + dt.timedelta(days=first), until_date=today + dt.timedelta(days=last))
    assert not Appointment.objects.waiting().exists()


def test_earlier_means_earlier_and_only_for_confirmed(centre: Any, full: list[Appointment]) -> None:
    later = tomorrow(centre) + dt.timedelta(days=1)
    with pytest.raises(services.AppointmentRefused, match="later than your booking"):
        services.wish_earlier(full[0], from_date=centre.today(), until_date=later, by=Actor.visitor("客0"))
    row = requested(centre, plate="BBB-1", phone="0912999999", name="別", starts_at=slot(centre, 15, days=2))
    with pytest.raises(services.AppointmentRefused, match="Requested"):
        services.wish_earlier(row, from_date=tomorrow(centre), until_date=tomorrow(centre), by=Actor.visitor("別"))


def test_looking_costs_the_same_for_one_and_for_thirty(
    centre: Any, full: list[Appointment], django_assert_num_queries: Any
) -> None:
    waiting(centre, part="morning")
    with django_assert_num_queries(10):
        services.offer_freed()
    for number in range(2, 10):
        waiting(centre, number, part="morning")
    with django_assert_num_queries(10):
        services.offer_freed()


def test_who_waits_is_found_by_his_plate_and_can_be_forgotten(
    centre: Any, advisor: Any, full: list[Appointment]
) -> None:
    row = waiting(centre)
    ((title, note),) = [(hit.title, hit.detail) for hit in receivers.search(advisor, row.vehicle.plate)]
    assert (title, note) == ("WAI-0001 候1", f"{row.number} · On the waiting list")
    assert row.wish.by_label == "候1"
    receivers.erase(row.customer)
    assert WaitingWish.objects.get().by_label == ""
