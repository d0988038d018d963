"""A7 and I6 against real processes: a customer's link leaks nowhere, and what people type leaves their letters whole.

Short forms: tests/messaging/test_links.py and tests/proofs/test_hostile_text.py.
"""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.messaging.mailserver import MailServer
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.wire import Wire

pytestmark = pytest.mark.prove
LINK = re.compile(r"https?://[^\s\"<>]+/l/([A-Za-z0-9_-]+)")
NASTY = "林怡君🚗 \u202eمرحبا\u202c\r\nBcc: thief@evil.example\r\n\r\nX"
WORDS = "煞車聲🚗 مرحبا שלום <b>&amp;</b> %(x)s {{ y }} \r\n.\r\nQUIT\r\n"


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
def elsewhere() -> Iterator[Any]:
    """Another site, which notes what browsers tell it."""

    class Nosy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.heard.append(dict(self.headers.items()))  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<title>elsewhere</title>")

        def log_message(self, *_: Any) -> None:
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nosy)
    site.heard = []  # type: ignore[attr-defined]
    threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield site
    site.shutdown()
    site.server_close()


def letter_with_link(service: Service, mail: MailServer, number: int = 1) -> tuple[EmailMessage, str, str]:
    """Wait for the letter `number`; return it with its link's address and token."""
    service.wait(f"letter {number} is sent", lambda: len(mail.taken) >= number)
    letter = mail.letters[number - 1]
    found = LINK.search(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert found, letter
    return letter, found[0], found[1]


def everything_kept(service: Service) -> Iterator[tuple[str, str]]:
    """All that stays behind on this machine: log files, the broker's file, every row of the database."""
    for path in [*service.logs.iterdir(), *(service.state / "valkey").rglob("*"), service.state / "beat"]:
        if path.is_file():
            yield path.name, path.read_bytes().decode("latin-1")
    for (table,) in service.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for (row,) in service.rows(f'SELECT t::text FROM "{table}" t'):  # noqa: S608
            yield table, row


@pytest.mark.proof("A7")
def test_a7_a_link_leaks_nowhere(service: Service, mail: MailServer, page: Any, elsewhere: Any) -> None:
    play(service, "letter")
    letter, url, token = letter_with_link(service, mail)
    assert url == f"{service.url}/l/{token}"

    # The address itself: no cache, no referrer, only a local redirect; a forged Host or next= changes nothing.
    for path in (f"/l/{token}", f"/l/{token}?next=https://evil.example/", f"/l/{token}?next=//evil.example"):
        opened = Wire(service.port).get(path, X_Forwarded_Host="evil.example", Referer="https://evil.example/")
        assert (opened.status, opened.location) == (302, "/appointments/mine/")
        assert (opened.headers["Cache-Control"], opened.headers["Referrer-Policy"]) == ("no-store", "same-origin")
    forged = Wire(service.port).get(f"/l/{token}", Host="evil.example")
    assert (forged.status, "evil.example" in forged.text, token in forged.text) == (400, False, False)

    # In a browser: neither our own files nor another site hear of it.
    told: list[str] = []
    page.on("request", lambda request: told.append(f"{request.url} {request.headers.get('referer', '')}"))
    assert page.goto(url).status == 200
    assert page.url == f"{service.url}/appointments/mine/"
    for own in (f"{service.url}/l/{token}x", url):
        page.goto(own)
        page.evaluate(
            """address => { const a = document.createElement("a"); a.href = address; document.body.append(a); a.click() }""",
            f"http://127.0.0.1:{elsewhere.server_address[1]}/",
        )
        page.wait_for_url(f"http://127.0.0.1:{elsewhere.server_address[1]}/")
    heard = [headers.get("Referer", "") for headers in elsewhere.heard]
    assert [line for line in heard if "/l/" in line] == []
    assert len(elsewhere.heard) >= 2
    assert [line for line in told if token in line.partition(" ")[2]] == []

    # Expired: a new one goes to the stored address, on our own domain, whatever Host the request names.
    service.rows(
        "UPDATE messaging_signedlink SET created_at = now() - interval '99 days', expires_at = now() - interval '9 days'"
    )
    wire = Wire(service.port)
    expired = wire.get(f"/l/{token}")
    assert (expired.status, token in expired.text, letter["To"] in expired.text) == (410, False, False)
    renewal = re.search(r'name="link" value="([^"]+)"', expired.text)
    assert renewal
    form = {"link": renewal[1], "email": "thief@evil.example"}
    assert wire.post("/l/renew/", form, X_Forwarded_Host="evil.example").status == 200
    assert wire.post("/l/renew/", form, Host="evil.example").status == 400
    again, new_url, new_token = letter_with_link(service, mail, 2)
    assert (again["To"], new_url, new_token == token) == (letter["To"], f"{service.url}/l/{new_token}", False)

    kept = list(everything_kept(service))
    assert sorted({where for where, text in kept if token in text or new_token in text}) == []
    print(f"A7: {len(told)} requests and {len(kept)} lines, files and rows looked through; no token in any")


@pytest.mark.proof("I6")
def test_i6_letters_stay_whole_whatever_was_typed(service: Service, mail: MailServer) -> None:
    play(service, "letter", name=NASTY, concern=WORDS, email="lin@example.com")
    service.wait("a letter is sent", lambda: bool(mail.taken))
    service.settle()
    assert len(mail.taken) == service.messages("sent")  # the house's own letters: nothing was smuggled in between
    for letter in mail.letters:
        assert letter["Bcc"] is None
        assert [letter.get_all(name, [])[1:] for name in ("To", "Subject", "From", "Message-ID")] == [[]] * 4
        assert letter["To"] == "lin@example.com"
        text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        html = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert "林怡君🚗 \u202eمرحبا\u202c" in text
        assert "林怡君🚗" in html
        print(f"I6: a letter to {letter['To']} alone, subject {letter['Subject']!r}")
