"""What this chapter does when a visit enters a stage or the customer decides, and what it asks before a stage."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.roles import Role
from servicedesk.workorders import services as visits
from servicedesk.workorders.gates import Requirement, gate
from servicedesk.workorders.models import Consent, Hold, LineState, WorkOrder, WorkOrderLine
from servicedesk.workorders.services import open_holds
from servicedesk.workorders.stages import IN_WORKSHOP, Stage
from servicedesk.workorders.transitions import advance
from workshop.models import Finding, FindingState, JobState
from workshop.querysets import agreed_jobs, reported_finding
from workshop.services.jobs import open_jobs

READ = (JobState.ACKNOWLEDGED, JobState.RUNNING, JobState.PAUSED, JobState.DONE)


def open_jobs_on_authorised(work_order: WorkOrder, by: Actor) -> None:
    """Entering AUTHORISED: a waiting job per approved labour line."""
    open_jobs(work_order)


def take_up_consent(work_order: WorkOrder, consent: Consent, by: Actor) -> None:
    """After a consent: jobs for what was newly approved, findings decided, the wait for consent over.

    Work approved after the repair was finished brings the visit back to repair, in the name of whoever decided.
    """
    decided = Finding.objects.filter(work_order=work_order, state=FindingState.PROPOSED)
    decided.exclude(line__state=LineState.PROPOSED).update(state=FindingState.DECIDED, settled_at=now())
    if not work_order.lines.top().unanswered().exists():
        visits.release(work_order, cause=Hold.Cause.CONSENT, by=by)
    opened = open_jobs(work_order) if work_order.stage in IN_WORKSHOP else []
    if opened and work_order.stage in (Stage.SELFCHECK, Stage.FINAL):
        advance(work_order, to=Stage.REPAIR, by=by)


def take_back_proposal(sender: Any, instance: WorkOrderLine, **_kwargs: Any) -> None:
    """A proposed line is withdrawn before the customer saw it: its finding waits for the supervisor again."""
    Finding.objects.filter(line=instance).update(state=FindingState.REPORTED, line=None)


@gate(Stage.REPAIR, source=Stage.AUTHORISED, order=30)
def assigned_and_read(work_order: WorkOrder) -> list[Requirement]:
    """M3.1-a, M3.1-c: somebody has the work and has read it."""
    states = [job.state for job in work_order.once(agreed_jobs)]
    return [
        Requirement(
            any(state != JobState.WAITING for state in states),
            _("The supervisor has assigned the work."),
            "M3.1-a",
            reverse("workshop:assign", args=[work_order.pk]),
            Role.SUPERVISOR,
        ),
        Requirement(
            any(state in READ for state in states),
            _("The technician has read the work order and confirmed it."),
            "M3.1-c",
            f"{work_order.get_absolute_url()}#panel-jobs",
            Role.TECHNICIAN,
        ),
    ]


@gate(Stage.SELFCHECK, order=30)
def work_is_complete(work_order: WorkOrder) -> list[Requirement]:
    """M3.2-b, M3.2-c: all agreed work is done, nothing found is left open, nothing waits for the customer."""
    page = work_order.get_absolute_url()
    url = f"{page}#panel-jobs"
    jobs = work_order.once(agreed_jobs)
    asked = [
        Requirement(False, _("Not done yet: %(job)s.") % {"job": job.title}, "M3.2-b", url, Role.TECHNICIAN)
        for job in jobs
        if job.state != JobState.DONE
    ]
    if not asked:
        asked.append(Requirement(bool(jobs), _("All agreed work is done."), "M3.2-b", url, Role.TECHNICIAN))
    was_reported = bool(work_order.happened("workshop.finding_reported"))
    reported = was_reported and work_order.once(reported_finding) is not None
    asked.append(
        Requirement(
            not reported, _("Every finding is dealt with."), "M3.2-c", f"{page}#panel-findings", Role.SUPERVISOR
        )
    )
    estimate = reverse("reception:estimate", args=[work_order.pk])
    waiting = any(line.state == LineState.PROPOSED and line.parent_id is None for line in work_order.lines.all()) or (
        any(hold.cause == Hold.Cause.CONSENT for hold in work_order.once(open_holds))
    )
    asked.append(
        Requirement(not waiting, _("The customer has decided on the extra work."), "M3.2-c", estimate, Role.ADVISOR)
    )
    return asked
