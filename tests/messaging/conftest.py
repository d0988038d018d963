"""What the tests of messages need: a queued message, a link, a mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from servicedesk.customers.models import Customer
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre
from tests.messaging.mailserver import MailServer

CONFIRMED = {
    "number": "B2611-0427",
    "starts_at": "2026-11-26T01:30:00+00:00",
    "items": ["Scheduled maintenance", "Multi-point inspection"],
    "estimate": "6854",
    "plate": "BKQ-5821",
    "vehicle": "Toyota RAV4",
    "advisor": "許雅婷",
    "ready_by": "2026-11-26T08:00:00+00:00",
}


@pytest.fixture
def queue(customer: Customer, centre: ServiceCentre) -> Callable[..., Message]:
    """Queue a message: `queue()` is a booking confirmation, everything can be said otherwise."""

    def send(kind: str = "appointment_confirmed", **values: Any) -> Message:
        given: dict[str, Any] = {
            "customer": customer,
            "centre": centre,
            "by": Actor.system("test"),
            "context": CONFIRMED,
            "about": "B2611-0427",
        }
        return outbox.send(kind, **(given | values))

    return send


@pytest.fixture
def purposes() -> Iterator[None]:
    """Two purposes that lead to pages every test can open."""
    before = dict(links.PURPOSES)
    links.register("testing", "tests:page")
    links.register("other", "tests:other")
    yield
    links.PURPOSES.clear()
    links.PURPOSES.update(before)


@pytest.fixture
def link(purposes: None, customer: Customer, centre: ServiceCentre) -> SignedLink:
    return links.issue("testing", target_kind="test", target_id=7, customer=customer, centre=centre, days=7)


@pytest.fixture
def mailserver(settings: Any) -> Iterator[MailServer]:
    """A mail server on this machine, and settings that use it."""
    server = MailServer()
    settings.EMAIL_CHANNEL = "smtp"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 1
    yield server
    server.shutdown()
    server.server_close()
