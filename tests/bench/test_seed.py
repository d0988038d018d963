"""Seeding for measurements writes what the services would have: the database and the reconciler agree."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection

from bench.seed import seed
from bench.seed.visit import STAGES
from servicedesk import registry
from servicedesk.customers.models import Customer
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders import events
from servicedesk.workorders.models import Event, WorkOrder
from servicedesk.workorders.numbers import next_bill_number
from tests.fixtures.people import client_of


@pytest.fixture
def seeded(reference: None, settings: object, tmp_path: object) -> int:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # the seed writes as the schema's owner
    seed(200, opened=3, details=50)
    return 200


@pytest.mark.django_db
def test_two_hundred_visits_are_consistent(seeded: int) -> None:
    """All triggers and foreign keys were on; every room's part of the reconciler finds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert {check.name: check.problems() for check in registry.checks} == {check.name: [] for check in registry.checks}
    assert WorkOrder.objects.filter(stage="closed").count() == seeded
    assert Customer.objects.filter(name="").count() == 0
    for stage in STAGES:
        assert WorkOrder.objects.at(stage).count() == 3
    assert Event.objects.filter(at__gt=WorkOrder.objects.latest("opened_at").opened_at).exists()


@pytest.mark.django_db
def test_the_house_goes_on_where_the_seed_ends(seeded: int) -> None:
    """New events, numbers and pages work on seeded rows."""
    centre = ServiceCentre.objects.get(code="NH")
    visit = WorkOrder.objects.at("repair").latest("pk")
    number = next_bill_number(centre)
    assert number.startswith(f"NH-S{centre.today():%y}-")
    assert int(number.rsplit("-", 1)[1]) > 0
    user = User.objects.get(username="advisor")
    events.record(visit, "reception.need", by=Actor.of(user))
    assert events.verify(visit.pk) == []
    cache.clear()
    browser = client_of(user)
    assert browser.get(visit.get_absolute_url()).status_code == 200
    with pytest.raises(SystemExit):  # a house with visits is not seeded again
        seed(10, opened=1, details=1)
