"""The pages of a result take as many queries for much that was found as for little."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reception import checklist, services
from reception.models import Inspection
from reception.services import points
from servicedesk.documents import photos
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor
from tests.fixtures.people import client_of
from tests.fixtures.pictures import picture, upload
from tests.fixtures.reception import looked_at, received

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def queries(browser: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len(asked)


def test_much_found_takes_no_more_queries_than_little(centre: Any, advisor: Any) -> None:
    order, by = looked_at(received(centre, advisor), advisor), Actor.of(advisor)
    services.leave_unsigned(order, by=by, reason="趕時間")
    desk, customer = client_of(advisor), Client()
    customer.get(SignedLink.objects.get(purpose="inspection").path)
    pages = {
        "sign": (desk, reverse("reception:sign", args=[order.pk])),
        "panel": (desk, reverse("workorders:panel", args=[order.pk, "inspection"])),
        "confirm": (customer, reverse("reception:confirm")),
    }
    for browser, url in pages.values():
        browser.get(url)  # what is read once for all
    little = {name: queries(*page) for name, page in pages.items()}
    shown = photos.read(upload(picture((64, 48))))
    for number in range(6):
        mark = services.add_mark(order, by=by, kind="dent", x=60 + 40 * number, y=90)
        services.add_photo(order, by=by, key=uuid.uuid4(), picture=shown, mark=mark.key)
        services.add_photo(order, by=by, key=uuid.uuid4(), picture=shown)
    inspection = Inspection.objects.get()
    for item in checklist.point_items(inspection):
        points.record(inspection, item, verdict="red", measured="1" if item.is_measured else "")
    assert {name: queries(*page) for name, page in pages.items()} == little
    assert max(little.values()) <= 15, little
