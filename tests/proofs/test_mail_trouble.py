"""Q5: a mail server that is down, hangs, refuses or breaks off, and a message that cannot be written, against real processes.

Each is tried again with growing pauses or given up where staff see it, and the others go out meanwhile. Short forms:
tests/messaging/test_channels.py and tests/messaging/test_relay.py.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servicedesk.messaging.relay import BACK_OFF, MAX_ATTEMPTS
from tests.messaging.mailserver import MailServer
from tests.proofs.booking import Booking, book
from tests.proofs.stack import Service
from tests.proofs.wire import signed_in

pytestmark = pytest.mark.prove
LATER = 130  # seconds after which what was put back twice is due again
LAST = "(SELECT id FROM messaging_message ORDER BY id DESC LIMIT 1)"


@pytest.fixture
def service(state: Path, mail: MailServer) -> Iterator[Service]:
    """A service whose letters really leave it."""
    service = Service(state, EMAIL_CHANNEL="smtp", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}")
    try:
        yield service.begin()
        mail.behaviour = "ok"
        service.restore_parts()
        service.settle(180)
        service.reconcile()
    finally:
        service.stop()


def by_text_message(service: Service) -> None:
    """The next booking of somebody who wants text messages, which need no mail server."""
    service.rows("DELETE FROM appointments_onlinerequest")
    booking = Booking(service, channel="sms").fill_in()
    assert booking.send().status == 302


def letters(mail: MailServer) -> dict[str, int]:
    """How often each letter was taken by the mail server."""
    return collections.Counter(letter["Message-ID"] for letter in mail.letters)


def newest(service: Service) -> tuple[Any, ...]:
    """State, attempts and error of the newest message."""
    return service.rows(f"SELECT state, attempts, error FROM messaging_message WHERE id = {LAST}")[0]  # noqa: S608


@pytest.mark.proof("Q5")
@pytest.mark.parametrize("fault", ["down", "silent", "hang", "busy", "drop"])
def test_q5_trouble_of_the_moment_is_waited_out(service: Service, mail: MailServer, fault: str) -> None:
    """Three letters are tried again until they go; a text message goes out meanwhile. Only `drop` may double a letter."""
    mail.behaviour = fault
    if fault == "down":
        mail.shutdown()
        mail.server_close()
    for _n in range(3):
        book(service)
    by_text_message(service)
    text = "SELECT count(*) FROM messaging_message WHERE channel = 'sms' AND state = 'sent'"
    took = service.wait("the text message is sent", lambda: service.one(text) == 1, 60)
    tried = "SELECT count(*) FROM messaging_message WHERE attempts > 0 AND state = 'pending' AND error <> ''"
    service.wait("a letter was tried and put back, with its error", lambda: service.one(tried) >= 1, 60)
    assert service.messages("failed") == 0
    pauses = service.one(
        "SELECT min(extract(epoch FROM next_try_at - claimed_at)) FROM messaging_message WHERE state = 'pending'"
        " AND attempts = 1"
    )
    assert pauses >= BACK_OFF[0].total_seconds() - 1
    mail.behaviour = "ok"
    if fault == "down":
        again = MailServer(mail.port)
    service.move_clock(LATER)
    service.wait("all letters are sent", lambda: service.messages("sent") == 4, 120)
    taken = letters(again if fault == "down" else mail)
    if fault == "down":
        again.shutdown()
        again.server_close()
    print(f"Q5 {fault}: the text message went {took:.0f} s after; afterwards {len(taken)} letters, {dict(taken)}")
    assert len(taken) == 3
    assert max(taken.values()) <= (2 if fault == "drop" else 1)


@pytest.mark.proof("Q5")
def test_q5_what_never_works_is_given_up_where_people_see_it(service: Service, mail: MailServer) -> None:
    """550 at once; a message that cannot be written after its attempts. Others flow, and the advisor sends it again."""
    mail.behaviour = "unknown"
    book(service)
    service.wait("the refused letter is given up", lambda: newest(service)[0] == "failed", 60)
    assert "550" in newest(service)[2]
    mail.behaviour = "ok"
    book(service)
    service.wait("another letter is sent", lambda: service.messages("sent") == 1, 60)
    assert newest(service)[:2] == ("sent", 1)

    # What is given up stands under Messages, and goes out when somebody says so.
    desk = signed_in(service.port, "advisor")
    (pk,) = service.rows("SELECT id FROM messaging_message WHERE state = 'failed'")[0]
    assert f"/messages/{pk}/" in desk.get("/messages/?state=failed").text
    assert "550" in desk.get(f"/messages/{pk}/").text
    service.move_clock(86_400)
    assert service.messages("failed") == 1  # nobody but a person tries it again
    assert desk.post(f"/messages/{pk}/send-again/", {}).status == 302
    service.wait("it is sent", lambda: service.messages("sent") == 2, 60)

    # A message whose words cannot be made.
    service.worker.stop()
    book(service)
    service.rows(f"UPDATE messaging_message SET kind = 'no_such_letter' WHERE id = {LAST}")  # noqa: S608
    (poison,) = service.rows("SELECT max(id) FROM messaging_message")[0]
    service.start_worker()
    state = "SELECT state, attempts, error FROM messaging_message WHERE id = %s"
    pauses = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        service.wait(f"attempt {attempt}", lambda attempt=attempt: service.rows(state, poison)[0][1] == attempt, 90)
        book(service)
        others = 2 + attempt
        service.wait("the others flow", lambda others=others: service.messages("sent") == others, 60)
        if attempt < MAX_ATTEMPTS:
            pauses.append(int(BACK_OFF[attempt - 1].total_seconds()))
            service.move_clock(pauses[-1])
    service.wait("it is given up", lambda: service.rows(state, poison)[0][0] == "failed", 60)
    assert "TemplateDoesNotExist" in service.rows(state, poison)[0][2]
    assert f"/messages/{poison}/" in desk.get("/messages/?state=failed").text
    assert max(letters(mail).values()) == 1
    print(
        f"Q5: 550 given up at once and sent again by hand; poison given up after {MAX_ATTEMPTS} tries, pauses {pauses}"
    )
