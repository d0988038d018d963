"""A5, A6, A7 for bookings in full: ten thousand tokens over HTTP, a mail scanner with scripts on, and the logs read afterwards.

Short forms: test_booking_links.py. What another site hears, and letters themselves: test_letters.py.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.messaging.mailserver import MailServer
from tests.proofs.booking_links import KINDS, PERSONAL
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.test_letters import everything_kept
from tests.proofs.walk import TABLES, hashes
from tests.proofs.wire import Wire

pytestmark = pytest.mark.prove
TOKENS, EACH_ADDRESS, HANDS = 10_000, 15, 8
HOUR = 3600
MINE = "/appointments/mine/"
EVIL = "?next=https://evil.example/&redirect=//evil.example"
LEADS_AWAY = re.compile(r'="(?:https?:)?//evil')
"""The page's own address, with what was asked, may be in it: the choice of a language comes back to it."""
TOKEN_IN_LOG = re.compile(r"/l/[A-Za-z0-9_-]{16}\b")


@pytest.fixture
def service(state: Path, mail: MailServer) -> Iterator[Service]:
    """A service whose letters really leave it, at Tuesday ten."""
    service = Service(state, EMAIL_CHANNEL="smtp", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}")
    try:
        at_tuesday_ten(service.begin())
        yield service
        service.restore_parts()
        service.settle(180)
        service.reconcile()
    finally:
        service.stop()


@pytest.fixture
def tokens(service: Service) -> dict[str, str]:
    """The token of a letter of every kind about a booking; Thursday noon."""
    made = play(service, "booking_letters")
    service.settle()
    later(service, 1.3)
    assert play(service, "booking_missed", pk=made["missed"]) == "no_show"
    later(service, 27.25)
    service.ring("insight.sweep")
    reminded(service, "appointment_reminder_day")
    asked = play(service, "booking_asked", plate="AAA-0001")
    service.settle()
    assert play(service, "booking_offered", pk=asked) == 2
    later(service, 21.5)
    service.ring("insight.sweep")
    reminded(service, "appointment_reminder_2h")
    service.settle()
    found = play(service, "booking_links")
    assert set(found) >= KINDS - {"new_link"}
    return found


def later(service: Service, hours: float) -> None:
    """Move the clock and let every process notice."""
    service.move_clock(int(hours * HOUR))
    time.sleep(1.5)


def reminded(service: Service, kind: str) -> None:
    """Wait for the reminder."""
    sql = "SELECT count(*) FROM messaging_message WHERE kind = %s AND state = 'sent'"
    service.wait(kind, lambda: service.one(sql, kind) == 1, 90)


@pytest.mark.proof("A5")
def test_a5_ten_thousand_wrong_tokens(service: Service, tokens: dict[str, str]) -> None:
    strangers = play(service, "strangers_tokens", number=TOKENS)
    assert len(strangers) == TOKENS

    def knock(numbered: tuple[int, str]) -> tuple[int, bytes]:
        number, token = numbered
        host = number // EACH_ADDRESS
        answer = Wire(service.port, f"127.2.{host // 250}.{host % 250 + 1}").get(f"/l/{token}")
        return answer.status, answer.content

    with ThreadPoolExecutor(HANDS) as hands:
        answers = list(hands.map(knock, enumerate(strangers)))
    told = Counter(status for status, _body in answers)
    bodies = {body for _status, body in answers}
    stranger = Wire(service.port, "127.3.0.1")
    then = [stranger.get(f"/l/{token}").status for token in strangers[:60]]
    own = stranger.get(f"/l/{tokens['appointment_confirmed']}")
    print(f"A5: {TOKENS} tokens: {dict(told)}, {len(bodies)} different pages; one address: {Counter(then)}", flush=True)
    assert (told, len(bodies)) == ({404: TOKENS}, 1)
    assert then == [404] * 20 + [429] * 40
    assert (own.status, own.location) == (302, MINE)


