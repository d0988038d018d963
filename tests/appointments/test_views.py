"""Staff's pages of booking: who may, at which stage, twice, garbage, another centre; queries do not grow with rows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments.models import Appointment
from servicedesk.messaging.models import Message
from tests.fixtures.appointments import confirmed, requested, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db


def booking_form(centre: Any, **changes: Any) -> dict[str, Any]:
    return {
        "source": "phone",
        "plate": "BLX-7720",
        "model": "TOY-RAV",
        "name": "沈柏翰",
        "honorific": "mr",
        "phone": "0922-381-640",
        "channel": "sms",
        "language": "zh-hant",
        "concern": "怠速會抖",
        "operations": ["MNT-020"],
        "date": str(centre.today()),
        "starts_at": slot(centre, 11).isoformat(),
        **changes,
    }


def test_the_list_shows_requests_first_and_the_day(centre: Any, advisor: Any) -> None:
    requested(centre)
    confirmed(centre, advisor, plate="AAA-0001", phone="0912000001", name="周建宏")
    page = client_of(advisor).get(reverse("appointments:list")).content.decode()
    assert page.index("BKQ-5821") < page.index("AAA-0001")
    assert "Requests to answer" in page


def test_booking_on_site_from_the_reception_page(centre: Any, advisor: Any, reference: None) -> None:
    """M1.1-d: who stands at the desk and would rather come another time."""
    desk, url = client_of(advisor), f"{reverse('appointments:new')}?source=site"
    for name in ("reception:arrive", "reception:list"):
        assert url in desk.get(reverse(name)).content.decode()
    assert desk.get(url).context["form"]["source"].value() == "site"
    desk.act(url, booking_form(centre, source="site"))
    row = Appointment.objects.get()
    assert (row.source, row.state, row.by_user) == ("site", "confirmed", advisor)


@pytest.mark.parametrize("name", ["list", "new"])
def test_pages_are_the_advisors(everyone: Any, name: str) -> None:
    url = reverse(f"appointments:{name}")
    got = {role: client_of(user).get(url).status_code for role, user in everyone.items()}
    assert {role for role, status in got.items() if status == 200} == {"advisor", "manager"}
    assert set(got.values()) == {200, 403}


def test_a_stranger_is_sent_to_sign_in_and_another_centre_finds_nothing(centre: Any, outsider: Any) -> None:
    appointment = requested(centre)
    assert client_of().get(appointment.get_absolute_url()).status_code == 302
    assert client_of(outsider).get(appointment.get_absolute_url()).status_code == 404
    assert client_of(outsider).act(reverse("appointments:confirm", args=[appointment.pk])).status_code == 404


def test_confirming_once_twice_and_late(centre: Any, advisor: Any) -> None:
    appointment = requested(centre)
    desk, url = client_of(advisor), reverse("appointments:confirm", args=[appointment.pk])
    assert desk.act(url, key="confirm-once").headers["Location"] == appointment.get_absolute_url()
    desk.act(url, key="confirm-once")
    assert Message.objects.filter(kind="appointment_confirmed").count() == 1
    refused = desk.act(url, follow=True).content.decode()
    assert "Confirmed since 10:00" in refused


def test_confirming_at_another_time(centre: Any, advisor: Any) -> None:
    appointment = requested(centre)
    desk = client_of(advisor)
    page = desk.get(appointment.get_absolute_url()).content.decode()
    assert slot(centre, 14, 30).isoformat() in page
    desk.act(
        reverse("appointments:confirm", args=[appointment.pk]),
        {"starts_at": slot(centre, 14, 30).isoformat(), "reason": "客戶開會"},
    )
    appointment.refresh_from_db()
    assert (appointment.state, appointment.starts_at) == ("confirmed", slot(centre, 14, 30))


@pytest.mark.parametrize(
    "starts_at", ["", "yesterday", "9" * 60, "2026-11-24T14:00", "9999-12-31T00:00:00+00:00", "\x00"]
)
def test_a_garbage_time_is_refused_with_a_sentence(centre: Any, advisor: Any, starts_at: str) -> None:
    appointment = confirmed(centre, advisor)
    url = reverse("appointments:move", args=[appointment.pk])
    page = client_of(advisor).act(url, {"starts_at": starts_at}, follow=True)
    assert page.status_code == 200
    assert "sd-refusal" in page.content.decode()
    appointment.refresh_from_db()
    assert appointment.starts_at == slot(centre)


def test_moving_cancelling_and_no_show(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    appointment = confirmed(centre, advisor)
    desk = client_of(advisor)
    desk.act(reverse("appointments:move", args=[appointment.pk]), {"starts_at": slot(centre, 11).isoformat()})
    appointment.refresh_from_db()
    assert appointment.starts_at == slot(centre, 11)
    early = desk.act(reverse("appointments:no_show", args=[appointment.pk]), follow=True).content.decode()
    assert "until 15 minutes after" in early
    desk.act(reverse("appointments:cancel", args=[appointment.pk]), {"reason": "賣車了"})
    appointment.refresh_from_db()
    assert (appointment.state, appointment.end_reason) == ("cancelled", "賣車了")
    assert "Cancelled" in desk.get(appointment.get_absolute_url()).content.decode()


def test_booking_by_telephone(centre: Any, advisor: Any, reference: None) -> None:
    desk = client_of(advisor)
    assert desk.get(reverse("appointments:new")).status_code == 200
    response = desk.act(reverse("appointments:new"), booking_form(centre))
    appointment = Appointment.objects.get()
    assert response.headers["Location"] == appointment.get_absolute_url()
    assert (appointment.state, appointment.source, appointment.vehicle.title) == ("confirmed", "phone", "Toyota RAV4")


def test_a_form_with_garbage_comes_back_filled_in(centre: Any, advisor: Any, reference: None) -> None:
    page = client_of(advisor).act(
        reverse("appointments:new"),
        booking_form(
            centre, plate="B", phone="abc", concern="", operations=["NO"], starts_at="x", email="no", name="<b>"
        ),
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert "sd-errsum" in text
    assert "This looks too short" in text
    assert "&lt;b&gt;" in text
    assert not Appointment.objects.exists()


def test_errors_stand_in_the_order_of_the_page(centre: Any, advisor: Any, reference: None) -> None:
    text = client_of(advisor).act(reverse("appointments:new"), {}).content.decode()
    assert "entries to complete or correct" in text
    start = text.index("sd-errsum")
    summary = text[start : text.index("</ul>", start)]
    named = re.findall(r'href="#id_(\w+)">', summary)
    assert named == sorted(named, key=lambda name: text.index(f'id="id_{name}"'))
    assert "Fill this in." in summary
    assert text.count("one of the two is needed") == 2
    assert "If not on the list: make and model</label>" in text


def test_showing_the_times_of_another_date_keeps_the_entries(centre: Any, advisor: Any, reference: None) -> None:
    page = client_of(advisor).act(
        reverse("appointments:new"), booking_form(centre, date="2026-11-26", starts_at="", show_times="1")
    )
    text = page.content.decode()
    assert page.status_code == 200
    assert slot(centre, 9, 0, days=2).isoformat() in text
    assert "怠速會抖" in text


def test_one_and_thirty_rows_cost_the_same(centre: Any, advisor: Any) -> None:
    desk = client_of(advisor)
    counts = []
    centre.reception_places = 50
    centre.save()
    for upto in (1, 30):
        for number in range(Appointment.objects.count(), upto):
            requested(centre, plate=f"AAA-{number:04}", phone=f"09120{number:05}", name=f"客{number}")
        desk.get(reverse("home"))
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse("appointments:list")).status_code == 200
        counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse("home")).status_code == 200
        counts.append(len(queries))
    assert counts[0:2] == counts[2:4]
    assert max(counts) <= 15


@pytest.mark.parametrize("date", ["", "x", "2026-13-01", "0000-00-00", "9999-12-31"])
def test_any_date_in_the_address_is_answered(centre: Any, advisor: Any, date: str) -> None:
    assert client_of(advisor).get(reverse("appointments:list"), {"date": date}).status_code == 200


def test_a_booking_costs_at_most_15_queries(centre: Any, advisor: Any, django_assert_max_num_queries: Any) -> None:
    booking, person = confirmed(centre, advisor), client_of(advisor)
    cache.clear()
    with django_assert_max_num_queries(15):
        assert person.get(f"/appointments/{booking.pk}/").status_code == 200
