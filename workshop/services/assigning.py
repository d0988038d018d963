"""The supervisor's verbs: give out the work, look at its progress (M3.1-a, M3.1-b, M3.2-a)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import Bay, User
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_WORKSHOP, Stage
from workshop.candidates import candidates
from workshop.models import Job, JobState, ProgressCheck
from workshop.services.jobs import WorkRefused, ask_stage, lock

ASSIGNABLE = frozenset({Stage.AUTHORISED, Stage.REPAIR, Stage.REWORK})
MOVABLE = frozenset({JobState.WAITING, JobState.ASSIGNED, JobState.ACKNOWLEDGED, JobState.PAUSED})


@transaction.atomic
def assign(jobs: list[Job], *, technician: User, bay: Bay | None, by: Actor, reason: str = "") -> list[Job]:
    """Give `jobs` of one visit to `technician`, or move them to him; he then reads and confirms.

    Refused, with everything in the way: a job is being worked on or done, the visit is not in the workshop, the
    technician must not do it (skill, certificate, absence), or he is not the first suggested and no reason is given.
    Queries: about 12, whatever the number of jobs.
    """
    if not jobs:
        raise WorkRefused(_("Choose at least one job to assign."))
    work_order = lock(jobs[0].work_order_id)
    ask_stage(work_order, ASSIGNABLE)
    rows = Job.objects.agreed().filter(work_order=work_order, pk__in=[job.pk for job in jobs])
    fresh = list(rows.select_related("line__operation", "item", "technician").order_by("id"))
    if len(fresh) != len({job.pk for job in jobs}):
        raise WorkRefused(_("The customer has not agreed to all of this work."))
    stuck = [job for job in fresh if job.state not in MOVABLE]
    if stuck:
        raise WorkRefused(*[_stuck(job) for job in stuck])
    if bay is not None and bay.centre_id != work_order.centre_id:
        raise WorkRefused(_("That bay is not in this service centre."))
    rank = _rank(work_order, fresh, technician, reason.strip())
    for job in fresh:
        job.state = JobState.ASSIGNED
        job.technician = technician
        job.bay = bay
        job.assigned_at, job.assigned_by_id = now(), by.user_id
        job.acknowledged_at = None
        job.rank, job.override_reason = rank, reason.strip()[:200]
        job.save()
    data = {
        "jobs": [job.pk for job in fresh],
        "lines": [job.line_id for job in fresh],
        "technician": technician.pk,
        "rank": rank,
        "bay": str(bay or ""),
    }
    events.record(work_order, "workshop.assigned", by=by, text=reason.strip(), data=data)
    return fresh


def _stuck(job: Job) -> str:
    if job.state == JobState.RUNNING:
        return _("%(who)s is working on “%(job)s”: pause it first.") % {"who": job.technician, "job": job.title}
    return _("“%(job)s” is already done.") % {"job": job.title}


def _rank(work_order: WorkOrder, jobs: list[Job], technician: User, reason: str) -> int:
    ranked = candidates(work_order, jobs)
    chosen = next((entry for entry in ranked if entry.user.pk == technician.pk), None)
    if chosen is None:
        raise WorkRefused(_("%(who)s is not a technician of this service centre.") % {"who": technician})
    if not chosen.possible:
        against = [sign.text for sign in chosen.signs if sign.mark == "no"]
        raise WorkRefused(*[f"{technician}: {text}" for text in against])
    if chosen.rank > 1 and not reason:
        raise WorkRefused(
            _("%(first)s is suggested first. Say why %(who)s should do it.")
            % {"first": ranked[0].user, "who": technician}
        )
    return chosen.rank


@transaction.atomic
def look_at_progress(work_order: WorkOrder, *, by: Actor, note: str = "") -> ProgressCheck:
    """Record that the supervisor looked at how far the car is (M3.2-a). Refused when it is not in the workshop."""
    work_order = lock(work_order.pk)
    ask_stage(work_order, IN_WORKSHOP)
    values: dict[str, Any] = actor_values(by)
    check = ProgressCheck.objects.create(work_order=work_order, at=now(), note=note.strip()[:200], **values)
    events.record(work_order, "workshop.progress_checked", by=by, text=note.strip()[:200])
    return check