@pytest.mark.proof("A5")
def test_a5_ended_links_and_links_used_again(service: Service, tokens: dict[str, str], mail: MailServer) -> None:
    """Used: the same link shows what was recorded. Ended: 410, nobody's name, and a new one to the stored address only."""
    used = Wire(service.port, cookies={"language": "en"})
    assert used.get(f"/l/{tokens['appointment_moved']}").location == MINE
    key = "3f0e9a50-6a3c-4f7c-9a4e-2b1f5f0c9d11"
    first, again = (used.post(f"{MINE}cancel/", {}, key=key) for _ in range(2))
    assert (first.status, first.location, again.location) == (302, MINE, MINE)
    for browser in (used, Wire(service.port, cookies={"language": "en"})):
        assert browser.get(f"/l/{tokens['appointment_moved']}").location == MINE
        page = browser.get(MINE)
        assert page.status == 200
        assert "cancelled" in page.text.lower()
    assert service.one("SELECT count(*) FROM messaging_message WHERE kind = 'appointment_cancelled'") == 2

    service.settle()
    later(service, 99 * 24)
    before, targets = len(mail.taken), service.one("SELECT count(DISTINCT target_id) FROM messaging_signedlink")
    for kind, token in tokens.items():
        wire = Wire(service.port)
        page = wire.get(f"/l/{token}")
        assert page.status == 410, kind
        assert [word for word in (*PERSONAL, token) if word in page.text] == [], kind
        renewal = re.search(r'name="link" value="([^"]+)"', page.text)
        assert renewal
        form = {"link": renewal[1], "email": "thief@evil.example", "to": "thief@evil.example"}
        assert wire.post("/l/renew/", form, X_Forwarded_Host="evil.example").status == 200
    renewed = "SELECT count(*) FROM messaging_message WHERE kind = 'new_link' AND state = 'sent'"
    service.wait("new links are sent", lambda: service.one(renewed) == targets)
    service.settle()
    new = mail.letters[before:]  # after 99 days also what the sweeps write of the bookings
    to = {letter["To"] for letter in new}
    print(f"A5: {len(tokens)} ended links: 410; {service.one(renewed)} new ones to {to}", flush=True)
    assert (service.one(renewed), to) == (targets, {"lin@example.com"})
    assert {letter["Bcc"] for letter in new} == {None}
    assert all(f"{service.url}/l/" in letter.get_body(("plain",)).get_content() for letter in new)  # type: ignore[union-attr]


@pytest.mark.proof("A6")
def test_a6_scanners_with_and_without_scripts_change_nothing(
    service: Service, tokens: dict[str, str], page: Any
) -> None:
    service.worker.stop()
    sql = hashes(TABLES)
    before = sorted(service.rows(sql))
    opened = 0
    for token in tokens.values():
        for method in ("GET", "HEAD", "OPTIONS"):
            for _time in range(5):
                scanner = Wire(service.port)
                answer = scanner.send(method, f"/l/{token}")
                assert answer.status == (204 if method == "OPTIONS" else 302)
                assert scanner.send(method, MINE).status in (200, 404, 405)
                opened += 1
        for _time in range(5):
            page.context.clear_cookies()
            assert page.goto(f"{service.url}/l/{token}").status == 200
            page.wait_for_load_state("networkidle")
            assert page.url == f"{service.url}{MINE}"
            for address in page.eval_on_selector_all("main a[href^='/']", "links => links.map(a => a.href)"):
                page.context.request.get(address)
            opened += 1
    after = sorted(service.rows(sql))
    print(
        f"A6: {len(tokens)} kinds of letters opened {opened} times; {len(before)} tables, each row as before",
        flush=True,
    )
    assert after == before


@pytest.mark.proof("A7")
def test_a7_no_token_of_a_booking_is_told_or_kept(service: Service, tokens: dict[str, str], mail: MailServer) -> None:
    for number, (kind, token) in enumerate(tokens.items(), start=1):
        wire = Wire(service.port)
        opened = wire.get(f"/l/{token}{EVIL}", X_Forwarded_Host="evil.example", Referer="https://evil.example/")
        assert (opened.status, opened.location) == (302, MINE), kind
        answers = [
            opened,
            *(wire.get(f"{path}{EVIL}", X_Forwarded_Host="evil.example") for path in (MINE, f"{MINE}move/")),
        ]
        for answer in answers:
            assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "same-origin")
            assert (token in answer.text, token in str(wire.cookies), bool(LEADS_AWAY.search(answer.text))) == (
                False,
            ) * 3, kind
        assert Wire(service.port).get(f"/l/{token}", Host="evil.example").status == 400
        near = token[:-1] + ("A" if token[-1] != "A" else "B")
        for path in (f"/l/{near}", f"/l/{token}/more", f"/l/{token}%00", f"/nowhere/l/{token}"):
            assert Wire(service.port, f"127.4.0.{number}").get(path).status == 404
    wire = Wire(service.port)
    wire.get(f"/l/{tokens['appointment_moved']}")
    sent = wire.post(f"{MINE}cancel/{EVIL}", {"next": "https://evil.example/"}, X_Forwarded_Host="evil.example")
    assert (sent.status, sent.location) == (302, MINE)
    service.settle()
    for letter in mail.letters:
        text = letter.as_bytes().decode("latin-1")
        assert "evil.example" not in text
        links = re.findall(r"https?://[^\s\"<>]+/l/", letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        assert set(links) <= {f"{service.url}/l/"}
    kept = list(everything_kept(service))
    logs = [path for path in service.logs.glob("*.log") if TOKEN_IN_LOG.search(path.read_text(errors="replace"))]
    print(
        f"A7: {len(tokens)} tokens; {len(kept)} lines, files and rows and {len(mail.letters)} letters looked through",
        flush=True,
    )
    assert sorted({where for where, text in kept for token in tokens.values() if token in text}) == []
    assert logs == []
