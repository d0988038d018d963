"""The relay at each place where it can die, and beside others of its kind."""

import threading

import pytest
from django.db import connection

from servicedesk.clock import now
from servicedesk.messaging import attachments, outbox, relay, tasks
from servicedesk.messaging.attachments import File
from servicedesk.messaging.channels import NotYet, channel_of
from servicedesk.messaging.checks import outbox_problems
from servicedesk.messaging.models import LINK_PLACEHOLDER, Message
from servicedesk.messaging.rendering import render

pytestmark = pytest.mark.django_db


def test_what_is_due_is_sent_and_kept_as_sent(queue, link):
    message = queue(link=link)
    assert relay.run() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("sent", 1, "")
    assert "B2611-0427" in message.subject
    assert LINK_PLACEHOLDER in message.body
    assert link.token not in message.body + message.html + message.subject
    assert relay.run() == 0


def test_the_future_waits(queue, at_tuesday_ten):
    message = queue(due_at=now() + relay.LEASE)
    assert relay.run() == 0
    at_tuesday_ten.move(minutes=3)
    assert relay.run() == 1
    message.refresh_from_db()
    assert message.state == "sent"
    assert not message.was_late


def test_after_three_days_it_is_sent_once_and_flagged_late(queue, at_tuesday_ten):
    message = queue()
    at_tuesday_ten.move(days=3)
    assert (relay.run(), relay.run()) == (1, 0)
    message.refresh_from_db()
    assert message.was_late


def test_what_has_outlived_its_use_is_cancelled_instead(queue, at_tuesday_ten):
    message = queue(useful_until=now() + relay.LEASE)
    late = queue(useful_until=now() + relay.LEASE / 2, due_at=now() + relay.LEASE / 2)
    assert relay.run() == 1
    at_tuesday_ten.move(minutes=3)
    assert relay.run() == 1
    for row in (message, late):
        row.refresh_from_db()
    assert (message.state, late.state, late.sent_at) == ("sent", "cancelled", None)
    assert late.error
    assert outbox_problems() == []


def test_killed_before_the_work_it_is_taken_over_after_the_lease(queue, at_tuesday_ten, mailserver):
    queue()
    claimed = relay.claim()
    assert (claimed.state, claimed.attempts) == ("sending", 1)
    assert relay.run() == 0
    at_tuesday_ten.move(seconds=121)
    assert relay.run() == 1
    claimed.refresh_from_db()
    assert (claimed.state, claimed.attempts, len(mailserver.letters)) == ("sent", 2, 1)


def test_killed_between_sending_and_marking_the_same_letter_goes_again(queue, at_tuesday_ten, mailserver):
    """At least once: the repeat carries the same Message-ID, by which mailboxes tell it from a new letter."""
    queue()
    claimed = relay.claim()
    channel_of(claimed).deliver(claimed, render(claimed))
    at_tuesday_ten.move(seconds=121)
    relay.run()
    first, second = mailserver.letters
    assert first["Message-ID"] == second["Message-ID"] == claimed.message_id


def test_a_relay_that_lost_its_lease_marks_nothing(queue, at_tuesday_ten):
    queue()
    slow = relay.claim()
    at_tuesday_ten.move(seconds=121)
    taken_over = relay.claim()
    relay.put_back(slow, "too late")
    relay.give_up(slow, "too late")
    taken_over.refresh_from_db()
    assert (taken_over.state, taken_over.error) == ("sending", "")


def test_a_message_that_kills_its_worker_is_given_up(queue, at_tuesday_ten):
    message = queue()
    for _death in range(relay.MAX_ATTEMPTS):
        assert relay.claim().state == "sending"
        at_tuesday_ten.move(seconds=121)
    assert relay.run() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", relay.MAX_ATTEMPTS)
    assert message.error
    assert outbox_problems() == []


@pytest.mark.proof("Q5")
def test_a_poisoned_message_does_not_stop_the_others(queue, at_tuesday_ten):
    poison = queue()
    Message.objects.filter(pk=poison.pk).update(kind="no_such_template")
    good = queue()
    assert relay.run() == 2
    good.refresh_from_db()
    poison.refresh_from_db()
    assert good.state == "sent"
    assert (poison.state, poison.attempts, poison.error[:20]) == ("pending", 1, "TemplateDoesNotExist")
    for _try in range(10):
        at_tuesday_ten.move(hours=3)
        relay.run()
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("failed", relay.MAX_ATTEMPTS)


def test_a_letter_waits_for_what_it_takes_along_without_using_up_its_attempts(
    queue, at_tuesday_ten, mailserver, monkeypatch
):
    ready: list[bool] = []

    def read(pk: int) -> File:
        if not ready:
            raise NotYet("the bill is still being printed")
        return File("bill.pdf", b"%PDF-1.7", "application/pdf")

    monkeypatch.setitem(attachments.OPENERS, "test", read)
    message = queue(attachments=[{"opener": "test", "id": 1}])
    for _try in range(10):
        assert relay.run() == 1
        at_tuesday_ten.move(seconds=16)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("pending", 0, "the bill is still being printed")
    ready.append(True)
    assert relay.run() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error, len(mailserver.letters)) == ("sent", 1, "", 1)


def test_cancelled_while_being_sent_tells_the_truth(queue):
    queue()
    claimed = relay.claim()
    Message.objects.cancel_pending(about="B2611-0427")
    relay.put_back(claimed, "not now")
    claimed.refresh_from_db()
    assert claimed.state == "cancelled"
    relay.mark_sent(claimed, render(claimed))
    claimed.refresh_from_db()
    assert claimed.state == "sent"


@pytest.mark.proof("Q4")
@pytest.mark.django_db(transaction=True)
def test_relays_side_by_side_double_nothing(queue, mailserver):
    for _n in range(30):
        queue()

    def work() -> None:
        try:
            relay.run()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [letter["Message-ID"] for letter in mailserver.letters]
    assert (len(ids), len(set(ids))) == (30, 30)
    assert Message.objects.filter(state="sent", attempts=1).count() == 30


def test_beat_and_doorbell_know_the_task_by_its_name(queue, settings):
    queue()
    assert tasks.relay_outbox() == 1
    swept = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.relay_outbox.name == outbox.RELAY_TASK == "messaging.relay"
    assert outbox.RELAY_TASK in swept
