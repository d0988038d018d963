"""The estimate, the promised delivery time, the authorisation; or the car goes back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reception import findings, services
from reception.estimate_page import page_of
from reception.forms import ExtraForm, LineForm, OperationForm, PhotoForm, PromiseForm, ReasonForm
from reception.promise import reckon, suggested
from reception.views import DESK, order_of
from servicedesk.documents import photos
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import Refusal, perform, reasons_of, refuse
from servicedesk.workorders import gates
from servicedesk.workorders.lines import lines_context
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage


def estimated(request: HttpRequest, pk: int) -> WorkOrder:
    """The visit with all that its estimate shows, if the user may see it."""
    return fetch(request, WorkOrder.objects.for_estimate().select_related("inspection"), pk=pk)  # type: ignore[no-any-return]


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def estimate(request: HttpRequest, pk: int) -> HttpResponse:
    """Findings and the work proposed for them, with prices; then show it, send it, or take the decision by telephone."""
    order = estimated(request, pk)
    found = findings.of_visit(order)
    chosen = next((row for row in found if row.key == request.GET.get("found")), None)
    beside = request.GET.get("beside", "")
    initial: dict[str, Any] = {"alternative_of": beside} if beside.isdecimal() else {}
    if chosen:
        initial |= {"found": chosen.key, "finding": chosen.words, "urgency": chosen.urgency}
    form = OperationForm(request.POST or None, order=order, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.add_operation(order, by=request.actor, **data),  # type: ignore[attr-defined]
            by=request.actor,  # type: ignore[attr-defined]
            success=lambda line: _("“%(line)s” is proposed.") % {"line": line.title},
            redirect=reverse("reception:estimate", args=[pk]),
        )
    context = page_of(order, form=form, found=found, chosen=chosen, extra=ExtraForm())
    return render(request, "reception/estimate.html", context, status=422 if form.errors else 200)


@allow(*DESK)
@require_safe
def reckoned(request: HttpRequest, pk: int) -> HttpResponse:
    """When the car can be ready if all is approved, and why: the estimate's page fetches it by itself; without script a page."""
    order = order_of(request, pk)
    context = {"reckoned": reckon(order, with_proposed=True), "work_order": order}
    template = "reception/_reckoned.html" if getattr(request, "htmx", False) else "reception/reckoned.html"
    return render(request, template, context)


@allow(*DESK)
@require_POST
def extra(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose outside work or a fee; comes back filled in when something is missing."""
    order = estimated(request, pk)
    form = ExtraForm(request.POST)
    if not form.is_valid():
        found = findings.of_visit(order)
        context = page_of(order, form=OperationForm(order=order), found=found, chosen=None, extra=form)
        return render(request, "reception/estimate.html", context, status=422)
    data = form.cleaned_data
    return perform(
        request,
        lambda: services.add_extra(order, by=request.actor, **data),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda line: _("“%(line)s” is proposed.") % {"line": line.title},
        redirect=reverse("reception:estimate", args=[pk]),
    )


@allow(*DESK)
@require_POST
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a finding without work."""
    order = order_of(request, pk)
    found = request.POST.get("found", "")[:40]
    return perform(
        request,
        lambda: services.set_aside(order, by=request.actor, found=found),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("The finding is set aside; it stays in the inspection."),
        redirect=reverse("reception:estimate", args=[pk]),
    )


@allow(*DESK)
@require_POST
def line_change(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Change the parts or the concern of a proposal that no customer has seen; comes back as it was typed."""
    order = estimated(request, pk)
    row = get_object_or_404(order.lines.top(), pk=line)
    back = f"{reverse('reception:estimate', args=[pk])}#line-{line}"
    form = LineForm(request.POST, line=row)
    if not form.is_valid():
        found = findings.of_visit(order)
        context = page_of(order, form=OperationForm(order=order), found=found, chosen=None, extra=ExtraForm(), bad=form)
        return render(request, "reception/estimate.html", context, status=422)
    return perform(
        request,
        lambda: services.change_line(order, by=request.actor, line=row, **form.values()),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("The proposal is changed."),
        redirect=back,
    )


@allow(*DESK)
@require_POST
def line_photos(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Show photos with a proposal. They are decoded before any row is locked."""
    order = order_of(request, pk)
    row = get_object_or_404(order.lines.top(), pk=line)
    back = f"{reverse('reception:estimate', args=[pk])}#line-{line}"
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return refuse(request, reasons_of(form), back)
    try:
        pictures = [photos.read(file) for file in form.cleaned_data["files"]]
    except Refusal as refusal:
        return refuse(request, refusal.reasons, back)
    return perform(
        request,
        lambda: services.add_line_photos(order, by=request.actor, line=row, pictures=pictures),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("The photos are shown with “%(line)s”.") % {"line": row.title},
        redirect=back,
    )


@allow(*DESK)
@require_POST
def line_photo_remove(request: HttpRequest, pk: int, line: int, photo: int) -> HttpResponse:
    """Take a photo off a proposal that no customer has seen."""
    order = order_of(request, pk)
    row = get_object_or_404(order.lines.top(), pk=line)
    return perform(
        request,
        lambda: services.remove_line_photo(order, by=request.actor, line=row, photo=photo),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("The photo is taken off."),
        redirect=f"{reverse('reception:estimate', args=[pk])}#line-{line}",
    )


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
    reckoned = reckon(order)
    initial = {"promised_at": order.centre.local(order.promised_at or suggested(order, reckoned))}
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
        "reckoned": reckoned,
        "requirements": [row for row in asked if row.ok or row.url != reverse("reception:authorise", args=[pk])],
        "at_reception": order.stage == Stage.RECEPTION,
        **lines_context(order),
    }
    return render(request, "reception/authorise.html", context, status=422 if form.errors else 200)


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
