"""The estimate, the promised delivery time, the authorisation; or the car goes back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reception import services
from reception.forms import OperationForm, PromiseForm, ReasonForm
from reception.views import DESK, order_of
from servicedesk.clock import now
from servicedesk.staff.access import allow
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.repeats import perform, reasons_of, refuse
from servicedesk.workorders import declined, gates
from servicedesk.workorders.lines import lines_context
from servicedesk.workorders.models import Estimate, WorkOrder
from servicedesk.workorders.stages import Stage

NEWEST_LINES = 60


@allow(*DESK)
@require_http_methods(["GET", "POST"])
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
            "removable": removable(proposed, context["newest"]),
            "may_give_back": order.stage in (Stage.RECEPTION, Stage.AUTHORISED),
            "at_reception": order.stage == Stage.RECEPTION,
            "undone": [
                {"line": line, "said": declined.what_was_said(line)}
                for line in declined.left_undone(vehicle=order.vehicle, except_for=order)
            ],
            **context,
        },
        status=422 if form.errors else 200,
    )


def removable(proposed: Any, newest: Estimate | None) -> list[Any]:
    """Proposals that no customer has seen yet."""
    shown = {row["line"] for row in newest.lines} if newest else set()
    return [line for line in proposed[:NEWEST_LINES] if line.pk not in shown]


@allow(*DESK)
@require_POST
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


@allow(*DESK)
@require_POST
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


@allow(*DESK)
@require_POST
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


@allow(*DESK)
@require_http_methods(["GET", "POST"])
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


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree another delivery time with the customer; he is told in writing. Before the first one: where that is set."""
    order = order_of(request, pk)
    if order.promised_at is None:
        status = 200 if request.method == "GET" else 422
        return render(request, "reception/promise.html", {"work_order": order}, status=status)
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


@allow(*DESK)
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the car back unrepaired: the visit is cancelled."""
    order = order_of(request, pk)
    form = ReasonForm(request.POST)
    back = reverse("reception:estimate", args=[pk])
    if not form.is_valid():
        return refuse(request, reasons_of(form), back)
    return perform(
        request,
        lambda: services.give_back(order, by=request.actor, reason=form.cleaned_data["reason"]),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("%(plate)s is given back; the visit is cancelled.") % {"plate": order.vehicle.plate},
        redirect=order.get_absolute_url(),
        on_refusal=back,
    )
