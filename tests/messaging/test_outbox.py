"""Queueing: one row in the caller's transaction, at the right address, once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy

from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Refusal

pytestmark = pytest.mark.django_db


def test_a_message_waits_in_the_outbox(queue, customer, centre):
    message = queue()
    message.refresh_from_db()
    assert (message.state, message.channel, message.to, message.language) == (
        "pending",
        "email",
        "lin@example.com",
        "zh-hant",
    )
    assert (message.due_at, message.attempts, message.subject, message.body) == (message.created_at, 0, "", "")
    assert (message.by_kind, message.by_ref) == ("system", "test")


def test_it_vanishes_with_the_transaction_that_caused_it(queue):
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert Message.objects.count() == 0


def test_an_unknown_kind_is_our_mistake(queue):
    with pytest.raises(ValueError, match="no message 'nothing'"):
        queue("nothing")


def test_the_same_key_queues_once(queue):
    first = queue(dedupe_key="confirm:427")
    again = queue(dedupe_key="confirm:427", context={"number": "other"})
    assert (again.pk, Message.objects.count()) == (first.pk, 1)
    assert queue(dedupe_key="confirm:428").pk != first.pk


def test_without_the_wished_address_it_goes_the_other_way(queue, customer):
    customer.email = ""
    assert (queue().channel, queue().to) == ("sms", "+886912345678")
    assert queue(channel="sms").channel == "sms"


def test_without_any_address_it_is_kept_as_failed(queue, customer):
    customer.email = customer.phone = ""
    message = queue()
    assert (message.state, message.error) == ("failed", outbox.NO_ADDRESS)


def test_context_becomes_json(queue):
    context = {
        "at": dt.datetime(2026, 11, 26, 1, 30, tzinfo=dt.UTC),
        "amount": Decimal("12.50"),
        "label": gettext_lazy("Booking confirmation"),
        "text": "a\x00b \ud800 ⟦link⟧ 👩‍🔧 שלום",
        "list": ({"n": 1},),
    }
    message = queue(context=context)
    message.refresh_from_db()
    assert message.context == {
        "at": "2026-11-26T01:30:00Z",
        "amount": "12.50",
        "label": "Booking confirmation",
        "text": "ab ?  👩‍🔧 שלום",
        "list": [{"n": 1}],
    }


def test_cancelling_what_waits(queue, centre, other_centre):
    confirmation = queue()
    reminder = queue("new_link")
    elsewhere = queue(centre=other_centre)
    sent = queue()
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=now(), body="x")
    assert Message.objects.cancel_pending(about="B2611-0427", kinds=["new_link"], centre=centre) == 1
    assert Message.objects.cancel_pending(about="B2611-0427", centre=centre) == 1
    assert Message.objects.cancel_pending(about="B2611-9999") == 0
    states = {m.pk: m.state for m in Message.objects.all()}
    assert states == {
        confirmation.pk: "cancelled",
        reminder.pk: "cancelled",
        elsewhere.pk: "pending",
        sent.pk: "sent",
    }


def test_sending_again_uses_the_address_of_today(queue, customer, advisor):
    customer.email = customer.phone = ""
    message = queue()
    customer.email = "new@example.com"
    customer.save()
    again = outbox.send_again(message, by=Actor.of(advisor))
    again.refresh_from_db()
    assert (again.state, again.to, again.attempts, again.error, again.by_user) == (
        "pending",
        "new@example.com",
        0,
        "",
        advisor,
    )
    with pytest.raises(Refusal):
        outbox.send_again(again, by=Actor.of(advisor))


def test_sending_again_needs_an_address(queue, customer, advisor):
    type(customer).objects.filter(pk=customer.pk).update(phone="", email="", erased_at=now())
    customer.refresh_from_db()
    with pytest.raises(Refusal):
        outbox.send_again(queue(), by=Actor.of(advisor))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Hello\r\nBcc: x@y.z", "Hello Bcc: x@y.z"),
        ("a\u2028b\x85c\x0bd", "a b c d"),
        ("tab\tnul\x00bell\x07", "tab nulbell"),
        ("👩‍🔧 林小姐 שלום", "👩‍🔧 林小姐 שלום"),
    ],
)
def test_headers_are_one_line(typed, kept):
    assert outbox.plain(typed) == kept
