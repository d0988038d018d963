"""Which rows prove which clause of chapters 5 and 6 of the manual, for one work order; who and when on the visit line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from delivery.models import (
    Bill,
    Handover,
    Opinion,
    OpinionState,
    Payment,
    PickupNotice,
    Release,
    SurveyAnswer,
    SurveyResponse,
    WashPart,
    WashTask,
)
from delivery.services.account import unbilled
from servicedesk import registry
from servicedesk.catalogue.models import SurveyQuestion
from servicedesk.registry import Evidence, VisitStep
from servicedesk.staff.formats import joined
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.together import First, Row, Rows, read_together

REACHED = (Stage.PREPARATION, Stage.READY, Stage.DELIVERED, Stage.CLOSED)
GONE = (Stage.DELIVERED, Stage.CLOSED)


@dataclass(frozen=True)
class Departure:
    """What chapters 5 and 6 left of a visit."""

    work_order: WorkOrder
    wash: Row | None
    """The latest round, with its `parts` and the second look."""
    bill: Row | None
    """The one that stands, with the number of its lines and of differences without a reason."""
    unbilled: Row | None
    """An agreed line that stands on no bill."""
    charges: list[Row]
    payments: list[Row]
    release: Row | None
    notice: Row | None
    handover: Row | None
    survey: Row | None
    opinions: list[Row]
    answers: list[Row]

    @classmethod
    def of(cls, work_order: WorkOrder) -> Departure:
        """Read it. One query."""
        own = {"work_order": work_order}
        signed = {"at": "at", "by": "by_label"}
        opinions = Opinion.objects.filter(**own).exclude(state=OpinionState.WITHDRAWN)
        answers = SurveyAnswer.objects.filter(response__work_order=work_order)
        return cls(
            work_order,
            **read_together(
                work_order,
                wash=_wash(work_order),
                bill=_bill(work_order),
                unbilled=First(unbilled(work_order), pk="pk"),
                charges=Rows(Bill.objects.issued().filter(**own), total=Cast("total", TextField())),
                payments=Rows(
                    Payment.objects.filter(**own).order_by("at"), amount=Cast("amount", TextField()), **signed
                ),
                release=First(Release.objects.filter(**own), **signed),
                notice=First(PickupNotice.objects.filter(**own).order_by("-at"), in_person="in_person", **signed),
                handover=First(
                    Handover.objects.accepted().filter(**own).order_by("-at"),
                    person="person",
                    relation="relation",
                    authorised="authorised",
                    given="given",
                    **signed,
                ),
                survey=First(
                    SurveyResponse.objects.filter(**own),
                    invited_at="invited_at",
                    completed_at="completed_at",
                    by="by_label",
                ),
                opinions=Rows(opinions.order_by("at"), department="department", **signed),
                answers=Rows(answers, value="value", scale="question__scale", alert_when="question__alert_when"),
            ),
        )

    @property
    def balance(self) -> Decimal:
        """Issued bills less credit notes, less what was paid."""
        billed = sum((Decimal(bill["total"]) for bill in self.charges), Decimal())
        return billed - sum((Decimal(payment["amount"]) for payment in self.payments), Decimal())


def _wash(work_order: WorkOrder) -> First:
    parts = WashPart.objects.filter(task=OuterRef("pk")).order_by("pk")
    return First(
        WashTask.objects.filter(work_order=work_order).order_by("-round"),
        waived="waived",
        opened_at="opened_at",
        parts=Rows(parts, part="part", done_at="done_at", by="by_label"),
        passed="look__passed",
        looked_at="look__at",
        looked_by="look__by_label",
    )


def _bill(work_order: WorkOrder) -> First:
    unexplained = Count("lines", filter=~Q(lines__amount=F("lines__agreed")) & Q(lines__reason=""))
    standing = Bill.objects.standing().filter(work_order=work_order).order_by("-issued_at")
    return First(
        standing.annotate(line_count=Count("lines"), unexplained_count=unexplained),
        number="number",
        issued_at="issued_at",
        by="by_label",
        lines="line_count",
        unexplained="unexplained_count",
    )


def register() -> None:
    """Name the proof of each clause."""
    for clause, judge in {
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
        registry.evidence.register(clause, judge, Departure.of)
    registry.visit_steps[5] = preparation_step
    registry.visit_steps[6] = delivery_step


def cleaned(left: Departure) -> Evidence:
    """M5.1-a: exterior, interior and tyres, each ticked by whoever did it; or waived by the customer."""
    if left.wash is None:
        return _not_yet(left, *REACHED)
    if left.wash["waived"]:
        return Evidence("not_needed", left.wash["opened_at"], text=_("The customer did not want a wash"))
    parts = left.wash["parts"]
    if set(WashPart.Part.values) - {tick["part"] for tick in parts}:
        return _not_yet(left, Stage.READY, *GONE)
    who = joined(dict.fromkeys(tick["by"] for tick in parts))
    return Evidence("done", max(tick["done_at"] for tick in parts), who, _("Exterior, interior and tyres"))


def looked_over(left: Departure) -> Evidence:
    """M5.1-b: somebody confirmed that the car is clean and tidy."""
    if left.wash is None or not left.wash["passed"]:
        return _not_yet(left, Stage.READY, *GONE)
    return Evidence("done", left.wash["looked_at"], left.wash["looked_by"])


def worked_out(left: Departure) -> Evidence:
    """M5.2-a: the bill covers all agreed and checked work, and nothing else."""
    bill = left.bill
    if bill is None or left.unbilled is not None:
        return _not_yet(left, Stage.READY, *GONE)
    return Evidence("done", bill["issued_at"], bill["by"], bill["number"])


def itemised(left: Departure) -> Evidence:
    """M5.2-b: every line apart, every difference from what was agreed explained."""
    bill = left.bill
    if bill is None:
        return _not_yet(left, Stage.READY, *GONE)
    if bill["unexplained"]:
        return Evidence("missing", bill["issued_at"], bill["by"], _("A difference is not explained"))
    return Evidence("done", bill["issued_at"], bill["by"], _("%(n)s lines") % {"n": bill["lines"]})


def settled(left: Departure) -> Evidence:
    """M5.2-c: settled by delivery, or the car released."""
    if left.bill is None:
        return _not_yet(left, *GONE)
    issued_at, visit = left.bill["issued_at"], left.work_order
    if left.balance <= 0:
        if not left.payments:
            return Evidence("done", issued_at, left.bill["by"])
        last = left.payments[-1]
        late = bool(visit.delivered_at and last["at"] > visit.delivered_at)
        return Evidence("late" if late else "done", last["at"], last["by"])
    if left.release is not None:
        return Evidence("done", left.release["at"], left.release["by"], _("Released by a manager"))
    if visit.customer.account_customer:
        return Evidence("done", issued_at, text=_("Account customer"))
    return _not_yet(left, *GONE)


def notified(left: Departure) -> Evidence:
    """M6.1-a: the customer was told, by a person's press, before the car was handed over."""
    notice = left.notice
    if notice is None:
        return _not_yet(left, *GONE)
    return Evidence("done", notice["at"], notice["by"], _("In person") if notice["in_person"] else "")


