"""Q1–Q3: whatever happens to worker, web server and broker, what was promised in the database is sent, once."""

from __future__ import annotations

import collections
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from servicedesk.celery import app
from tests.messaging.mailserver import MailServer
from tests.proofs.booking import Booking, Call, book
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service

pytestmark = pytest.mark.prove

MINUTES = float(os.environ.get("PROVE_MINUTES", "10"))
LEASE = 130  # seconds after which another relay takes over a message
DEATHS = [
    "before-task:messaging.relay",
    "before:servicedesk.messaging.relay:claim",
    "after:servicedesk.messaging.relay:claim",
    "before:servicedesk.messaging.relay:mark_sent",
    "after:servicedesk.messaging.relay:mark_sent",
    "after-task:messaging.relay",
    "before-task:insight.sweep",
    "after-task:insight.sweep",
]
PLANNING_DEATHS = [
    "before-task:followup.tasks.plan",
    "before:followup.services:plan_calls",
    "after:followup.services:plan_calls",
    "after-task:followup.tasks.plan",
]
PRINTING_DEATHS = [
    "before-task:documents.print",
    "before:servicedesk.documents.printing:claim",
    "after:servicedesk.documents.printing:claim",
    "before:servicedesk.documents.printing:finish",
    "after:servicedesk.documents.printing:finish",
    "after-task:documents.print",
]
PRINTING_LEASE = 310  # seconds after which another worker takes over a paper
PLANNED = "SELECT planned_at IS NOT NULL FROM followup_followupplan WHERE id = %s"
EVENTS_AND_CALLS = """
    SELECT (SELECT count(*) FROM workorders_event e WHERE e.work_order_id = p.work_order_id AND e.kind = 'followup.planned'),
           (SELECT count(*) FROM followup_followup f WHERE f.work_order_id = p.work_order_id)
    FROM followup_followupplan p WHERE p.id = %s
"""
DOUBLED = "before:servicedesk.messaging.relay:mark_sent"
"""Here the mail server has the letter and we do not know it: it goes out again, under the same Message-ID."""


@pytest.fixture
def service(state: Path, mail: MailServer) -> Iterator[Service]:
    """A service whose letters really leave it."""
    service = Service(state, EMAIL_CHANNEL="smtp", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}")
    try:
        yield service.begin()
        service.restore_parts()
        service.settle(180)
        service.reconcile()
    finally:
        service.stop()


def letters(mail: MailServer) -> dict[str, int]:
    """Return how often each letter was taken by the mail server."""
    return collections.Counter(letter["Message-ID"] for letter in mail.letters)


@pytest.mark.proof("Q1")
def test_q1_worker_killed_at_each_step_of_each_task(service: Service, mail: MailServer):
    """Done once, or pending and then done."""
    for number, death in enumerate(DEATHS, 1):
        service.kill(service.worker)
        service.start_faulty_worker(death)
        book(service)
        service.wait(f"the worker dies {death}", lambda: not service.worker.running(), 90)
        service.kill(service.worker)
        service.move_clock(LEASE)
        service.restore_parts()
        service.settle()
        print(f"Q1 {death}: died, then {service.messages('sent')} of {number} sent", flush=True)
        assert service.messages() == service.messages("sent") == number
        assert len(letters(mail)) == number
    twice = [letter for letter, times in letters(mail).items() if times > 1]
    assert len(twice) <= 1, "only the death between sending and marking may send again, recognisably"
    assert sum(letters(mail).values()) <= len(DEATHS) + DEATHS.count(DOUBLED)


@pytest.mark.proof("Q1")
def test_q1_worker_killed_while_planning_follow_ups(service: Service):
    """Each delivered visit is planned once: the same calls, one event."""
    at_tuesday_ten(service)
    calls = {}
    for number, death in enumerate(PLANNING_DEATHS):
        service.kill(service.worker)
        service.start_faulty_worker(death)
        plan = play(service, "delivered", plate=f"PLN-{1000 + number}")
        service.ring("followup.tasks.plan", plan)
        service.wait(f"the worker dies {death}", lambda: not service.worker.running(), 90)
        service.kill(service.worker)
        service.move_clock(LEASE)  # plans that were not rung for are swept after a minute
        service.restore_parts()
        took = service.wait("the calls are planned", partial(service.one, PLANNED, plan), 120)
        service.ring("followup.tasks.plan", plan)  # and once more
        service.settle()
        events = service.rows(EVENTS_AND_CALLS, plan)
        print(f"Q1 {death}: died, planned {took:.0f} s after the restart; events, calls: {events[0]}", flush=True)
        calls[death] = events[0]
    assert {count for count, _ in calls.values()} == {1}
    assert len({made for _, made in calls.values()}) == 1


