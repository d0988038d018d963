"""The public booking form and the customer's own page, without an account."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, OnlineRequest
from appointments.services import cancel
from appointments.slots import SlotRefused
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import HandledRequest
from tests.fixtures.appointments import confirmed, requested, slot
from tests.fixtures.people import client_of
from tests.fixtures.proof_of_work import solve

pytestmark = pytest.mark.django_db

CAR = {
    "plate": "dem-0526",
    "model": "TOY-RAV",
    "odometer": "39,800",
    "reasons": ["service", "noise"],
    "moments": ["rain"],
}
CONTACT = {
    "name": "林雨澄",
    "honorific": "ms",
    "phone": "0955-500-226",
    "channel": "sms",
    "language": "zh-hant",
    "agree": "on",
}


def fill_in(
    visitor: Any,
    centre: Any,
    *,
    starts_at: dt.datetime | None = None,
    car: dict[str, Any] | None = None,
    time: dict[str, Any] | None = None,
    **contact: Any,
) -> Any:
    """The first four steps; what a test cares about is given, the rest is DEM-0526's."""
    visitor.get(reverse("appointments:book"))
    visitor.act(reverse("appointments:book_car"), {**CAR, "concern": "踩煞車時有聲音", **(car or {})})
    visitor.act(reverse("appointments:book_services"), {"operations": ["MNT-040", "MNT-110"]})
    at = starts_at or slot(centre)
    chosen = {"centre": centre.pk, "starts_at": at.isoformat(), "stay": "wait", **(time or {})}
    visitor.act(reverse("appointments:book_time"), chosen)
    return visitor.act(reverse("appointments:book_contact"), {**CONTACT, **contact})


def send(visitor: Any, *, key: str | None = None, **extra: Any) -> Any:
    """Send what the last page shows, as its reader's browser does."""
    page = visitor.get(reverse("appointments:book_review")).content.decode()
    return visitor.act(reverse("appointments:book_review"), {"proof": solve(page)}, key=key, **extra)


def test_five_steps_make_a_request(centre: Any, reference: None) -> None:
    visitor = client_of()
    assert fill_in(visitor, centre).headers["Location"] == reverse("appointments:book_review")
    review = visitor.get(reverse("appointments:book_review")).content.decode()
    assert "DEM-0526" in review
    assert "踩煞車時有聲音" in review
    done = send(visitor, follow=True)
    appointment = Appointment.objects.get()
    assert done.redirect_chain == [(reverse("appointments:book_received"), 302)]
    assert appointment.number in done.content.decode()
    assert "10:30" in done.content.decode()
    assert (appointment.state, appointment.source, appointment.waits_on_site) == ("requested", "online", True)
    assert (appointment.by_kind, appointment.by_label) == ("visitor", "林雨澄")
    assert [item.operation.code for item in appointment.items.order_by("position")] == ["MNT-040", "MNT-110"]
    assert appointment.symptoms == "Regular service, A noise, or it feels wrong, In rain"
    assert Message.objects.get().kind == "appointment_received"


