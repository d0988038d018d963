"""The joint inspection on the tablet: one page for dials, outline, items and points; each tap is saved behind (M2.2-a)."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reception import checklist, services
from reception.forms import MarkForm
from reception.inspection_page import Page, changes_in
from reception.models import DamageMark
from reception.views import DESK, inspection_of, order_of, steps_of
from servicedesk.documents import photos
from servicedesk.staff.access import allow
from servicedesk.staff.repeats import Refusal, perform, perform_json, reasons_of, refuse

LONGEST_BATCH = 200_000


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """Steps 2 and 3. A browser without script sends everything at once; what cannot be taken comes back filled in."""
    order = order_of(request, pk)
    page = Page(inspection_of(order))
    if request.method == "POST":
        typed = request.POST

        def act() -> Any:
            changes = changes_in(page, typed)
            saved = services.save(order, by=request.actor, changes=changes)  # type: ignore[attr-defined]
            if saved.refused:
                raise services.InspectionRefused(*[text for texts in saved.refused.values() for text in texts])
            return saved

        return perform(
            request,
            act,
            by=request.actor,  # type: ignore[attr-defined]
            redirect=reverse("reception:sign", args=[pk]),
            on_refusal=lambda refusal: shown(request, Page(page.inspection, typed), refusal, status=422),
        )
    return shown(request, page)


def shown(request: HttpRequest, page: Page, refusal: Refusal | None = None, *, status: int = 200) -> HttpResponse:
    """The page as it stands, or as it was typed."""
    order = page.order
    left = 0 if page.inspection.is_signed else page.left
    context = {
        "page": page,
        "work_order": order,
        "inspection": page.inspection,
        "reasons": refusal.reasons if refusal else [],
        "left": left,
        "kinds": DamageMark.Kind.choices,
        "render": int(time.time() * 1000),  # the machine's clock, as in the Date of an answer: see js/outbox.js
        "steps": steps_of(order, "inspect", unseen=left),
    }
    return render(request, "reception/inspect.html", context, status=status)


@allow(*DESK)
@require_POST
def inspect_save(request: HttpRequest, pk: int) -> HttpResponse:
    """What the tablet sends behind the taps: `changes` is a JSON list, see `services.tablet`.

    Answers {"refused": {place: [sentence]}, "asks": [place], "left": items not looked at, "marks": {key: number}}.
    """
    order = order_of(request, pk)
    inspection_of(order)
    try:
        changes = json.loads(request.POST.get("changes", "")[:LONGEST_BATCH])
    except (ValueError, RecursionError):
        changes = None
    if not isinstance(changes, list):
        return JsonResponse({"reasons": [{"text": "changes", "url": "", "clause": ""}]}, status=400)

    def act() -> dict[str, Any]:
        saved = services.save(order, by=request.actor, changes=changes)  # type: ignore[attr-defined]
        page = Page(services.open_inspection(order))
        return {
            "refused": {str(place): reasons for place, reasons in saved.refused.items()},
            "asks": saved.asks,
            "left": page.left,
            "marks": {str(mark.key): mark.number for mark in page.marks},
        }

    return perform_json(request, act, by=request.actor)  # type: ignore[attr-defined]


@allow(*DESK)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker that opens an inspection again without a connection; its address is its scope."""
    script = Path(str(finders.find("js/inspection_worker.js"))).read_bytes()
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@allow(*DESK)
@require_POST
def mark_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark damage on the outline, with a photo when one was taken: for browsers without script."""
    order = order_of(request, pk)
    back = reverse("reception:inspect", args=[pk])
    form = MarkForm(request.POST, request.FILES, places=checklist.walkaround_items(inspection_of(order).begun_at))
    if not form.is_valid():
        return refuse(request, reasons_of(form), back)
    data = form.cleaned_data

    def act() -> Any:
        kept = None
        if data["photo"]:
            kept = photos.keep(data["photo"], by=request.actor, centre=order.centre, caption=data["note"])  # type: ignore[attr-defined]
        return services.add_mark(
            order,
            by=request.actor,  # type: ignore[attr-defined]
            kind=data["kind"],
            item=data["item"],
            x=data["x"],
            y=data["y"],
            note=data["note"],
            photo=kept,
        )

    return perform(request, act, by=request.actor, redirect=back)  # type: ignore[attr-defined]


@allow(*DESK)
@require_POST
def mark_remove(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take a mark off again: for browsers without script."""
    order = order_of(request, pk)
    return perform(
        request,
        lambda: services.remove_mark(order, by=request.actor, number=number),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        redirect=reverse("reception:inspect", args=[pk]),
    )
