"""What the technician's phone shows: his jobs, one job with its clock and readings."""

from __future__ import annotations

from typing import Any

from servicedesk.staff.requests import StaffRequest
from servicedesk.workorders.models import Hold
from servicedesk.workorders.stages import IN_WORKSHOP, Stage
from workshop.board import promise_of
from workshop.forms import PauseForm, ReadingsForm
from workshop.models import Job, JobState
from workshop.readings import specs_of

ORDER = {JobState.RUNNING: 0, JobState.ASSIGNED: 1, JobState.PAUSED: 2, JobState.ACKNOWLEDGED: 3}


def cars_of(request: StaffRequest) -> list[dict[str, Any]]:
    """The user's unfinished jobs and self-checks, one entry per car: the running one first, then new ones. One query."""
    rows = Job.objects.agreed().of_technician(request.user).for_rows().filter(work_order__centre=request.centre)
    rows = rows.filter(work_order__stage__in=IN_WORKSHOP).order_by("assigned_at", "id")
    cars: dict[int, dict[str, Any]] = {}
    for job in rows:
        car = cars.setdefault(
            job.work_order_id,
            {"order": job.work_order, "promise": promise_of(job.work_order), "jobs": [], "done": 0, "bay": job.bay},
        )
        if job.state == JobState.DONE:
            car["done"] += 1
        else:
            car["jobs"].append(job)
    entries = []
    for car in cars.values():
        car["jobs"].sort(key=lambda job: ORDER[JobState(job.state)])
        car["new"] = any(job.state == JobState.ASSIGNED for job in car["jobs"])
        car["running"] = any(job.state == JobState.RUNNING for job in car["jobs"])
        car["self_check"] = car["order"].stage == Stage.SELFCHECK
        if car["jobs"] or car["self_check"]:
            entries.append(car)
    entries.sort(key=lambda car: (not car["running"], not car["self_check"], not car["new"]))
    return entries


def my_jobs_context(request: StaffRequest) -> dict[str, Any]:
    """What `my_jobs.html` shows."""
    return {"cars": cars_of(request)}


def reading_rows(job: Job, form: ReadingsForm | None = None) -> list[dict[str, Any]]:
    """One row per reading asked: its field, value, limits and verdict. What was typed wrongly stays in its field."""
    taken = {reading.spec_id: reading for reading in job.readings.all()}
    rows: list[dict[str, Any]] = []
    for spec in specs_of(job):
        name, reading = f"reading-{spec.pk}", taken.get(spec.pk)
        typed = form.data.get(name) if form is not None else None
        rows.append(
            {
                "name": name,
                "spec": spec,
                "value": typed if typed else (reading.typed if reading else ""),
                "verdict": reading.verdict if reading else "",
                "errors": form.errors.get(name, []) if form is not None else [],
            }
        )
    return rows


def job_context(job: Job, form: ReadingsForm | None = None) -> dict[str, Any]:
    """What `job.html` shows."""
    spans = list(job.spans.order_by("started_at"))
    seconds = sum(span.seconds for span in spans)
    rows = reading_rows(job, form)
    planned = float(job.std_hours) * 3600
    others = Job.objects.agreed().of_technician(job.technician).filter(work_order=job.work_order).exclude(pk=job.pk)
    return {
        "job": job,
        "work_order": job.work_order,
        "promise": promise_of(job.work_order),
        "seconds": seconds,
        "share": min(100, int(seconds / planned * 100)) if planned else 0,
        "rows": rows,
        "form": form,
        "taken": sum(1 for row in rows if row["verdict"]),
        "pause_form": PauseForm(),
        "pause_cause": spans[-1].get_cause_display() if spans and spans[-1].ended_at else "",
        "findings": list(job.findings.select_related("operation").order_by("pk")),
        "holds": list(Hold.objects.filter(work_order=job.work_order, ended_at=None).order_by("started_at")),
        "others": list(others.select_related("line__operation", "item").order_by("id")),
        "can_work": job.work_order.stage in (Stage.AUTHORISED, Stage.REPAIR, Stage.REWORK),
    }
