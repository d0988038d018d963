"""I6, short form: what people type neither breaks a letter's head nor a page, and comes back as it was written."""

from __future__ import annotations

import html
from email import message_from_bytes, policy
from typing import Any

import pytest

from servicedesk.customers.models import Customer, Vehicle
from servicedesk.messaging import outbox, relay
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from tests.fixtures.people import client_of
from tests.messaging.conftest import CONFIRMED, mailserver  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.proof("I6")]
TEXTS = {
    "header": "林\r\nBcc: thief@evil.example\r\n\r\n<b>x</b>",
    "emoji": "🚗👩‍🔧🇹🇼",
    "cjk": "林怡君 髙橋 㐂 𠮷野家",
    "right to left": "\u202eمرحبا بالعالم\u202c שלום",
    "combining": "Zoë Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A",
    "markup": "<script>alert(1)</script> {{ x }} {% y %} %(z)s ${w}",
    "quotes": 'O\'Brien "Bob" \\ `ls` ; --',
    "lines": "one\u2028two\u2029three\x0bfour\x85five",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_letter_stays_one_letter(text: str, customer: Customer, centre: ServiceCentre, mailserver: Any) -> None:  # noqa: F811
    Customer.objects.filter(pk=customer.pk).update(name=text[:80])
    customer.refresh_from_db()
    context = {**CONFIRMED, "plate": text, "items": [text], "advisor": text, "number": text}
    outbox.send(
        "appointment_confirmed",
        customer=customer,
        centre=centre,
        by=Actor.system("test"),
        context=context,
        about=text[:20],
    )
    assert relay.run() == 1
    assert Message.objects.get().state == "sent", Message.objects.get().error
    letter = message_from_bytes(mailserver.taken[0], policy=policy.default)
    assert letter["Bcc"] is None
    assert letter.get_all("To") == ["lin@example.com"]
    assert [len(letter.get_all(name, [])) for name in ("Subject", "From", "Message-ID")] == [1, 1, 1]
    assert "\n" not in letter["Subject"] + letter["From"]
    page = letter.get_body(("html",)).get_content()
    assert "<script>" not in page


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_name_comes_back_as_it_was_written(text: str, advisor: User, customer: Customer, vehicle: Vehicle) -> None:
    name = " ".join(text.split())[:60]
    browser = client_of(advisor)
    page = browser.get(f"/customers/{customer.pk}/edit/")
    answer = browser.act(f"/customers/{customer.pk}/edit/", {**page.context["form"].initial, "name": name})
    assert answer.status_code == 302, answer.context["form"].errors
    customer.refresh_from_db()
    for url in (f"/customers/{customer.pk}/", "/customers/"):
        shown = client_of(advisor).get(url).content.decode()
        assert "<script>alert" not in shown
        assert customer.name in html.unescape(shown)
    assert customer.name.split() == name.split()


@pytest.mark.parametrize("field", ["name", "phone", "email"])
def test_a_megabyte_is_refused_in_words(field: str, advisor: User, customer: Customer) -> None:
    browser = client_of(advisor)
    given = {"name": "林", "phone": "0912345678", "email": "lin@example.com", "language": "zh-hant", "channel": "sms"}
    answer = browser.act(f"/customers/{customer.pk}/edit/", {**given, field: "長" * 300_000})
    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    assert len(answer.content) < 2_500_000
    customer.refresh_from_db()
    assert customer.name == "林怡君"


def test_a_body_beyond_all_bounds_is_400(advisor: User, customer: Customer) -> None:
    answer = client_of(advisor).act(f"/customers/{customer.pk}/edit/", {"name": "x" * 4_000_000})
    assert answer.status_code in (400, 413)
