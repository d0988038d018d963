"""The advisor's pages: cars to be collected, one handover with its explanation sheet, and what customers thought."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from delivery import services
from delivery.forms import AcceptanceForm, AnswerForm, NotifyForm, ObjectionForm, OpinionForm
from delivery.models import Bill, Handover, Opinion, Payment, PickupNotice, SurveyResponse
from delivery.selections import INVITE_DAYS, handovers_of, opinions_for, ready_gate, ready_rows, to_invite
from delivery.services.account import Account, may_leave
from delivery.services.handover import notice_of
from servicedesk.clock import now
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import PROCESS, Role
from servicedesk.workorders.models import LineKind, LineState, WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.views import as_promise

STAFF = tuple(Role(role) for role in sorted(PROCESS))
NOT_DONE = (LineState.DECLINED, LineState.DEFERRED)


@allow(Role.ADVISOR, Role.MANAGER, Role.AGENT)
@require_GET
def ready_list(request: StaffRequest) -> HttpResponse:
    """Cars to be called for and handed over; visits whose customer was not invited to the survey yet."""
    centre = request.centre
    since = now() - dt.timedelta(days=INVITE_DAYS)
    context = {"rows": ready_rows(centre), "delivered": to_invite(centre, since)}
    return render(request, "delivery/ready.html", context)


@allow(Role.ADVISOR, Role.MANAGER, Role.AGENT)
@require_GET
def handover_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One car: call the customer, explain, let him accept; afterwards what was recorded and the survey."""
    return _show(request, _visit(request, pk))


@allow(Role.DETAILER, Role.CASHIER, Role.ADVISOR, Role.MANAGER)
@require_POST
def make_ready(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that the car is ready to be collected."""
    work_order = _visit(request, pk)
    return perform(
        request,
        lambda: services.make_ready(work_order, by=request.actor),
        by=request.actor,
        success=_("Ready. The advisor can call the customer."),
        redirect=work_order.get_absolute_url(),
    )


@allow(Role.ADVISOR, Role.MANAGER)
@require_POST
def notify(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell the customer that he can collect the car."""
    work_order = _visit(request, pk)
    form = NotifyForm(request.POST)
    in_person = form.is_valid() and form.cleaned_data["in_person"]
    return perform(
        request,
        lambda: services.notify_pickup(work_order, by=request.actor, in_person=in_person),
        by=request.actor,
        success=_("Noted: the customer knows.") if in_person else _("The message is on its way to the customer."),
        redirect=reverse("delivery:handover", args=[pk]),
    )


@allow(Role.ADVISOR, Role.MANAGER)
@require_POST
def hand_over(request: StaffRequest, pk: int) -> HttpResponse:
    """The customer accepts the car."""
    work_order = _visit(request, pk)
    form = AcceptanceForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, form=form, status=422)
    values = form.cleaned_data
    return perform(
        request,
        lambda: services.hand_over(
            work_order,
            by=request.actor,
            person=values["signature_name"],
            explained=values["explained"],
            given=values["given"],
            odometer_out=values["odometer_out"],
            drawing=values["signature"],
            remarks=values["remarks"],
            relation=values["relation"],
            authorised=values["authorised"],
        ),
        by=request.actor,
        success=_("Handed over. The papers go to the customer."),
        redirect=reverse("delivery:handover", args=[pk]),
    )


@allow(Role.ADVISOR, Role.MANAGER)
@require_POST
def not_accepted(request: StaffRequest, pk: int) -> HttpResponse:
    """The customer does not accept the car: back to the workshop with his reason."""
    work_order = _visit(request, pk)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, objection_form=form, status=422)
    return perform(
        request,
        lambda: services.refuse_acceptance(
            work_order,
            by=request.actor,
            person=collector_of(work_order),
            objection=form.cleaned_data["objection"],
        ),
        by=request.actor,
        success=_("Recorded. The car is back in the workshop; promise a new time."),
        redirect=work_order.get_absolute_url(),
        on_refusal=reverse("delivery:handover", args=[pk]),
    )


@allow(Role.ADVISOR, Role.AGENT)
@require_POST
def invite(request: StaffRequest, pk: int) -> HttpResponse:
    """Invite the customer to the survey."""
    work_order = _visit(request, pk)
    return perform(
        request,
        lambda: services.invite_to_survey(work_order, by=request.actor),
        by=request.actor,
        success=_("The invitation is on its way to the customer."),
        redirect=reverse("delivery:handover", args=[pk]),
    )


