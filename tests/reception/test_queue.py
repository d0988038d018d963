"""The queue at the desk: a number under lock, once for each; received or left; over midnight; who may (M2.1-a, M2.1-b)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from appointments import services as appointments
from appointments.services import AppointmentRefused
from reception import services
from reception.models import Arrival
from reception.services import NotReceived
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.appointments import confirmed, missed, slot
from tests.fixtures.people import client_of
from tests.fixtures.reception import received

pytestmark = pytest.mark.django_db


def is_here(centre: Any, advisor: Any, **who: Any) -> Arrival:
    return services.arrive(by=Actor.of(advisor), centre=centre, **who)


def test_each_gets_the_next_number_and_keeps_it(centre: Any, other_centre: Any, advisor: Any, reference: None) -> None:
    booked = confirmed(centre, advisor)
    first = is_here(centre, advisor, plate="abc－1234")
    second = is_here(centre, advisor, appointment=booked)
    assert (first.number, first.plate, first.vehicle, second.number) == (1, "ABC－1234", None, 2)
    assert is_here(centre, advisor, appointment=booked) == second
    assert is_here(centre, advisor, plate="BKQ 5821") == second
    assert is_here(centre, advisor, plate="ABC1234") == first
    assert is_here(other_centre, advisor, plate="ABC1234").number == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Arrival.objects.create(
            centre=centre, date=second.date, number=3, plate="x", arrived_at=now(), appointment=booked
        )


def test_by_its_plate_a_car_comes_on_its_booking(centre: Any, advisor: Any) -> None:
    booked = confirmed(centre, advisor)
    assert is_here(centre, advisor, plate="bkq-5821").appointment == booked
    assert is_here(centre, advisor, plate="BKQ5821").number == 1


@pytest.mark.parametrize("plate", ["", "A1", "A" * 13, "-- ."])
def test_what_is_no_plate_is_refused(centre: Any, advisor: Any, plate: str) -> None:
    with pytest.raises(NotReceived, match="whole plate"):
        is_here(centre, advisor, plate=plate)


def test_a_plate_of_any_script_is_called(centre: Any, advisor: Any) -> None:
    assert is_here(centre, advisor, plate="京A·D12345").plate == "京A·D12345"


def test_received_he_waits_no_more(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    booked = confirmed(centre, advisor)
    arrival = is_here(centre, advisor, appointment=booked)
    at_tuesday_ten.move(minutes=12)
    order = services.receive(by=Actor.of(advisor), advisor=advisor, centre=centre, appointment=booked, as_booked=True)
    arrival.refresh_from_db()
    booked.refresh_from_db()
    assert (arrival.work_order, booked.arrived_at) == (order, arrival.arrived_at)
    assert arrival.ended_at is not None
    with pytest.raises(AppointmentRefused):
        is_here(centre, advisor, appointment=booked)
    with pytest.raises(NotReceived, match="already here"):
        is_here(centre, advisor, vehicle=booked.vehicle)
    with pytest.raises(NotReceived, match=order.number):
        services.leave(arrival, by=Actor.of(advisor), reason="x")


def test_who_leaves_says_why_and_only_once(centre: Any, advisor: Any) -> None:
    booked = confirmed(centre, advisor)
    arrival, by = is_here(centre, advisor, appointment=booked), Actor.of(advisor)
    with pytest.raises(NotReceived, match="Say why"):
        services.leave(arrival, by=by, reason=" ")
    services.leave(arrival, by=by, reason="先去吃飯")
    with pytest.raises(NotReceived, match="先去吃飯"):
        services.leave(arrival, by=by, reason="again")
    booked.refresh_from_db()
    assert booked.may_arrive
    assert is_here(centre, advisor, appointment=booked).number == 2


def test_nobody_who_waits_is_given_up(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    booked, other = (
        confirmed(centre, advisor),
        confirmed(centre, advisor, plate="AAA-1111", phone="0912111111", name="陳"),
    )
    at_tuesday_ten.move(hours=4, minutes=20)
    is_here(centre, advisor, appointment=booked)
    desk = client_of(advisor)
    assert desk.get(reverse("appointments:worklist")).context["late"] == [other]
    at_tuesday_ten.move(hours=1)
    assert appointments.give_up_missed() == 1
    booked.refresh_from_db()
    assert booked.state == "confirmed"


def test_who_came_before_midnight_is_received_after_it(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    """Given up at noon, here at a quarter to midnight by the centre's clock, received on the next day."""
    booked, by = missed(centre, advisor), Actor.of(advisor)
    at_tuesday_ten.move(hours=13, minutes=45)
    arrival = is_here(centre, advisor, appointment=booked)
    assert (arrival.date, arrival.number) == (centre.today(), 1)
    at_tuesday_ten.move(minutes=30)
    assert arrival.date != centre.today()
    page = client_of(advisor).get(reverse("reception:list"))
    assert [card.arrival for card in page.context["cards"]] == [arrival]
    assert is_here(centre, advisor, plate="NEW-0001").number == 1
    order = services.receive(by=by, advisor=advisor, centre=centre, appointment=booked, as_booked=True)
    booked.refresh_from_db()
    assert (booked.state, booked.work_order) == ("arrived", order)


