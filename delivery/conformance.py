"""Which rows prove which clause of chapters 5 and 6 of the manual, for one work order; who and when on the visit line."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from delivery.models import Bill, Handover, Opinion, OpinionState, PickupNotice, SurveyAnswer, SurveyResponse
from delivery.services.account import account_of, may_leave, unbilled_lines
from delivery.services.wash import current_task, parts_left
from servicedesk import registry
from servicedesk.registry import Evidence, VisitStep
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage

REACHED = (Stage.PREPARATION, Stage.READY, Stage.DELIVERED, Stage.CLOSED)
GONE = (Stage.DELIVERED, Stage.CLOSED)


def register() -> None:
    """Name the proof of each clause."""
    for clause, proof in {
        "M5.1-a": cleaned,
        "M5.1-b": looked_over,
        "M5.2-a": worked_out,
        "M5.2-b": itemised,
        "M5.2-c": settled,
        "M6.1-a": notified,
        "M6.1-b": accepted,
        "M6.1-c": papers_given,
        "M6.2-a": invited,
        "M6.2-b": passed_on,
    }.items():
        registry.evidence.register(clause, proof)
    registry.visit_steps[5] = preparation_step
    registry.visit_steps[6] = delivery_step


def cleaned(work_order: WorkOrder) -> Evidence:
    """M5.1-a: exterior, interior and tyres, each ticked by whoever did it; or waived by the customer."""
    task = current_task(work_order)
    if task is None:
        return _not_yet(work_order, *REACHED)
    if task.waived:
        return Evidence("not_needed", task.opened_at, text=_("The customer did not want a wash"))
    if parts_left(task):
        return _not_yet(work_order, Stage.READY, *GONE)
    last = max(task.parts.all(), key=lambda tick: tick.done_at)
    who = ", ".join(dict.fromkeys(tick.by_label for tick in task.parts.all()))
    return Evidence("done", last.done_at, who, _("Exterior, interior and tyres"))


def looked_over(work_order: WorkOrder) -> Evidence:
    """M5.1-b: somebody confirmed that the car is clean and tidy."""
    task = current_task(work_order)
    look = getattr(task, "look", None)
    if look is None or not look.passed:
        return _not_yet(work_order, Stage.READY, *GONE)
    return Evidence("done", look.at, look.by_label)


def worked_out(work_order: WorkOrder) -> Evidence:
    """M5.2-a: the bill covers all agreed and checked work, and nothing else."""
    bill = _bill(work_order)
    if bill is None or unbilled_lines(work_order):
        return _not_yet(work_order, Stage.READY, *GONE)
    return Evidence("done", bill.issued_at, bill.by_label, bill.number)


def itemised(work_order: WorkOrder) -> Evidence:
    """M5.2-b: every line apart, every difference from what was agreed explained."""
    bill = _bill(work_order)
    if bill is None:
        return _not_yet(work_order, Stage.READY, *GONE)
    lines = list(bill.lines.all())
    if any(line.off_agreement and not line.reason for line in lines):
        return Evidence("missing", bill.issued_at, bill.by_label, _("A difference is not explained"))
    return Evidence("done", bill.issued_at, bill.by_label, _("%(n)s lines") % {"n": len(lines)})


def settled(work_order: WorkOrder) -> Evidence:
    """M5.2-c: settled by delivery, or the car released."""
    bill = _bill(work_order)
    if bill is None:
        return _not_yet(work_order, *GONE)
    account = account_of(work_order)
    last = work_order.payments.order_by("-at").first()
    if account.balance <= 0:
        late = bool(last and work_order.delivered_at and last.at > work_order.delivered_at)
        at, by = (last.at, last.by_label) if last else (bill.issued_at, bill.by_label)
        return Evidence("late" if late else "done", at, by)
    if may_leave(work_order, account):
        release = getattr(work_order, "release", None)
        text = _("Released by a manager") if release else _("Account customer")
        return Evidence("done", release.at if release else bill.issued_at, release.by_label if release else "", text)
    return _not_yet(work_order, *GONE)


def notified(work_order: WorkOrder) -> Evidence:
    """M6.1-a: the customer was told, by a person's press, before the car was handed over."""
    notice = PickupNotice.objects.filter(work_order=work_order).order_by("-at").first()
    if notice is None:
        return _not_yet(work_order, *GONE)
    return Evidence("done", notice.at, notice.by_label, _("In person") if notice.in_person else "")


def accepted(work_order: WorkOrder) -> Evidence:
    """M6.1-b: explained, looked over, accepted with a signature."""
    handover = _handover(work_order)
    if handover is None:
        return _not_yet(work_order, *GONE)
    return Evidence("done", handover.at, handover.by_label, handover.person)


def papers_given(work_order: WorkOrder) -> Evidence:
    """M6.1-c: handed over with bill, inspection report and invoice."""
    handover = _handover(work_order)
    if handover is None:
        return _not_yet(work_order, *GONE)
    words = ", ".join(str(Handover.Given(given).label) for given in handover.given)
    return Evidence("done" if handover.given else "missing", handover.at, handover.by_label, words)


def invited(work_order: WorkOrder) -> Evidence:
    """M6.2-a: invited to the survey by the advisor's tap, after delivery."""
    response = SurveyResponse.objects.filter(work_order=work_order).first()
    if response is None:
        return _not_yet(work_order, Stage.CLOSED)
    return Evidence("done", response.invited_at, response.by_label)


def passed_on(work_order: WorkOrder) -> Evidence:
    """M6.2-b: every low answer lies before a department; nothing to pass on is as good."""
    response = SurveyResponse.objects.filter(work_order=work_order).first()
    opinions = list(Opinion.objects.filter(work_order=work_order).exclude(state=OpinionState.WITHDRAWN).order_by("at"))
    if opinions:
        last = opinions[-1]
        words = ", ".join(dict.fromkeys(str(opinion.get_department_display()) for opinion in opinions))
        return Evidence("done", last.at, last.by_label, words)
    answers = SurveyAnswer.objects.filter(response__work_order=work_order).select_related("question")
    if any(answer.is_alarming for answer in answers):
        return Evidence("missing", text=_("A low answer was not passed on"))
    if response is not None and response.completed_at:
        return Evidence("not_needed", response.completed_at, text=_("No low answer"))
    return Evidence("open")


def preparation_step(work_order: WorkOrder) -> VisitStep:
    """Chapter 5 on the visit line: from the first cleaning to the bill."""
    cleaned = work_order.happened("wash.part", "wash.looked")
    billed = work_order.happened("bill.issued")
    return VisitStep(cleaned[0].by_label if cleaned else "", until=work_order.ready_at if billed else None)


def delivery_step(work_order: WorkOrder) -> VisitStep:
    """Chapter 6 on the visit line: from ready to handed over; before that, the promised time."""
    if work_order.ready_at is not None and work_order.stage in (Stage.READY, *GONE):
        return VisitStep(str(work_order.advisor), work_order.ready_at, work_order.delivered_at)
    return VisitStep(at=work_order.promised_at, note=_("promised time")) if work_order.promised_at else VisitStep()


def _bill(work_order: WorkOrder) -> Bill | None:
    return Bill.objects.standing().filter(work_order=work_order).order_by("-issued_at").first()


def _handover(work_order: WorkOrder) -> Handover | None:
    return Handover.objects.accepted().filter(work_order=work_order).order_by("-at").first()


def _not_yet(work_order: Any, *due: str) -> Evidence:
    """Missing once the visit has passed the stage where it was due, else open."""
    return Evidence("missing" if work_order.stage in due else "open")
