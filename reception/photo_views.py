"""Taking photos on the tablet: one request per photo, answered in JSON to the script, by a redirect to a plain form (M2.2-a)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from reception import services
from reception.forms import PhotoForm
from reception.models import Inspection, InspectionPhoto
from reception.views import DESK, inspection_of, order_of
from servicedesk.documents import photos
from servicedesk.staff.access import allow
from servicedesk.staff.repeats import Reason, Refusal, as_texts, go, perform, perform_json, reasons_of, refuse
from servicedesk.workorders.models import WorkOrder


@allow(*DESK)
@require_POST
def photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a photo: 201 with its addresses; 409 once the customer has signed, 422 for what cannot be kept, with reasons.

    The same key again is the same photo, tied to its mark when that has come meanwhile. The picture is decoded before
    any row is locked. A plain form may bring several at once.
    """
    order = order_of(request, pk)
    inspection_of(order)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return no(request, order, reasons_of(form))
    data = form.cleaned_data
    key, mark = data["key"] or uuid.uuid4(), data["mark"]
    by = request.actor  # type: ignore[attr-defined]
    kept = services.kept_photo(order, key)
    if kept and (kept.mark_id or not mark):
        return yes(request, order, kept)
    try:
        if not kept:
            services.may_take_photo(order, by=by)
        pictures = [] if kept else [photos.read(file) for file in data["files"]]
    except Refusal as refusal:
        return no(request, order, refusal.reasons)

    def act() -> dict[str, Any]:
        if kept:
            return described(services.tie_photo(order, by=by, key=key, mark=mark))
        keys = [key, *(uuid.uuid5(key, str(number)) for number in range(1, len(pictures)))]
        rows = [
            services.add_photo(order, by=by, key=one, picture=picture, mark=mark, item=data["item"])
            for one, picture in zip(keys, pictures, strict=True)
        ]
        return described(rows[0])

    return answer(request, order, act, status=201)


@allow(*DESK)
@require_POST
def photo_remove(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Take a photo off again, as long as the customer has not signed; a script is answered 200, also the second time."""
    order = order_of(request, pk)

    def act() -> dict[str, Any]:
        services.remove_photo(order, by=request.actor, key=key)  # type: ignore[attr-defined]
        return {"key": str(key)}

    return answer(request, order, act)


def answer(
    request: HttpRequest, order: WorkOrder, act: Callable[[], dict[str, Any]], *, status: int = 200
) -> HttpResponse:
    """Do it once, and say so in the way that was asked."""
    by = request.actor  # type: ignore[attr-defined]
    if not is_script(request):
        return perform(request, act, by=by, redirect=back(request, order))
    done = perform_json(request, act, by=by, refused=422)
    if done.status_code == 422:
        done.status_code = refusal_status(order)
    elif done.status_code == 200:
        done.status_code = status
    return done


def is_script(request: HttpRequest) -> bool:
    """Whether the page's script asks, and not a plain form."""
    return "application/json" in request.headers.get("Accept", "")


def described(row: InspectionPhoto) -> dict[str, Any]:
    """A kept photo as the script shows it."""
    thumb, full = (reverse("documents:photo", args=[row.photo_id, size]) for size in ("thumb", "full"))
    mark = str(row.mark.key) if row.mark else None
    return {"id": row.pk, "key": str(row.key), "mark": mark, "thumb": thumb, "full": full}


def yes(request: HttpRequest, order: WorkOrder, row: InspectionPhoto) -> HttpResponse:
    """It is kept."""
    return JsonResponse(described(row), status=201) if is_script(request) else go(request, back(request, order))


def no(request: HttpRequest, order: WorkOrder, reasons: Iterable[Reason]) -> HttpResponse:
    """It is not kept; reasons say what to do."""
    if not is_script(request):
        return refuse(request, reasons, back(request, order))
    return JsonResponse({"reasons": as_texts(reasons)}, status=refusal_status(order))


def refusal_status(order: WorkOrder) -> int:
    """409 when the customer has signed meanwhile: sending anything again is of no use. Else 422."""
    return 409 if Inspection.objects.filter(work_order=order).exclude(confirmed_at=None).exists() else 422


def back(request: HttpRequest, order: WorkOrder) -> str:
    """The page a plain form was on, when it is one of ours; else the inspection."""
    page = request.POST.get("back", "")
    ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if ours else reverse("reception:inspect", args=[order.pk])
