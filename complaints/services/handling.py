"""Finding out, answering, hearing the complainant's word, closing (M8.2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintEntry, ComplaintState, Decision, EntryKind
from complaints.requirements import to_close
from complaints.services.escalation import raise_level
from complaints.services.owners import why_not_handle
from complaints.services.taking import ComplaintRefused, add_entry, withdraw_progress, write
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, ActorKind
from servicedesk.staff.models import Membership
from servicedesk.staff.repeats import Reason
from servicedesk.staff.roles import Role
from servicedesk.workorders import promises
from servicedesk.workorders.models import Promise

ANSWER_FIRST = dt.timedelta(minutes=15)
"""Whoever answers within this time after the findings sends only the answer."""


@dataclass(frozen=True)
class Findings:
    """What the investigation brought (M8.2-a), and what keeps it from happening again (M8.2-d)."""

    cause_kind: str
    cause: str
    responsibility: str
    remedy: str
    prevention: str


@transaction.atomic
def investigate(complaint: Complaint, *, by: Actor, findings: Findings) -> Complaint:
    """Record cause, responsibility, remedy and prevention; they may be corrected until the answer is out.

    The complainant is told once per level that we know now, unless our answer goes out within a quarter of an hour.

    Raises `ComplaintRefused` for the person complained about, for other departments, and once answered.
    """
    row = locked(complaint)
    reasons = why_not_handle(row, by, agents=False)
    if not row.is_unanswered:
        reasons.append(_not_now(row))
    if reasons:
        raise ComplaintRefused(*reasons)
    for name, value in asdict(findings).items():
        setattr(row, name, value.strip())
    row.investigated_at, row.investigated_by_id = now(), by.user_id
    if row.state == ComplaintState.RECEIVED:
        row.state = ComplaintState.INVESTIGATING
    row.save()
    add_entry(row, EntryKind.INVESTIGATED, by=by, text=row.cause, cause=row.cause_kind)
    if now() + ANSWER_FIRST < row.answer_due_at:
        write(
            row,
            "complaint_progress",
            by=by,
            due_at=now() + ANSWER_FIRST,
            useful_until=row.answer_due_at,
            dedupe_key=f"complaint_progress:{row.pk}:{row.layer}",
            answer_by=row.answer_due_at,
        )
    return row


@transaction.atomic
def answer(complaint: Complaint, *, by: Actor, text: str) -> Complaint:
    """Send the answer with the remedy and the link by which the complainant says yes or no; the promise is kept.

    Raises `ComplaintRefused` before the investigation, when nothing is owed, or for the wrong person.
    """
    row = locked(complaint)
    url = row.get_absolute_url()
    reasons = why_not_handle(row, by, agents=True)
    if not row.is_unanswered:
        reasons.append(_not_now(row))
    if row.investigated_at is None:
        reasons.append(
            Reason(_("Cause, responsibility and remedy are not recorded yet."), f"{url}#investigate", "M8.2-a")
        )
    if not text.strip():
        reasons.append(Reason(_("Write the answer."), url, "M8.2-b"))
    if reasons:
        raise ComplaintRefused(*reasons)
    row.answer, row.answered_at = text.strip(), now()
    row.decision, row.decided_at = "", None
    row.owed_at = row.close_due_at
    row.state = ComplaintState.ANSWERED
    row.save()
    add_entry(row, EntryKind.ANSWERED, by=by, text=row.answer)
    promises.keep(Promise.Kind.COMPLAINT_ANSWER, row)
    withdraw_progress(row)
    write(row, "complaint_answer", by=by, answer=row.answer, remedy=row.remedy)
    return row


@transaction.atomic
def record_decision(
    complaint: Complaint, *, by: Actor, accepted: bool, words: str = "", how: str = "link"
) -> Complaint:
    """Record the complainant's word on the answer: by his link, or by customer service who heard it (`how`).

    Accepted: the case can be closed, and he has it in writing. Not accepted: it goes up a level with a new promise.
    Saying the same again changes nothing. Raises `ComplaintRefused` when there is no answer to decide on.
    """
    row = locked(complaint)
    decision = Decision.ACCEPTED if accepted else Decision.NOT_ACCEPTED
    if row.decision == decision:
        return row
    reasons = [] if by.kind == ActorKind.LINK else _not_about(row, by)
    if row.state != ComplaintState.ANSWERED:
        reasons.append(_not_now(row))
    if reasons:
        raise ComplaintRefused(*reasons)
    row.decision, row.decided_at = decision, now()
    if accepted:
        row.state = ComplaintState.ACCEPTED
    row.save()
    said = EntryKind.ACCEPTED if accepted else EntryKind.NOT_ACCEPTED
    entry = add_entry(row, said, by=by, text=words.strip(), how=how)
    if accepted:
        write(row, "complaint_decision", by=by, dedupe_key=f"complaint_decision:{entry.pk}", remedy=row.remedy)
    else:
        raise_level(row, by=Actor.system("complaints.not_accepted"), why="not_accepted")
    return row


@transaction.atomic
def close(complaint: Complaint, *, by: Actor, reason: str = "") -> Complaint:
    """Close the case: everything recorded and the complainant content; else only the general manager, with a reason (M8.2-c)."""
    row = locked(complaint)
    reasons = _not_about(row, by)
    if row.state == ComplaintState.CLOSED:
        reasons.append(_not_now(row))
    missing = [
        Reason(requirement.text, requirement.url, requirement.clause)
        for requirement in to_close(row)
        if not requirement.ok
    ]
    overruled = bool(missing) and bool(reason.strip()) and _has_final_say(row, by)
    if not overruled:
        reasons += missing
    if reasons:
        raise ComplaintRefused(*reasons)
    row.state, row.closed_at = ComplaintState.CLOSED, now()
    row.close_reason = reason.strip() if overruled else ""
    row.save()
    promises.withdraw(Promise.Kind.COMPLAINT_ANSWER, row)
    add_entry(row, EntryKind.CLOSED, by=by, text=row.close_reason, consent=not overruled)
    return row


def add_note(complaint: Complaint, *, by: Actor, text: str) -> ComplaintEntry:
    """Add what was learnt or said; never by the person complained about."""
    reasons = _not_about(complaint, by)
    if not text.strip():
        reasons.append(Reason(_("Write something first."), complaint.get_absolute_url()))
    if reasons:
        raise ComplaintRefused(*reasons)
    return add_entry(complaint, EntryKind.NOTE, by=by, text=text.strip())


def locked(complaint: Complaint) -> Complaint:
    """The case, locked and read again, with what messages and events need."""
    rows: Any = Complaint.objects.select_for_update(of=("self",)).for_rows()
    return rows.select_related("work_order__centre", "work_order__vehicle", "work_order__advisor").get(pk=complaint.pk)


def _not_now(row: Complaint) -> Reason:
    return Reason(_("The case stands at “%(state)s”.") % {"state": row.get_state_display()}, row.get_absolute_url())


def _not_about(row: Complaint, by: Actor) -> list[Reason]:
    if by.user_id is not None and by.user_id == row.concerning_id:
        return [Reason(_("The complaint is about you; somebody else handles it."), row.get_absolute_url(), "M8.2-a")]
    return []


def _has_final_say(row: Complaint, by: Actor) -> bool:
    return Membership.objects.filter(
        user_id=by.user_id or 0, centre_id=row.centre_id, role=Role.MANAGER, final_say=True, user__is_active=True
    ).exists()


__all__ = ["Findings", "add_note", "answer", "close", "investigate", "record_decision"]