def test_each_page_is_shown_in_three_languages(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    for language in ("en", "zh-hant", "zh-hans"):
        visitor.cookies["language"] = language
        for step in ("car", "services", "time", "contact", "review"):
            assert visitor.get(reverse(f"appointments:book_{step}")).status_code == 200


def test_no_time_is_offered_before_the_promised_answer(centre: Any, reference: None, at_tuesday_ten: Any) -> None:
    """At half past two in the night an advisor answers by nine: half past eight and nine are not for the asking."""
    at_tuesday_ten.move(hours=-7, minutes=-29)
    early, late = slot(centre, 8, 30), slot(centre, 9, 30)
    visitor = client_of()
    fill_in(visitor, centre, starts_at=late)
    page = visitor.get(reverse("appointments:book_time")).content.decode()
    assert [at.isoformat() in page for at in (early, slot(centre, 9), late)] == [False, False, True]
    fill_in(visitor, centre, starts_at=early)
    assert visitor.get(reverse("appointments:book_review")).headers["Location"] == reverse("appointments:book_time")
    with pytest.raises(SlotRefused, match="before this time"):
        requested(centre, starts_at=early)
    visitor.act(reverse("appointments:book_review"))
    assert Appointment.objects.count() == 0
    advisor_books = requested(centre, starts_at=early, source="phone")
    assert advisor_books.starts_at == early


def test_services_that_fit_are_ticked_beforehand(centre: Any, reference: None) -> None:
    visitor = client_of()
    visitor.act(reverse("appointments:book_car"), {**CAR, "concern": ""})
    page = visitor.get(reverse("appointments:book_services")).content.decode()
    assert 'value="MNT-040" checked' in page
    assert 'value="MNT-110" checked' in page
    assert 'value="MNT-120" checked' not in page


def test_sent_twice_is_one_booking(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    page = visitor.get(reverse("appointments:book_review")).content.decode()
    data = {"request_key": "the-same-form-twice", "proof": solve(page)}
    visitor.post(reverse("appointments:book_review"), data)
    visitor.post(reverse("appointments:book_review"), data)
    assert Appointment.objects.count() == 1


def test_a_time_taken_meanwhile_leads_back_with_the_nearest(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    proof = solve(visitor.get(reverse("appointments:book_review")).content.decode())
    for number in range(centre.reception_places):
        requested(centre, plate=f"AAA-{number:04}", phone=f"091200000{number}", name=f"客{number}")
    page = visitor.act(reverse("appointments:book_review"), {"proof": proof}, follow=True)
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == reverse("appointments:book_time")
    assert "14:00 has just been taken" in text
    assert slot(centre, 14, 30).isoformat() in text
    assert Appointment.objects.count() == centre.reception_places


def test_who_jumps_ahead_starts_at_the_gap(centre: Any, reference: None) -> None:
    for step in ("services", "time", "contact", "review"):
        assert client_of().get(reverse(f"appointments:book_{step}")).headers["Location"] == reverse(
            "appointments:book_car"
        )
    assert client_of().get(reverse("appointments:book_received")).headers["Location"] == reverse("appointments:book")


@pytest.mark.parametrize(
    ("step", "data", "sentence"),
    [
        ("car", {**CAR, "plate": "?"}, "This looks too short"),
        ("car", {**CAR, "odometer": "many"}, "Write the kilometres in digits"),
        ("car", {**CAR, "reasons": [], "concern": " "}, "Tick a reason above"),
        ("car", {**CAR, "model": "other"}, "Write make and model"),
        ("car", {**CAR, "concern": "a" * 3000}, "at most 2000 characters"),
        ("car", {}, "Fill this in."),
        ("services", {}, "Choose a service"),
        ("services", {"operations": ["ENG-100"]}, "is not one of the available choices"),
        ("time", {}, "Choose a day and a time"),
        ("time", {"centre": "0", "starts_at": "soon"}, "Choose one of the times offered"),
        ("contact", {}, "Without this we cannot arrange"),
        ("contact", {**CONTACT, "phone": "12"}, "This is not a telephone number"),
        ("contact", {**CONTACT, "channel": "email"}, "Write your address"),
        ("contact", {**CONTACT, "website": "http://spam"}, "book"),
    ],
)
def test_any_garbage_comes_back_with_a_sentence(
    centre: Any, reference: None, step: str, data: Any, sentence: str
) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    page = visitor.act(reverse(f"appointments:book_{step}"), data)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Appointment.objects.exists()


def test_one_address_sends_only_so_many_a_day(centre: Any, reference: None) -> None:
    centre.reception_places = 30
    centre.save()
    for number in range(13):
        visitor = client_of()
        fill_in(visitor, centre, phone=f"0955-500-{number:03}", name=f"客{number}")
        session = visitor.session
        session["booking"] = {**session["booking"], "plate": f"AAA-{number:04}"}
        session.save()
        page = send(visitor, follow=True).content.decode()
    assert "Too many requests" in page
    assert Appointment.objects.count() == 12
    assert (
        OnlineRequest.objects.count() == 24
    )  # twelve under the address, one under each number; the refused one left nothing
    assert HandledRequest.objects.count() == 12


def test_without_a_request_key_nothing_is_sent(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    assert visitor.post(reverse("appointments:book_review")).status_code == 400
    assert not Appointment.objects.exists()


def holder(appointment: Appointment) -> Any:
    """A browser that opened the customer's link."""
    person = client_of()
    link = SignedLink.objects.filter(purpose="appointment", target_id=appointment.pk).order_by("-pk")[0]
    assert person.get(link.path).headers["Location"] == reverse("appointments:mine")
    person.cookies["language"] = "en"
    return person


def test_the_customer_sees_moves_and_cancels_his_booking(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor, starts_at=slot(centre, 14, 0, days=1))
    person = holder(appointment)
    assert appointment.number in person.get(reverse("appointments:mine")).content.decode()
    assert person.get(reverse("appointments:mine_move")).status_code == 200
    person.act(reverse("appointments:mine_move"), {"starts_at": slot(centre, 15, 0, days=1).isoformat()})
    appointment.refresh_from_db()
    assert appointment.starts_at == slot(centre, 15, 0, days=1)
    person.act(reverse("appointments:mine_cancel"))
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"
    page = person.act(reverse("appointments:mine_cancel"), follow=True).content.decode()
    assert "Cancelled since 10:00" in page


def test_within_two_hours_he_is_asked_to_call(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor, starts_at=slot(centre, 11))
    page = holder(appointment).act(reverse("appointments:mine_cancel"), follow=True).content.decode()
    assert "less than 2 hours" in page
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"


def test_without_the_link_there_is_no_page(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    assert client_of().get(reverse("appointments:mine")).status_code == 404
    cancel(appointment, by=Actor.of(advisor))
    other = requested(centre, plate="AAA-0001", phone="0912000001", name="別人")
    assert other.number not in holder(appointment).get(reverse("appointments:mine")).content.decode()


def test_the_honeypot_is_not_a_field_people_see(centre: Any, reference: None) -> None:
    visitor = Client()
    fill_in(client_of(), centre)
    assert 'name="website"' not in visitor.get(reverse("appointments:book_car")).content.decode()