@pytest.mark.proof("Q1")
def test_q1_worker_killed_while_printing(service: Service):
    """Each paper that was ordered is kept once."""
    at_tuesday_ten(service)
    left = "SELECT count(*) FROM documents_paperorder WHERE state = 'pending'"
    once = "SELECT count(*), count(paper_id), count(DISTINCT paper_id), (SELECT count(*) FROM documents_paper)"
    for number, death in enumerate(PRINTING_DEATHS):
        service.kill(service.worker)
        service.start_faulty_worker(death)
        play(service, "delivered", plate=f"PRT-{1000 + number}")
        service.ring("documents.print")
        service.wait(f"the worker dies {death}", lambda: not service.worker.running(), 90)
        service.kill(service.worker)
        service.move_clock(PRINTING_LEASE)
        service.restore_parts()
        took = service.wait("all papers are printed", lambda: service.one(left) == 0, 180)
        (counts,) = service.rows(f"{once} FROM documents_paperorder")
        print(f"Q1 {death}: died, printed {took:.0f} s after the restart; orders, papers: {counts}", flush=True)
        assert len(set(counts)) == 1


def test_q1_knows_every_task():
    """A new task needs its deaths in this file."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    killed = {
        death.split(":", 1)[1] for death in DEATHS + PLANNING_DEATHS + PRINTING_DEATHS if "task" in death.split(":")[0]
    }
    assert ours == killed


@pytest.mark.proof("Q2")
@pytest.mark.parametrize("step", ["_push", "send"])
def test_q2_web_killed_between_commit_and_publish(service: Service, mail: MailServer, step: str):
    """The row waits, then is sent; the customer's second try gets the first one's answer."""
    service.worker.stop()
    service.kill(service.web)
    service.start_faulty_web(f"before:servicedesk.messaging.doorbell:{step}")
    booking = Booking(service).fill_in()
    try:
        print(f"Q2 {step}: the answer was {booking.send().status}", flush=True)
    except OSError as error:
        print(f"Q2 {step}: the connection broke ({error})", flush=True)
    service.wait("the web server dies", lambda: not service.web.running(), 10)
    service.kill(service.web)
    assert booking.made() == 1
    assert service.messages("pending") == service.messages() == 1
    assert letters(mail) == {}

    service.restore_parts()
    assert booking.send().status == 302
    took = service.wait("the message is sent", lambda: service.messages("sent") == 1)
    print(f"Q2 {step}: sent {took:.1f} s after the restart", flush=True)
    assert booking.made() == 1
    assert list(letters(mail).values()) == [1]


@pytest.mark.proof("Q3")
@pytest.mark.parametrize("fault", ["killed", "silent"])
def test_q3_broker_gone_while_booking(service: Service, mail: MailServer, fault: str):
    """Bookings online and by telephone in turn take less than 3 s each, and all messages go out afterwards."""
    assert service.valkey is not None
    desk = service.visitor("advisor")
    if fault == "killed":
        service.kill(service.valkey)
    else:
        service.silence(service.valkey)
    slowest, made, end = {"online": 0.0, "telephone": 0.0}, 0, time.monotonic() + MINUTES * 60
    while time.monotonic() < end or made < len(slowest):
        service.rows("DELETE FROM appointments_onlinerequest")
        way = ("online", "telephone")[made % 2]
        booking = Booking(service).fill_in() if way == "online" else Call(service, desk)
        began = time.monotonic()
        page = booking.send()
        slowest[way] = max(slowest[way], time.monotonic() - began)
        assert page.status == 302
        assert booking.made() == 1
        made += 1
        time.sleep(min(15.0, MINUTES * 6))
    worst = ", ".join(f"{way} {seconds:.2f} s" for way, seconds in slowest.items())
    print(f"Q3 broker {fault} for {MINUTES:g} min: {made} bookings, the slowest: {worst}", flush=True)
    assert max(slowest.values()) < 3
    waiting = service.messages("pending")

    if fault == "killed":
        service.start_valkey()
    else:
        service.wake(service.valkey)
    service.restore_parts()
    took = service.wait("all messages are sent", lambda: service.messages("sent") == made, 180)
    print(
        f"Q3 broker {fault}: {waiting} messages had waited; all {made} sent {took:.0f} s after it came back", flush=True
    )
    assert sorted(letters(mail).values()) == [1] * made