def accepted(left: Departure) -> Evidence:
    """M6.1-b: explained, looked over, accepted with a signature; by whom for the customer, and by whose leave."""
    handover = left.handover
    if handover is None:
        return _not_yet(left, *GONE)
    words = handover["person"]
    if handover["relation"]:
        words = _("%(name)s for the customer (%(relation)s; %(authorised)s)") % {
            "name": handover["person"],
            "relation": Handover.Relation(handover["relation"]).label,
            "authorised": Handover.Authorised(handover["authorised"]).label,
        }
    return Evidence("done", handover["at"], handover["by"], words)


def papers_given(left: Departure) -> Evidence:
    """M6.1-c: handed over with bill, inspection report and invoice."""
    handover = left.handover
    if handover is None:
        return _not_yet(left, *GONE)
    words = joined(str(Handover.Given(given).label) for given in handover["given"])
    return Evidence("done" if words else "missing", handover["at"], handover["by"], words)


def invited(left: Departure) -> Evidence:
    """M6.2-a: invited to the survey by the advisor's tap, after delivery."""
    if left.survey is None:
        return _not_yet(left, Stage.CLOSED)
    return Evidence("done", left.survey["invited_at"], left.survey["by"])


def passed_on(left: Departure) -> Evidence:
    """M6.2-b: every low answer lies before a department; nothing to pass on is as good."""
    if left.opinions:
        last = left.opinions[-1]
        words = joined(dict.fromkeys(str(Role(opinion["department"]).label) for opinion in left.opinions))
        return Evidence("done", last["at"], last["by"], words)
    if any(_is_alarming(**answer) for answer in left.answers):
        return Evidence("missing", text=_("A low answer was not passed on"))
    if left.survey is not None and left.survey["completed_at"]:
        return Evidence("not_needed", left.survey["completed_at"], text=_("No low answer"))
    return Evidence("open")


def _is_alarming(value: str, **question: str) -> bool:
    return SurveyQuestion(**question).is_alarming(value)


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


def _not_yet(left: Departure, *due: str) -> Evidence:
    """Missing once the visit has passed the stage where it was due, else open."""
    return Evidence("missing" if left.work_order.stage in due else "open")
