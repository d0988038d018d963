"""What the pages of a case show: clocks, steps, the gate before closing, who may do what."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from complaints.forms import AnswerForm, CloseForm, DecisionForm, FindingsForm, NoteForm
from complaints.models import Complaint, ComplaintEntry, ComplaintState, EntryKind
from complaints.requirements import to_close
from complaints.services.owners import why_not_handle
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import distance, format_duration, format_moment
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Promise
from servicedesk.workorders.trail import RISK_MARGIN

LEVELS = {EntryKind.TAKEN: "key", EntryKind.ANSWERED: "key", EntryKind.ACCEPTED: "key", EntryKind.CLOSED: "key"}
TROUBLE = {EntryKind.NOT_ACCEPTED, EntryKind.ESCALATED}
TAKERS = frozenset({Role.AGENT.value, Role.MANAGER.value})


def case_page(request: StaffRequest, row: Complaint, *, status: int = 200, **bound: Any) -> HttpResponse:
    """Render one case; `bound` are forms that came back with errors."""
    entries = list(ComplaintEntry.objects.filter(complaint=row).order_by("-pk"))
    asked = to_close(row)
    missing = [requirement for requirement in asked if not requirement.ok]
    context = {
        "complaint": row,
        "clocks": clocks(row),
        "steps": steps(row),
        "requirements": asked,
        "missing": missing,
        "events": [as_event(entry) for entry in entries],
        "findings": FindingsForm(initial={name: getattr(row, name) for name in FindingsForm.base_fields}),
        "answering": AnswerForm(initial={"answer": "" if row.decision else row.answer}),
        "deciding": DecisionForm(),
        "closing": CloseForm(),
        "noting": NoteForm(),
        **may(request, row, closable=not missing),
        **bound,
    }
    return render(request, "complaints/case.html", context, status=status)


def may(request: StaffRequest, row: Complaint, *, closable: bool) -> dict[str, bool]:
    """Which forms this user is shown; the services decide again."""
    by, roles = Actor.of(request.user), request.user.roles_in(row.centre_id)
    concerned = row.concerning_id == request.user.pk
    final = request.user.has_final_say(row.centre_id)
    takes = bool(roles & TAKERS) and not concerned
    return {
        "is_concerned": concerned,
        "may_investigate": row.is_unanswered and not why_not_handle(row, by, agents=False),
        "may_answer": row.is_unanswered
        and row.investigated_at is not None
        and not why_not_handle(row, by, agents=True),
        "may_decide": row.state == ComplaintState.ANSWERED and takes,
        "may_close": row.is_open and takes and closable,
        "may_overrule": row.is_open and final and not concerned and not closable,
        "may_note": row.is_open and not concerned,
    }


def clocks(row: Complaint) -> list[dict[str, Any]]:
    """The deadlines of a case: what, how long, by when and by which rule."""
    centre, moment = row.centre, now()

    def at(when: dt.datetime | None) -> str:
        return format_moment(when, centre, now=moment) if when else ""

    answered = row.answered_at
    if answered:
        late = answered > row.answer_due_at
        answer = {"tone": "danger" if late else "ok", "value": at(answered)}
        answer["note"] = _("late, promised %(time)s") % {"time": at(row.answer_due_at)} if late else _("as promised")
    else:
        owed = row.owed_at
        left = owed - moment
        tone = "danger" if left < dt.timedelta() else "amber" if left < RISK_MARGIN or owed != row.answer_due_at else ""
        answer = {"tone": tone, "value": distance(owed, moment), "note": at(owed)}
        if owed != row.answer_due_at:
            who = str(row.owner) if row.owner else str(Role(row.owner_role).label)
            told = {"who": who, "time": at(owed), "was": at(row.answer_due_at)}
            answer["note"] = _("%(who)s owes it by %(time)s; %(was)s was missed") % told
    if row.closed_at:
        closing = {"tone": "ok", "value": at(row.closed_at), "note": _("case closed")}
    else:
        tone = "danger" if row.close_due_at < moment else ""
        closing = {"tone": tone, "value": distance(row.close_due_at, moment), "note": at(row.close_due_at)}
    word = {"tone": "", "value": "—", "note": _("by link or telephone")}
    if row.decision:
        tone = "ok" if row.decision == "accepted" else "danger"
        word = {"tone": tone, "value": row.get_decision_display(), "note": at(row.decided_at)}
    taken = {"tone": "ok", "value": at(row.received_at), "note": _("apology and promise sent")}
    if row.apologised_at and row.apologised_at > row.received_at:
        taken["note"] = format_duration(row.apologised_at - row.received_at)
    return [
        {"label": _("Taken"), "icon": "check-circle-fill", **taken},
        {"label": _("Answer"), "icon": "check-circle-fill" if answered else "hourglass-split", **answer},
        {"label": _("Complainant's reply"), "icon": "chat-left-text", **word},
        {"label": _("Closing"), "icon": "lock", **closing},
    ]


def steps(row: Complaint) -> list[dict[str, Any]]:
    """Three contacts with the complainant; none may be missing."""
    who = str(row.owner) if row.owner else str(Role(row.owner_role).label)
    done = [row.apologised_at is not None, row.answered_at is not None, bool(row.decision) and not row.is_unanswered]
    names = [
        (_("Apology and promised time"), row.by_label),
        (_("Cause and remedy told"), who),
        (row.get_decision_display() if done[2] else _("Accepted or not"), _("answered by the complainant")),
    ]
    present = done.index(False) if False in done else None
    return [
        {
            "label": label,
            "note": note,
            "state": "done" if done[n] else "now" if n == present else "next",
            "number": n + 1,
        }
        for n, (label, note) in enumerate(names)
    ]


def as_event(entry: ComplaintEntry) -> dict[str, Any]:
    """One step for `includes/_timeline.html`."""
    return {
        "at": entry.at,
        "text": entry.get_kind_display(),
        "by": " · ".join(filter(None, (entry.by_name, entry.text[:200]))),
        "key": entry.kind in LEVELS,
        "bad": entry.kind in TROUBLE,
    }


def with_promises(rows: list[Complaint]) -> list[dict[str, Any]]:
    """List rows with what is owed now, as the promise chip wants it: our answer, then the end of the case; no query."""
    return [
        {
            "complaint": row,
            "promise": Promise(due_at=row.owed_at) if row.is_open else None,
            "owed": _("Answer") if row.is_unanswered else _("Closing"),
        }
        for row in rows
    ]
