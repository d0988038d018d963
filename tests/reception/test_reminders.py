"""Reminding of an estimate: after the centre's opening minutes, once for each version, while the centre is open."""

from __future__ import annotations

from typing import Any

import pytest

from reception import services
from servicedesk import registry
from servicedesk.messaging import relay
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.workorders.consents import Answer
from tests.fixtures.appointments import operations
from tests.fixtures.reception import inspected

pytestmark = pytest.mark.django_db
KIND = "estimate_reminder"


def sent_estimate(centre: Any, advisor: Any) -> Any:
    """A visit whose customer has the estimate in his mailbox, and the estimate."""
    work_order = inspected(centre, advisor)
    estimate = services.send_estimate(work_order, by=Actor.of(advisor))
    relay.run()
    return work_order, estimate


def decide(work_order: Any, estimate: Any, advisor: Any) -> None:
    answers = {line.pk: Answer("approve") for line in work_order.lines.top().unanswered()}
    services.decide_signed(estimate, answers, by=Actor.of(advisor), person="林怡君")


def test_the_sweep_is_registered() -> None:
    assert services.remind_of_estimates in {entry.run for entry in registry.sweeps}


def test_after_two_opening_hours_once(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    work_order, estimate = sent_estimate(centre, advisor)
    at_tuesday_ten.move(hours=1, minutes=59)
    assert services.remind_of_estimates() == 0
    at_tuesday_ten.move(minutes=1)
    assert (services.remind_of_estimates(), services.remind_of_estimates()) == (1, 0)
    message = Message.objects.get(kind=KIND)
    first = Message.objects.get(kind="estimate_approval")
    assert (message.about, message.context) == (work_order.number, first.context)
    assert (message.link.target_id, message.link.purpose) == (estimate.pk, "estimate")
    at_tuesday_ten.move(days=2)
    assert services.remind_of_estimates() == 0


def test_opening_time_counts_and_nobody_is_written_to_at_night(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    work_order = inspected(centre, advisor)
    at_tuesday_ten.move(hours=7)  # 17:00, the doors close at 18:30
    services.send_estimate(work_order, by=Actor.of(advisor))
    relay.run()
    at_tuesday_ten.move(hours=4)
    assert services.remind_of_estimates() == 0
    at_tuesday_ten.move(hours=11, minutes=59)  # 08:59
    assert services.remind_of_estimates() == 0
    at_tuesday_ten.move(minutes=1)
    assert services.remind_of_estimates() == 1


def test_the_centre_says_how_long_and_zero_is_never(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    sent_estimate(centre, advisor)
    centre.estimate_reminder_minutes = 0
    centre.save()
    at_tuesday_ten.move(hours=5)
    assert services.remind_of_estimates() == 0
    centre.estimate_reminder_minutes = 300
    centre.save()
    assert services.remind_of_estimates() == 1


def test_what_was_decided_is_not_asked_again(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    work_order, estimate = sent_estimate(centre, advisor)
    decide(work_order, estimate, advisor)
    at_tuesday_ten.move(hours=5)
    assert services.remind_of_estimates() == 0


def test_a_decision_withdraws_the_reminder_that_waits(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    work_order, estimate = sent_estimate(centre, advisor)
    at_tuesday_ten.move(hours=3)
    assert services.remind_of_estimates() == 1
    decide(work_order, estimate, advisor)
    assert Message.objects.get(kind=KIND).state == "cancelled"


def test_a_new_version_is_reminded_of_by_itself(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    work_order, _estimate = sent_estimate(centre, advisor)
    at_tuesday_ten.move(hours=3)
    assert services.remind_of_estimates() == 1
    (operation,) = operations(("BRK-010",))
    services.add_operation(work_order, by=Actor.of(advisor), operation=operation)
    newer = services.send_estimate(work_order, by=Actor.of(advisor))
    relay.run()
    assert services.remind_of_estimates() == 0
    at_tuesday_ten.move(hours=3)
    assert (services.remind_of_estimates(), services.remind_of_estimates()) == (1, 0)
    assert Message.objects.filter(kind=KIND).latest("pk").link.target_id == newer.pk


def test_an_estimate_that_never_left_the_house_is_not_reminded_of(
    centre: Any, advisor: Any, at_tuesday_ten: Any
) -> None:
    work_order = inspected(centre, advisor)
    services.send_estimate(work_order, by=Actor.of(advisor))
    at_tuesday_ten.move(hours=5)
    assert services.remind_of_estimates() == 0


def test_an_estimate_shown_on_the_tablet_is_not_reminded_of(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    services.show_estimate(inspected(centre, advisor), by=Actor.of(advisor))
    relay.run()
    at_tuesday_ten.move(hours=5)
    assert services.remind_of_estimates() == 0
