"""The customer sees the result of the joint inspection, chooses and signs, or leaves without; remarks afterwards (M2.2-b)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reception import services
from reception.confirming import REMARKING
from reception.forms import RemarkForm, SignForm, UnsignedForm
from reception.forms.signing import CHOICES
from reception.result import Result, way_of_copy
from reception.views import DESK, inspection_of, order_of, steps_of
from servicedesk.documents import photos
from servicedesk.staff.access import allow
from servicedesk.staff.addresses import for_sign_in
from servicedesk.staff.repeats import Refusal, perform, reasons_of, refuse
from servicedesk.workorders.models import WorkOrder

NAMES = dict(settings.LANGUAGES)


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: the customer sees the result, chooses, and signs; from then on it is locked.

    `show_in` asks for the same page in another language, with all that was typed, and signs nothing.
    """
    order = order_of(request, pk)
    inspection = inspection_of(order)
    wanted = request.POST.get("show_in") or request.POST.get("shown_in", "")
    with translation.override(wanted if wanted in NAMES else translation.get_language()):
        if request.method != "POST" or (inspection.is_signed and "show_in" in request.POST):
            return page(request, order, form_of(order))
        if "show_in" in request.POST:
            return page(request, order, form_of(order, typed=request.POST.dict()), again=True)
        return _sign(request, order)


def _sign(request: HttpRequest, order: WorkOrder) -> HttpResponse:
    form = SignForm(request.POST, vehicle=order.vehicle)
    if not form.is_valid():
        return page(request, order, form, again=True, status=422)

    def refused(refusal: Refusal) -> HttpResponse:
        fresh = order_of(request, order.pk)
        if inspection_of(fresh).is_signed:
            return refuse(request, refusal.reasons, request.path)
        for reason in refusal.reasons:
            form.add_error(None, str(reason.text))
        return page(request, fresh, form, again=True, status=422)

    by = request.actor  # type: ignore[attr-defined]
    return perform(
        request,
        lambda: services.sign_inspection(order, by=by, address=for_sign_in(request), **form.answers()),
        by=by,
        success=_("The inspection is signed and locked."),
        redirect=reverse("reception:estimate", args=[order.pk]),
        on_refusal=refused,
    )


def form_of(order: WorkOrder, typed: dict[str, Any] | None = None) -> SignForm:
    """The form before it is sent. Only what somebody said before is chosen: what differs from how every visit begins."""
    said: dict[str, Any] = {"signature_name": order.customer.name}
    if not order.wash_wanted:
        said["wash_wanted"] = "no"
    said |= {name: "yes" for name in ("old_parts_wanted", "waits_on_site") if getattr(order, name)}
    return SignForm(vehicle=order.vehicle, initial=said if typed is None else typed)


def page(
    request: HttpRequest, order: WorkOrder, form: SignForm, *, again: bool = False, status: int = 200
) -> HttpResponse:
    """The page around a form. `again`: it comes back with what was typed, and the drawn signature with it."""
    inspection = inspection_of(order)
    missing = [] if inspection.is_signed else services.missing(inspection)
    shown = translation.get_language()
    context = {
        "form": form,
        "again": again,
        "work_order": order,
        "inspection": inspection,
        "result": Result(inspection),
        "missing": missing,
        "wishes": [form[name] for name in (*CHOICES, "charging_allowed", "valuables") if name in form.fields],
        "ticks": [form["covers_fitted"], form["purpose_explained"]],
        "steps": steps_of(order, "sign", unseen=missing),
        "copy": way_of_copy(order.customer),
        "shown_in": shown,
        "other_languages": [(code, name) for code, name in settings.LANGUAGES if code != shown],
    }
    return render(request, "reception/sign.html", context, status=status)


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer leaves without signing: why; he is sent a link on which he confirms."""
    order = order_of(request, pk)
    inspection = inspection_of(order)
    initial = {"reason": inspection.left_reason, "covers": inspection.covers_fitted}
    form = UnsignedForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        by = request.actor  # type: ignore[attr-defined]
        return perform(
            request,
            lambda: services.leave_unsigned(order, by=by, reason=data["reason"], covers_fitted=data["covers"]),
            by=by,
            success=_("The customer is asked by link to confirm the inspection."),
            redirect=order.get_absolute_url(),
            on_refusal=reverse("reception:sign", args=[pk]),
        )
    context = {
        "form": form,
        "work_order": order,
        "inspection": inspection,
        "copy": way_of_copy(order.customer),
        "steps": steps_of(order, "sign"),
    }
    return render(request, "reception/leave.html", context, status=422 if form.errors else 200)


@allow(*REMARKING)
@require_POST
def remark(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a remark to a signed inspection, with a photo if it shows more; what was signed stays as it is."""
    order = order_of(request, pk)
    inspection_of(order)
    back = order.get_absolute_url()
    form = RemarkForm(request.POST, request.FILES)
    if not form.is_valid():
        return refuse(request, reasons_of(form), back)
    file, text = form.cleaned_data["file"], form.cleaned_data["text"]
    try:
        picture = photos.read(file) if file else None
    except photos.PhotoRefused as refusal:
        return refuse(request, refusal.reasons, back)
    by = request.actor  # type: ignore[attr-defined]
    return perform(
        request,
        lambda: services.add_remark(order, by=by, text=text, picture=picture),
        by=by,
        success=_("The remark is added."),
        redirect=back,
    )