def test_from_the_field_to_the_number_on_the_screen(centre: Any, advisor: Any) -> None:
    booked, desk = confirmed(centre, advisor), client_of(advisor)
    page = desk.get(reverse("reception:arrive"), {"plate": "5821"}).content.decode()
    assert f'name="appointment" value="{booked.pk}"' in page
    desk.act(reverse("reception:here"), {"appointment": booked.pk}, key="here-once")
    shown = desk.act(
        reverse("reception:here"), {"appointment": booked.pk}, key="here-once", follow=True
    ).content.decode()
    assert "BKQ-5821 has number 1." in shown
    arrival = Arrival.objects.get()
    assert f'data-since="{arrival.arrived_at.isoformat()}"' in shown
    refused = desk.act(
        reverse("reception:leave_queue", args=[arrival.pk]), {"reason": ""}, follow=True
    ).content.decode()
    assert "Say why he left" in refused
    desk.act(reverse("reception:leave_queue", args=[arrival.pk]), {"reason": "改天"})
    arrival.refresh_from_db()
    assert arrival.left_reason == "改天"


def test_the_queue_is_the_desks(centre: Any, everyone: Any, advisor: Any, outsider: Any) -> None:
    arrival = is_here(centre, advisor, plate="AAA-0001")
    for url, data in (
        (reverse("reception:here"), {"plate": "AAA-0002"}),
        (reverse("reception:leave_queue", args=[arrival.pk]), {"reason": "x"}),
    ):
        got = {role: client_of(user).act(url, data).status_code for role, user in everyone.items()}
        assert {role for role, status in got.items() if status != 403} == {"advisor", "manager"}
    booked = confirmed(centre, advisor)
    stranger = client_of(outsider)
    assert stranger.act(reverse("reception:leave_queue", args=[arrival.pk]), {"reason": "x"}).status_code == 404
    assert stranger.act(reverse("reception:here"), {"appointment": booked.pk}).status_code == 404
    assert stranger.act(reverse("reception:here"), {"vehicle": booked.vehicle_id}).status_code == 404
    assert stranger.get(f"{reverse('reception:receive')}?arrival={arrival.pk}").status_code == 404


def test_a_walk_in_in_the_queue_is_received_with_his_plate(centre: Any, advisor: Any, reference: None) -> None:
    arrival, desk = is_here(centre, advisor, plate="BRT-7743"), client_of(advisor)
    url = f"{reverse('reception:receive')}?arrival={arrival.pk}"
    assert 'value="BRT-7743"' in desk.get(url).content.decode()
    data = {
        "plate": "BRT 7743",
        "model": "other",
        "other_model": "Nissan Kicks",
        "name": "蔡志明",
        "phone": "0937-000-802",
    }
    desk.act(url, data | {"channel": "sms", "language": "zh-hant", "concern": "右後窗升降有異音"})
    arrival.refresh_from_db()
    assert arrival.work_order == WorkOrder.objects.get()


def test_a_full_house_takes_a_walk_in_only_with_a_reason(
    centre: Any, advisor: Any, reference: None, at_tuesday_ten: Any
) -> None:
    at_tuesday_ten.move(hours=8)  # after the last time of the day
    desk, url = client_of(advisor), reverse("reception:receive")
    data = {"plate": "BRT-7743", "model": "other", "other_model": "Kicks", "name": "蔡志明", "phone": "0937-000-802"}
    data |= {"channel": "sms", "language": "zh-hant", "concern": "爆胎", "moments": ["turning"], "system": "tyre"}
    page = desk.act(url, data)
    assert page.status_code == 422
    assert "Say why the car is taken all the same" in page.content.decode()
    assert "爆胎" in page.content.decode()
    desk.act(url, data | {"although_full": "爆胎，不能開走"})
    order = WorkOrder.objects.get()
    assert [event.text_row.text for event in order.happened("reception.although_full")] == ["爆胎，不能開走"]
    concern = order.concerns.get()
    assert (concern.signs, concern.symptoms, concern.system) == (["turning"], "轉彎", "tyre")


def test_a_walk_in_is_booked_for_another_time_with_what_was_typed(centre: Any, advisor: Any, reference: None) -> None:
    data = {"plate": "BRT-7743", "model": "other", "other_model": "Kicks", "name": "蔡志明", "phone": "0937-000-802"}
    data |= {"concern": "右後窗升降有異音", "moments": ["rain"], "speed": "town", "show_times": "1"}
    page = client_of(advisor).act(f"{reverse('appointments:new')}?source=site", data).content.decode()
    for words in (
        'value="BRT-7743"',
        'value="蔡志明"',
        "右後窗升降有異音",
        'value="rain" checked',
        'value="site" selected',
    ):
        assert words in page
    assert not WorkOrder.objects.exists()


def test_a_booking_of_today_that_is_here_is_told_on_the_home_page(centre: Any, advisor: Any) -> None:
    is_here(centre, advisor, appointment=confirmed(centre, advisor, starts_at=slot(centre, 11)))
    page = client_of(advisor).get(reverse("home")).content.decode()
    assert "is here" in page
    received(centre, advisor, plate="AAA-0009", phone="0912000009", name="別人")
