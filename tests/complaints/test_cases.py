"""Taking, investigating, answering, deciding, closing, and who may (M8.1, M8.2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from complaints import services
from complaints.models import Complaint, ComplaintEntry, ComplaintState
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders import events
from servicedesk.workorders.models import Promise, WorkOrder
from tests.fixtures.complaints import TOLD, answered, investigated, taken


def promise_of(complaint: Complaint) -> Promise:
    return Promise.objects.about(complaint, Promise.Kind.COMPLAINT_ANSWER).order_by("-pk")[0]


def test_from_taking_to_closing(complaint: Complaint, supervisor: User, agent: User):
    assert (complaint.state, complaint.owner, complaint.number) == ("received", supervisor, "C2611-0001")
    assert complaint.answer_due_at - complaint.received_at == dt.timedelta(days=1)
    letter = Message.objects.get(kind="complaint_received")
    assert letter.context["number"] == "NH-C2611-0001"
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    assert promise_of(complaint).state == "kept"
    link = Message.objects.get(kind="complaint_answer").link
    done = services.record_decision(complaint, by=Actor.of_link(link), accepted=True, words="可以")
    assert done.state == ComplaintState.ACCEPTED
    closed = services.close(complaint, by=Actor.of(agent))
    assert (closed.state, closed.close_reason) == (ComplaintState.CLOSED, "")
    kinds = list(ComplaintEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["taken", "investigated", "answered", "accepted", "closed"]
    assert events.verify(complaint.work_order_id or 0) == []


def test_not_accepted_goes_up_a_level_with_a_new_promise(
    complaint: Complaint, supervisor: User, agent: User, manager: User
):
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    link = Message.objects.get(kind="complaint_answer").link
    by = Actor.of_link(link)
    row = services.record_decision(complaint, by=by, accepted=False)
    assert (row.state, row.layer, row.owner) == (ComplaintState.ESCALATED, 2, manager)
    assert promise_of(complaint).state == "pending"
    before = ComplaintEntry.objects.count()
    services.record_decision(complaint, by=by, accepted=False)
    assert ComplaintEntry.objects.count() == before
    with pytest.raises(services.ComplaintRefused):
        answered(complaint, agent)
    answered(complaint, manager)
    assert services.record_decision(complaint, by=by, accepted=True).state == ComplaintState.ACCEPTED


def test_it_closes_only_with_everything_on_record(complaint: Complaint, agent: User, manager: User, gm: User):
    with pytest.raises(services.ComplaintRefused) as refused:
        services.close(complaint, by=Actor.of(agent))
    assert [reason.clause for reason in refused.value.reasons] == ["M8.2-a", "M8.2-d", "M8.2-b", "M8.2-c"]
    with pytest.raises(services.ComplaintRefused):
        services.close(complaint, by=Actor.of(manager), reason="說不通")
    with pytest.raises(services.ComplaintRefused):
        services.close(complaint, by=Actor.of(gm))
    closed = services.close(complaint, by=Actor.of(gm), reason="申訴人失聯三個月")
    assert (closed.state, closed.close_reason) == (ComplaintState.CLOSED, "申訴人失聯三個月")


def test_the_person_complained_about_never_handles_it(
    visit_delivered: WorkOrder, agent: User, supervisor: User, manager: User
):
    row = taken(visit_delivered, agent, concerning=supervisor)
    assert row.owner == manager
    with pytest.raises(services.ComplaintRefused):
        investigated(row, supervisor)
    with pytest.raises(services.ComplaintRefused):
        services.add_note(row, by=Actor.of(supervisor), text="不是我")
    with pytest.raises(IntegrityError), transaction.atomic():
        ComplaintEntry.objects.create(
            complaint=row, kind="note", at=row.received_at, by_kind="user", by_ref="1", by_label="x", by_user=supervisor
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=row.pk).update(owner=supervisor)
    with pytest.raises(services.ComplaintRefused):
        taken(visit_delivered, agent, concerning=agent)


def test_no_apology_no_complaint(visit_delivered: WorkOrder, agent: User):
    with pytest.raises(services.ComplaintRefused):
        taken(visit_delivered, agent, apologised=False)
    assert (Complaint.objects.count(), Message.objects.filter(kind="complaint_received").count()) == (0, 0)


def test_a_doubt_about_safety_is_critical_and_runs_by_the_wall_clock(
    visit_delivered: WorkOrder, agent: User, manager: User, gm: User, at_tuesday_ten: Any
):
    at_tuesday_ten.move(hours=8)
    row = taken(visit_delivered, agent, told=services.Told(**{**vars(TOLD), "safety_doubt": True}))
    assert (row.level, row.owner) == ("critical", gm)
    with pytest.raises(services.ComplaintRefused):
        investigated(row, manager)
    assert investigated(row, gm).investigated_by == gm
    assert row.answer_due_at - row.received_at == dt.timedelta(hours=4)


def test_steps_out_of_order_are_refused(complaint: Complaint, supervisor: User, agent: User, cashier: User):
    with pytest.raises(services.ComplaintRefused):
        answered(complaint, supervisor)
    with pytest.raises(services.ComplaintRefused):
        services.record_decision(complaint, by=Actor.of(agent), accepted=True)
    with pytest.raises(services.ComplaintRefused):
        investigated(complaint, cashier)
    investigated(complaint, supervisor)
    answered(complaint, agent)
    with pytest.raises(services.ComplaintRefused):
        answered(complaint, agent)


def test_a_late_answer_escalates_once(complaint: Complaint, manager: User, at_tuesday_ten: Any):
    assert services.escalate_overdue() == 0
    at_tuesday_ten.move(hours=25)
    assert [services.escalate_overdue(), services.escalate_overdue()] == [1, 0]
    complaint.refresh_from_db()
    assert (complaint.state, complaint.layer, complaint.owner) == (ComplaintState.ESCALATED, 2, manager)
    assert promise_of(complaint).state == "broken"
