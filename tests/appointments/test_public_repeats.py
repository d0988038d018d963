"""Two tabs, the back button, sending again, an ended session, and the page by link opened again and again."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from appointments.models import Appointment
from appointments.services import confirm
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor
from tests.appointments.test_public import CAR, CONTACT, fill_in, holder, send
from tests.fixtures.appointments import confirmed, requested, slot
from tests.fixtures.people import client_of
from tests.fixtures.proof_of_work import solve

pytestmark = pytest.mark.django_db
REVIEW = "appointments:book_review"


def test_two_tabs(centre: Any, reference: None) -> None:
    """The last page of one tab does not send what another tab has changed since."""
    visitor = client_of()
    fill_in(visitor, centre)
    first = solve(visitor.get(reverse(REVIEW)).content.decode())
    visitor.act(reverse("appointments:book_car"), {**CAR, "plate": "DEM-0527"})
    page = visitor.act(reverse(REVIEW), {"proof": first}, follow=True).content.decode()
    assert "changed meanwhile, perhaps in another tab" in page
    assert "DEM-0527" in page
    assert not Appointment.objects.exists()
    send(visitor)
    assert Appointment.objects.get().vehicle.plate == "DEM-0527"


def test_back_after_sending(centre: Any, reference: None) -> None:
    """The last page again, by the back button or a reload: what became of the request, and no second one."""
    visitor = client_of()
    fill_in(visitor, centre)
    proof = solve(visitor.get(reverse(REVIEW)).content.decode())
    visitor.act(reverse(REVIEW), {"proof": proof})
    received = reverse("appointments:book_received")
    assert visitor.get(reverse(REVIEW)).headers["Location"] == received
    assert visitor.act(reverse(REVIEW), {"proof": proof}).headers["Location"] == received
    assert visitor.get(reverse("appointments:book_contact")).headers["Location"] == reverse("appointments:book_car")
    assert Appointment.objects.count() == 1


def test_a_proof_carried_to_another_browser(centre: Any, reference: None) -> None:
    one, other = client_of(), client_of()
    fill_in(one, centre)
    fill_in(other, centre, name="別人", phone="0955-500-227")
    proof = solve(one.get(reverse(REVIEW)).content.decode())
    assert "changed meanwhile" in other.act(reverse(REVIEW), {"proof": proof}, follow=True).content.decode()


def test_the_session_is_gone(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    del visitor.cookies["sessionid"]
    for step in ("services", "time", "contact", "review"):
        answer = visitor.act(reverse(f"appointments:book_{step}"), {**CONTACT, "operations": ["MNT-040"]})
        assert answer.headers["Location"] == reverse("appointments:book_car")


def test_one_number_books_only_so_often_a_day(centre: Any, reference: None) -> None:
    centre.reception_places = 30
    centre.save()
    for number in range(6):
        visitor = client_of()
        fill_in(visitor, centre, car={"plate": f"AAA-{number:04}"})
        page = send(visitor, follow=True).content.decode()
    assert "This number has booked several times today" in page
    assert Appointment.objects.count() == 5


# The page by link


def test_the_calendar_file_is_for_the_links_holder_of_a_confirmed_booking(centre: Any, advisor: Any) -> None:
    appointment = requested(centre, starts_at=slot(centre, 14, days=1))
    person, url = holder(appointment), reverse("appointments:mine_calendar")
    assert person.get(url).status_code == 404
    assert client_of().get(url).status_code == 404
    confirm(appointment, by=Actor.of(advisor))
    answer = person.get(url)
    assert answer.headers["Content-Type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="booking-{appointment.number}.ics"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "DTSTART;TZID=Asia/Taipei:20261125T140000" in answer.content.decode()
    assert url in person.get(reverse("appointments:mine")).content.decode()


def test_a_link_opened_again_and_again_shows_the_same(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor, starts_at=slot(centre, 14, days=1))
    link = SignedLink.objects.filter(purpose="appointment", target_id=appointment.pk).latest("pk")
    for _time in range(5):
        person = client_of()
        assert person.get(link.path).headers["Location"] == reverse("appointments:mine")
        assert appointment.number in person.get(reverse("appointments:mine")).content.decode()
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"
