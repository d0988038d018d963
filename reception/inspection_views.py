"""The joint inspection on the tablet: readings, walk-around with damage marks (M2.2-a)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from reception import checklist, services
from reception.forms import MarkForm, ReadingsForm
from reception.models import DamageMark
from reception.views import DESK, inspection_of, order_of, steps_of
from servicedesk.documents import photos
from servicedesk.staff.access import allow
from servicedesk.staff.repeats import perform, reasons_of, refuse


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def readings(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: odometer, fuel or charge, keys."""
    order = order_of(request, pk)
    inspection = inspection_of(order)
    names = ("odometer", "fuel", "charge", "keys")
    form = ReadingsForm(
        request.POST or None, vehicle=order.vehicle, initial={name: getattr(inspection, name) for name in names}
    )
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        return perform(
            request,
            lambda: services.record_readings(order, by=request.actor, **values),  # type: ignore[attr-defined]
            by=request.actor,  # type: ignore[attr-defined]
            redirect=reverse("reception:walkaround", args=[pk, checklist.TABS[0]]),
            on_refusal=reverse("reception:readings", args=[pk]),
        )
    context = {
        "form": form,
        "work_order": order,
        "inspection": inspection,
        "steps": steps_of(order, "readings"),
        "levels": [(level, level) for level in checklist.FUEL_LEVELS],
    }
    return render(request, "reception/readings.html", context, status=422 if form.errors else 200)


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def walkaround(request: HttpRequest, pk: int, group: str) -> HttpResponse:
    """Step 3: one group of the list at a time beside the car's outline; what is tapped is saved on going on."""
    order = order_of(request, pk)
    inspection = inspection_of(order)
    items = checklist.walkaround_items()
    answers = {row.item_id: (row.value, row.note) for row in inspection.items.all()}
    tabs = checklist.tabs(
        items, answers, plugged_in=order.vehicle.is_plugged_in, lights=bool(inspection.warning_lights)
    )
    keys = [tab.key for tab in tabs]
    if group not in keys:
        raise Http404
    tab = tabs[keys.index(group)]
    following = keys[keys.index(group) + 1] if group != keys[-1] else None
    onward = (
        reverse("reception:walkaround", args=[pk, following]) if following else reverse("reception:sign", args=[pk])
    )
    if request.method == "POST":
        posted = request.POST
        said = {
            question.item.pk: (
                posted.get(question.name, "").strip()[:200],
                posted.get(f"note_{question.item.pk}", "").strip()[:200],
            )
            for question in tab.questions
        }
        return perform(
            request,
            lambda: services.record_items(
                order,
                by=request.actor,  # type: ignore[attr-defined]
                answers=said,
                warning_lights=posted.getlist("lights") if group == checklist.LIGHTS_TAB else None,
                note=posted.get("note", "").strip()[:2000] if following is None else None,
            ),
            by=request.actor,  # type: ignore[attr-defined]
            redirect=onward if posted.get("then") != "stay" else request.path,
            on_refusal=request.path,
        )
    left = sum(len(one.missing) for one in tabs) + (0 if inspection.warning_lights else 1)
    return render(
        request,
        "reception/walkaround.html",
        {
            "work_order": order,
            "inspection": inspection,
            "tabs": tabs,
            "tab": tab,
            "following": tabs[keys.index(following)] if following else None,
            "left": left,
            "marks": list(inspection.marks.select_related("item").prefetch_related("photos").order_by("number")),
            "places": [item for item in items if item.group in ("exterior", "wheel")],
            "kinds": DamageMark.Kind.choices,
            "lights": checklist.light_choices(items),
            "steps": steps_of(order, "walkaround", unseen=left),
        },
    )


@allow(*DESK)
@require_POST
def mark_add(request: HttpRequest, pk: int, group: str) -> HttpResponse:
    """Mark damage on the outline, with a photo when one was taken."""
    order = order_of(request, pk)
    back = reverse("reception:walkaround", args=[pk, group])
    form = MarkForm(request.POST, request.FILES, places=checklist.walkaround_items())
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
def mark_remove(request: HttpRequest, pk: int, group: str, number: int) -> HttpResponse:
    """Take a mark off again."""
    order = order_of(request, pk)
    return perform(
        request,
        lambda: services.remove_mark(order, by=request.actor, number=number),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        redirect=reverse("reception:walkaround", args=[pk, group]),
    )
