"""The technician's verbs: read, start, pause, measure, finish (M3.1-c, M3.2-b)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.staff.repeats import Reason
from servicedesk.workorders import events, gates
from servicedesk.workorders import services as visits
from servicedesk.workorders.models import LineState, WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import advance
from workshop.models import Job, JobState, PauseCause, Reading, Verdict, WorkSpan
from workshop.readings import missing_readings, out_of_limits, specs_of
from workshop.services.jobs import WorkRefused, ask_stage, lock, set_state

AT_WORK = frozenset({Stage.AUTHORISED, Stage.REPAIR, Stage.REWORK})
HOLDS = frozenset({PauseCause.PARTS, PauseCause.CONSENT, PauseCause.BAY})


@transaction.atomic
def acknowledge(work_order: WorkOrder, *, by: Actor) -> list[Job]:
    """The technician has read the work order and confirms that it is understood (M3.1-c). Refused when nothing is new."""
    work_order = lock(work_order.pk)
    ask_stage(work_order, AT_WORK)
    new = list(Job.objects.filter(work_order=work_order, technician_id=by.user_id, state=JobState.ASSIGNED))
    if not new:
        raise WorkRefused(_("There is no new work for you on this car."))
    pks = [job.pk for job in new]
    Job.objects.filter(pk__in=pks).update(state=JobState.ACKNOWLEDGED, acknowledged_at=now())
    events.record(work_order, "workshop.acknowledged", by=by, data={"jobs": pks, "lines": [job.line_id for job in new]})
    return list(Job.objects.filter(pk__in=pks).order_by("id"))


@transaction.atomic
def begin(work_order: WorkOrder, *, by: Actor) -> Job:
    """Confirm having read and start the first of the new jobs; returns it. With another job running it stays confirmed only."""
    first = acknowledge(work_order, by=by)[0]
    if WorkSpan.objects.running().filter(technician_id=by.user_id).exists():
        return first
    return start(first, by=by)


@transaction.atomic
def start(job: Job, *, by: Actor) -> Job:
    """Start the clock on a job, or go on with it. The first one moves the visit to repair.

    Refused: it is another's job, not read yet, done or running, or the technician works on something else.
    """
    job, work_order = own_job(job, by)
    ask_stage(work_order, AT_WORK)
    if job.state == JobState.ASSIGNED:
        url = work_order.get_absolute_url()
        raise WorkRefused(Reason(_("Read the work order and confirm that it is clear, then start."), url, "M3.1-c"))
    if job.state not in (JobState.ACKNOWLEDGED, JobState.PAUSED):
        raise WorkRefused(_("“%(job)s” cannot be started: %(state)s.") % _words(job))
    technician = User.objects.select_for_update(no_key=True).get(pk=by.user_id or 0)  # two phones, one clock
    busy = (
        WorkSpan.objects.running().filter(technician_id=by.user_id).select_related("job__work_order__vehicle").first()
    )
    if busy:
        text = _("You are working on %(plate)s, “%(job)s”. Pause it or finish it first.")
        words = {"plate": busy.job.work_order.vehicle.plate, "job": busy.job.title}
        raise WorkRefused(Reason(text % words, busy.job.get_absolute_url()))
    cause = job.spans.exclude(ended_at=None).order_by("-ended_at").values_list("cause", flat=True).first()
    if cause in HOLDS and not _held_by_others(job, cause):
        visits.release(work_order, cause=cause, by=by)
    WorkSpan.objects.create(job=job, technician=technician, started_at=now())
    job.state = JobState.RUNNING
    job.started_at = job.started_at or now()
    job.save(update_fields=["state", "started_at"])
    events.record(work_order, "workshop.started", by=by, data={"job": job.pk, "line": job.line_id})
    if work_order.stage == Stage.AUTHORISED:
        advance(work_order, to=Stage.REPAIR, by=by)
    return job


@transaction.atomic
def pause(job: Job, *, cause: str, by: Actor, note: str = "") -> Job:
    """Stop the clock and say why; waiting for parts, consent or a bay puts the visit on hold. Refused unless running."""
    job, work_order = own_job(job, by)
    if job.state != JobState.RUNNING:
        raise WorkRefused(_("“%(job)s” is not running: %(state)s.") % _words(job))
    stop_clock(job, cause)
    job.state = JobState.PAUSED
    job.save(update_fields=["state"])
    data = {"job": job.pk, "line": job.line_id, "cause": cause}
    events.record(work_order, "workshop.paused", by=by, text=note.strip()[:200], data=data)
    if cause in HOLDS:
        visits.hold(work_order, cause=cause, by=by, note=note.strip())
    return job


@transaction.atomic
def record_readings(job: Job, values: Mapping[int, Decimal], *, by: Actor) -> list[Reading]:
    """Record measured values {spec id: value}; unchanged ones are left alone. Returns what was written (M3.2-b)."""
    job, work_order = own_job(job, by)
    before = dict(job.readings.values_list("spec_id", "value"))
    if values and all(before.get(pk) == value for pk, value in values.items()):
        return []  # a field that saves itself arrived after the form that held it
    ask_stage(work_order, AT_WORK)
    if job.state not in (JobState.RUNNING, JobState.PAUSED):
        raise WorkRefused(_("Start “%(job)s” first: readings belong to running work.") % _words(job))
    known = {spec.pk: spec for spec in specs_of(job)}
    unknown = set(values) - set(known)
    if unknown:
        raise WorkRefused(_("That reading does not belong to this job."))
    written = []
    for pk, value in values.items():
        if before.get(pk) == value:
            continue
        spec = known[pk]
        verdict = Verdict.WITHIN
        if not spec.is_within(value):
            verdict = Verdict.LOW if spec.lower is not None and value < spec.lower else Verdict.HIGH
        reading, _made = Reading.objects.update_or_create(
            job=job,
            spec=spec,
            defaults={"value": value, "verdict": verdict, "recorded_at": now(), "recorded_by": person(by)},
        )
        data = {"job": job.pk, "reading": spec.key, "value": str(value), "unit": spec.unit, "verdict": verdict}
        data["names"] = {code: spec.name_in(code) for code, _name in settings.LANGUAGES}
        events.record(work_order, "workshop.reading", by=by, data=data)
        written.append(reading)
    return written


@transaction.atomic
def finish(job: Job, *, by: Actor, readings: Mapping[int, Decimal] | None = None) -> Job:
    """Record `readings`; the job is done. Its line counts as done; with nothing else in the way the visit goes to self-check.

    Refused: not running, a mandatory reading is missing, or one is out of limits and no finding reports it.
    """
    job, work_order = own_job(job, by)
    ask_stage(work_order, AT_WORK)
    if job.state != JobState.RUNNING:
        raise WorkRefused(_("“%(job)s” is not running: %(state)s.") % _words(job))
    record_readings(job, readings or {}, by=by)
    url = job.get_absolute_url()
    wanting = [
        Reason(_("Reading missing: %(name)s.") % {"name": spec.name}, url, "M3.2-b") for spec in missing_readings(job)
    ]
    if not job.findings.exists():
        wanting += [
            Reason(
                _("%(name)s is out of limits: report it, or measure again.") % {"name": reading.spec.name},
                url,
                "M3.2-c",
            )
            for reading in out_of_limits(job)
        ]
    if wanting:
        raise WorkRefused(*wanting)
    stop_clock(job, "")
    job.state = JobState.DONE
    job.finished_at = now()
    job.save(update_fields=["state", "finished_at"])
    if job.line_id and not Job.objects.unfinished().filter(line_id=job.line_id).exists():
        set_state({job.line_id}, LineState.DONE, only=[LineState.APPROVED])
    events.record(work_order, "workshop.finished", by=by, data={"job": job.pk, "line": job.line_id})
    if all(requirement.ok for requirement in gates.requirements(work_order, Stage.SELFCHECK)):
        advance(work_order, to=Stage.SELFCHECK, by=by)
    return job


@transaction.atomic
def to_self_check(work_order: WorkOrder, *, by: Actor) -> WorkOrder:
    """Hand the car over to self-check once what was in the way after the last job is settled."""
    return advance(work_order, to=Stage.SELFCHECK, by=by)


def own_job(job: Job, by: Actor) -> tuple[Job, WorkOrder]:
    """Lock the visit and read the job again; refused when it is not the actor's."""
    work_order = lock(job.work_order_id)
    fresh = Job.objects.select_related("line__operation", "item", "technician").get(pk=job.pk)
    if fresh.technician is None or fresh.technician_id != by.user_id:
        raise WorkRefused(_("“%(job)s” is not your job.") % {"job": fresh.title})
    return fresh, work_order


def person(by: Actor) -> User:
    """The member of staff behind `by`; only staff work on cars."""
    return User.objects.get(pk=by.user_id or 0)


def stop_clock(job: Job, cause: str) -> None:
    job.spans.filter(ended_at=None).update(ended_at=now(), cause=cause)


def _held_by_others(job: Job, cause: str) -> bool:
    """Whether another paused job of the visit still waits for the same thing, or consent is really outstanding."""
    if cause == PauseCause.CONSENT and job.work_order.lines.top().unanswered().exists():
        return True
    others = Job.objects.filter(work_order_id=job.work_order_id, state=JobState.PAUSED).exclude(pk=job.pk)
    return any(
        other.spans.exclude(ended_at=None).order_by("-ended_at").values_list("cause", flat=True).first() == cause
        for other in others
    )


def _words(job: Job) -> dict[str, str]:
    return {"job": job.title, "state": str(job.get_state_display())}
