"""Late, missed and waiting on the screens: staff's list and the customer's page, right and wrong people, twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments import services
from appointments.models import Appointment, TimeOffer, WaitingWish
from servicedesk.staff.actors import Actor
from tests.appointments.test_public import fill_in, holder, send
from tests.appointments.test_views import booking_form
from tests.appointments.test_waiting import full  # noqa: F401 - a fixture
from tests.fixtures.appointments import confirmed, missed, slot, waiting
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
URL = "/appointments/worklist/"


def test_late_cars_are_listed_with_a_number_to_call(
    centre: Any, advisor: Any, reference: None, at_tuesday_ten: Any
) -> None:
    desk = client_of(advisor)
    row = confirmed(centre, advisor)
    assert desk.get(URL).context["late"] == []
    at_tuesday_ten.move(hours=4, minutes=20)
    page = desk.get(URL)
    assert page.context["late"] == [row]
    assert "tel:+886912345678" in page.content.decode()
    desk.act(reverse("appointments:no_show", args=[row.pk]))
    page = desk.get(URL)
    assert (page.context["late"], [one for one, _times in page.context["given_up"]]) == ([], [row])


def test_missed_is_booked_again_with_one_click_and_leaves_the_list(centre: Any, advisor: Any, reference: None) -> None:
    desk, row = client_of(advisor), missed(centre, advisor)
    assert row.vehicle.plate in desk.get(reverse("home_list", args=["bookings_astray"])).content.decode()
    ((listed, times),) = desk.get(URL).context["given_up"]
    assert (listed, len(times)) == (row, 3)
    form = {"starts_at": times[1].value}
    answer = desk.act(reverse("appointments:rebook", args=[row.pk]), form, follow=True)
    again = Appointment.objects.get(rebooked_from=row)
    assert (again.state, again.starts_at, again.confirmed_by) == ("confirmed", times[1].at, advisor)
    assert "is booked again for" in answer.content.decode()
    assert answer.context["given_up"] == []
    assert again.number in desk.get(row.get_absolute_url()).content.decode()
    twice = desk.act(reverse("appointments:rebook", args=[row.pk]), form, follow=True).content.decode()
    assert f"Booking {again.number}: Confirmed" in twice
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("starts_at", ["", "yesterday", "2020-01-01T10:00:00+08:00"])
def test_booking_again_for_nonsense_is_refused(centre: Any, advisor: Any, reference: None, starts_at: str) -> None:
    row = missed(centre, advisor)
    answer = client_of(advisor).act(
        reverse("appointments:rebook", args=[row.pk]), {"starts_at": starts_at}, follow=True
    )
    assert answer.status_code == 200
    assert Appointment.objects.count() == 1


def test_whose_car_has_another_time_is_not_chased(centre: Any, advisor: Any, reference: None) -> None:
    missed(centre, advisor)
    confirmed(centre, advisor, starts_at=slot(centre, 16, days=3))
    assert client_of(advisor).get(URL).context["given_up"] == []


def test_the_waiting_list_and_off_it(centre: Any, advisor: Any, full: list[Appointment]) -> None:  # noqa: F811
    desk, row = client_of(advisor), waiting(centre)
    page = desk.get(URL)
    assert [wish.appointment for wish in page.context["wishes"]] == [row]
    assert "Nothing free yet" in page.content.decode()
    assert "On the waiting list" in desk.get(row.get_absolute_url()).content.decode()
    services.cancel(full[0], by=Actor.of(advisor))
    services.offer_freed()
    assert "Offered: " in desk.get(URL).content.decode()
    stop = reverse("appointments:stop_waiting", args=[row.pk])
    assert "is off the waiting list" in desk.act(stop, follow=True).content.decode()
    assert "not on the waiting list" in desk.act(stop, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_strangers_get_nothing(centre: Any, advisor: Any, technician: Any, outsider: Any, reference: None) -> None:
    row, wait = missed(centre, advisor), waiting(centre)
    assert client_of(technician).get(URL).status_code == 403
    other = client_of(outsider)
    for name, pk in (("rebook", row.pk), ("stop_waiting", wait.pk)):
        url = reverse(f"appointments:{name}", args=[pk])
        assert other.act(url, {"starts_at": slot(centre, 16).isoformat()}).status_code in (403, 404)
        assert client_of(technician).act(url).status_code == 403
        assert client_of(advisor).get(url).status_code == 405
    assert Appointment.objects.count() == 2


def test_the_customer_sees_his_place_in_the_list_and_takes_the_time(
    centre: Any,
    advisor: Any,
    full: list[Appointment],  # noqa: F811
) -> None:
    row = waiting(centre, by=Actor.of(advisor))
    page, mine = holder(row), reverse("appointments:mine")
    assert "You are on the waiting list" in page.get(mine).content.decode()
    services.cancel(full[0], by=Actor.of(advisor))
    services.offer_freed()
    text = page.get(mine).content.decode()
    assert "A place has become free" in text
    offer = TimeOffer.objects.get()
    answer = page.act(reverse("appointments:mine_pick"), {"offer": offer.pk}, follow=True).content.decode()
    assert "Your booking is confirmed." in answer
    assert "All set" in answer


def test_the_customer_keeps_waiting_or_leaves(centre: Any, advisor: Any, full: list[Appointment]) -> None:  # noqa: F811
    row = waiting(centre)
    page = holder(row)
    services.cancel(full[0], by=Actor.of(advisor))
    services.offer_freed()
    assert "You stay on the waiting list" in page.act(reverse("appointments:mine_none"), follow=True).content.decode()
    text = page.act(reverse("appointments:mine_stop"), follow=True).content.decode()
    assert "You are no longer on the waiting list." in text
    assert "This booking is cancelled" in text


def test_rather_earlier_by_his_own_page(centre: Any, advisor: Any, full: list[Appointment]) -> None:  # noqa: F811
    page, url = holder(full[1]), reverse("appointments:mine_earlier")
    assert "That stays" in page.get(url).content.decode()
    day = slot(centre, days=1).date().isoformat()
    bad = page.act(url, {"from_date": "soon", "until_date": day, "part": "any"})
    assert bad.status_code == 422
    assert f'value="{day}"' in bad.content.decode()
    answer = page.act(url, {"from_date": day, "until_date": day, "part": "any"}, follow=True).content.decode()
    assert "as soon as an earlier time becomes free" in answer
    assert WaitingWish.objects.get().appointment == full[1]
    services.cancel(full[0], by=Actor.of(advisor))
    services.offer_freed()
    text = page.get(reverse("appointments:mine")).content.decode()
    assert "An earlier time has become free" in text
    assert "All set" in text


def test_an_expired_request_says_sorry_on_the_customers_page(centre: Any, at_tuesday_ten: Any) -> None:
    from tests.fixtures.appointments import requested

    row = requested(centre, starts_at=slot(centre, 14, days=3))
    at_tuesday_ten.move(hours=25)
    services.expire_requests()
    assert "We are sorry" in holder(row).get(reverse("appointments:mine")).content.decode()


def test_one_and_ten_rows_cost_the_same(centre: Any, advisor: Any, reference: None) -> None:
    desk, counts = client_of(advisor), []
    for upto in (1, 10):
        for number in range(Appointment.objects.count() // 2, upto):
            who = {"phone": f"09120{number:05}", "name": f"客{number}"}
            missed(centre, advisor, plate=f"AAA-{number:04}", **who)
            waiting(centre, plate=f"WAI-{number:04}", **who)
        cache.clear()
        desk.get(URL)
        with CaptureQueriesContext(connection) as queries:
            assert len(desk.get(URL).context["given_up"]) == upto
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_a_visitor_who_finds_no_time_waits_for_one(centre: Any, advisor: Any, full: list[Appointment]) -> None:  # noqa: F811
    visitor = client_of()
    visitor.cookies["language"] = "en"
    fill_in(visitor, centre, starts_at=slot(centre, 15, days=2))
    assert "Tell me when one becomes free" in visitor.get(reverse("appointments:book_time")).content.decode()
    url, day = reverse("appointments:book_wait"), slot(centre, days=1).date().isoformat()
    wrong = visitor.act(url, {"from_date": day, "until_date": "2026-11-01", "part": "any"})
    assert wrong.status_code == 422
    assert "still ahead" in wrong.content.decode()
    assert visitor.act(url, {"from_date": day, "until_date": day, "part": "any"}).headers["Location"] == reverse(
        "appointments:book_contact"
    )
    assert "Waiting list: " in visitor.get(reverse("appointments:book_review")).content.decode()
    done = send(visitor, follow=True).content.decode()
    row = Appointment.objects.waiting().get()
    assert "You are on the waiting list" in done
    assert row.number in done
    assert (row.source, row.wish.from_date, row.wish.part) == ("online", slot(centre, days=1).date(), "any")
    assert not row.offers.exists()


def test_a_time_chosen_after_all_takes_the_place_of_the_wish(centre: Any, reference: None) -> None:
    visitor, day = client_of(), slot(centre, days=1).date().isoformat()
    fill_in(visitor, centre)
    visitor.act(reverse("appointments:book_wait"), {"from_date": day, "until_date": day, "part": "any"})
    chosen = {"centre": centre.pk, "starts_at": slot(centre, 16).isoformat(), "stay": ""}
    visitor.act(reverse("appointments:book_time"), chosen)
    send(visitor)
    row = Appointment.objects.get()
    assert (row.state, row.starts_at) == ("requested", slot(centre, 16))


def test_a_caller_who_finds_no_time_is_put_on_the_list(centre: Any, advisor: Any, reference: None) -> None:
    desk, day = client_of(advisor), slot(centre, days=1).date().isoformat()
    form = {**booking_form(centre), "wait": "1", "from_date": day, "until_date": day, "part": "morning"}
    del form["starts_at"]
    wrong = desk.act(reverse("appointments:new"), {**form, "until_date": "2020-01-01"})
    assert wrong.status_code == 422
    assert "沈柏翰" in wrong.content.decode()
    assert "still ahead" in wrong.content.decode()
    answer = desk.act(reverse("appointments:new"), form, follow=True).content.decode()
    row = Appointment.objects.get()
    assert (row.state, row.source, row.wish.part, row.wish.by_user) == ("waiting", "phone", "morning", advisor)
    assert "is on the waiting list" in answer
