"""Staff's pages of chapter 8: the list, taking a complaint, the case with its clocks and steps, causes counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints import pages, services
from complaints.forms import AnswerForm, CloseForm, DecisionForm, FindingsForm, NoteForm, TakeForm
from complaints.models import Cause, Complaint
from servicedesk.clock import now
from servicedesk.customers.models import Customer
from servicedesk.customers.services import find_or_create_customer
from servicedesk.staff import paging
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.formats import format_moment
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.numbers import number_in

TAKERS = (Role.AGENT, Role.MANAGER)
HANDLERS = (Role.AGENT, Role.MANAGER, Role.SUPERVISOR, Role.ADVISOR, Role.PARTS)
SHOWN = ("open", "mine", "raised", "closed")
REVIEW_DAYS = 90
LONGEST_QUERY = 80
MOST_VISITS = 8


@allow(*HANDLERS)
@require_GET
def index(request: StaffRequest) -> HttpResponse:
    """Complaints of the centre: open ones by what is owed first, closed ones newest first."""
    show = request.GET.get("show")
    if show not in SHOWN:
        show = SHOWN[0]
    rows = Complaint.objects.for_user(request.user).filter(centre=request.centre).for_rows()
    rows = {
        "open": rows.open(),
        "mine": rows.open().handled_by(request.user),
        "raised": rows.escalated(),
        "closed": rows.filter(state="closed"),
    }[show]
    order = ("-received_at", "-id") if show == "closed" else ("owed_at", "id")
    page = paging.page(rows, order=order, cursor=request.GET.get("after", ""))
    filters = [("open", _("Open cases")), ("mine", _("Mine")), ("raised", _("Escalated")), ("closed", _("Closed"))]
    takes = bool(request.user.roles_in(request.centre.pk) & {role.value for role in TAKERS})
    rows_shown = pages.with_promises(page.rows)
    context = {"page": page, "rows": rows_shown, "show": show, "filters": filters, "may_take": takes}
    return render(request, "complaints/list.html", context)


@allow(*TAKERS)
@require_http_methods(["GET", "POST"])
def take(request: StaffRequest) -> HttpResponse:
    """Take a complaint (M8.1): about a visit (`?visit=`), of a customer (`?customer=`), or of somebody new."""
    visit = _chosen(request, WorkOrder.objects.for_rows(), request.GET.get("visit", ""))
    customer = visit.customer if visit else _chosen(request, Customer.objects, request.GET.get("customer", ""))
    initial: dict[str, Any] = {"source": "phone"}
    if customer:
        initial |= {"complainant": customer.name, "contact": customer.phone_text or customer.email}
    form = TakeForm(request.POST or None, centre=request.centre, initial=initial)
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: _take(request, form, visit, customer),
            by=request.actor,
            success=_taken,
            redirect=lambda complaint: complaint,
            on_refusal=request.get_full_path(),
        )
    query = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
    context = {"form": form, "visit": visit, "customer": customer, "query": query, "visits": _visits(request, query)}
    return render(request, "complaints/take.html", context, status=422 if form.errors else 200)


@allow(*HANDLERS)
@require_GET
def case(request: StaffRequest, pk: int) -> HttpResponse:
    """One case: its clocks, what was said and found, what closing lacks, every step."""
    return pages.case_page(request, _case(request, pk))


@allow(*HANDLERS)
@require_POST
def investigate(request: StaffRequest, pk: int) -> HttpResponse:
    """Record cause, responsibility, remedy and prevention (M8.2-a)."""
    row, form = _case(request, pk), FindingsForm(request.POST)
    return _act(
        request,
        row,
        form,
        "findings",
        lambda: services.investigate(row, by=request.actor, findings=form.findings()),
        _("The findings are on record. Now answer the complainant."),
    )


@allow(*HANDLERS)
@require_POST
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the answer (M8.2-b)."""
    row, form = _case(request, pk), AnswerForm(request.POST)
    return _act(
        request,
        row,
        form,
        "answering",
        lambda: services.answer(row, by=request.actor, text=form.cleaned_data["answer"]),
        _("The answer is on its way. The complainant says yes or no by the link in it."),
    )


