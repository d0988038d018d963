"""What proves the clauses of chapter 3 for one visit. At most two queries each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk import registry
from servicedesk.registry import Evidence
from servicedesk.workorders.models import Event, WorkOrder
from servicedesk.workorders.stages import Stage
from workshop.models import Finding, FindingState, Job, JobState, ProgressCheck, Reading, WorkSpan
from workshop.readings import specs_by_operation

NOT_YET = frozenset({Stage.RECEPTION, Stage.AUTHORISED})
UNDER_WAY = NOT_YET | {Stage.REPAIR, Stage.REWORK}


def _absent(work_order: WorkOrder, until: frozenset[Stage] = NOT_YET) -> Evidence:
    """Nothing proves it: still open while the visit may get there, else missing."""
    if work_order.stage == Stage.CANCELLED:
        return Evidence("not_needed")
    return Evidence("open" if work_order.stage in until else "missing")


def assigned(work_order: WorkOrder) -> Evidence:
    """M3.1-a: the supervisor assigned the work."""
    event = Event.objects.filter(work_order=work_order, kind="workshop.assigned").order_by("seq").first()
    return Evidence("done", event.at, event.by_label) if event else _absent(work_order)


def weighed(work_order: WorkOrder) -> Evidence:
    """M3.1-b: skill and workload were weighed: every assignment has its place in the suggested order."""
    jobs = Job.objects.filter(work_order=work_order, rank__isnull=False).select_related("technician", "assigned_by")
    job = jobs.order_by("assigned_at", "pk").first()
    if job is None:
        return _absent(work_order)
    text = _("%(who)s was suggestion %(rank)s") % {"who": job.technician, "rank": job.rank}
    return Evidence("done", job.assigned_at, str(job.assigned_by or ""), f"{text} {job.override_reason}".strip())


def read(work_order: WorkOrder) -> Evidence:
    """M3.1-c: the technician read the work order before he began."""
    event = Event.objects.filter(work_order=work_order, kind="workshop.acknowledged").order_by("seq").first()
    return Evidence("done", event.at, event.by_label) if event else _absent(work_order)


def looked_at(work_order: WorkOrder) -> Evidence:
    """M3.2-a: the supervisor looked at the progress."""
    check = ProgressCheck.objects.filter(work_order=work_order).order_by("at").first()
    return Evidence("done", check.at, check.by_label, check.note) if check else _absent(work_order, UNDER_WAY)


def measured(work_order: WorkOrder) -> Evidence:
    """M3.2-b: every reading asked for was recorded."""
    jobs = Job.objects.agreed().filter(work_order=work_order, kind="work").select_related("line__operation")
    operations = {job.pk: job.operation for job in jobs if job.operation}
    asked = specs_by_operation(operations.values())
    wanted = {(job, spec.pk) for job, op in operations.items() for spec in asked[op.pk] if spec.mandatory}
    readings = Reading.objects.filter(job__work_order=work_order).select_related("recorded_by").order_by("recorded_at")
    taken = {(reading.job_id, reading.spec_id): reading for reading in readings}
    if not wanted:
        return _absent(work_order) if not operations else Evidence("not_needed")
    if wanted - set(taken):
        return _absent(work_order, UNDER_WAY)
    last = list(taken.values())[-1]
    return Evidence("done", last.recorded_at, str(last.recorded_by), _("%(n)s readings") % {"n": len(taken)})


def reported(work_order: WorkOrder) -> Evidence:
    """M3.2-c: what was found was reported and decided before the work went on."""
    findings = list(Finding.objects.filter(work_order=work_order).order_by("pk"))
    if not findings:
        return Evidence("not_needed")
    if any(finding.state != FindingState.DECIDED for finding in findings):
        return _absent(work_order, UNDER_WAY | {Stage.SELFCHECK, Stage.FINAL})
    first = findings[0]
    return Evidence("done", first.reported_at, first.by_label, first.text[:80])


def rework_finished(work_order: WorkOrder) -> bool:
    """Whether every rework of a visit is done."""
    return not Job.objects.filter(work_order=work_order, kind="rework").exclude(state=JobState.DONE).exists()


def efficiency(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[Decimal, Decimal]:
    """Planned hours of the jobs finished, and the hours clocked on them."""
    jobs = Job.objects.filter(work_order__centre__in=centres, finished_at__range=(since, until), kind="work")
    planned = jobs.aggregate(hours=Sum("line__quantity"))["hours"] or Decimal(0)
    spans = WorkSpan.objects.filter(job__in=jobs, ended_at__isnull=False)
    clocked = spans.aggregate(time=Sum(F("ended_at") - F("started_at")))["time"] or dt.timedelta()
    return planned, round(Decimal(clocked.total_seconds()) / 3600, 2)


def additional_approval(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Extra work approved, of the extra work that customers decided on."""
    found = Finding.objects.filter(work_order__centre__in=centres, settled_at__range=(since, until), line__isnull=False)
    return found.filter(line__state__in=("approved", "done", "checked")).count(), found.count()


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    proofs = {
        "M3.1-a": assigned,
        "M3.1-b": weighed,
        "M3.1-c": read,
        "M3.2-a": looked_at,
        "M3.2-b": measured,
        "M3.2-c": reported,
    }
    for clause, proof in proofs.items():
        registry.evidence.register(clause, proof)
    registry.figures.register(
        registry.Figure(
            "efficiency",
            gettext_lazy("Technician efficiency"),
            gettext_lazy("planned hours of finished jobs / hours clocked on them"),
            efficiency,
            target="100%",
            order=8,
        )
    )
    registry.figures.register(
        registry.Figure(
            "additional_conversion",
            gettext_lazy("Additional work approval rate"),
            gettext_lazy("extra work approved / extra work decided on"),
            additional_approval,
            order=9,
        )
    )
