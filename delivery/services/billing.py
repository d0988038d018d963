"""Working out the bill from the work order and the work actually done; issuing it; taking it back by a credit note (M5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from delivery.models import Bill, BillKind, BillLine, BillState
from delivery.paper import facts_of_bill, order_bill
from delivery.services.account import Agreements, ceiling, plain, unbilled_lines
from delivery.services.floor import lock
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events
from servicedesk.workorders.gates import Requirement
from servicedesk.workorders.models import LineState, WorkOrder, WorkOrderLine
from servicedesk.workorders.money import line_amount, totals
from servicedesk.workorders.numbers import next_bill_number
from servicedesk.workorders.stages import Stage
from workshop.models import Job, JobKind

BILLABLE = (Stage.PREPARATION, Stage.READY)


class BillRefused(Refusal):
    """The bill cannot be changed or issued like this; the reasons say why."""


def open_draft(work_order: WorkOrder, by: Actor) -> None:
    """Entering PREPARATION: work out a draft over all agreed lines not billed yet (a car back from rework may have none)."""
    lines = unbilled_lines(work_order)
    draft = draft_of(work_order)
    if draft is None and (lines or not Bill.objects.standing().filter(work_order=work_order).exists()):
        draft = _new(work_order, BillKind.BILL, by)
    if draft is not None:
        _fill(draft, work_order, lines)


def draft_of(work_order: WorkOrder) -> Bill | None:
    """The visit's bill while it is worked out."""
    return Bill.objects.drafts().filter(work_order=work_order, kind=BillKind.BILL).first()


@transaction.atomic
def recalculate(work_order: WorkOrder, *, by: Actor) -> Bill:
    """Work the draft out again from the work order; corrections made by hand are dropped."""
    locked = lock(work_order, *BILLABLE, clause="M5.2-a")
    open_draft(locked, by)
    return _draft(locked)


@transaction.atomic
def adjust_line(work_order: WorkOrder, line_id: int, *, quantity: Decimal, reason: str, by: Actor) -> BillLine:
    """Charge what was really used. Less than agreed needs a reason; more needs the customer's consent first, so it is refused."""
    locked = lock(work_order, *BILLABLE, clause="M5.2-b")
    draft = _draft(locked)
    line = BillLine.objects.filter(bill=draft, pk=line_id).first()
    if line is None:
        raise BillRefused(_("This line is not on the draft any more. Look at the bill again."))
    amount, reason = line_amount(quantity, line.unit_price, locked.centre), reason.strip()[:200]
    if amount > ceiling(line, locked):
        text = _("“%(line)s”: more than the customer agreed to. Send a new estimate first.") % {"line": line.title}
        raise BillRefused(Reason(text, locked.get_absolute_url(), "M5.2-b"))
    if amount != line.agreed and not reason:
        raise BillRefused(_("“%(line)s”: say why it differs from what was agreed.") % {"line": line.title})
    line.quantity, line.amount, line.reason = quantity, amount, reason
    line.save(update_fields=["quantity", "amount", "reason"])
    _add_up(draft, locked)
    data = {"code": line.code, "amount": plain(amount, locked), "agreed": plain(line.agreed, locked)}
    events.record(locked, "bill.line", by=by, text=reason, data=data)
    return line


def issue_requirements(work_order: WorkOrder, lines: Sequence[BillLine]) -> list[Requirement]:
    """What must hold before the draft with `lines` is issued: work checked, complete, agreed to, differences explained."""
    url = reverse("delivery:bill", args=[work_order.pk])
    order_url = work_order.get_absolute_url()
    states = {line.state for line in work_order.lines.top()}
    complete = {line.line_id for line in lines} == {line.pk for line in unbilled_lines(work_order)}
    beyond = any(line.amount > ceiling(line, work_order) for line in lines)
    silent = any(line.off_agreement and not line.reason for line in lines)
    unchecked = bool(states & {LineState.APPROVED.value, LineState.DONE.value})
    waiting = LineState.PROPOSED.value in states
    return [
        Requirement(not unchecked, _("All agreed work is done and checked"), "M5.2-a", order_url, "inspector"),
        Requirement(not waiting, _("No line waits for the customer's answer"), "M5.2-a", order_url, "advisor"),
        Requirement(complete, _("The draft covers all agreed work"), "M5.2-a", url, "cashier"),
        Requirement(
            not beyond, _("Nothing is charged beyond what the customer agreed to"), "M5.2-b", order_url, "advisor"
        ),
        Requirement(not silent, _("Every difference is explained"), "M5.2-b", url, "cashier"),
    ]


@transaction.atomic
def issue_bill(work_order: WorkOrder, *, by: Actor) -> Bill:
    """Number the draft, keep it for good and have it printed in the customer's language. The number is taken last, so none
    is lost: a rollback gives it back. Raises BillRefused with all reasons.
    """
    locked = lock(work_order, *BILLABLE, clause="M5.2-c")
    draft = _draft(locked)
    missing = [need for need in issue_requirements(locked, list(draft.lines.all())) if not need.ok]
    if missing:
        raise BillRefused(*[Reason(need.text, need.url, need.clause) for need in missing])
    _issue(draft, locked, by)
    events.record(locked, "bill.issued", by=by, data={"number": draft.number, "total": plain(draft.total, locked)})
    return draft


