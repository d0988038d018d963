"""M1.2-b: other times are offered, held, and answered by the customer; every end of it is tried."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from appointments import services, slots
from appointments.models import Appointment, SlotPlace, TimeOffer
from appointments.receivers import places_are_right
from servicedesk import registry
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Refusal
from servicedesk.workorders.models import Promise
from tests.fixtures.appointments import confirmed, requested, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_waiting(centre: Any, reference: None) -> Appointment:
    return requested(centre)


def offered(row: Appointment, advisor: Any, count: int = 3) -> list[TimeOffer]:
    times = [one.at for one in slots.nearest_free(row.centre, row.starts_at, count=count)]
    return services.offer_times(row, times=times, by=Actor.of(advisor))


def customer_of(row: Appointment) -> Any:
    person = client_of()
    person.cookies["language"] = "en"
    link = SignedLink.objects.filter(purpose="appointment", target_id=row.pk).latest("pk")
    assert person.get(link.path).headers["Location"] == reverse("appointments:mine")
    return person


def test_offering_holds_places_keeps_the_promise_and_writes(request_waiting: Appointment, advisor: Any) -> None:
    offers = offered(request_waiting, advisor)
    request_waiting.refresh_from_db()
    assert request_waiting.state == "proposed"
    assert SlotPlace.objects.count() == 4  # its own and three on offer
    assert not Promise.objects.pending().about(request_waiting, Promise.Kind.BOOKING_ANSWER).exists()
    message = Message.objects.get(kind="appointment_alternatives")
    assert [dt.datetime.fromisoformat(at) for at in message.context["times"]] == [offer.starts_at for offer in offers]
    assert places_are_right() == []


def test_three_times_of_three_days_are_at_hand(centre: Any, reference: None) -> None:
    near = [centre.local(one.at).strftime("%d %H:%M") for one in slots.alternatives(centre, slot(centre))]
    assert [text[:2] for text in near] == ["24"] * 3 + ["25"] * 3 + ["26"] * 3
    assert "24 14:00" not in near
    assert "25 14:00" in near


def test_the_last_place_on_offer_is_not_sold_to_another(centre: Any, advisor: Any, reference: None) -> None:
    centre.reception_places = 1
    centre.save(update_fields=["reception_places"])
    row = requested(centre)
    (offer,) = offered(row, advisor, count=1)
    with pytest.raises(slots.SlotTaken):
        requested(centre, plate="AAA-0001", phone="0911000001", starts_at=offer.starts_at)
    services.decline_offers(row, by=Actor.of(advisor))
    assert requested(centre, plate="AAA-0001", phone="0911000001", starts_at=offer.starts_at).pk


def test_the_customer_takes_one_by_his_link_once(request_waiting: Appointment, advisor: Any) -> None:
    first, second, _third = offered(request_waiting, advisor)
    person = customer_of(request_waiting)
    page = person.get(reverse("appointments:mine")).content.decode()
    assert f'value="{second.pk}"' in page
    request_waiting.refresh_from_db()
    assert request_waiting.state == "proposed"  # looking decides nothing
    for _time in range(2):
        person.act(reverse("appointments:mine_pick"), {"offer": second.pk}, key="picked-once")
    request_waiting.refresh_from_db()
    assert (request_waiting.state, request_waiting.starts_at) == ("confirmed", second.starts_at)
    assert request_waiting.confirmed_by == advisor
    assert SlotPlace.objects.get().starts_at == second.starts_at
    assert dict(request_waiting.offers.values_list("pk", "state"))[first.pk] == "released"
    assert request_waiting.moves.get().to_at == second.starts_at
    assert Message.objects.filter(kind="appointment_confirmed").count() == 1
    late = person.act(reverse("appointments:mine_pick"), {"offer": first.pk}, follow=True).content.decode()
    assert "Confirmed since" in late
    assert places_are_right() == []


def test_a_confirmed_time_that_no_longer_suits_is_negotiated(centre: Any, advisor: Any, reference: None) -> None:
    row = confirmed(centre, advisor)
    _first, second, _third = offered(row, advisor)
    row.refresh_from_db()
    assert (row.state, SlotPlace.objects.count()) == ("proposed", 4)  # its own place stays held
    services.take_offer(row, offer_id=second.pk, by=Actor.of(advisor))
    row.refresh_from_db()
    assert (row.state, row.starts_at) == ("confirmed", second.starts_at)
    assert Message.objects.filter(kind="appointment_confirmed").count() == 2
    offered(row, advisor)
    services.decline_offers(row, by=Actor.of(advisor))
    row.refresh_from_db()
    assert (row.state, row.starts_at) == ("requested", second.starts_at)
    assert Promise.objects.pending().about(row, Promise.Kind.BOOKING_ANSWER).exists()
    assert places_are_right() == []


def test_none_suits_and_the_advisor_calls(request_waiting: Appointment, advisor: Any) -> None:
    offered(request_waiting, advisor)
    person = customer_of(request_waiting)
    person.act(reverse("appointments:mine_none"))
    request_waiting.refresh_from_db()
    assert (request_waiting.state, SlotPlace.objects.count()) == ("requested", 1)
    assert Promise.objects.pending().about(request_waiting, Promise.Kind.BOOKING_ANSWER).exists()
    with pytest.raises(Refusal):
        services.decline_offers(request_waiting, by=Actor.of(advisor))


def test_unanswered_offers_come_back_once(request_waiting: Appointment, advisor: Any, at_tuesday_ten: Any) -> None:
    offers = offered(request_waiting, advisor)
    (sweep,) = (entry for entry in registry.sweeps if entry.name == "offered times")
    assert sweep.run() == 0
    at_tuesday_ten.move(seconds=(offers[0].valid_until - offers[0].offered_at).total_seconds() + 1)
    person = customer_of(request_waiting)
    refused = person.act(reverse("appointments:mine_pick"), {"offer": offers[0].pk}, follow=True)
    assert refused.status_code == 200
    assert (sweep.run(), sweep.run()) == (1, 0)
    request_waiting.refresh_from_db()
    assert request_waiting.state == "requested"
    assert set(request_waiting.offers.values_list("state", flat=True)) == {"expired"}
    assert places_are_right() == []


def test_offering_anew_releases_the_earlier_times(request_waiting: Appointment, advisor: Any) -> None:
    offered(request_waiting, advisor)
    (again,) = services.offer_times(
        request_waiting, times=[slot(request_waiting.centre, 16, days=3)], by=Actor.of(advisor)
    )
    assert set(request_waiting.offers.exclude(pk=again.pk).values_list("state", flat=True)) == {"released"}
    assert SlotPlace.objects.count() == 2


@pytest.mark.parametrize("ending", ["confirm", "cancel"])
def test_what_the_advisor_settles_by_telephone_frees_the_offers(
    request_waiting: Appointment, advisor: Any, ending: str
) -> None:
    offered(request_waiting, advisor)
    getattr(services, ending)(request_waiting, by=Actor.of(advisor))
    assert not request_waiting.offers.filter(state="open").exists()
    assert places_are_right() == []


def test_wrong_state_and_wrong_times_are_refused(centre: Any, advisor: Any, reference: None) -> None:
    row = services.cancel(confirmed(centre, advisor), by=Actor.of(advisor))
    with pytest.raises(Refusal):
        offered(row, advisor)
    row = requested(centre, plate="AAA-0001", phone="0911000001")
    for times in ([], [row.starts_at], [slot(centre, 9 + n, days=2) for n in range(4)]):
        with pytest.raises(services.AppointmentRefused):
            services.offer_times(row, times=times, by=Actor.of(advisor))
    with pytest.raises(slots.SlotRefused):
        services.offer_times(row, times=[slot(centre, 9, days=5)], by=Actor.of(advisor))  # a Sunday
    assert not TimeOffer.objects.exists()


def test_the_database_keeps_a_place_for_one_holder(request_waiting: Appointment, advisor: Any) -> None:
    (offer,) = offered(request_waiting, advisor, count=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        SlotPlace.objects.filter(offer=offer).update(offer=None)


def test_on_the_screen_with_garbage_and_the_wrong_people(
    request_waiting: Appointment, advisor: Any, technician: Any, outsider: Any
) -> None:
    desk, url = client_of(advisor), reverse("appointments:offer", args=[request_waiting.pk])
    assert client_of(technician).act(url).status_code == 403
    assert client_of(outsider).act(url).status_code == 404
    assert "Choose one, two or three" in desk.act(url, {"times": []}, follow=True).content.decode()
    assert "no longer free" in desk.act(url, {"times": ["2026-13-45"]}, follow=True).content.decode()
    times = [one.value for one in slots.nearest_free(request_waiting.centre, request_waiting.starts_at, count=2)]
    page = desk.act(url, {"times": times}, follow=True).content.decode()
    assert "Offered:" in page
    assert request_waiting.vehicle.plate in desk.get(reverse("appointments:list")).content.decode()
    person = customer_of(request_waiting)
    assert (
        "Choose one of the times"
        in person.act(reverse("appointments:mine_pick"), {"offer": "x"}, follow=True).content.decode()
    )


def test_moving_ends_the_negotiation_and_gives_the_other_times_back(request_waiting: Appointment, advisor: Any) -> None:
    offers = offered(request_waiting, advisor)
    moved = services.move(request_waiting, to=offers[1].starts_at, by=Actor.of(advisor))
    assert (moved.state, moved.starts_at) == ("requested", offers[1].starts_at)
    assert set(TimeOffer.objects.values_list("state", flat=True)) == {"released"}
    assert SlotPlace.objects.get().appointment == moved
    assert Promise.objects.pending().about(moved, Promise.Kind.BOOKING_ANSWER).count() == 1
    assert places_are_right() == []


def test_a_confirmed_one_that_was_negotiated_stays_confirmed_when_it_is_moved(
    centre: Any, advisor: Any, reference: None
) -> None:
    row = confirmed(centre, advisor)
    offers = offered(row, advisor)
    moved = services.move(row, to=slot(centre, 9, days=4), by=Actor.of(advisor))
    assert (moved.state, len(offers)) == ("confirmed", 3)
    assert SlotPlace.objects.get().appointment == moved
    assert not Promise.objects.pending().exists()
    assert Message.objects.filter(kind="appointment_moved").count() == 1


def test_the_last_place_held_for_a_customer_can_be_agreed_by_telephone(
    centre: Any, advisor: Any, reference: None
) -> None:
    centre.reception_places = 1
    centre.save()
    row = requested(centre)
    offer = offered(row, advisor)[0]
    desk = client_of(advisor)
    assert (
        f'name="starts_at" value="{centre.local(offer.starts_at).isoformat()}"'
        in desk.get(row.get_absolute_url()).content.decode()
    )
    desk.act(reverse("appointments:confirm", args=[row.pk]), {"starts_at": offer.starts_at.isoformat()})
    row.refresh_from_db()
    assert (row.state, row.starts_at) == ("confirmed", offer.starts_at)
    assert SlotPlace.objects.get().appointment == row
    assert places_are_right() == []
