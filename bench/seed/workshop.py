"""Chapter 3: jobs, the clock on them, readings."""

from __future__ import annotations

from typing import Any

from bench.seed.table import NULL, Table
from bench.seed.visit import ASSIGNED, STARTED, Visit
from bench.seed.workorders import BY
from workshop.models import Finding, Job, Reading, WorkSpan

FOUND, FOUND_EACH = "右前避震器漏油。", 4
"""Found on every so manieth car in repair."""


class Workshop:
    """Rows of `workshop`."""

    def __init__(self, world: Any, first: int, stride: int) -> None:
        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.jobs = table(
            Job,
            "work_order_id line_id kind failed_item state technician_id bay_id created_at assigned_at assigned_by_id rank "
            "acknowledged_at started_at finished_at",
        )
        self.spans = table(WorkSpan, "job_id technician_id started_at ended_at cause")
        self.readings = table(Reading, "job_id spec_id value recorded_at recorded_by_id", verdict="within")
        self.findings = table(Finding, f"work_order_id job_id reported_at {BY}", text=FOUND)
        self.tables = [self.jobs, self.spans, self.readings, self.findings]

    def write(self, visit: Visit) -> None:
        """Give the work out, and do as much of it as the stage says."""
        if visit.rank < 1:
            return
        supervisor, technician = visit.centre.one("supervisor", 0), visit.technician
        given = visit.rank >= 2 or visit.n % 2 == 0
        visit.jobs = [self.jobs.take() for _place in visit.recipe.jobs]
        place = visit.n % len(visit.centre.bays)
        bay, who = visit.centre.bays[place], technician[3]
        if given:
            listed = ", ".join(map(str, visit.jobs))
            data = f'{{"bay": "{place + 1}", "jobs": [{listed}], "rank": 1, "technician": {who}}}'
            visit.event(ASSIGNED, "workshop.assigned", supervisor, data)
            if visit.rank >= 2:
                visit.event(STARTED - 2, "workshop.acknowledged", technician, f'{{"jobs": [{listed}]}}')
        minute = STARTED
        for order, (job, place) in enumerate(zip(visit.jobs, visit.recipe.jobs, strict=True)):
            state = self._state(visit, order, given)
            length = visit.recipe.lines[place].minutes
            begun = state in ("running", "paused", "done")
            self.jobs.put(
                job,
                visit.id,
                visit.lines[place],
                "work",
                "",
                state,
                technician[3] if given else NULL,
                bay if given else NULL,
                visit.at(ASSIGNED - 7),
                visit.at(ASSIGNED) if given else NULL,
                supervisor[3] if given else NULL,
                1 if given else NULL,
                visit.at(STARTED - 2) if visit.rank >= 2 else NULL,
                visit.at(minute) if begun else NULL,
                visit.at(minute + length) if state == "done" else NULL,
            )
            if begun:
                self._work(visit, job, place, state, minute)
            minute += length + 2
        if visit.rank == 2 and visit.n % FOUND_EACH == 0:
            finding = self.findings.add(visit.id, visit.jobs[0], visit.at(STARTED + 4), *technician)
            data = f'{{"finding": {finding}, "job": {visit.jobs[0]}, "operation": "", "urgency": "soon"}}'
            visit.event(STARTED + 4, "workshop.finding_reported", technician, data)
        if visit.rank >= 2:
            visit.step(STARTED + 1, "authorised", "repair", technician)
        if visit.rank >= 3:
            visit.step(visit.finished, "repair", "selfcheck", technician)

    @staticmethod
    def _state(visit: Visit, order: int, given: bool) -> str:
        if visit.rank >= 3:
            return "done"
        if visit.rank == 2:
            return "acknowledged" if order else "running" if visit.running else "paused"
        return "assigned" if given else "waiting"

    def _work(self, visit: Visit, job: int, place: int, state: str, minute: int) -> None:
        by, line = visit.technician, visit.recipe.lines[place]
        visit.event(minute, "workshop.started", by, f'{{"job": {job}}}')
        end = minute + (line.minutes if state == "done" else 5)
        self.spans.add(
            job,
            by[3],
            visit.at(minute),
            NULL if state == "running" else visit.at(end),
            "other" if state == "paused" else "",
        )
        if state == "paused":
            visit.event(end, "workshop.paused", by, f'{{"cause": "other", "job": {job}}}')
        if state != "done":
            return
        for spec, key, value, unit in line.readings:
            self.readings.add(job, spec, value, visit.at(end), by[3])
            data = f'{{"job": {job}, "reading": "{key}", "unit": "{unit}", "value": "{value}", "verdict": "within"}}'
            visit.event(end, "workshop.reading", by, data)
        visit.event(end, "workshop.finished", by, f'{{"job": {job}}}')

    def rework(self, visit: Visit, minute: int, by: Any, failed: str) -> None:
        """The first job goes back to its technician; unless the visit stands there now, he puts it right."""
        technician, again = visit.technician, visit.stage != "rework"
        job = self.jobs.add(
            visit.id,
            visit.lines[visit.recipe.jobs[0]],
            "rework",
            failed,
            "done" if again else "assigned",
            technician[3],
            visit.centre.bays[visit.n % len(visit.centre.bays)],
            visit.at(minute),
            visit.at(minute),
            by[3],
            NULL,
            visit.at(minute + 2) if again else NULL,
            visit.at(minute + 3) if again else NULL,
            visit.at(minute + 17) if again else NULL,
        )
        visit.event(minute, "workshop.rework_opened", by, f'{{"jobs": [{job}], "technicians": [{technician[3]}]}}')
        visit.step(minute, "final", "rework", by)
        if again:
            self.spans.add(job, technician[3], visit.at(minute + 3), visit.at(minute + 17), "")
            visit.event(minute + 2, "workshop.acknowledged", technician, f'{{"jobs": [{job}]}}')
            visit.event(minute + 3, "workshop.started", technician, f'{{"job": {job}}}')
            visit.event(minute + 17, "workshop.finished", technician, f'{{"job": {job}}}')
            visit.step(minute + 17, "rework", "selfcheck", technician)
