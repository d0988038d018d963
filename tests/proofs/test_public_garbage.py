"""I5 where nobody is signed in: the steps of the public booking, signing in, language, centre, and renewing a link.

No walk meets these filled in: each step wants the one before.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from appointments.models import Appointment, OnlineRequest
from servicedesk.staff.models import ServiceCentre, User
from tests.fixtures.appointments import slot
from tests.fixtures.people import client_of
from tests.fixtures.proof_of_work import solve
from tests.proofs import fuzz
from tests.proofs.booking import next_slot
from tests.proofs.pages import Form, Pairs, Reader
from tests.proofs.place import Sent
from tests.proofs.stack import Service
from tests.proofs.walk import Walk
from tests.proofs.wire import Wire, signed_in

Get = Callable[[str], tuple[int, str]]
Post = Callable[[Form, Pairs], int]


def steps(centre: str, starts_at: str) -> list[tuple[str, dict[str, str]]]:
    """The booking as somebody fills it in, step by step."""
    contact = {"name": "林雨澄", "phone": "0955500226", "channel": "sms", "language": "zh-hant", "agree": "on"}
    return [
        ("car", {"plate": "DEM-0526", "model": "TOY-RAV", "odometer": "39,800", "reasons": "noise"}),
        ("services", {"operations": "MNT-040"}),
        ("time", {"centre": centre, "starts_at": starts_at}),
        ("contact", contact),
        ("review", {}),
    ]


def spoilt(form: Form, right: dict[str, str], chance: random.Random, texts: int) -> list[Pairs]:
    """Nothing, everything thrice, some texts in all controls at once, and every text in each control that was filled in."""
    pairs = list(right.items())
    wholes = [
        [(name, str(value)) for name, value in fuzz.wholly(form, text)] for text in chance.sample(fuzz.NASTY, texts)
    ]
    names = sorted({*right, *fuzz.names_of(form)})
    alone = [[*(p for p in pairs if p[0] != name), (name, text)] for name in right for text in fuzz.NASTY]
    return [[], pairs * 3, *wholes, *alone, *([*pairs, (name, "\x00")] for name in names)]


def book_with_garbage(get: Get, post: Post, centre: str, starts_at: str, texts: int) -> tuple[int, list[str]]:
    """Go through the booking, trying garbage before each step; returns how often, and what was an accident."""
    chance, tries, wrong = random.Random(5), 0, []
    get("/appointments/book/")
    for step, right in steps(centre, starts_at):
        url = f"/appointments/book/{step}/"
        status, page = get(url)
        assert status == 200, (step, status)
        form = next(form for form in Reader(url, page).forms if form.view == f"appointments:book_{step}")
        if step == "review":
            right = {"proof": solve(page)}
        else:
            for pairs in spoilt(form, right, chance, texts):
                tries += 1
                if (status := post(form, pairs)) >= 500:
                    wrong.append(f"{step}: {status} of {pairs}"[:300])
        assert post(form, list(right.items())) == 302, step
    return tries, wrong


FRAME = {
    "/language/": {"language": "en", "next": "/"},
    "/centre/": {"centre": "1"},
    "/l/renew/": {"link": "x"},
    "/sign-in/": {"username": "advisor", "password": "x"},
}


def frame_with_garbage(post: Post, texts: int) -> tuple[int, list[str]]:
    """The forms around every page with garbage in them."""
    chance, tries, wrong = random.Random(6), 0, []
    for url, right in FRAME.items():
        form = Form(url, url)
        for pairs in spoilt(form, right, chance, texts):
            tries += 1
            if (status := post(form, pairs)) >= 500:
                wrong.append(f"{url}: {status} of {pairs}"[:300])
    return tries, wrong


@pytest.mark.proof("I5")
def test_i5_garbage_on_the_way_to_a_booking(reference: None, centre: ServiceCentre, advisor: User) -> None:
    visitor, desk = client_of(), client_of(advisor)
    visitor.raise_request_exception = desk.raise_request_exception = False

    def get(url: str) -> tuple[int, str]:
        answer = visitor.get(url)
        return answer.status_code, answer.content.decode()

    def post(form: Form, pairs: Pairs, browser: Any = visitor) -> int:
        return int(Sent(Walk("", browser), form, pairs).post(str(uuid.uuid4())).status_code)

    booked, wrong = book_with_garbage(get, post, str(centre.pk), slot(centre, 14, days=1).isoformat(), texts=2)
    framed, also = frame_with_garbage(lambda form, pairs: post(form, pairs, desk), texts=2)
    print(f"I5: {booked} times garbage on the way to a booking, {framed} times in the frame")
    assert wrong + also == []
    assert (Appointment.objects.count(), OnlineRequest.objects.count()) == (1, 2)  # his address, his number


@pytest.mark.prove
@pytest.mark.proof("I5")
def test_i5_garbage_on_the_way_to_a_booking_over_http(service: Service) -> None:
    visitor, desk = Wire(service.port), signed_in(service.port, "advisor")

    def get(url: str) -> tuple[int, str]:
        answer = visitor.get(url)
        return answer.status, answer.text

    centre = str(service.one("SELECT min(id) FROM staff_servicecentre"))
    booked, wrong = book_with_garbage(
        get, lambda form, pairs: visitor.post(form.url, pairs).status, centre, next_slot(), texts=len(fuzz.NASTY)
    )
    framed, also = frame_with_garbage(lambda form, pairs: desk.post(form.url, pairs).status, texts=len(fuzz.NASTY))
    assert wrong + also == []
    assert service.one("SELECT count(*) FROM appointments_appointment") == 1
    print(f"I5: {booked} times garbage on the way to a booking, {framed} times in the frame: one booking, no accident")
