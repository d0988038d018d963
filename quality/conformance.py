"""What proves the clauses of chapter 4 for one visit. At most two queries each."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quality.models import FinalInspection, SelfCheck
from servicedesk import registry
from servicedesk.registry import Evidence
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from workshop.conformance import rework_finished

BEFORE_SELF_CHECK = frozenset({Stage.RECEPTION, Stage.AUTHORISED, Stage.REPAIR, Stage.SELFCHECK})
BEFORE_FINAL = BEFORE_SELF_CHECK | {Stage.FINAL, Stage.REWORK}


def _absent(work_order: WorkOrder, until: frozenset[Stage]) -> Evidence:
    if work_order.stage == Stage.CANCELLED:
        return Evidence("not_needed")
    return Evidence("open" if work_order.stage in until else "missing")


def self_checked(work_order: WorkOrder) -> Evidence:
    """M4.1-a: the technician checked his own work, item by item."""
    report = SelfCheck.objects.filter(work_order=work_order, passed=True).order_by("round").first()
    if report is None:
        return _absent(work_order, BEFORE_SELF_CHECK)
    return Evidence("done", report.signed_at, report.by_label, _("%(n)s items") % {"n": report.items.count()})


def self_check_signed(work_order: WorkOrder) -> Evidence:
    """M4.1-b: he signed the self-check report with his account."""
    report = SelfCheck.objects.filter(work_order=work_order).order_by("-round").first()
    if report is None:
        return _absent(work_order, BEFORE_SELF_CHECK)
    return Evidence("done", report.signed_at, report.by_label, report.remarks[:80])


def inspected(work_order: WorkOrder) -> Evidence:
    """M4.2-a: an inspector re-checked the work and tested the car as a whole."""
    report = FinalInspection.objects.filter(work_order=work_order).order_by("round").first()
    if report is None:
        return _absent(work_order, BEFORE_FINAL)
    text = _("with road test") if report.road_tested else ""
    return Evidence("done", report.signed_at, report.by_label, text)


def by_another(work_order: WorkOrder) -> Evidence:
    """M4.2-b: a final inspection report by a person who did not do the work. (The database refuses any other.)"""
    report = FinalInspection.objects.filter(work_order=work_order, verdict="pass").order_by("-round").first()
    return Evidence("done", report.signed_at, report.by_label) if report else _absent(work_order, BEFORE_FINAL)


def reworked(work_order: WorkOrder) -> Evidence:
    """M4.2-c: what failed went back to the technician at once, and came through both checks again."""
    failed = FinalInspection.objects.filter(work_order=work_order).failed().order_by("round").first()
    if failed is None:
        return Evidence("not_needed")
    if rework_finished(work_order) and work_order.stage not in BEFORE_FINAL:
        return Evidence("done", failed.signed_at, failed.by_label)
    return _absent(work_order, BEFORE_FINAL)


def internal_rework(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Visits that failed a final inspection at least once, of all finally inspected."""
    finals = FinalInspection.objects.filter(work_order__centre__in=centres, signed_at__range=(since, until))
    visits = finals.values("work_order").distinct().count()
    return finals.failed().values("work_order").distinct().count(), visits


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    proofs = {
        "M4.1-a": self_checked,
        "M4.1-b": self_check_signed,
        "M4.2-a": inspected,
        "M4.2-b": by_another,
        "M4.2-c": reworked,
    }
    for clause, proof in proofs.items():
        registry.evidence.register(clause, proof)
    registry.figures.register(
        registry.Figure(
            "internal_rework",
            gettext_lazy("Internal rework rate"),
            gettext_lazy("work orders failed at final inspection at least once / work orders finally inspected"),
            internal_rework,
            target="<5%",
            order=7,
        )
    )
