"""Q4: the broker emptied under load, two beats, two relays, every task run twice: nothing lost and nothing doubled."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery

from followup.models import FollowUpPlan
from servicedesk import registry
from servicedesk.celery import app
from servicedesk.embedded.processes import Child
from tests.messaging.conftest import mailserver  # noqa: F401 - a fixture
from tests.messaging.mailserver import MailServer
from tests.proofs.booking import Booking
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.walk import contents, fingerprint

OURS = {"messaging.relay", "insight.sweep", "documents.print", "followup.tasks.plan"}
BOOKINGS, THREADS = 24, 3
BUSY = {"messaging_message"}
"""When a message was claimed, and how often, may differ from one run to the next; that it was sent once is counted."""


def every_task() -> dict[str, list[tuple[Any, ...]]]:
    """Each task of the house with the arguments it may be rung with."""
    app.loader.import_default_modules()
    plans = [(pk,) for pk in FollowUpPlan.objects.values_list("pk", flat=True)]
    return {
        name: plans if name == "followup.tasks.plan" else [()] for name in app.tasks if not name.startswith("celery.")
    }


@pytest.mark.proof("Q4")
def test_every_task_run_twice_does_its_work_once(visit_delivered: Any, mailserver: MailServer) -> None:  # noqa: F811
    """After one round of all tasks everything due is done; a second and a third round change nothing and send nothing."""
    assert set(every_task()) == OURS

    def round_of_all() -> None:
        for name, rings in every_task().items():
            for args in rings:
                app.tasks[name](*args)
                app.tasks[name](*args)

    round_of_all()
    round_of_all()  # a letter may have waited for a paper of the first round
    before, sent = fingerprint(), letters(mailserver)
    assert sent
    assert set(sent.values()) == {1}
    assert contents()["followup_followup"]
    round_of_all()
    assert (fingerprint(), letters(mailserver)) == (before, sent)
    assert [problem for check in registry.checks for problem in check.problems()] == []


def letters(mail: MailServer) -> dict[str, int]:
    """How often each letter was taken by the mail server."""
    return collections.Counter(letter["Message-ID"] for letter in mail.letters)


@pytest.fixture
def service(state: Path, mail: MailServer) -> Iterator[Service]:
    """A service whose letters really leave it, with a second worker that has a beat of its own."""
    service = Service(state, EMAIL_CHANNEL="smtp", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}")
    words = [state / "beat2" if word == state / "beat" else word for word in service.worker.command]
    second = Child("worker2", [*words, "-n", "second@%h"], {}, log=service.logs / "worker2.log", patience=10)
    try:
        at_tuesday_ten(service.begin())
        second.env = service.environment()
        second.start()
        yield service
        assert second.running(), second.last_words()
        service.restore_parts()
        service.settle(180)
        service.reconcile()
    finally:
        second.stop()
        service.stop()


class Storm:
    """Empties the broker and rings every task twice, again and again, until it is told to stop."""

    def __init__(self, service: Service) -> None:
        url = service.environment()["REDIS_URL"]
        self.broker = redis.Redis(unix_socket_path=url.removeprefix("redis+socket://"))
        self.bell = Celery(broker=url)
        self.service, self.flushed, self.rung, self.over = service, 0, 0, threading.Event()
        self.lost = 0
        self.thread = threading.Thread(target=self.rage)

    def rage(self) -> None:
        """FLUSHALL four times a second; rings in between, which are lost or answered twice."""
        while not self.over.wait(0.25):
            self.lost += int(self.broker.llen("celery"))  # type: ignore[arg-type]
            self.broker.flushall()
            self.flushed += 1
            plans = [pk for (pk,) in self.service.rows("SELECT id FROM followup_followupplan")]
            for name in sorted(OURS):
                for args in [[pk] for pk in plans] if name == "followup.tasks.plan" else [[]]:
                    for _twice in range(2):
                        self.bell.send_task(name, args=args, ignore_result=True)
                        self.rung += 1

    def __enter__(self) -> Storm:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


@pytest.mark.prove
@pytest.mark.proof("Q4")
def test_q4_broker_emptied_under_load(service: Service, mail: MailServer) -> None:
    made: list[Booking] = []

    def customers() -> None:
        for _n in range(BOOKINGS // THREADS):
            service.rows("DELETE FROM appointments_onlinerequest")
            booking = Booking(service).fill_in()
            assert booking.send().status == 302
            made.append(booking)

    with Storm(service) as storm:
        threads = [threading.Thread(target=customers) for _n in range(THREADS)]
        for thread in threads:
            thread.start()
        plan = play(service, "delivered", plate="STM-0001")
        for thread in threads:
            thread.join()
        time.sleep(2)
    assert len(made) == BOOKINGS
    assert [booking.made() for booking in made] == [1] * BOOKINGS
    left = "SELECT count(*) FROM documents_paperorder WHERE state = 'pending'"
    service.wait("all papers are printed", lambda: service.one(left) == 0, 120)
    planned = "SELECT count(*) FROM followup_followupplan WHERE planned_at IS NULL"
    service.wait("all calls are planned", lambda: service.one(planned) == 0, 120)
    service.settle(120)
    assert service.messages("failed") == 0
    sent = "SELECT count(*) FROM messaging_message WHERE state = 'sent' AND channel = 'email'"
    taken = letters(mail)
    doubled = "SELECT count(*) - count(DISTINCT (work_order_id, sequence)) FROM followup_followup"
    events = service.one(
        "SELECT count(*) FROM workorders_event e JOIN followup_followupplan p USING (work_order_id)"
        " WHERE p.id = %s AND e.kind = 'followup.planned'",
        plan,
    )
    print(
        f"Q4: {BOOKINGS} bookings and a visit while the broker was emptied {storm.flushed} times and {storm.rung} tasks were"
        f" rung for; {len(taken)} letters, each once"
    )
    assert (len(taken), set(taken.values())) == (service.one(sent), {1})
    assert (service.one(doubled), events) == (0, 1)
    customers_letters = "SELECT count(DISTINCT customer_id) FROM messaging_message WHERE state = 'sent'"
    assert service.one(customers_letters) >= BOOKINGS
    assert storm.flushed > 10
