"""A5, A6, A7 for bookings, short: strangers' tokens open nothing, looking changes nothing, pages keep the token to themselves.

Full forms, over HTTP and in a browser: test_booking_links_wired.py.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appointments import services
from appointments.models import Appointment
from servicedesk.messaging import links, relay
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from tests.fixtures.appointments import confirmed, requested, slot
from tests.proofs.booking_links import KINDS, PERSONAL, PHONE, links_of_letters, wait_from, wrong_tokens
from tests.proofs.walk import fingerprint

pytestmark = pytest.mark.django_db
MINE = "/appointments/mine/"


@pytest.fixture
def letters(centre: Any, advisor: Any, at_tuesday_ten: Any) -> dict[str, SignedLink]:
    """A link of every kind of letter about a booking; the clock stands at Thursday noon."""
    by = Actor.of(advisor)
    missed = confirmed(centre, advisor, starts_at=slot(centre, 11))
    moved = confirmed(centre, advisor, plate="AAA-0002", starts_at=slot(centre, 15, days=6))
    services.move(moved, to=slot(centre, 16, days=6), by=by)
    gone = confirmed(centre, advisor, plate="AAA-0003", starts_at=slot(centre, 15, days=7))
    services.cancel(gone, by=by)
    confirmed(centre, advisor, plate="AAA-0004", starts_at=slot(centre, 14, days=2))
    requested(centre, plate="AAA-0005", starts_at=slot(centre, 12, days=6))
    for days in (0, 3):
        wait_from(centre, f"AAA-001{days}", days)
    relay.run()
    at_tuesday_ten.move(hours=1, minutes=18)
    services.mark_no_show(missed, by=by)
    at_tuesday_ten.move(hours=24 + 3, minutes=13)
    assert services.remind() == 1
    at_tuesday_ten.move(hours=21, minutes=30)
    assert services.remind() == 1
    assert services.expire_requests() == 1
    assert services.offer_freed() == 2, "one wish is over, one is offered a time"
    asked = requested(centre, plate="AAA-0001", starts_at=slot(centre, 15, days=2))
    relay.run()
    services.offer_times(asked, times=[slot(centre, hour, days=2) for hour in (9, 10)], by=by)
    relay.run()
    old = SignedLink.objects.filter(target_id=missed.pk).earliest("pk")
    assert links.renew(old)
    relay.run()
    found = links_of_letters()
    assert set(found) >= KINDS
    return found


@pytest.mark.proof("A5")
def test_a5_wrong_tokens_of_bookings_get_one_404_then_429(letters: dict[str, SignedLink]) -> None:
    tokens = wrong_tokens(list(letters.values()), 1200, seed=1)
    bodies = set()
    for number, token in enumerate(tokens[:300]):
        answer = Client(REMOTE_ADDR=f"10.1.{number // 15}.1").get(f"/l/{token}")
        assert answer.status_code == 404, token
        bodies.add(answer.content)
    assert len(bodies) == 1
    stranger = Client(REMOTE_ADDR="10.9.9.9")
    codes = [stranger.get(f"/l/{token}").status_code for token in tokens[600:650]]
    assert codes == [404] * 20 + [429] * 30
    genuine = letters["appointment_confirmed"]
    assert stranger.get(genuine.path).status_code == 302, "a customer in the same network is let in"


@pytest.mark.proof("A5")
def test_a5_an_ended_link_tells_nothing_and_is_renewed_to_the_stored_address(
    letters: dict[str, SignedLink], at_tuesday_ten: Any
) -> None:
    customer = letters["appointment_confirmed"].customer
    before = Message.objects.count()
    at_tuesday_ten.move(days=99)
    for kind, link in letters.items():
        browser = Client()
        answer = browser.get(link.path)
        page = answer.content.decode()
        assert answer.status_code == 410, kind
        assert [word for word in (*PERSONAL, link.token) if word in page] == [], kind
        form = {"link": answer.context["renewal"], "email": "thief@example.com", "phone": "+886900000000", "to": "x"}
        assert browser.post("/l/renew/", form).status_code == 200
    sent = Message.objects.order_by("pk")[before:]
    assert {row.kind for row in sent} == {"new_link"}
    assert {row.to for row in sent} == {customer.email}
    assert len(sent) == len({link.target_id for link in letters.values()}), "one for each booking, however often asked"


@pytest.mark.proof("A5")
@pytest.mark.parametrize("act", ["cancel", "pick", "none", "move"])
def test_a5_after_the_post_the_same_link_shows_what_was_recorded(letters: dict[str, SignedLink], act: str) -> None:
    link = letters["appointment_alternatives" if act in ("pick", "none") else "appointment_moved"]
    row = Appointment.objects.get(pk=link.target_id)
    values = {
        "pick": {"offer": str(row.offers.order_by("starts_at").values_list("pk", flat=True).first())},
        "move": {"starts_at": slot(row.centre, 11, days=7).isoformat()},
    }.get(act, {})
    browser = Client(headers={"Accept-Language": "en"})
    assert browser.get(link.path)["Location"] == MINE
    form = {"request_key": str(uuid.uuid4()), **values}
    first = browser.post(reverse(f"appointments:mine_{act}"), form)
    assert first["Location"] == MINE
    row.refresh_from_db()
    state, starts_at, marks = row.state, row.starts_at, fingerprint()
    assert {"cancel": "cancelled", "pick": "confirmed", "none": "requested", "move": "confirmed"}[act] == state
    for again in (browser, Client()):
        assert again.get(link.path)["Location"] == MINE
        shown = again.get(MINE).context["appointment"]
        assert (shown.pk, shown.state, shown.starts_at) == (row.pk, state, starts_at)
    assert browser.post(reverse(f"appointments:mine_{act}"), form)["Location"] == MINE
    assert fingerprint() == marks


@pytest.mark.proof("A6")
def test_a6_a_scanner_that_opens_every_letter_changes_nothing(letters: dict[str, SignedLink]) -> None:
    before = fingerprint()
    for link in letters.values():
        for method in ("get", "head", "options"):
            for _time in range(5):
                scanner = Client()
                answer = getattr(scanner, method)(link.path)
                assert answer.status_code == (204 if method == "options" else 302)
                for path in (MINE, f"{MINE}move/") if method != "options" else ():
                    assert getattr(scanner, method)(path).status_code in (200, 405)
                for path in ("pick", "none", "cancel"):
                    assert getattr(scanner, method)(f"{MINE}{path}/").status_code in (404, 405)
    assert fingerprint() == before


@pytest.mark.proof("A7")
def test_a7_pages_of_a_booking_are_sealed_and_go_nowhere_else(letters: dict[str, SignedLink], settings: Any) -> None:
    link = letters["appointment_moved"]
    browser = Client()
    evil = "?next=https://evil.example/&redirect=//evil.example"
    answers = [browser.get(f"{link.path}{evil}", headers={"X-Forwarded-Host": "evil.example"})]
    assert answers[0]["Location"] == MINE
    answers += [browser.get(f"{MINE}{evil}"), browser.get(f"{MINE}move/{evil}")]
    form = {"request_key": str(uuid.uuid4()), "next": "https://evil.example/", "redirect": "//evil.example"}
    answers.append(browser.post(f"{MINE}cancel/{evil}", form, headers={"X-Forwarded-Host": "evil.example"}))
    assert answers[-1]["Location"] == MINE
    for answer in answers:
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "same-origin")
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert link.token not in answer.content.decode()
        assert link.token not in str(answer.cookies)
    assert browser.get(MINE, headers={"Host": "evil.example"}).status_code == 400
    letter = Message.objects.filter(kind="appointment_cancelled").latest("pk")
    assert letter.link.url == f"{settings.SITE_URL}{letter.link.path}"
    assert "evil.example" not in f"{letter.body}{letter.context}{letter.link.url}"


def test_the_person_of_these_letters_has_a_telephone(letters: dict[str, SignedLink]) -> None:
    """PERSONAL names what the letters know: it must not fall behind."""
    customer = letters["appointment_confirmed"].customer
    assert str(customer.phone).endswith(PHONE.replace("-", "")[1:])
    assert {customer.name, customer.email} <= set(PERSONAL)
