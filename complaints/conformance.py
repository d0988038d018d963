"""Which rows prove the clauses of chapter 8 for a visit, read in one query; and the chapter's indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import CharField, Count, F, OuterRef, Q, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint, ComplaintState
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.messaging.models import Message
from servicedesk.registry import Evidence
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.together import First

Judge = Callable[[Any], Evidence]
WORST_FIRST = ("missing", "late", "open", "done", "not_needed")


def complaints_of(work_order: WorkOrder) -> list[Any]:
    """Complaints about the visit, each with the `letter` that named the promised time. One query."""
    letters = Message.objects.filter(about=OuterRef("number"), centre=OuterRef("centre"), kind="complaint_received")
    rows = Complaint.objects.filter(work_order=work_order).select_related("owner", "investigated_by")
    letter = First(letters.order_by("pk"), state="state", sent_at="sent_at", created_at="created_at")
    return list(rows.annotate(letter=letter).order_by("pk"))


def of_complaints(judge: Judge) -> Judge:
    """A proof over all complaints about a visit: the worst of them counts."""

    def prove(rows: list[Any]) -> Evidence:
        if not rows:
            return Evidence("not_needed", text=_("No complaint."))
        return min((judge(row) for row in rows), key=lambda evidence: WORST_FIRST.index(evidence.state))

    return prove


def taken(row: Complaint) -> Evidence:
    """M8.1-a: received, listened to and recorded."""
    return Evidence("done", row.received_at, row.by_label, row.number)


def complete(row: Complaint) -> Evidence:
    """M8.1-b: name, contact, matter, reason."""
    whole = all((row.complainant, row.contact, row.matter, row.reason))
    return Evidence("done" if whole else "missing", row.received_at, row.by_label, row.number)


def promised(row: Any) -> Evidence:
    """M8.1-c: apologised, and the promised time sent with the number."""
    sent = row.letter
    if sent is None or row.apologised_at is None:
        return Evidence("missing", text=row.number)
    state = {Message.State.SENT: "done", Message.State.FAILED: "missing"}.get(sent["state"], "open")
    return Evidence(state, sent["sent_at"] or sent["created_at"], row.by_label, row.number)


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
    counted = [
        selection.order_by().values_list(Value(name, CharField())).annotate(Count("pk"))
        for name, selection in (("complaints", rows), ("cars", cars))
    ]
    found = dict(counted[0].union(counted[1], all=True))
    return found.get("complaints", 0), found.get("cars", 0)


def closure_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
    """Closed in time and accepted, of the complaints due."""
    due = Complaint.objects.filter(centre__in=centres, close_due_at__gte=since, close_due_at__lt=until)
    good = Q(state=ComplaintState.CLOSED, decision="accepted", closed_at__lte=F("close_due_at"))
    counted = due.aggregate(good=Count("pk", filter=good), due=Count("pk"))
    return counted["good"], counted["due"]


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    judges: dict[str, Judge] = {
        "M8.1-a": taken,
        "M8.1-b": complete,
        "M8.1-c": promised,
        "M8.2-a": investigated,
        "M8.2-b": answered,
        "M8.2-c": closed,
        "M8.2-d": counted,
    }
    for clause, judge in judges.items():
        registry.evidence.register(clause, of_complaints(judge), complaints_of)
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
