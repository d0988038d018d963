"""Up a level: when the promised answer is late, and when the complainant does not accept it (M8.2-c)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from complaints.models import Complaint, ComplaintState, EntryKind, Layer
from complaints.services.owners import pick_owner
from complaints.services.taking import add_entry, promise_answer, withdraw_progress, write
from followup.deadlines import answer_by
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar
from servicedesk.workorders.models import Promise

HOURS = 8
AT_ONCE = 100


def raise_level(complaint: Complaint, *, by: Actor, why: str) -> None:
    """Hand the locked `complaint` to the next level and tell the complainant whose it is now.

    `why`: overdue (the old promise stays broken) or not_accepted (a new one).
    """
    promised = complaint.answer_due_at
    complaint.layer = min(complaint.layer + 1, Layer.GENERAL_MANAGER)
    complaint.owner, complaint.owner_role = pick_owner(
        complaint.centre,
        complaint.category,
        complaint.layer,
        concerning=complaint.concerning,
        work_order=complaint.work_order,
    )
    complaint.state, complaint.escalated_at = ComplaintState.ESCALATED, now()
    if why == "not_accepted":
        complaint.answered_at = None
        complaint.answer_due_at = answer_by(Calendar(complaint.centre), now(), HOURS)
    complaint.save()
    entry = add_entry(complaint, EntryKind.ESCALATED, by=by, why=why, layer=complaint.layer)
    withdraw_progress(complaint)
    if why == "not_accepted":
        promise_answer(complaint, complaint.answer_due_at, by=by)
    else:
        Promise.objects.pending().about(complaint, Promise.Kind.COMPLAINT_ANSWER).update(
            owner=complaint.owner, owner_role=complaint.owner_role, escalated_at=now()
        )
    told = {"answer_by": answer_owed_by(complaint)} | ({"was": promised} if why == "overdue" else {})
    write(complaint, "complaint_escalated", by=by, dedupe_key=f"complaint_escalated:{entry.pk}", **told)


def answer_owed_by(complaint: Complaint) -> dt.datetime:
    """By when the complainant now hears from us: the promise, or after a broken one the new owner's opening hours.

    The broken promise stays what it is; this is what is owed next. Two queries when the case went up late.
    """
    raised = complaint.escalated_at
    if not complaint.is_unanswered or raised is None or complaint.answer_due_at > raised:
        return complaint.answer_due_at
    return answer_by(Calendar(complaint.centre), raised, HOURS)


def escalate_overdue() -> int:
    """Raise every complaint whose promised answer is late, once per promise; returns how many."""
    late = Promise.objects.overdue().filter(kind=Promise.Kind.COMPLAINT_ANSWER, escalated_at=None)
    ids = list(late.order_by("due_at").values_list("target_id", flat=True)[:AT_ONCE])
    return sum(_escalate(pk) for pk in ids)


@transaction.atomic
def _escalate(pk: int) -> int:
    rows = Complaint.objects.select_for_update(of=("self",), skip_locked=True).select_related(
        "centre", "category", "concerning", "customer", "vehicle", "work_order__centre"
    )
    complaint = rows.filter(pk=pk).first()
    if complaint is None:
        return 0
    pending = Promise.objects.overdue().about(complaint, Promise.Kind.COMPLAINT_ANSWER)
    if not pending.filter(escalated_at=None).exists():
        return 0
    raise_level(complaint, by=Actor.system("complaints.escalate"), why="overdue")
    return 1
