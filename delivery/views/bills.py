"""The cashier's pages: what is to be settled, and one visit's bill with its difference from the estimate, issue and payment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from delivery import services
from delivery.forms import LineForm, PaymentForm, ReasonForm
from delivery.models import Bill, BillKind, BillLine, Payment, Release
from delivery.paper import preview, rule_of
from delivery.selections import named, ready_gate, settle_rows
from delivery.services.account import Account
from delivery.services.billing import BILLABLE, issue_requirements
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.formats import format_amount, format_money, format_number
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import LineState, WorkOrder
from servicedesk.workorders.money import totals
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.views import as_promise

NOT_DONE = (LineState.DECLINED, LineState.DEFERRED)


@allow(Role.DETAILER, Role.CASHIER, Role.ADVISOR, Role.MANAGER)
@require_GET
def preparation(request: StaffRequest) -> HttpResponse:
    """Chapter 5's entry: service staff go to the wash queue, everybody else to what is to be settled."""
    roles = request.user.roles_in(request.centre.pk)
    return redirect("delivery:wash_queue" if Role.DETAILER in roles else "delivery:bills")


@allow(Role.CASHIER, Role.ADVISOR, Role.MANAGER)
@require_GET
def bill_list(request: StaffRequest) -> HttpResponse:
    """Visits to bill or to settle, most endangered promise first."""
    return render(request, "delivery/bills.html", {"rows": settle_rows(request.centre)})


@allow(Role.CASHIER, Role.ADVISOR, Role.MANAGER)
@require_GET
def bill_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One visit's bill: each line with its difference from the estimate and what it rests on; payments; what is missing."""
    return _show(request, _visit(request, pk))


@allow(Role.CASHIER, Role.ADVISOR, Role.MANAGER)
@require_GET
def bill_preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The draft as it would be printed; once issued, the paper itself."""
    work_order = _visit(request, pk)
    bill = _newest(list(Bill.objects.filter(work_order=work_order).order_by("issued_at", "id")))
    if bill is None:
        return redirect("delivery:bill", pk)
    if bill.is_issued:
        return redirect("documents:order", bill.paper_order_id)
    bill.work_order, bill.centre = work_order, work_order.centre
    response = HttpResponse(preview(bill), content_type="application/pdf")
    response["Cache-Control"] = "private, no-store"
    return response


@allow(Role.CASHIER)
@require_POST
def bill_line(request: StaffRequest, pk: int, line: int) -> HttpResponse:
    """Charge what was really used of one line."""
    work_order = _visit(request, pk)
    form = LineForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, line_form=form, line_id=line, status=422)
    return _perform(
        request,
        pk,
        lambda: services.adjust_line(work_order, line, by=request.actor, **form.cleaned_data),
        _("Line changed. The difference stands on the bill."),
    )


@allow(Role.CASHIER)
@require_POST
def bill_recalculate(request: StaffRequest, pk: int) -> HttpResponse:
    """Work the draft out again from the work order."""
    work_order = _visit(request, pk)
    return _perform(
        request,
        pk,
        lambda: services.recalculate(work_order, by=request.actor),
        _("Worked out again from the work order."),
    )


@allow(Role.CASHIER)
@require_POST
def bill_issue(request: StaffRequest, pk: int) -> HttpResponse:
    """Number and keep the bill; its paper is printed meanwhile."""
    work_order = _visit(request, pk)
    return _perform(
        request,
        pk,
        lambda: services.issue_bill(work_order, by=request.actor),
        lambda bill: _("Bill %(number)s issued.") % {"number": bill.number},
    )


@allow(Role.CASHIER)
@require_POST
def bill_pay(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a payment."""
    work_order = _visit(request, pk)
    form = PaymentForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, payment_form=form, status=422)
    return _perform(
        request,
        pk,
        lambda: services.pay(work_order, by=request.actor, **form.cleaned_data),
        lambda payment: (
            _("%(amount)s received; the receipt goes to the customer.")
            % {"amount": format_money(payment.amount, work_order.centre.currency)}
        ),
    )


