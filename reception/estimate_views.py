"""Estimate, the customer's decision (on the tablet, by telephone, by link) and the authorisation."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reception import services
from reception.forms import DecisionForm, OperationForm, PromiseForm, ReasonForm, TelephoneForm
from reception.services.estimates import PURPOSE, open_rows
from reception.views import DESK, order_of
from servicedesk.clock import now
from servicedesk.messaging.link_views import address_of
from servicedesk.messaging.links import customer_link
from servicedesk.staff.access import allow
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.repeats import perform, refuse
from servicedesk.workorders import gates
from servicedesk.workorders.lines import lines_context
from servicedesk.workorders.models import ConsentAnswer, Estimate, LineState, WorkOrder
from servicedesk.workorders.money import totals
from servicedesk.workorders.stages import Stage

DECLINE_REASONS = ("later", "think", "budget", "elsewhere")
NEWEST_LINES = 60


@require_http_methods(["GET", "POST"])
@allow(*DESK)
def estimate(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposed work with prices; add to it, then show it, send it, or take the decision by telephone."""
    order = order_of(request, pk)
    form = OperationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.add_operation(order, by=request.actor, **data),  # type: ignore[attr-defined]
            by=request.actor,  # type: ignore[attr-defined]
            success=lambda line: _("“%(line)s” is proposed.") % {"line": line.title},
            redirect=reverse("reception:estimate", args=[pk]),
        )
    context = lines_context(order)
    proposed = order.lines.top().unanswered().select_related("operation").order_by("position", "pk")
    return render(
        request,
        "reception/estimate.html",
        {
            "form": form,
            "work_order": order,
            "removable": removable(proposed, context["estimate"]),
            "may_give_back": order.stage in (Stage.RECEPTION, Stage.AUTHORISED),
            "at_reception": order.stage == Stage.RECEPTION,
            **context,
        },
        status=422 if form.errors else 200,
    )


def removable(proposed: Any, newest: Estimate | None) -> list[Any]:
    """Proposals that no customer has seen yet."""
    shown = {row["line"] for row in newest.lines} if newest else set()
    return [line for line in proposed[:NEWEST_LINES] if line.pk not in shown]


