"""Reminding of work that was put off: near its day, once, with consent, and only while it makes sense."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from followup import services
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.messaging import relay
from servicedesk.messaging.models import Message
from servicedesk.workorders.consents import propose_operation
from servicedesk.workorders.models import LineState, WorkOrderLine
from tests.fixtures.appointments import confirmed, operations, slot

pytestmark = pytest.mark.django_db
KIND = "declined_reminder"


def put_off(work_order: Any, code: str, days: int) -> WorkOrderLine:
    """Work of a visit that the customer put off to a day."""
    (operation,) = operations((code,))
    line = propose_operation(work_order, operation, labour_rate=work_order.centre.labour_rate, parts=[])
    line.state, line.deferred_to = LineState.DEFERRED, work_order.centre.today() + dt.timedelta(days=days)
    line.save()
    return line


@pytest.fixture
def visit(visit_delivered: Any) -> Any:
    """A delivered visit with brake fluid put off by 30 days, of a customer who agreed to be contacted."""
    Customer.objects.update(consent_contact_at=now())
    put_off(visit_delivered, "BRK-040", 30)
    return visit_delivered


def test_the_sweep_is_registered() -> None:
    assert services.remind_of_deferred in {entry.run for entry in registry.sweeps}


def test_two_weeks_before_its_day_once(visit: Any, at_tuesday_ten: Any) -> None:
    put_off(visit, "MNT-110", 30)
    put_off(visit, "MNT-020", 60)
    at_tuesday_ten.move(days=15)
    assert services.remind_of_deferred() == 0
    at_tuesday_ten.move(days=1)
    assert (services.remind_of_deferred(), services.remind_of_deferred()) == (1, 0)
    message = Message.objects.get(kind=KIND)
    assert (message.about, message.link) == (visit.number, None)
    assert len(message.context["items"]) == 2
    relay.run()
    message.refresh_from_db()
    assert "/appointments/book/" in message.body
    assert "不想再收到" in message.body
    at_tuesday_ten.move(days=30)
    assert services.remind_of_deferred() == 1  # what was put off to another day


def test_not_at_night_and_not_on_a_day_off(visit: Any, at_tuesday_ten: Any) -> None:
    at_tuesday_ten.move(days=19)  # a Sunday
    assert services.remind_of_deferred() == 0
    at_tuesday_ten.move(hours=12)
    assert services.remind_of_deferred() == 0
    at_tuesday_ten.move(hours=12)
    assert services.remind_of_deferred() == 1


@pytest.mark.parametrize("why", ["no consent", "past", "done since", "booked in", "sold", "visit not over"])
def test_nobody_else_is_written_to(visit: Any, advisor: Any, at_tuesday_ten: Any, why: str) -> None:
    at_tuesday_ten.move(days=20)
    line = WorkOrderLine.objects.get(state=LineState.DEFERRED)
    if why == "no consent":
        Customer.objects.update(consent_contact_at=None)
    elif why == "past":
        at_tuesday_ten.move(days=11)
    elif why == "done since":
        later = propose_operation(visit, line.operation, labour_rate=visit.centre.labour_rate, parts=[])
        WorkOrderLine.objects.filter(pk=later.pk).update(state=LineState.CHECKED)
    elif why == "booked in":
        booked = confirmed(visit.centre, advisor, plate=visit.vehicle.plate, starts_at=slot(visit.centre, 14, days=1))
        assert booked.vehicle_id == visit.vehicle_id
    elif why == "sold":
        Vehicle.objects.update(customer=Customer.objects.create(name="新車主", phone="+886922222222"))
    else:
        type(visit).objects.filter(pk=visit.pk).update(delivered_at=now())
    assert services.remind_of_deferred() == 0


def test_an_idle_sweep_costs_two_queries(visit: Any, at_tuesday_ten: Any, django_assert_num_queries: Any) -> None:
    at_tuesday_ten.move(days=20)
    services.remind_of_deferred()
    with django_assert_num_queries(2):
        assert services.remind_of_deferred() == 0
