"""The customer's own page of the joint inspection: confirm it when he left without signing; later read what he signed (M2.2-b)."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reception import services
from reception.forms import ConfirmForm
from reception.models import Inspection, InspectionPhoto
from reception.papers import sheet_of
from reception.result import Result
from reception.services.leaving import PURPOSE
from servicedesk.documents.responses import order_response, photo_response
from servicedesk.messaging.links import customer_link
from servicedesk.staff.addresses import for_sign_in
from servicedesk.staff.repeats import Reason, Refusal, perform, refuse
from servicedesk.workorders.stages import Stage

CHOICES = ("valuables", "wash_wanted", "old_parts_wanted", "road_test_allowed", "charging_allowed")


def mine(request: HttpRequest) -> Inspection:
    """The inspection that the link is about, of this customer's own visit; else 404."""
    link = request.link  # type: ignore[attr-defined]
    related = ("vehicle", "customer", "advisor", "centre")
    rows = Inspection.objects.select_related("signature", *(f"work_order__{name}" for name in related))
    row = rows.filter(pk=link.target_id, work_order__customer=link.customer_id).first()
    if row is None:
        raise Http404
    return row


@customer_link(PURPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """What was found, his wishes, his signature; once confirmed, here or on the tablet: what was signed, and its sheet."""
    inspection = mine(request)
    if inspection.is_signed and request.method == "POST":
        said = _("It was confirmed before, %(how)s. Nothing was changed by this.")
        return refuse(request, [Reason(said % {"how": inspection.get_confirmed_how_display()})], request.path)
    if inspection.is_signed:
        return render(request, "reception/confirmed.html", shown(inspection) | {"sheet": sheet_of(inspection)})
    if inspection.work_order.stage != Stage.RECEPTION or services.missing(inspection):
        status = 422 if request.method == "POST" else 200
        return render(request, "reception/confirm_later.html", shown(inspection), status=status)
    vehicle = inspection.work_order.vehicle
    if request.method != "POST":
        return page(request, inspection, ConfirmForm(vehicle=vehicle))
    form = ConfirmForm(request.POST, vehicle=vehicle)
    if not form.is_valid():
        return page(request, inspection, form, status=422)

    def refused(refusal: Refusal) -> HttpResponse:
        fresh = mine(request)
        if fresh.is_signed:
            return refuse(request, refusal.reasons, request.path)
        for reason in refusal.reasons:
            form.add_error(None, str(reason.text))
        return page(request, fresh, form, status=422)

    link = request.link  # type: ignore[attr-defined]
    return perform(
        request,
        lambda: services.confirm_by_link(
            inspection.work_order, link=link, address=for_sign_in(request), **form.answers()
        ),
        by=request.actor,  # type: ignore[attr-defined]
        redirect="reception:confirm",
        on_refusal=refused,
    )


def page(request: HttpRequest, inspection: Inspection, form: ConfirmForm, status: int = 200) -> HttpResponse:
    """The page to confirm on, as the inspection stands now."""
    fields = [form[name] for name in CHOICES if name in form.fields]
    return render(
        request, "reception/confirm.html", shown(inspection) | {"form": form, "wishes": fields}, status=status
    )


def shown(inspection: Inspection) -> dict[str, Any]:
    """What each of the pages shows."""
    order = inspection.work_order
    return {"centre": order.centre, "work_order": order, "inspection": inspection, "result": Result(inspection)}


@customer_link(PURPOSE)
@require_safe
def confirm_photo(request: HttpRequest, key: uuid.UUID, size: str) -> HttpResponse:
    """A photo of this inspection, and of no other."""
    kept = InspectionPhoto.objects.select_related("photo").filter(inspection=mine(request), key=key).first()
    if kept is None or size not in ("full", "thumb"):
        raise Http404
    return photo_response(kept.photo, size)


@customer_link(PURPOSE)
@require_safe
def confirm_sheet(request: HttpRequest) -> HttpResponse:
    """The signed sheet as PDF; until it is printed a page that shows it by itself."""
    inspection = mine(request)
    order = sheet_of(inspection)
    if order is None:
        raise Http404
    return order_response(request, order, "reception/confirm_printing.html", centre=inspection.work_order.centre)
