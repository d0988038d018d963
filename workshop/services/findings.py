"""What is found during the work: reported at once, offered to the customer or settled (M3.2-c)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from reception.services.proposals import add_operation
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.documents import photos
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.workorders import events
from servicedesk.workorders.models import LineOrigin, LinePhoto, WorkOrderLine
from servicedesk.workorders.stages import IN_WORKSHOP
from workshop.models import Finding, FindingState, Job, JobState, PauseCause
from workshop.services.jobs import WorkRefused, ask_stage, lock
from workshop.services.work import own_job, pause


@transaction.atomic
def report_finding(
    job: Job,
    *,
    by: Actor,
    text: str,
    urgency: str,
    operation: LabourOperation | None = None,
    blocks: bool = False,
    photo: Any = None,
) -> Finding:
    """Report a new problem found while working on `job`: the supervisor sees it at once, and it is on the visit's record.

    `photo` is an upload. `blocks` pauses the job until the customer has decided. Raises PhotoRefused.
    """
    job, work_order = own_job(job, by)
    ask_stage(work_order, IN_WORKSHOP)
    if job.state not in (JobState.RUNNING, JobState.PAUSED, JobState.DONE):
        raise WorkRefused(_("Start the job first, then report what you find."))
    finding = Finding.objects.create(
        work_order=work_order,
        job=job,
        text=text.strip(),
        urgency=urgency,
        operation=operation,
        blocks=blocks,
        photo=photos.keep(photo, by=by, centre=work_order.centre) if photo else None,
        reported_at=now(),
        **actor_values(by),
    )
    data = {"finding": finding.pk, "job": job.pk, "urgency": urgency, "operation": operation.code if operation else ""}
    events.record(work_order, "workshop.finding_reported", by=by, text=finding.text, data=data)
    if blocks and job.state == JobState.RUNNING:
        pause(job, cause=PauseCause.CONSENT, by=by, note=finding.text[:200])
    return finding


@transaction.atomic
def propose_from_finding(finding: Finding, *, operation: LabourOperation, by: Actor) -> Finding:
    """Add the work a finding asks for to the visit as proposed lines, with the usual parts at the centre's prices.

    The advisor then sends the estimate; nothing starts before the customer's yes. Refused when already proposed or
    settled; raises what `reception` raises when the work already stands there or a part has no price.
    """
    finding, work_order = _open(finding)
    line = add_operation(
        work_order, by=by, operation=operation, urgency=finding.urgency, finding=finding.text, origin=LineOrigin.REPAIR
    )
    finding.refresh_from_db()
    if finding.state == FindingState.REPORTED:  # the technician named other work, or none
        _propose(finding, line, by)
    return finding


def take_up_proposal(line: WorkOrderLine, by: Actor) -> None:
    """Work was proposed to the customer, by whomever: the open findings it answers need no other offer (M3.2-c).

    Those are the ones that name this work, and those without work whose words the proposal repeats.
    """
    same_words = Q(operation=None, text=line.finding) if line.finding else Q(pk=None)
    found = Finding.objects.filter(Q(operation=line.operation) | same_words, work_order=line.work_order_id)
    for finding in found.filter(state=FindingState.REPORTED).select_for_update(of=("self",)).order_by("pk"):
        _propose(finding, line, by)


def _propose(finding: Finding, line: WorkOrderLine, by: Actor) -> None:
    finding.state, finding.line, finding.operation = FindingState.PROPOSED, line, line.operation
    finding.save(update_fields=["state", "line", "operation"])
    if finding.photo_id:
        LinePhoto.objects.get_or_create(line=line, photo_id=finding.photo_id)
    data = {"finding": finding.pk, "line": line.pk, "operation": line.code}
    events.record(line.work_order, "workshop.finding_proposed", by=by, data=data)


@transaction.atomic
def settle_finding(finding: Finding, *, note: str, by: Actor) -> Finding:
    """Settle a reported finding without further work, saying how. Refused when already proposed or settled."""
    finding, work_order = _open(finding)
    if not note.strip():
        raise WorkRefused(_("Say how it is settled."))
    finding.state, finding.settled_note = FindingState.DECIDED, note.strip()[:200]
    finding.settled_at, finding.settled_by_id = now(), by.user_id
    finding.save(update_fields=["state", "settled_note", "settled_at", "settled_by"])
    events.record(work_order, "workshop.finding_settled", by=by, text=note.strip()[:200], data={"finding": finding.pk})
    return finding


def _open(finding: Finding) -> tuple[Finding, Any]:
    work_order = lock(finding.work_order_id)
    ask_stage(work_order, IN_WORKSHOP)
    fresh = Finding.objects.get(pk=finding.pk)
    if fresh.state != FindingState.REPORTED:
        raise WorkRefused(
            _("This finding has already been dealt with: %(state)s.") % {"state": fresh.get_state_display()}
        )
    return fresh, work_order
