"""The time the workshop can keep: reckoned from rosters, bookings and the cars in the house; in as many queries for many lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.capacity.house import bring_up_to_date
from appointments.capacity.models import DayLoad
from reception import services
from reception.promise import reckon
from servicedesk.staff.actors import Actor
from tests.fixtures.appointments import operations
from tests.fixtures.reception import estimated

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(centre: Any, advisor: Any, technician: Any, second_technician: Any, at_tuesday_ten: Any) -> Any:
    """A car with work proposed, at ten on Tuesday; two technicians are on their shifts and nobody else's car is here."""
    order, _version = estimated(centre, advisor)
    bring_up_to_date(centre)
    return order


def test_a_full_day_moves_the_time_to_the_next_one_and_says_from_when(order: Any) -> None:
    centre = order.centre
    before = reckon(order, with_proposed=True)
    assert before.at is not None
    assert before.starts is not None
    assert centre.local(before.starts).date() == centre.today()
    assert before.hours == sum((line.quantity for line in order.lines.filter(kind="labour")), Decimal(0))
    for load in DayLoad.objects.filter(centre=centre, date=centre.today()):
        DayLoad.objects.filter(pk=load.pk).update(booked=load.capacity)
    after = reckon(order, with_proposed=True)
    assert after.at is not None
    assert after.starts is not None
    assert centre.local(after.starts).date() == centre.today() + dt.timedelta(days=1)
    assert after.at > before.at
    assert f"{centre.local(after.starts):%H:%M}" in after.why


def test_nothing_starts_on_a_closed_day(order: Any, at_tuesday_ten: Any) -> None:
    at_tuesday_ten.move(days=5)
    centre = order.centre
    bring_up_to_date(centre)
    found = reckon(order, with_proposed=True)
    assert found.starts is not None
    assert centre.local(found.starts).date() == centre.today() + dt.timedelta(days=1), "Sunday is closed"


def test_more_lines_ask_no_more_queries(order: Any, advisor: Any) -> None:
    assert order.centre  # loaded before anything is counted
    with CaptureQueriesContext(connection) as few:
        reckon(order, with_proposed=True)
    for work in operations(("MNT-120", "ELE-010", "BRK-030")):
        services.add_operation(order, by=Actor.of(advisor), operation=work)
    with CaptureQueriesContext(connection) as many:
        reckon(order, with_proposed=True)
    assert len(many) == len(few) <= 6