@allow(Role.ADVISOR, Role.AGENT)
@require_POST
def opinion_record(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what the customer said and pass it on."""
    work_order = _visit(request, pk)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, opinion_form=form, status=422)
    return perform(
        request,
        lambda: services.record_opinion(work_order, by=request.actor, **form.cleaned_data),
        by=request.actor,
        success=lambda opinion: _("Passed on to: %(department)s") % {"department": opinion.get_department_display()},
        redirect=reverse("delivery:handover", args=[pk]),
    )


@allow(*STAFF)
@require_GET
def opinion_list(request: StaffRequest) -> HttpResponse:
    """What customers thought: to be answered by the user's departments; customer service and managers see all."""
    return _opinions(request)


@allow(*STAFF)
@require_POST
def opinion_answer(request: StaffRequest, pk: int) -> HttpResponse:
    """The department's answer to one opinion."""
    roles = request.user.roles_in(request.centre.pk)
    rows = Opinion.objects.select_related("work_order")
    if not roles & {Role.AGENT, Role.MANAGER}:
        rows = rows.of(*roles)
    opinion = fetch(request, rows, pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _opinions(request, form=form, answering=pk, status=422)
    return perform(
        request,
        lambda: services.answer_opinion(opinion, by=request.actor, text=form.cleaned_data["text"]),
        by=request.actor,
        success=_("Answered. Customer service sees it."),
        redirect=reverse("delivery:opinions"),
    )


def _opinions(
    request: StaffRequest, *, form: AnswerForm | None = None, answering: int = 0, status: int = 200
) -> HttpResponse:
    opinions = opinions_for(request.user, request.centre)
    context = {"opinions": opinions, "form": form or AnswerForm(), "answering": answering}
    return render(request, "delivery/opinions.html", context, status=status)


def _visit(request: StaffRequest, pk: int) -> WorkOrder:
    return fetch(request, WorkOrder.objects.for_rows(), pk=pk)


def collector_of(work_order: WorkOrder) -> str:
    """Whom we expect at the car: the person the customer named, else himself."""
    notice = notice_of(work_order)
    return notice.collector if notice and notice.collector else work_order.customer.name


def _show(
    request: StaffRequest,
    work_order: WorkOrder,
    *,
    form: AcceptanceForm | None = None,
    objection_form: ObjectionForm | None = None,
    opinion_form: OpinionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = list(work_order.lines.top().select_related("operation", "part").order_by("position", "id"))
    bills = list(Bill.objects.standing().filter(work_order=work_order).order_by("issued_at"))
    paid = Payment.objects.filter(work_order=work_order).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    account = Account(sum((bill.total for bill in bills), Decimal(0)), paid)
    gone = work_order.stage in (Stage.DELIVERED, Stage.CLOSED)
    at_ready = work_order.stage == Stage.READY
    handovers = handovers_of(work_order)
    leaves = may_leave(work_order, account) if at_ready else account.balance <= 0
    notice = notice_of(work_order)
    gate = ready_gate(work_order) if work_order.stage == Stage.PREPARATION else []
    survey = SurveyResponse.objects.filter(work_order=work_order).first() if gone else None
    opinions = Opinion.objects.filter(work_order=work_order).exclude(state="withdrawn").order_by("at") if gone else []
    roles = request.user.roles_in(work_order.centre_id)
    initial: dict[str, str] = {"signature_name": work_order.customer.name, "taken_by": "customer"}
    if notice and notice.collector:
        initial = {"signature_name": notice.collector, "taken_by": "proxy", "authorised": Handover.Authorised.LINK}
    chosen = {name: request.POST.getlist(name) if form else [] for name in ("explained", "given")}
    form = form or AcceptanceForm(initial=initial)
    return render(
        request,
        "delivery/handover.html",
        {
            "work_order": work_order,
            "at_ready": at_ready,
            "promised": as_promise(work_order),
            "blockers": _blockers(notice, leaves) if at_ready else [],
            "preparing": work_order.stage == Stage.PREPARATION,
            "gone": gone,
            "gate": gate,
            "gate_clear": bool(gate) and all(need.ok for need in gate),
            "notice": notice,
            "concerns": list(work_order.concerns.order_by("position", "pk")),
            "done": [line for line in lines if line.is_agreed and line.kind == LineKind.LABOUR],
            "not_done": [line for line in lines if line.state in NOT_DONE],
            "bills": bills,
            "account": account,
            "may_leave": leaves,
            "handovers": handovers,
            "accepted": next((row for row in handovers if row.accepted), None),
            "survey": survey,
            "answers": list(survey.answers.select_related("question").order_by("question__position")) if survey else [],
            "opinions": list(opinions),
            "form": form,
            "chosen": chosen,
            "explained_choices": Handover.Explained.choices,
            "given_choices": Handover.Given.choices,
            "proxy_fields": [form["relation"], form["authorised"]],
            "objection_form": objection_form or ObjectionForm(),
            "opinion_form": opinion_form or OpinionForm(),
            "may_act": bool(roles & {Role.ADVISOR, Role.MANAGER}),
            "may_invite": bool(roles & {Role.ADVISOR, Role.AGENT}),
        },
        status=status,
    )


def _blockers(notice: PickupNotice | None, leaves: bool) -> list[str]:
    """What must be done before the signature makes sense: said beside the button, which waits for it."""
    waiting = [] if notice is not None else [_("Tell the customer first that the car is ready")]
    return waiting if leaves else [*waiting, _("To be settled before the car leaves")]