@transaction.atomic
def credit_bill(bill: Bill, *, reason: str, by: Actor) -> Bill:
    """Take an issued bill back by a credit note of its own number, and open a new draft. Refused twice and without a reason."""
    locked = lock(bill.work_order, *BILLABLE, clause="M5.2-b")
    bill = Bill.objects.select_for_update(of=("self",)).get(pk=bill.pk, work_order=locked)
    reason = reason.strip()[:200]
    if not reason:
        raise BillRefused(_("Say why the bill is taken back."))
    if bill.kind != BillKind.BILL or not bill.is_issued:
        raise BillRefused(_("Only an issued bill can be taken back."))
    if Bill.objects.filter(corrects=bill).exists():
        raise BillRefused(_("%(number)s has already been taken back.") % {"number": bill.number})
    note = _new(locked, BillKind.CREDIT, by, corrects=bill, reason=reason)
    kept = [
        field.attname for field in BillLine._meta.concrete_fields if field.attname not in ("id", "bill_id", "amount")
    ]
    BillLine.objects.bulk_create(
        BillLine(bill=note, amount=-line.amount, **{name: getattr(line, name) for name in kept})
        for line in bill.lines.order_by("position", "id")
    )
    note.net, note.tax, note.total = -bill.net, -bill.tax, -bill.total
    _issue(note, locked, by)
    events.record(locked, "bill.credited", by=by, text=reason, data={"number": note.number, "bill": bill.number})
    open_draft(locked, by)
    return note


def _new(work_order: WorkOrder, kind: str, by: Actor, **values: Any) -> Bill:
    centre = work_order.centre
    return Bill.objects.create(
        work_order=work_order,
        centre=centre,
        kind=kind,
        estimate=work_order.estimates.filter(consents__isnull=False).order_by("-version").first(),
        net=0,
        tax=0,
        total=0,
        tax_rate=centre.tax_rate,
        tax_inclusive=centre.tax_inclusive,
        currency=centre.currency,
        language=work_order.customer.language or centre.language,
        opened_at=now(),
        **values,
        **actor_values(by),
    )


def _draft(work_order: WorkOrder) -> Bill:
    drafts = Bill.objects.select_for_update(of=("self",)).drafts()
    draft = drafts.filter(work_order=work_order, kind=BillKind.BILL).first()
    if draft is not None:
        return draft
    issued = Bill.objects.standing().filter(work_order=work_order).order_by("-issued_at").first()
    if issued is None:
        raise BillRefused(_("There is no draft to work on."))
    raise BillRefused(
        _("%(number)s was issued at %(time)s by %(who)s. It is not changed any more: take it back by a credit note.")
        % {
            "number": issued.number,
            "time": f"{work_order.centre.local(issued.issued_at):%H:%M}",
            "who": issued.by_label,
        }
    )


def _issue(bill: Bill, work_order: WorkOrder, by: Actor) -> None:
    for name, value in actor_values(by).items():
        setattr(bill, name, value)
    bill.work_order, bill.centre = work_order, work_order.centre
    bill.facts, bill.issued_at = facts_of_bill(bill), now()
    bill.number = next_bill_number(work_order.centre)
    bill.paper_order = order_bill(bill, by=by)
    bill.state = BillState.ISSUED
    bill.save()


def _fill(draft: Bill, work_order: WorkOrder, lines: Iterable[WorkOrderLine]) -> None:
    """Write the draft's lines anew: the first estimate, the version last agreed to, and what the work order holds."""
    draft.lines.all().delete()
    agreements = Agreements(work_order)
    done_by = dict(
        Job.objects.filter(work_order=work_order, kind=JobKind.WORK, technician__isnull=False).values_list(
            "line_id", "technician__display_name"
        )
    )
    rows = []
    for position, line in enumerate(lines, start=1):
        agreement = agreements.of(line)
        rows.append(
            BillLine(
                bill=draft,
                line=line,
                consent=agreement.consent if agreement else None,
                position=position,
                kind=line.kind,
                code=line.code,
                titles=line.titles,
                units={code: line.part.unit_in(code) for code, _name in settings.LANGUAGES} if line.part else {},
                technician=done_by.get(line.parent_id or line.pk, ""),
                added=agreements.was_added(line),
                quantity=line.quantity,
                unit_price=line.unit_price,
                estimated=agreements.estimated(line),
                agreed=agreement.amounts.get(line.pk, Decimal(0)) if agreement else Decimal(0),
                amount=line.amount,
            )
        )
    BillLine.objects.bulk_create(rows)
    _add_up(draft, work_order)


def _add_up(bill: Bill, work_order: WorkOrder) -> None:
    summed = totals(bill.lines.values_list("amount", flat=True), work_order.centre)
    bill.net, bill.tax, bill.total = summed.net, summed.tax, summed.total
    bill.save(update_fields=["net", "tax", "total"])
