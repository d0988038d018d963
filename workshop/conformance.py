"""What proves the clauses of chapter 3 for one visit: its trail, and the jobs and findings read in one query."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk import registry
from servicedesk.catalogue.models import ReadingSpec
from servicedesk.registry import Evidence
from servicedesk.staff.querysets import name_of
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.together import First, Row, Rows, read_together
from workshop.models import Finding, FindingState, Job, JobState, Reading, WorkSpan

NOT_YET = frozenset({Stage.RECEPTION, Stage.AUTHORISED})
UNDER_WAY = NOT_YET | {Stage.REPAIR, Stage.REWORK}


@dataclass(frozen=True)
class Repair:
    """What chapter 3 left of a visit."""

    work_order: WorkOrder
    ranked: Row | None
    """The first job that was given by rank."""
    measurable: list[Row]
    """Jobs of the catalogue's work, each with the keys of the readings it must have."""
    readings: list[Row]
    findings: list[Row]

    @classmethod
    def of(cls, work_order: WorkOrder) -> Repair:
        """Read it. One query."""
        jobs = Job.objects.filter(work_order=work_order)
        scopes = Q(scope=OuterRef("line__operation__code")) | Q(scope=OuterRef("line__operation__group"))
        asked = ReadingSpec.objects.offered().filter(scopes, mandatory=True)
        return cls(
            work_order,
            **read_together(
                work_order,
                ranked=First(
                    jobs.filter(rank__isnull=False).order_by("assigned_at", "pk"),
                    rank="rank",
                    reason="override_reason",
                    technician=name_of("technician"),
                    by=name_of("assigned_by"),
                    at="assigned_at",
                ),
                measurable=Rows(
                    jobs.agreed().filter(kind="work", line__operation__isnull=False),
                    pk="pk",
                    asked=ArraySubquery(asked.values("pk")),
                ),
                readings=Rows(
                    Reading.objects.filter(job__work_order=work_order).order_by("recorded_at"),
                    job="job_id",
                    spec="spec_id",
                    at="recorded_at",
                    by=name_of("recorded_by"),
                ),
                findings=Rows(
                    Finding.objects.filter(work_order=work_order).order_by("pk"),
                    state="state",
                    text="text",
                    at="reported_at",
                    by="by_label",
                ),
            ),
        )


def _absent(work_order: WorkOrder, until: frozenset[Stage] = NOT_YET) -> Evidence:
    """Nothing proves it: still open while the visit may get there, else missing."""
    if work_order.stage == Stage.CANCELLED:
        return Evidence("not_needed")
    return Evidence("open" if work_order.stage in until else "missing")


def assigned(work_order: WorkOrder) -> Evidence:
    """M3.1-a: the supervisor assigned the work."""
    events = work_order.happened("workshop.assigned")
    return Evidence("done", events[0].at, events[0].by_label) if events else _absent(work_order)


def weighed(repair: Repair) -> Evidence:
    """M3.1-b: skill and workload were weighed: every assignment has its place in the suggested order."""
    job = repair.ranked
    if job is None:
        return _absent(repair.work_order)
    who = {"who": job["technician"], "rank": job["rank"]}
    text = (
        _("%(who)s was the first suggestion") if job["rank"] == 1 else _("%(who)s was suggestion no. %(rank)s")
    ) % who
    return Evidence("done", job["at"], job["by"] or "", f"{text} {job['reason']}".strip())


def read(work_order: WorkOrder) -> Evidence:
    """M3.1-c: the technician read the work order before he began."""
    events = work_order.happened("workshop.acknowledged")
    return Evidence("done", events[0].at, events[0].by_label) if events else _absent(work_order)


def looked_at(work_order: WorkOrder) -> Evidence:
    """M3.2-a: the supervisor looked at the progress."""
    looks = work_order.happened("workshop.progress_checked")
    if not looks:
        return _absent(work_order, UNDER_WAY)
    return Evidence("done", looks[0].at, looks[0].by_label, looks[0].words)


def measured(repair: Repair) -> Evidence:
    """M3.2-b: every reading asked for was recorded."""
    wanted = {(job["pk"], spec) for job in repair.measurable for spec in job["asked"]}
    taken = {(reading["job"], reading["spec"]) for reading in repair.readings}
    if not wanted:
        return Evidence("not_needed") if repair.measurable else _absent(repair.work_order)
    if wanted - taken:
        return _absent(repair.work_order, UNDER_WAY)
    last = repair.readings[-1]
    return Evidence("done", last["at"], last["by"], _("%(n)s readings") % {"n": len(taken)})


def reported(repair: Repair) -> Evidence:
    """M3.2-c: what was found was reported and decided before the work went on."""
    if not repair.findings:
        return Evidence("not_needed")
    if any(finding["state"] != FindingState.DECIDED for finding in repair.findings):
        return _absent(repair.work_order, UNDER_WAY | {Stage.SELFCHECK, Stage.FINAL})
    first = repair.findings[0]
    return Evidence("done", first["at"], first["by"], first["text"][:80])


def rework_left(work_order: WorkOrder) -> QuerySet[Job]:
    """Rework of a visit that is not done."""
    return Job.objects.filter(work_order=work_order, kind="rework").exclude(state=JobState.DONE)


def efficiency(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[Decimal, Decimal]:
    """Planned hours of the jobs finished, and the hours clocked on them."""
    jobs = Job.objects.filter(work_order__centre__in=centres, finished_at__range=(since, until), kind="work")
    spans = WorkSpan.objects.filter(job=OuterRef("pk"), ended_at__isnull=False).order_by().values("job")
    clocked = spans.annotate(time=Sum(F("ended_at") - F("started_at"))).values("time")
    summed = jobs.annotate(clocked=Subquery(clocked)).aggregate(hours=Sum("line__quantity"), time=Sum("clocked"))
    time = summed["time"] or dt.timedelta()
    return summed["hours"] or Decimal(0), round(Decimal(time.total_seconds()) / 3600, 2)


def additional_approval(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Extra work approved, of the extra work that customers decided on."""
    found = Finding.objects.filter(work_order__centre__in=centres, settled_at__range=(since, until), line__isnull=False)
    approved = Count("pk", filter=Q(line__state__in=("approved", "done", "checked")))
    counted = found.aggregate(approved=approved, decided=Count("pk"))
    return counted["approved"], counted["decided"]


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    for clause, told in {"M3.1-a": assigned, "M3.1-c": read, "M3.2-a": looked_at}.items():
        registry.evidence.register(clause, told)
    for clause, judge in {"M3.1-b": weighed, "M3.2-b": measured, "M3.2-c": reported}.items():
        registry.evidence.register(clause, judge, Repair.of)
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