@require_POST
@allow(*DESK)
def line_remove(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Take back a proposal that no customer has seen."""
    order = order_of(request, pk)
    row = get_object_or_404(order.lines, pk=line)
    return perform(
        request,
        lambda: services.remove_line(order, by=request.actor, line=row),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("The proposal is taken back."),
        redirect=reverse("reception:estimate", args=[pk]),
    )


@require_POST
@allow(*DESK)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix the version and turn the tablet to the customer; `?by=telephone` opens the telephone form instead."""
    order = order_of(request, pk)
    target = "reception:telephone" if request.GET.get("by") == "telephone" else "reception:decide"
    return perform(
        request,
        lambda: services.show_estimate(order, by=request.actor),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        redirect=lambda _estimate: reverse(target, args=[pk]),
        on_refusal=reverse("reception:estimate", args=[pk]),
    )


@require_POST
@allow(*DESK)
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the estimate with a link on which the customer decides."""
    order = order_of(request, pk)
    return perform(
        request,
        lambda: services.send_estimate(order, by=request.actor),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda row: (
            _("Version %(version)d is on its way to %(customer)s.")
            % {"version": row.version, "customer": order.customer.name}
        ),
        redirect=reverse("reception:estimate", args=[pk]),
    )


def newest_open(order: WorkOrder) -> Estimate | None:
    """The version that waits for a decision."""
    row = order.estimates.order_by("-version").first()
    return row if row and not row.consents.exists() else None


@require_http_methods(["GET", "POST"])
@allow(*DESK)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer decides each line on the tablet and signs."""
    return staff_decision(request, pk, DecisionForm, "reception/decide.html")


@require_http_methods(["GET", "POST"])
@allow(*DESK)
def telephone(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision taken by telephone, read back."""
    return staff_decision(request, pk, TelephoneForm, "reception/telephone.html")


def staff_decision(request: HttpRequest, pk: int, form_class: type[DecisionForm], template: str) -> HttpResponse:
    """One decision page for both ways; which service is called follows the form."""
    order = order_of(request, pk)
    version = newest_open(order)
    if version is None:
        return redirect("reception:estimate", pk=pk)
    rows = cards(version, order)
    form = form_class(
        request.POST or None,
        lines=[row["line"] for row in rows],
        today=order.centre.today(),
        initial={"person": order.customer.name, "phone": order.customer.phone_text},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        by = request.actor  # type: ignore[attr-defined]

        def act() -> Any:
            if isinstance(form, TelephoneForm):
                return services.decide_by_phone(
                    version,
                    form.answers(),
                    by=by,
                    person=data["person"],
                    phone=data["phone"],
                    read_back=data["read_back"],
                )
            return services.decide_signed(
                version, form.answers(), by=by, person=data["person"], drawing=data["signature"]
            )

        onward = "reception:authorise" if order.stage == Stage.RECEPTION else "workorders:detail"
        return perform(
            request,
            act,
            by=by,
            success=_("The customer's decision is recorded."),
            redirect=reverse(onward, args=[pk]),
            on_refusal=request.path,
        )
    context = {
        "work_order": order,
        "estimate": version,
        "rows": filled(rows, form),
        "form": form,
        "sums": sums(order, rows),
    }
    return render(request, template, context, status=422 if form.errors else 200)


def cards(version: Estimate, order: WorkOrder) -> list[dict[str, Any]]:
    """The open lines of a version as they are shown: title in the active language, price with parts, what was found."""
    language = get_language() or "en"
    return [
        {
            "line": row["line"],
            "title": row["title"].get(language, row["title"]["en"]),
            "code": row["code"],
            "amount": amount,
            "urgency": row["urgency"],
            "finding": row["finding"],
            "parts": [
                part["title"].get(language, part["title"]["en"])
                for part in version.lines
                if part["parent"] == row["line"]
            ],
        }
        for row, amount in open_rows(version)
    ]


def filled(rows: list[dict[str, Any]], form: DecisionForm) -> list[dict[str, Any]]:
    """The cards with what was answered and what is wrong with it."""
    data = form.data if form.is_bound else {}
    return [
        row
        | {
            "decision": data.get(f"line_{row['line']}", ""),
            "reason": data.get(f"reason_{row['line']}", ""),
            "until": data.get(f"until_{row['line']}", ""),
            "error": next(iter(form.errors.get(f"line_{row['line']}", [])), ""),
            "until_error": next(iter(form.errors.get(f"until_{row['line']}", [])), ""),
        }
        for row in rows
    ]


def sums(order: WorkOrder, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What is agreed already, what all open lines would add, and both together: the ceiling, tax included."""
    agreed_amounts = [
        line.amount
        for line in order.lines.all()
        if line.state in (LineState.APPROVED, LineState.DONE, LineState.CHECKED)
    ]
    added = [row["amount"] for row in rows]
    return {
        "agreed": totals(agreed_amounts, order.centre).total,
        "all": totals([*agreed_amounts, *added], order.centre).total,
        "tax_percent": f"{(order.centre.tax_rate * 100).normalize():f}",
        "tax_rate": Decimal(0) if order.centre.tax_inclusive else order.centre.tax_rate,
    }


@require_http_methods(["GET", "POST"])
@allow(*DESK)
def authorise(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise the delivery time and hand the car to the workshop, when nothing is missing."""
    order = order_of(request, pk)
    initial = {"promised_at": order.centre.local(order.promised_at or suggested_time(order))}
    form = PromiseForm(request.POST or None, centre=order.centre, initial=initial)
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.authorise(order, by=request.actor, promised_at=form.cleaned_data["promised_at"]),  # type: ignore[attr-defined]
            by=request.actor,  # type: ignore[attr-defined]
            success=_("%(plate)s is authorised: the workshop has it.") % {"plate": order.vehicle.plate},
            redirect=order.get_absolute_url(),
            on_refusal=request.path,
        )
    asked = [] if order.stage != Stage.RECEPTION else gates.requirements(order, Stage.AUTHORISED)
    context = {
        "work_order": order,
        "form": form,
        "requirements": [row for row in asked if row.ok or row.url != reverse("reception:authorise", args=[pk])],
        "at_reception": order.stage == Stage.RECEPTION,
        **lines_context(order),
    }
    return render(request, "reception/authorise.html", context, status=422 if form.errors else 200)


def suggested_time(order: WorkOrder) -> dt.datetime:
    """A delivery time to start from: the approved hours and two more of opening time, on a full half hour."""
    hours = sum((line.quantity for line in order.lines.all() if line.kind == "labour" and line.is_agreed), Decimal(0))
    due = Calendar(order.centre).add_opening_time(now(), dt.timedelta(hours=float(hours) + 2))
    step = dt.timedelta(minutes=30)
    return due + (dt.datetime.min.replace(tzinfo=dt.UTC) - due) % step


@require_http_methods(["GET", "POST"])
@allow(*DESK)
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree another delivery time with the customer; he is told in writing."""
    order = order_of(request, pk)
    if order.promised_at is None:
        raise Http404
    form = PromiseForm(
        request.POST or None, centre=order.centre, initial={"promised_at": order.centre.local(order.promised_at)}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.move_promise(
                order,
                by=request.actor,  # type: ignore[attr-defined]
                promised_at=data["promised_at"],
                reason=data["reason"],
            ),
            by=request.actor,  # type: ignore[attr-defined]
            success=_("The new time is promised; the customer is told."),
            redirect=order.get_absolute_url(),
            on_refusal=request.path,
        )
    context = {"work_order": order, "form": form}
    return render(request, "reception/promise.html", context, status=422 if form.errors else 200)


@require_POST
@allow(*DESK)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the car back unrepaired: the visit is cancelled."""
    order = order_of(request, pk)
    form = ReasonForm(request.POST)
    back = reverse("reception:estimate", args=[pk])
    if not form.is_valid():
        return refuse(request, services.reasons_of(form), back)
    return perform(
        request,
        lambda: services.give_back(order, by=request.actor, reason=form.cleaned_data["reason"]),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("%(plate)s is given back; the visit is cancelled.") % {"plate": order.vehicle.plate},
        redirect=order.get_absolute_url(),
        on_refusal=back,
    )


@require_http_methods(["GET", "POST"])
@customer_link(PURPOSE)
def answer(request: HttpRequest) -> HttpResponse:
    """The customer's own page: the version he was sent, yes or no to each line, signature; later, what was recorded."""
    link = request.link  # type: ignore[attr-defined]
    version = (
        Estimate.objects.filter(pk=link.target_id, work_order__customer=link.customer)
        .select_related("work_order__vehicle", "work_order__customer", "work_order__advisor", "work_order__centre")
        .first()
    )
    if version is None:
        raise Http404
    order = version.work_order
    context: dict[str, Any] = {"centre": order.centre, "work_order": order, "estimate": version}
    consent = version.consents.first()
    if consent is not None:
        return render(request, "reception/answer_recorded.html", context | recorded(version, consent))
    newer = order.estimates.filter(version__gt=version.version).exists()
    rows = cards(version, order)
    form = DecisionForm(
        request.POST or None, lines=[row["line"] for row in rows], today=order.centre.today(), later=False
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.decide_by_link(
                version,
                form.answers(),
                link=link,
                person=data["person"],
                drawing=data["signature"],
                address=address_of(request),
            ),
            by=request.actor,  # type: ignore[attr-defined]
            redirect="reception:answer",
        )
    context |= {
        "rows": filled(rows, form),
        "form": form,
        "newer": newer,
        "sums": sums(order, rows),
        "reasons": decline_reasons(),
    }
    return render(request, "reception/answer.html", context, status=422 if form.errors else 200)


def decline_reasons() -> list[tuple[str, str]]:
    """Why people say no: the value kept is the sentence itself, in their language."""
    words = [_("Next time"), _("I want to think about it"), _("Budget"), _("I have it done elsewhere")]
    return [(text, text) for text in words]


def recorded(version: Estimate, consent: Any) -> dict[str, Any]:
    """What the customer decided, with titles as he saw them."""
    language = get_language() or "en"
    titles = {row["line"]: row["title"].get(language, row["title"]["en"]) for row in version.lines}
    amounts = {row["line"]: amount for row, amount in open_rows(version)}
    approved, declined, added = [], [], []
    for row in consent.answers.order_by("pk"):
        if row.decision == ConsentAnswer.Decision.APPROVE:
            approved.append(titles.get(row.line_id, ""))
            added.append(amounts.get(row.line_id, Decimal(0)))
        else:
            declined.append(titles.get(row.line_id, ""))
    return {
        "consent": consent,
        "approved": approved,
        "declined": declined,
        "added": totals(added, version.work_order.centre).total,
    }
