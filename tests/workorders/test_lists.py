"""What a row of the work list says: what is next with the car, and how its promise stands or stood."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.services import hold
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.visit import NEXT_STEP
from tests.fixtures.people import client_of, make_user
from tests.proofs import town as towns

pytestmark = pytest.mark.django_db

NEXT = {
    "received": "Estimate, sign",
    "sent": "Get the consent",
    "authorised": "Assign",
    "assigned": "Start the work",
    "repair": str(NEXT_STEP[Stage.REPAIR]),
    "measured": "Wait for parts",
    "selfcheck": "Self-check",
    "final": "Inspect",
    "rework": str(NEXT_STEP[Stage.REWORK]),
    "preparation": "Wash and bill",
    "ready": "Notify",
    "notified": "Hand over",
    "delivered": "Call",
}


@pytest.fixture
def visits(centre: ServiceCentre, reference: None) -> dict[str, WorkOrder]:
    """A visit at every point of the process, by the name of the point, and one that waits for parts."""
    roles = {role: role for role in Role.values} | {"technician2": "technician", "technician3": "technician"}
    who = {key: make_user(key, key, centre, role, skill=5) for key, role in roles.items()}
    rows = towns.build(centre, who).rows
    found = {point: row for point, row in rows.items() if isinstance(row, WorkOrder)}
    hold(found["measured"], cause="parts", by=Actor.of(who["supervisor"]))
    return found


def rows_of(page: str) -> dict[str, list[str]]:
    """Plate → the words of each cell of its row."""
    found = {}
    for row in re.findall(r"<tr><td[ >].*?</tr>", page):
        cells = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td.*?</td>", row)]
        found[cells[0]] = cells
    return found


def test_a_row_says_what_is_next_with_the_car(visits: dict[str, WorkOrder]) -> None:
    shown = rows_of(client_of(User.objects.get(username="supervisor")).get("/work-orders/").content.decode())
    assert {point: shown[visits[point].vehicle.plate][-1] for point in NEXT} == NEXT


def test_a_delivered_car_says_whether_its_promise_was_kept(visits: dict[str, WorkOrder]) -> None:
    order = visits["delivered"]
    due = now() - dt.timedelta(days=11)
    WorkOrder.objects.filter(pk=order.pk).update(promised_at=due, ready_at=due + dt.timedelta(minutes=12))
    manager = client_of(User.objects.get(username="manager"))
    promised = rows_of(manager.get("/work-orders/?stage=delivered").content.decode())[order.vehicle.plate][4]
    assert promised.endswith("12 min over")
    assert "12 min over" in manager.get(order.get_absolute_url()).content.decode()
    WorkOrder.objects.filter(pk=order.pk).update(ready_at=due - dt.timedelta(minutes=12))
    promised = rows_of(manager.get("/work-orders/?stage=delivered").content.decode())[order.vehicle.plate][4]
    assert not promised.endswith(("over", "left"))


def test_visits_that_are_over_have_no_column_for_what_is_next(visits: dict[str, WorkOrder]) -> None:
    manager = client_of(User.objects.get(username="manager"))
    WorkOrder.objects.filter(pk=visits["received"].pk).update(stage="cancelled")
    page = manager.get("/work-orders/?stage=cancelled").content.decode()
    assert len(rows_of(page)[visits["received"].vehicle.plate]) == 5
    assert "Next step" not in page
    assert "Next step" in manager.get("/work-orders/?stage=open").content.decode()
