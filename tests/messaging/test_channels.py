"""Mail servers and gateways that answer, refuse, hang and drop."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from servicedesk.messaging import attachments, relay
from servicedesk.messaging.models import Message

pytestmark = pytest.mark.django_db


def test_a_letter_arrives_whole(queue, link, mailserver):
    message = queue(
        link=link,
        attachments=[{"name": "booking.ics", "type": "text/calendar; method=PUBLISH", "text": "BEGIN:VCALENDAR\r\n"}],
    )
    relay.run()
    (letter,) = mailserver.letters
    assert letter["To"] == "lin@example.com"
    assert "台北內湖廠" in letter["From"]
    assert letter["Message-ID"] == message.message_id
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert link.url in text
    assert f'href="{link.url}"' in html
    assert "background: #0B6E6E" in html
    assert "prefers-color-scheme: dark" in html
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("booking.ics", "text/calendar")
    assert file.get_param("method") == "PUBLISH"


def test_papers_are_read_at_sending(queue, mailserver):
    attachments.register("test", lambda pk: (f"bill-{pk}.pdf", b"%PDF-1.7", "application/pdf"))
    try:
        queue(attachments=[{"opener": "test", "id": 12}])
        relay.run()
    finally:
        del attachments.OPENERS["test"]
    (file,) = mailserver.letters[0].iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("bill-12.pdf", b"%PDF-1.7")


@pytest.mark.proof("Q5")
@pytest.mark.parametrize(
    ("behaviour", "state"), [("busy", "pending"), ("drop", "pending"), ("hang", "pending"), ("unknown", "failed")]
)
def test_trouble_is_tried_again_and_refusal_is_not(queue, mailserver, behaviour, state):
    message = queue()
    mailserver.behaviour = behaviour
    relay.run()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (state, 1)
    assert message.error


@pytest.mark.proof("Q5")
def test_a_dead_server_is_given_up_visibly_and_the_rest_goes_on(queue, mailserver, at_tuesday_ten, settings):
    message = queue()
    right, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for _try in range(relay.MAX_ATTEMPTS):
        relay.run()
        at_tuesday_ten.move(hours=3)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", relay.MAX_ATTEMPTS)
    settings.EMAIL_PORT = right
    queue()
    relay.run()
    assert len(mailserver.letters) == 1


@pytest.mark.proof("Q5")
@pytest.mark.parametrize("behaviour", ["hang", "silent", "down"])
def test_a_mail_server_that_does_not_answer_holds_nobody_else_up(
    queue, mailserver, at_tuesday_ten, settings, behaviour
):
    """It costs one try and its patience once a run; text messages go out meanwhile, and every letter afterwards, once."""
    letters = [queue() for _n in range(4)]
    text = queue(channel="sms")
    mailserver.behaviour, settings.EMAIL_TIMEOUT = behaviour, 0.2
    right, settings.EMAIL_PORT = settings.EMAIL_PORT, 1 if behaviour == "down" else settings.EMAIL_PORT
    assert relay.run() == 2
    text.refresh_from_db()
    tried = sorted(Message.objects.filter(channel="email").values_list("attempts", flat=True))
    assert (text.state, tried, mailserver.calls) == ("sent", [0, 0, 0, 1], int(behaviour != "down"))
    mailserver.behaviour, settings.EMAIL_PORT = "ok", right
    at_tuesday_ten.move(minutes=1)
    relay.run()
    assert sorted(letter["Message-ID"] for letter in mailserver.letters) == sorted(row.message_id for row in letters)


@pytest.mark.proof("Q5")
def test_whatever_words_a_refusal_has_they_can_be_kept(queue, mailserver, monkeypatch):
    """An error with a NUL in it could not be kept: the relay broke off, and nothing after it went out."""

    def read(pk: int) -> None:
        raise ValueError("broken \x00 \ud800 paper")

    monkeypatch.setattr(relay.log, "disabled", True)  # a report with half a character cannot travel between processes
    monkeypatch.setitem(attachments.OPENERS, "test", read)
    poison, good = queue(attachments=[{"opener": "test", "id": 1}]), queue()
    assert relay.run() == 2
    poison.refresh_from_db()
    good.refresh_from_db()
    assert (good.state, poison.state, poison.error) == ("sent", "pending", "ValueError: broken  ? paper")


@pytest.mark.proof("Q5")
def test_dropped_after_data_the_repeat_has_the_same_id(queue, mailserver, at_tuesday_ten):
    queue()
    mailserver.behaviour = "drop"
    relay.run()
    mailserver.behaviour = "ok"
    at_tuesday_ten.move(minutes=1)
    relay.run()
    first, second = mailserver.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert Message.objects.get().state == "sent"


@pytest.mark.parametrize(
    "address", ["a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "no address"]
)
def test_an_address_cannot_carry_headers(queue, customer, mailserver, address):
    customer.email = address
    message = queue()
    relay.run()
    message.refresh_from_db()
    assert (message.state, mailserver.letters) == ("failed", [])


def test_headers_cannot_be_injected(queue, customer, mailserver):
    customer.name = "x"
    context = {"number": "B1\r\nBcc: evil@example.com", "starts_at": "2026-11-26T01:30:00+00:00"}
    queue(context=context)
    relay.run()
    (letter,) = mailserver.letters
    assert letter["Bcc"] is None
    assert "Bcc: evil@example.com" in letter["Subject"]


@pytest.mark.parametrize(
    "words", ["👩‍🔧🚗 煞車有聲音", "שלום עולם", "<script>alert(1)</script> & \"quoted\" 'x'", "長" * 350_000]
)
def test_any_words_arrive_intact(queue, mailserver, words):
    queue("complaint_received", context={"number": "C1", "matter": words, "answer_by": "2026-11-26T01:30:00+00:00"})
    relay.run()
    (letter,) = mailserver.letters
    assert words in letter.get_body(("plain",)).get_content().replace("\n", "")
    assert "<script" not in letter.get_body(("html",)).get_content()


class Gateway(BaseHTTPRequestHandler):
    """An SMS gateway that answers what it is told to."""

    status = 200
    taken: list[tuple[dict, dict]] = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).taken.append((body, dict(self.headers)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args):
        """Stay quiet."""


@pytest.fixture
def gateway(settings):
    Gateway.status, Gateway.taken = 200, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    settings.SMS_GATEWAY = "servicedesk.messaging.channels.HttpGateway"
    settings.SMS_URL, settings.SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/send", "secret"
    yield Gateway
    server.shutdown()
    server.server_close()


def test_a_text_message_goes_through_the_gateway(queue, link, gateway):
    message = queue(channel="sms", link=link)
    relay.run()
    ((body, headers),) = gateway.taken
    assert (body["to"], body["reference"]) == ("+886912345678", message.message_id)
    assert body["text"].endswith(link.url)
    assert headers["Authorization"] == "Bearer secret"
    message.refresh_from_db()
    assert message.state == "sent"


@pytest.mark.parametrize(("status", "state"), [(503, "pending"), (401, "pending"), (429, "pending"), (422, "failed")])
def test_what_the_gateway_answers_decides(queue, gateway, status, state):
    gateway.status = status
    message = queue(channel="sms")
    relay.run()
    message.refresh_from_db()
    assert (message.state, message.error) == (state, f"the gateway answered {status}")


def test_a_dead_gateway_is_tried_again(queue, gateway, settings):
    settings.SMS_URL = "http://127.0.0.1:1/"
    message = queue(channel="sms")
    relay.run()
    message.refresh_from_db()
    assert message.state == "pending"


def test_production_without_a_gateway_says_so(queue, settings):
    settings.PRODUCTION = True
    message = queue(channel="sms")
    relay.run()
    message.refresh_from_db()
    assert message.state == "failed"
