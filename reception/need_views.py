"""What the customer says, concern by concern (M2.1-c), and where his car and its keys are."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from reception import services
from reception.desk_records import PLACERS
from reception.forms import NeedFields, PlaceForm, concern_again
from reception.views import DESK, order_of, steps_of
from servicedesk.staff.access import allow
from servicedesk.staff.repeats import Refusal, perform, reasons_of, refuse
from servicedesk.workorders.models import Concern, WorkOrder
from servicedesk.workorders.stages import Stage


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """The concerns of the visit, and a form for another one, or for the one that is changed (`?concern=`)."""
    order = order_of(request, pk)
    changed = concern_of(order, request.GET.get("concern", ""))
    initial = {"purpose": order.purpose} | (concern_again(changed) if changed else {})
    form = NeedFields(request.POST or None, initial=initial)
    goes_on = "next" in request.POST
    if goes_on and changed is None and order.concerns.exists():
        form.fields["concern"].required = False
    here = reverse("reception:need", args=[pk])

    def page(refusal: Refusal | None = None) -> HttpResponse:
        for reason in refusal.reasons if refusal else []:
            form.add_error(None, str(reason.text))
        context = {
            "form": form,
            "work_order": order,
            "concerns": concerns_with_lines(order),
            "changed": changed,
            "may_change": order.stage == Stage.RECEPTION,
            "place_form": PlaceForm(initial={"key_tag": order.key_tag, "parked_at": order.parked_at}),
            "steps": steps_of(order, "need"),
        }
        return render(request, "reception/need.html", context, status=422 if form.errors else 200)

    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.record_need(
                order,
                by=request.actor,  # type: ignore[attr-defined]
                concern=changed,
                words=data["concern"],
                more=data["symptoms"],
                signs=form.signs,
                system=data["system"],
                purpose=data["purpose"],
            ),
            by=request.actor,  # type: ignore[attr-defined]
            redirect=reverse("reception:inspect", args=[pk]) if goes_on else here,
            on_refusal=page,
        )
    return page()


def concern_of(order: WorkOrder, named: str) -> Concern | None:
    """The concern that the address names, or 404 for one of another visit."""
    if not named:
        return None
    if not (named.isascii() and named.isdecimal()):
        raise Http404
    return get_object_or_404(order.concerns, pk=int(named[:18]))


def concerns_with_lines(order: WorkOrder) -> list[Concern]:
    """The concerns in their order, each with the work that answers it. Two queries."""
    rows = order.concerns.order_by("position", "pk").prefetch_related("lines__operation", "lines__part")
    for row in rows:
        row.work = [line for line in row.lines.all() if line.parent_id is None]  # type: ignore[attr-defined]
    return list(rows)


def act_on_concern(request: HttpRequest, pk: int, concern: int, verb: Any) -> HttpResponse:
    """One verb on a concern, then back to the list; one that is gone already leads there, too."""
    order, here = order_of(request, pk), reverse("reception:need", args=[pk])
    row = order.concerns.filter(pk=concern).first()
    if row is None:
        return redirect(here)
    return perform(request, lambda: verb(row, by=request.actor), by=request.actor, redirect=here)  # type: ignore[attr-defined]


@allow(*DESK)
@require_POST
def concern_up(request: HttpRequest, pk: int, concern: int) -> HttpResponse:
    """Put a concern before the one above it."""
    return act_on_concern(request, pk, concern, services.raise_concern)


@allow(*DESK)
@require_POST
def concern_remove(request: HttpRequest, pk: int, concern: int) -> HttpResponse:
    """Take a concern back."""
    return act_on_concern(request, pk, concern, services.remove_concern)


@allow(*PLACERS)
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Which tag is on the keys, and where the car stands."""
    order = order_of(request, pk)
    back = order.get_absolute_url()
    if request.POST.get("back") == "need" and request.user.roles_in(order.centre_id) & {role.value for role in DESK}:  # type: ignore[union-attr]
        back = reverse("reception:need", args=[pk])
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return refuse(request, reasons_of(form), back)
    return perform(
        request,
        lambda: services.place_car(order, by=request.actor, **form.cleaned_data),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        redirect=back,
    )
