"""Which rows prove the clauses of chapter 8 for a visit, and the chapter's indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint, ComplaintState
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.messaging.models import Message
from servicedesk.registry import Evidence
from servicedesk.workorders.models import WorkOrder

Proof = Callable[[Complaint], Evidence]
WORST_FIRST = ("missing", "late", "open", "done", "not_needed")


def complaints_of(work_order: WorkOrder) -> list[Complaint]:
    """Complaints about the visit; read once per work order object."""
    if not hasattr(work_order, "_complaints_read"):
        rows = Complaint.objects.filter(work_order=work_order).for_rows().order_by("pk")
        work_order._complaints_read = list(rows)  # type: ignore[attr-defined]
    return work_order._complaints_read  # type: ignore[attr-defined,no-any-return]


def of_complaints(proof: Proof) -> Callable[[WorkOrder], Evidence]:
    """A proof over all complaints about a visit: the worst of them counts."""

    def prove(work_order: WorkOrder) -> Evidence:
        rows = complaints_of(work_order)
        if not rows:
            return Evidence("not_needed", text=_("No complaint."))
        return min((proof(row) for row in rows), key=lambda evidence: WORST_FIRST.index(evidence.state))

    return prove


def taken(row: Complaint) -> Evidence:
    """M8.1-a: received, listened to and recorded."""
    return Evidence("done", row.received_at, row.by_label, row.number)


def complete(row: Complaint) -> Evidence:
    """M8.1-b: name, contact, matter, reason."""
    whole = all((row.complainant, row.contact, row.matter, row.reason))
    return Evidence("done" if whole else "missing", row.received_at, row.by_label, row.number)


def promised(row: Complaint) -> Evidence:
    """M8.1-c: apologised, and the promised time sent with the number."""
    sent = Message.objects.filter(about=row.number, centre=row.centre_id, kind="complaint_received").first()
    if sent is None or row.apologised_at is None:
        return Evidence("missing", text=row.number)
    state = {Message.State.SENT: "done", Message.State.FAILED: "missing"}.get(Message.State(sent.state), "open")
    return Evidence(state, sent.sent_at or sent.created_at, row.by_label, row.number)


def investigated(row: Complaint) -> Evidence:
    """M8.2-a: cause, responsibility, remedy."""
    if row.investigated_at is None:
        return Evidence(_owed(row), text=row.number)
    return Evidence("done", row.investigated_at, str(row.investigated_by or ""), row.get_cause_kind_display())


def answered(row: Complaint) -> Evidence:
    """M8.2-b: the result fed back in time, and the answer recorded."""
    if row.answered_at is None:
        return Evidence(_owed(row), text=row.number)
    if row.answered_at > row.answer_due_at:
        return Evidence("late", row.answered_at, str(row.owner or ""))
    return Evidence(
        "done" if row.decision else "open", row.answered_at, str(row.owner or ""), row.get_decision_display()
    )


def closed(row: Complaint) -> Evidence:
    """M8.2-c: closed only with that word recorded, or raised a level."""
    if row.state == ComplaintState.CLOSED:
        late = row.closed_at is not None and row.closed_at > row.close_due_at
        return Evidence("late" if late else "done", row.closed_at, text=row.close_reason or row.get_decision_display())
    overdue = row.is_unanswered and row.answer_due_at < now() and row.escalated_at is None
    return Evidence("missing" if overdue else "open", text=row.get_state_display())


def counted(row: Complaint) -> Evidence:
    """M8.2-d: a kind of cause to count, and what keeps it from happening again."""
    if row.cause_kind and row.prevention:
        return Evidence("done", row.investigated_at, text=row.get_cause_kind_display())
    return Evidence("missing" if row.state == ComplaintState.CLOSED else "open", text=row.number)


def _owed(row: Complaint) -> str:
    return "open" if row.is_unanswered and row.answer_due_at >= now() else "missing"


def complaint_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
    """Complaints, of the cars handed over."""
    rows = Complaint.objects.filter(centre__in=centres, received_at__gte=since, received_at__lt=until)
    cars = WorkOrder.objects.filter(centre__in=centres, delivered_at__gte=since, delivered_at__lt=until)
    return rows.count(), cars.count()


def closure_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
    """Closed in time and accepted, of the complaints due."""
    due = Complaint.objects.filter(centre__in=centres, close_due_at__gte=since, close_due_at__lt=until)
    good = due.filter(state=ComplaintState.CLOSED, decision="accepted", closed_at__lte=F("close_due_at"))
    return good.count(), due.count()


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    proofs: dict[str, Proof] = {
        "M8.1-a": taken,
        "M8.1-b": complete,
        "M8.1-c": promised,
        "M8.2-a": investigated,
        "M8.2-b": answered,
        "M8.2-c": closed,
        "M8.2-d": counted,
    }
    for clause, proof in proofs.items():
        registry.evidence.register(clause, of_complaints(proof))
    registry.figures.register(
        registry.Figure(
            "complaint_rate",
            gettext_lazy("Complaint rate"),
            gettext_lazy("complaints / cars handed over"),
            complaint_rate,
            "< 1%",
            80,
        )
    )
    registry.figures.register(
        registry.Figure(
            "complaint_closure",
            gettext_lazy("Complaint closure rate"),
            gettext_lazy("closed in time and accepted / complaints due"),
            closure_rate,
            "95%",
            81,
        )
    )
