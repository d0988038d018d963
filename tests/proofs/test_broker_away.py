"""Q3, short: the broker dead or silent while bookings come in by telephone and online. Full form: test_queue.py."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from servicedesk.celery import app
from servicedesk.messaging import doorbell, relay
from servicedesk.messaging.models import Message
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.roles import Role
from tests.appointments.test_views import booking_form
from tests.fixtures.appointments import ensure_reference, requested
from tests.fixtures.people import client_of, make_centre, make_user

pytestmark = pytest.mark.django_db(transaction=True)
LONGEST = 3.0


@pytest.fixture(params=["dead", "silent"])
def broker(request: Any) -> Iterator[str]:
    """A broker that is not there, or one that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "silent":
            listener.listen(64)
        before, app.conf.broker_url = app.conf.broker_url, f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        app.__dict__.pop("amqp", None)
        app.set_default()
        app._pool = None
        yield request.param
        app._pool = None
        app.conf.broker_url = before


@pytest.fixture
def house() -> ServiceCentre:
    ensure_reference()
    return make_centre("NH", "台北內湖廠")


def took(book: Callable[[], object]) -> float:
    """Seconds until the booking is committed and its rings are handed over."""
    began = time.monotonic()
    book()
    return time.monotonic() - began


@pytest.mark.proof("Q3")
def test_q3_bookings_do_not_wait_for_the_broker_and_are_written_afterwards(house: ServiceCentre, broker: str) -> None:
    desk, url = client_of(make_user("advisor", "許雅婷", house, Role.ADVISOR)), reverse("appointments:new")
    times = []
    for number in range(3):
        person = {"plate": f"Q3A-{number:04}", "phone": f"091800000{number}", "name": f"客{number}"}
        form = booking_form(house, **person, channel="email", email=f"a{number}@example.com")
        times.append(took(lambda form=form: desk.act(url, form)))  # type: ignore[misc]
        asked = {"plate": f"Q3B-{number:04}", "phone": f"091900000{number}", "email": f"b{number}@example.com"}
        times.append(took(lambda asked=asked: requested(house, **asked)))  # type: ignore[misc]
        house.reception_places += 2
        house.save()
    assert doorbell.send("messaging.relay") is False, "the broker is away indeed"
    assert Message.objects.filter(state="pending").count() == len(times)
    print(f"Q3 broker {broker}: {len(times)} bookings, the slowest took {max(times):.2f} s")
    assert max(times) < LONGEST
    relay.run()
    connection.close()
    assert set(Message.objects.values_list("kind", "state")) == {
        ("appointment_confirmed", "sent"),
        ("appointment_received", "sent"),
    }