@allow(*TAKERS)
@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Record the complainant's word as customer service heard it (M8.2-b)."""
    row, form = _case(request, pk), DecisionForm(request.POST)
    return _act(
        request,
        row,
        form,
        "deciding",
        lambda: services.record_decision(
            row,
            by=request.actor,
            accepted=form.cleaned_data["decision"] == "accepted",
            words=form.cleaned_data["words"],
            how="told",
        ),
        _("The complainant's reply is on record."),
    )


@allow(*TAKERS)
@require_POST
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close the case (M8.2-c)."""
    row, form = _case(request, pk), CloseForm(request.POST)
    return _act(
        request,
        row,
        form,
        "closing",
        lambda: services.close(row, by=request.actor, reason=form.cleaned_data["reason"]),
        _("The case is closed."),
    )


@allow(*HANDLERS)
@require_POST
def note(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a note to the case."""
    row, form = _case(request, pk), NoteForm(request.POST)
    return _act(
        request,
        row,
        form,
        "noting",
        lambda: services.add_note(row, by=request.actor, text=form.cleaned_data["text"]),
        _("The note is kept."),
    )


@allow(*TAKERS)
@require_GET
def causes(request: StaffRequest) -> HttpResponse:
    """What complaints came from in the last ninety days, counted (M8.2-d)."""
    since = now() - dt.timedelta(days=REVIEW_DAYS)
    rows = Complaint.objects.for_user(request.user).filter(centre=request.centre, received_at__gte=since)
    found = (
        rows.exclude(cause_kind="")
        .values("cause_kind")
        .annotate(n=Count("pk"), open=Count("pk", filter=~Q(state="closed")))
    )
    counted = [{**row, "label": Cause(row["cause_kind"]).label} for row in found.order_by("-n", "cause_kind")]
    measures = rows.exclude(prevention="").select_related("category").order_by("-received_at")[:20]
    context = {"causes": counted, "measures": measures, "days": REVIEW_DAYS, "total": sum(row["n"] for row in counted)}
    return render(request, "complaints/causes.html", context)


def _act(
    request: StaffRequest, row: Complaint, form: forms.Form, name: str, act: Callable[[], Any], success: str
) -> HttpResponse:
    if form.is_valid():
        return perform(request, act, by=request.actor, success=success, redirect=row)
    return pages.case_page(request, row, status=422, **{name: form})


def _case(request: StaffRequest, pk: int) -> Complaint:
    rows: Any = Complaint.objects.for_rows().select_related("work_order__centre")
    return fetch(request, rows, pk=pk)  # type: ignore[no-any-return]


def _chosen(request: StaffRequest, rows: Any, pk: str) -> Any:
    """The row named in the address, or None for nothing and for garbage."""
    if not pk.isdecimal() or len(pk) > 18:
        return None
    return rows.for_user(request.user).filter(pk=int(pk)).first()


def _visits(request: StaffRequest, query: str) -> list[WorkOrder]:
    """Visits the complaint may be about, newest first."""
    if len(query) < 2:
        return []
    rows = WorkOrder.objects.for_user(request.user).filter(centre=request.centre).for_rows()
    if number := number_in(query, "W"):
        found = rows.filter(number=number)
    else:
        people = Customer.objects.matching(query, request.user, request.centre)
        found = rows.filter(customer__in=people.values("pk"))
    return list(found.order_by("-opened_at", "-id")[:MOST_VISITS])


def _take(request: StaffRequest, form: TakeForm, visit: WorkOrder | None, customer: Customer | None) -> Complaint:
    by, cleaned = request.actor, form.cleaned_data
    if customer is None:
        customer = find_or_create_customer(by=by, centre=request.centre, name=cleaned["complainant"], **form.address())
    return services.take(
        by=by,
        centre=visit.centre if visit else request.centre,
        customer=customer,
        category=cleaned["category"],
        told=form.told(),
        apologised=cleaned["apologised"],
        work_order=visit,
        concerning=cleaned["concerning"],
    )


def _taken(complaint: Complaint) -> str:
    due = format_moment(complaint.answer_due_at, complaint.centre, now=now())
    return _("%(number)s is taken. An answer is promised by %(time)s.") % {"number": complaint.number, "time": due}
