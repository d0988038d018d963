"""Up a level: when the promised answer is late, and when the complainant does not accept it (M8.2-c)."""

from __future__ import annotations

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

    `why`: overdue (the old promise stays broken, the new owner owes the answer within his opening hours) or not_accepted
    (a new promise).
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
    complaint.owed_at = answer_by(Calendar(complaint.centre), now(), HOURS)
    if why == "not_accepted":
        complaint.answered_at, complaint.answer_due_at = None, complaint.owed_at
    complaint.save()
    entry = add_entry(complaint, EntryKind.ESCALATED, by=by, why=why, layer=complaint.layer)
    withdraw_progress(complaint)
    if why == "not_accepted":
        promise_answer(complaint, complaint.answer_due_at, by=by)
    else:
        Promise.objects.pending().about(complaint, Promise.Kind.COMPLAINT_ANSWER).update(
            owner=complaint.owner, owner_role=complaint.owner_role, escalated_at=now()
        )
    told = {"answer_by": complaint.owed_at} | ({"was": promised} if why == "overdue" else {})
    write(complaint, "complaint_escalated", by=by, dedupe_key=f"complaint_escalated:{entry.pk}", **told)


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
