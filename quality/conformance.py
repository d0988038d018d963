"""What proves the clauses of chapter 4 for one visit, read in one query; and the chapter's indicator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quality.models import FinalInspection, SelfCheck, Verdict
from servicedesk import registry
from servicedesk.registry import Evidence
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.together import First, Row, Rows, read_together
from workshop.conformance import rework_left

BEFORE_SELF_CHECK = frozenset({Stage.RECEPTION, Stage.AUTHORISED, Stage.REPAIR, Stage.SELFCHECK})
BEFORE_FINAL = BEFORE_SELF_CHECK | {Stage.FINAL, Stage.REWORK}


@dataclass(frozen=True)
class Reports:
    """What chapter 4 left of a visit: its reports, round by round."""

    work_order: WorkOrder
    self_checks: list[Row]
    finals: list[Row]
    rework: Row | None
    """One that is not done."""

    @classmethod
    def of(cls, work_order: WorkOrder) -> Reports:
        """Read them. One query."""
        self_checks = SelfCheck.objects.filter(work_order=work_order).annotate(count=Count("items"))
        finals = FinalInspection.objects.filter(work_order=work_order)
        signed = {"at": "signed_at", "by": "by_label"}
        return cls(
            work_order,
            **read_together(
                work_order,
                self_checks=Rows(
                    self_checks.order_by("round"), passed="passed", items="count", remarks="remarks", **signed
                ),
                finals=Rows(finals.order_by("round"), verdict="verdict", road_tested="road_tested", **signed),
                rework=First(rework_left(work_order), pk="pk"),
            ),
        )


def _absent(work_order: WorkOrder, until: frozenset[Stage]) -> Evidence:
    if work_order.stage == Stage.CANCELLED:
        return Evidence("not_needed")
    return Evidence("open" if work_order.stage in until else "missing")


def self_checked(reports: Reports) -> Evidence:
    """M4.1-a: the technician checked his own work, item by item."""
    passed = [report for report in reports.self_checks if report["passed"]]
    if not passed:
        return _absent(reports.work_order, BEFORE_SELF_CHECK)
    first = passed[0]
    return Evidence("done", first["at"], first["by"], _("%(n)s items") % {"n": first["items"]})


def self_check_signed(reports: Reports) -> Evidence:
    """M4.1-b: he signed the self-check report with his account."""
    if not reports.self_checks:
        return _absent(reports.work_order, BEFORE_SELF_CHECK)
    last = reports.self_checks[-1]
    return Evidence("done", last["at"], last["by"], last["remarks"][:80])


def inspected(reports: Reports) -> Evidence:
    """M4.2-a: an inspector re-checked the work and tested the car as a whole."""
    if not reports.finals:
        return _absent(reports.work_order, BEFORE_FINAL)
    first = reports.finals[0]
    return Evidence("done", first["at"], first["by"], _("with road test") if first["road_tested"] else "")


def by_another(reports: Reports) -> Evidence:
    """M4.2-b: a final inspection report by a person who did not do the work. (The database refuses any other.)"""
    passed = [report for report in reports.finals if report["verdict"] == Verdict.PASS]
    if not passed:
        return _absent(reports.work_order, BEFORE_FINAL)
    return Evidence("done", passed[-1]["at"], passed[-1]["by"])


def reworked(reports: Reports) -> Evidence:
    """M4.2-c: what failed went back to the technician at once, and came through both checks again."""
    failed = [report for report in reports.finals if report["verdict"] == Verdict.FAIL]
    if not failed:
        return Evidence("not_needed")
    if reports.rework is None and reports.work_order.stage not in BEFORE_FINAL:
        return Evidence("done", failed[0]["at"], failed[0]["by"])
    return _absent(reports.work_order, BEFORE_FINAL)


def internal_rework(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Visits that failed a final inspection at least once, of all finally inspected."""
    finals = FinalInspection.objects.filter(work_order__centre__in=centres, signed_at__range=(since, until))
    visits = Count("work_order", distinct=True)
    failed = Count("work_order", distinct=True, filter=Q(verdict=Verdict.FAIL))
    counted = finals.aggregate(failed=failed, visits=visits)
    return counted["failed"], counted["visits"]


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    for clause, judge in {
        "M4.1-a": self_checked,
        "M4.1-b": self_check_signed,
        "M4.2-a": inspected,
        "M4.2-b": by_another,
        "M4.2-c": reworked,
    }.items():
        registry.evidence.register(clause, judge, Reports.of)
    registry.figures.register(
        registry.Figure(
            "internal_rework",
            gettext_lazy("Internal rework rate"),
            gettext_lazy("work orders failed at final inspection at least once / work orders finally inspected"),
            internal_rework,
            target="< 5%",
            order=7,
        )
    )
