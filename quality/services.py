"""The verbs of chapter 4: sign the self-check, sign the final inspection (M4.1-b, M4.2-b, M4.2-c)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from quality.checklists import KNOWN_BY_RECORD, Facts, final_items, self_check_items
from quality.models import FinalInspection, FinalItem, SelfCheck, SelfCheckItem, Verdict
from quality.papers import order_final, order_self_check
from quality.querysets import current_round
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.clock import now
from servicedesk.documents import photos
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events
from servicedesk.workorders.models import LineState, WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import advance
from workshop.querysets import did_work, technicians_of
from workshop.services import open_rework
from workshop.services.jobs import Fault, lock, set_state, wrong_stage


class InspectionRefused(Refusal):
    """The report cannot be signed; the reasons say what is missing or who may sign."""


@dataclass(frozen=True)
class Mark:
    """The verdict on one item. `line` (its id) says what goes back when it fails; `photo` is an upload."""

    verdict: str
    note: str = ""
    line: int | None = None
    photo: Any = None


@transaction.atomic
def sign_self_check(
    work_order: WorkOrder,
    *,
    by: Actor,
    marks: Mapping[int, Mark],
    remarks: str = "",
    outcomes: Mapping[int, tuple[str, str]] | None = None,
) -> SelfCheck:
    """Sign the self-check {item id: Mark}: all well, the car goes to final inspection; else back to repair with a job per fault.

    `outcomes` says per concern (its id) the cause found and the correction made.
    Refused: wrong stage, the signer did not work on the car, an item is unanswered or a fault has no reason.
    """
    work_order = _locked(work_order, Stage.SELFCHECK)
    if by.user_id is None or not did_work(work_order, by.user_id):
        raise InspectionRefused(
            _reason(_("Only the technician who worked on the car can sign its self-check."), work_order, "M4.1-b")
        )
    facts = Facts(work_order)
    answered = _complete(self_check_items(facts), marks)
    faults = [(item, mark) for item, mark in answered if mark.verdict == Verdict.FAIL]
    report = SelfCheck.objects.create(
        work_order=work_order,
        round=current_round(work_order),
        technician_id=by.user_id,
        passed=not faults,
        remarks=remarks.strip(),
        signed_at=now(),
        **actor_values(by),
    )
    SelfCheckItem.objects.bulk_create(
        SelfCheckItem(self_check=report, item=item, verdict=mark.verdict, note=mark.note.strip()[:500])
        for item, mark in answered
    )
    for concern in work_order.concerns.filter(pk__in=outcomes or {}):
        concern.cause, concern.correction = (outcomes or {})[concern.pk]
        concern.save(update_fields=["cause", "correction"])
    data = {"round": report.round, "passed": report.passed, "faults": [item.code for item, _mark in faults]}
    events.record(work_order, "quality.self_check_signed", by=by, text=remarks.strip(), data=data)
    order_self_check(report, by=by)
    if faults:
        open_rework(work_order, [Fault(mark.note.strip(), None, item) for item, mark in faults], by=by)
        advance(work_order, to=Stage.REPAIR, by=by)
    else:
        advance(work_order, to=Stage.FINAL, by=by)
    return report


@transaction.atomic
def sign_final(
    work_order: WorkOrder,
    *,
    by: Actor,
    marks: Mapping[int, Mark],
    odometer_before: int | None = None,
    odometer_after: int | None = None,
    remarks: str = "",
) -> FinalInspection:
    """Sign the final inspection {item id: Mark}: the car goes to preparation, or each fault back to its technician.

    Refused: wrong stage, the inspector worked on the car himself, an item is unanswered, a fault has no reason, or the
    odometer of the road test is missing or runs backwards.
    """
    work_order = _locked(work_order, Stage.FINAL)
    if by.user_id is None or by.user_id in technicians_of(work_order):
        raise InspectionRefused(
            _reason(_("You worked on this car yourself: another inspector must inspect it."), work_order, "M4.2-b")
        )
    facts = Facts(work_order)
    asked = final_items(facts)
    answered = _complete([item for item in asked if item.code not in KNOWN_BY_RECORD], marks)
    answered += [(item, Mark(Verdict.PASS)) for item in asked if item.code in KNOWN_BY_RECORD]
    _check_odometer(work_order, facts.road_test, odometer_before, odometer_after)
    labour = {line.pk: line for line in facts.labour}
    faults = [(item, mark) for item, mark in answered if mark.verdict == Verdict.FAIL]
    if any(mark.line is not None and mark.line not in labour for _item, mark in faults):
        raise InspectionRefused(_("The work to go back is not on this car's work order."))
    failed = any(item.mandatory for item, _mark in faults)
    report = FinalInspection.objects.create(
        work_order=work_order,
        round=current_round(work_order),
        inspector_id=by.user_id,
        verdict=Verdict.FAIL if failed else Verdict.PASS,
        road_tested=facts.road_test,
        odometer_before=odometer_before if facts.road_test else None,
        odometer_after=odometer_after if facts.road_test else None,
        remarks=remarks.strip(),
        signed_at=now(),
        **actor_values(by),
    )
    FinalItem.objects.bulk_create(
        FinalItem(
            inspection=report,
            item=item,
            verdict=mark.verdict,
            note=mark.note.strip()[:500],
            line_id=mark.line if mark.verdict == Verdict.FAIL else None,
            photo=photos.keep(mark.photo, by=by, centre=work_order.centre) if mark.photo else None,
        )
        for item, mark in answered
    )
    data = {"round": report.round, "verdict": report.verdict, "faults": [item.code for item, _mark in faults]}
    events.record(work_order, "quality.final_signed", by=by, text=remarks.strip(), data=data)
    order_final(report, by=by)
    if failed:
        items = [Fault(mark.note.strip(), labour.get(mark.line or 0), item) for item, mark in faults]
        open_rework(work_order, items, by=by)
        advance(work_order, to=Stage.REWORK, by=by)
    else:
        set_state({line.pk for line in facts.lines}, LineState.CHECKED, only=[LineState.APPROVED, LineState.DONE])
        advance(work_order, to=Stage.PREPARATION, by=by)
    return report


def _locked(work_order: WorkOrder, stage: str) -> WorkOrder:
    locked = lock(work_order.pk)
    if locked.stage != stage:
        raise wrong_stage(locked)
    return locked


def _reason(text: str, work_order: WorkOrder, clause: str) -> Reason:
    return Reason(text, work_order.get_absolute_url(), clause)


def _complete(items: list[ChecklistItem], marks: Mapping[int, Mark]) -> list[tuple[ChecklistItem, Mark]]:
    """Pair each item with its mark; refused with everything that is missing."""
    reasons = []
    for item in items:
        mark = marks.get(item.pk)
        if mark is None or mark.verdict not in Verdict.values:
            reasons.append(_("Not answered: %(item)s.") % {"item": item.name})
        elif mark.verdict == Verdict.FAIL and not mark.note.strip():
            reasons.append(_("Say what is wrong: %(item)s.") % {"item": item.name})
    if reasons:
        raise InspectionRefused(*reasons)
    return [(item, marks[item.pk]) for item in items]


def _check_odometer(work_order: WorkOrder, road_test: bool, before: int | None, after: int | None) -> None:
    if not road_test:
        return
    if before is None or after is None:
        raise InspectionRefused(_("Note the odometer before and after the road test."))
    if after < before:
        raise InspectionRefused(_("The odometer after the road test is lower than before it. Read it again."))
    if work_order.odometer_in and before < work_order.odometer_in:
        raise InspectionRefused(
            _("The odometer was %(km)s km at reception, so it cannot be lower now. Read it again.")
            % {"km": work_order.odometer_in}
        )
