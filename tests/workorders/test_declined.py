"""M2.2-c: declined work comes back when the car is booked or received again."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from reception import services
from servicedesk import registry
from servicedesk.staff.actors import Actor
from servicedesk.workorders import declined
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.appointments import operations, slot
from tests.fixtures.people import client_of
from tests.fixtures.reception import authorised, received

pytestmark = pytest.mark.django_db
CODE = "MNT-110"


@pytest.fixture
def earlier(centre: Any, advisor: Any) -> WorkOrder:
    """A visit whose brake fluid was declined (“下次再做”); the car has left again."""
    visit = authorised(centre, advisor, declined=(CODE,))
    services.give_back(visit, by=Actor.of(advisor), reason="客戶改天再來")
    visit.refresh_from_db()
    return visit


def codes(order: WorkOrder) -> list[str]:
    return [line.code for line in declined.left_undone(vehicle=order.vehicle)]


def test_declined_work_is_told_until_it_is_proposed_again(earlier: WorkOrder, centre: Any, advisor: Any) -> None:
    assert codes(earlier) == [CODE]
    (alert,) = declined.alerts(vehicle=earlier.vehicle)
    assert ("下次再做" in str(alert.text), alert.url) == (True, earlier.get_absolute_url())
    assert declined.alerts in list(registry.alerts)
    assert declined.alerts() == []
    assert [row.text for row in declined.alerts(customer=earlier.customer)] == [alert.text]
    later = received(centre, advisor, codes=("MNT-020",), starts_at=slot(centre, 15))
    assert [line.code for line in declined.left_undone(vehicle=later.vehicle, except_for=later)] == [CODE]
    services.add_operation(later, by=Actor.of(advisor), operation=operations((CODE,))[0])
    assert codes(later) == []


def test_work_put_off_presses_when_its_day_comes(earlier: WorkOrder, centre: Any) -> None:
    line = earlier.lines.get(operation__code=CODE)
    earlier.lines.filter(pk=line.pk).update(state="deferred", deferred_to=slot(centre, days=1).date(), urgency="soon")
    assert [alert.level for alert in declined.alerts(vehicle=earlier.vehicle)] == ["info"]
    earlier.lines.filter(pk=line.pk).update(deferred_to=centre.today())
    (alert,) = declined.alerts(vehicle=earlier.vehicle)
    assert (alert.level, "put off to" in str(alert.text)) == ("amber", True)


def test_it_stands_on_booking_and_estimate_and_is_proposed_with_one_tap(
    earlier: WorkOrder, centre: Any, advisor: Any, outsider: Any
) -> None:
    desk = client_of(advisor)
    url = f"{reverse('appointments:new')}?vehicle={earlier.vehicle_id}"
    assert "not done yet" in desk.get(url).content.decode()
    assert "not done yet" not in client_of(outsider).get(url).content.decode()
    later = received(centre, advisor, codes=("MNT-020",), starts_at=slot(centre, 15))
    page = reverse("reception:estimate", args=[later.pk])
    assert "Propose it again" in desk.get(page).content.decode()
    desk.act(page, {"operation": CODE, "urgency": "soon", "finding": ""})
    assert later.lines.get(operation__code=CODE).state == "proposed"
    assert "Propose it again" not in desk.get(page).content.decode()