@allow(Role.CASHIER)
@require_POST
def payment_reverse(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a payment back, with a reason."""
    payment = fetch(request, Payment.objects.select_related("work_order"), pk=pk)
    work_order = _visit(request, payment.work_order_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, reason_form=form, reason_for=f"payment-{pk}", status=422)
    return _perform(
        request,
        work_order.pk,
        lambda: services.reverse_payment(payment, by=request.actor, reason=form.cleaned_data["reason"]),
        _("Payment given back. Both rows stay in the account."),
    )


@allow(Role.CASHIER)
@require_POST
def bill_credit(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the issued bill back by a credit note."""
    work_order = _visit(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, reason_form=form, reason_for="credit", status=422)
    bill = fetch(request, Bill.objects.issued(), work_order=work_order, kind=BillKind.BILL, credit=None)
    return _perform(
        request,
        pk,
        lambda: services.credit_bill(bill, by=request.actor, reason=form.cleaned_data["reason"]),
        lambda note: _("Credit note %(number)s issued; a new draft is open.") % {"number": note.number},
    )


@allow(Role.MANAGER)
@require_POST
def bill_release(request: StaffRequest, pk: int) -> HttpResponse:
    """Let the car leave unpaid."""
    work_order = _visit(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, reason_form=form, reason_for="release", status=422)
    return _perform(
        request,
        pk,
        lambda: services.release(work_order, by=request.actor, reason=form.cleaned_data["reason"]),
        _("The car may leave unpaid. Your reason is recorded."),
    )


def _visit(request: StaffRequest, pk: int) -> WorkOrder:
    return fetch(request, WorkOrder.objects.for_rows(), pk=pk)


def _perform(request: StaffRequest, pk: int, act: Any, success: Any) -> HttpResponse:
    actor = request.actor
    return perform(request, act, by=actor, success=success, redirect=reverse("delivery:bill", args=[pk]))


def _newest(papers: list[Bill]) -> Bill | None:
    """The draft, else the newest bill that no credit note took back. `papers`: oldest first, drafts anywhere."""
    taken_back = {paper.corrects_id for paper in papers}
    bills = [paper for paper in papers if paper.kind == BillKind.BILL and paper.pk not in taken_back]
    return next((bill for bill in bills if not bill.is_issued), bills[-1] if bills else None)


def _show(
    request: StaffRequest,
    work_order: WorkOrder,
    *,
    payment_form: PaymentForm | None = None,
    line_form: LineForm | None = None,
    line_id: int = 0,
    reason_form: ReasonForm | None = None,
    reason_for: str = "",
    status: int = 200,
) -> HttpResponse:
    papers = list(Bill.objects.filter(work_order=work_order).select_related("corrects").order_by("issued_at", "id"))
    bill = _newest(papers)
    lines = list(bill.lines.select_related("consent__estimate").order_by("position", "id")) if bill else []
    roles = request.user.roles_in(work_order.centre_id)
    drafting = bill is not None and not bill.is_issued
    billable = work_order.stage in BILLABLE
    needs = named(issue_requirements(work_order, lines)) if bill is not None and drafting else []
    payments = list(Payment.objects.filter(work_order=work_order).select_related("reversal").order_by("at", "id"))
    gate = ready_gate(work_order) if work_order.stage == Stage.PREPARATION and not drafting else []
    issued = [paper for paper in papers if paper.is_issued]
    account = Account(
        sum((paper.total for paper in issued), Decimal(0)), sum((payment.amount for payment in payments), Decimal(0))
    )
    return render(
        request,
        "delivery/bill.html",
        {
            "work_order": work_order,
            "bill": bill,
            "promised": as_promise(work_order),
            "drafting": drafting,
            "groups": _groups(lines),
            **(_sums(bill, lines) if bill else {}),
            "tax_percent": format_number((bill.tax_rate * 100).quantize(Decimal("0.01"))) if bill else "",
            "agreed_all": all(line.consent_id for line in lines) and not any(need for need in needs if not need.ok),
            "account": account,
            "payments": payments,
            "issued": issued,
            "release": Release.objects.filter(work_order=work_order).first(),
            "needs": needs,
            "needs_met": sum(1 for need in needs if need.ok),
            "may_issue": bool(needs) and all(need.ok for need in needs) and billable and Role.CASHIER in roles,
            "gate": gate,
            "gate_clear": bool(gate) and all(need.ok for need in gate),
            "may_ready": bool(gate) and all(need.ok for need in gate) and Role.CASHIER in roles,
            "cashier": Role.CASHIER in roles,
            "manager": Role.MANAGER in roles,
            "billable": billable,
            "may_credit": bill is not None and bill.is_issued and billable and Role.CASHIER in roles,
            "payment_form": payment_form
            or PaymentForm(initial={"amount": _to_pay(account.balance, work_order), "method": "card"}),
            "line_form": line_form,
            "line_id": line_id,
            "reason_form": reason_form,
            "reason_for": reason_for,
            "not_done": list(
                work_order.lines.top()
                .filter(state__in=NOT_DONE)
                .select_related("operation", "part")
                .order_by("position")
            ),
        },
        status=status,
    )


def _to_pay(amount: Decimal, work_order: WorkOrder) -> str:
    """What is still to pay, as it stands beside the form."""
    return format_amount(amount, work_order.centre.currency) if amount > 0 else ""


def _sums(bill: Bill, lines: list[BillLine]) -> dict[str, Any]:
    """Subtotal, tax and total of the estimate's column, of the bill's, and of their difference."""
    rule = rule_of(bill)
    estimate = totals([line.estimated or Decimal(0) for line in lines], rule)
    charged = sum((line.amount for line in lines), Decimal(0))
    estimated = sum((line.estimated or Decimal(0) for line in lines), Decimal(0))
    return {
        "estimated": estimated,
        "charged": charged,
        "estimate": estimate,
        "over": {"sum": charged - estimated, "tax": bill.tax - estimate.tax, "total": bill.total - estimate.total},
        "differs": any(line.difference for line in lines),
    }


def _groups(lines: list[Any]) -> list[tuple[str, list[Any]]]:
    labour = [line for line in lines if line.kind == "labour"]
    others = [line for line in lines if line.kind != "labour"]
    return [(title, group) for title, group in ((_("Labour"), labour), (_("Parts and materials"), others)) if group]
