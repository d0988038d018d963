"""What a complainant is written between our apology and his last word (M8.2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from complaints import services
from complaints.models import Complaint
from servicedesk import clock
from servicedesk.messaging import relay
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from tests.fixtures.complaints import answered, investigated

pytestmark = pytest.mark.django_db


def letters(*kinds: str) -> list[tuple[str, str]]:
    """Kind and state of the messages about the case, oldest first."""
    rows = Message.objects.filter(kind__in=[f"complaint_{kind}" for kind in kinds]).order_by("pk")
    return [(kind.removeprefix("complaint_"), state) for kind, state in rows.values_list("kind", "state")]


def test_the_findings_are_announced_once_a_quarter_of_an_hour_later(
    complaint: Complaint, supervisor: Any, at_tuesday_ten: Any
) -> None:
    investigated(complaint, supervisor)
    investigated(complaint, supervisor)
    relay.run()
    assert letters("progress") == [("progress", "pending")]
    at_tuesday_ten.move(minutes=16)
    relay.run()
    assert letters("progress") == [("progress", "sent")]
    message = Message.objects.get(kind="complaint_progress")
    assert (message.useful_until, message.context["owner"]) == (complaint.answer_due_at, str(supervisor))
    assert "來令片未倒角" not in message.body


def test_whoever_answers_at_once_sends_only_the_answer(
    complaint: Complaint, supervisor: Any, at_tuesday_ten: Any
) -> None:
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    at_tuesday_ten.move(minutes=16)
    relay.run()
    assert letters("progress", "answer") == [("progress", "cancelled"), ("answer", "sent")]


def test_found_out_too_late_there_is_nothing_to_announce(
    complaint: Complaint, supervisor: Any, at_tuesday_ten: Any
) -> None:
    at_tuesday_ten.move(hours=23, minutes=50)
    investigated(complaint, supervisor)
    assert letters("progress") == []


def test_a_late_answer_is_apologised_for_once(
    complaint: Complaint, supervisor: Any, manager: Any, at_tuesday_ten: Any
) -> None:
    investigated(complaint, supervisor)
    at_tuesday_ten.move(days=1, minutes=5)
    assert (services.escalate_overdue(), services.escalate_overdue()) == (1, 0)
    message = Message.objects.get(kind="complaint_escalated")
    complaint.refresh_from_db()
    owed = complaint.owed_at
    assert message.context["owner"] == str(manager)
    assert abs(dt.datetime.fromisoformat(message.context["answer_by"]) - owed) < dt.timedelta(seconds=1)
    assert owed > clock.now()
    relay.run()
    message.refresh_from_db()
    assert "我們沒做到" in message.body
    assert "11月25日（三）10:00" in message.body
    assert letters("progress") == [("progress", "cancelled")]


def test_who_does_not_accept_hears_who_answers_by_when(complaint: Complaint, supervisor: Any, manager: Any) -> None:
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    by = Actor.of_link(Message.objects.get(kind="complaint_answer").link)
    for _time in range(2):
        row = services.record_decision(complaint, by=by, accepted=False)
    message = Message.objects.get(kind="complaint_escalated")
    assert message.context["owner"] == str(manager) == str(row.owner)
    relay.run()
    message.refresh_from_db()
    assert "再答覆您" in message.subject
    assert letters("decision") == []


def test_who_accepts_has_it_in_writing_once(complaint: Complaint, supervisor: Any) -> None:
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    by = Actor.of_link(Message.objects.get(kind="complaint_answer").link)
    for _time in range(2):
        services.record_decision(complaint, by=by, accepted=True)
    message = Message.objects.get(kind="complaint_decision")
    assert message.context["remedy"] == "免費重新處理並試車"
    assert letters("escalated") == []


def test_with_nobody_to_look_after_it_the_role_is_named(complaint: Complaint, at_tuesday_ten: Any) -> None:
    at_tuesday_ten.move(days=1, minutes=5)
    type(complaint.owner).objects.update(is_active=False)
    assert services.escalate_overdue() == 1
    assert Message.objects.get(kind="complaint_escalated").context["owner"] == "經理"
