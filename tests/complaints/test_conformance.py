"""What proves chapter 8, what the reconciler asks of it, the figures, and what is kept and forgotten of a customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from complaints import conformance, services, shelves
from complaints.models import Complaint, ComplaintEntry
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.visit import timeline
from tests.fixtures.complaints import answered, investigated


def states(complaint: Complaint) -> list[str]:
    """State of each clause of the chapter, read afresh."""
    fresh = WorkOrder.objects.get(pk=complaint.work_order_id)
    proofs = registry.evidence.by_clause
    return [proofs[clause](fresh).state for clause in sorted(proofs) if clause.startswith("M8")]


def finish(complaint: Complaint, supervisor: User, agent: User) -> None:
    """Investigated, answered, accepted, closed."""
    investigated(complaint, supervisor)
    answered(complaint, supervisor)
    services.record_decision(complaint, by=Actor.of(agent), accepted=True, how="told")
    services.close(complaint, by=Actor.of(agent))


def test_a_closed_case_proves_the_chapter(complaint: Complaint, supervisor: User, agent: User):
    finish(complaint, supervisor, agent)
    assert states(complaint) == ["done", "done", "open", "done", "done", "done", "done"]
    words = [row["text"] for row in timeline(WorkOrder.objects.get(pk=complaint.work_order_id))]
    assert f"Complaint {complaint.number} closed" in words
    assert f"Complaint {complaint.number} taken" in words


def test_a_late_answer_is_missing_and_then_late(
    complaint: Complaint, supervisor: User, manager: User, at_tuesday_ten: Any
):
    at_tuesday_ten.move(hours=30)
    assert states(complaint)[3:6] == ["missing", "missing", "missing"]
    services.escalate_overdue()
    assert states(complaint)[5] == "open"
    investigated(complaint, manager)
    answered(complaint, manager)
    assert states(complaint)[4] == "late"


def test_the_reconciler_finds_nothing_and_then_what_was_broken(complaint: Complaint, supervisor: User, agent: User):
    finish(complaint, supervisor, agent)
    assert shelves.complaints_add_up() == []
    Complaint.objects.filter(pk=complaint.pk).update(state="received", decision="")
    assert shelves.complaints_add_up() == []
    Complaint.objects.create(
        **{
            field.attname: getattr(complaint, field.attname)
            for field in Complaint._meta.concrete_fields
            if field.attname not in ("id", "number")
        },
        number="C2611-0099",
    )
    assert len(shelves.complaints_add_up()) == 1


def test_figures_count_complaints(complaint: Complaint, supervisor: User, agent: User):
    finish(complaint, supervisor, agent)
    since, until = now() - dt.timedelta(days=1), now() + dt.timedelta(days=30)
    assert conformance.complaint_rate([complaint.centre_id], since, until) == (1, 1)
    assert conformance.closure_rate([complaint.centre_id], since, until) == (1, 1)


def test_what_was_said_is_exported_and_erased(complaint: Complaint, supervisor: User):
    investigated(complaint, supervisor)
    assert shelves.export(complaint.customer)["complaints"][0]["reason"] == "同樣的毛病修了還在"
    shelves.erase(complaint.customer)
    complaint.refresh_from_db()
    assert (complaint.complainant, complaint.matter, complaint.number) == ("—", "—", "C2611-0001")
    assert set(ComplaintEntry.objects.values_list("text", flat=True)) == {""}


def test_search_finds_it_by_number_and_plate(complaint: Complaint, agent: User, outsider: User):
    for query in ("C2611-0001", "NH-C2611-0001", "c2611-0001", complaint.vehicle.plate if complaint.vehicle else ""):
        assert [hit.url for hit in shelves.search(agent, query)] == [complaint.get_absolute_url()]
    assert shelves.search(outsider, "C2611-0001") == []
