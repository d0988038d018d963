"""The customer sees the result of the joint inspection, chooses and signs (M2.2-b)."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reception import services
from reception.forms import SignForm, said_yes
from reception.views import DESK, inspection_of, order_of, steps_of
from servicedesk.staff.access import allow
from servicedesk.staff.repeats import perform


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 4: the customer sees the result, chooses, and signs; from then on it is locked."""
    order = order_of(request, pk)
    inspection = inspection_of(order)
    initial = {
        "wash_wanted": "yes" if order.wash_wanted else "no",
        "old_parts_wanted": "yes" if order.old_parts_wanted else "no",
        "waits_on_site": "yes" if order.waits_on_site else "no",
        "road_test_allowed": "yes",
        "charging_allowed": "yes",
        "signature_name": order.customer.name,
    }
    form = SignForm(request.POST or None, vehicle=order.vehicle, initial=initial)
    choices = ("wash_wanted", "old_parts_wanted", "waits_on_site", "road_test_allowed")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.sign_inspection(
                order,
                by=request.actor,  # type: ignore[attr-defined]
                name=data["signature_name"],
                drawing=data["signature"],
                purpose_explained=data["purpose_explained"],
                covers_fitted=data["covers_fitted"],
                valuables=data["valuables"],
                reservations=data["reservations"],
                charging_allowed=said_yes(data["charging_allowed"]) if "charging_allowed" in data else None,
                **{name: said_yes(data[name]) for name in choices},
            ),
            by=request.actor,  # type: ignore[attr-defined]
            success=_("The inspection is signed and locked."),
            redirect=reverse("reception:estimate", args=[pk]),
            on_refusal=request.path,
        )
    marks = list(inspection.marks.select_related("item").order_by("number"))
    prefetch_related_objects([inspection], "items__item")
    unread = [] if inspection.is_signed else services.unread(inspection)
    unseen = [] if inspection.is_signed else services.unseen(inspection)
    return render(
        request,
        "reception/sign.html",
        {
            "form": form,
            "work_order": order,
            "inspection": inspection,
            "marks": marks,
            "remarks": inspection.remarks(marks),
            "missing": unread + unseen,
            "wishes": [form[name] for name in (*choices, "charging_allowed", "valuables") if name in form.fields],
            "ticks": [form["covers_fitted"], form["purpose_explained"]],
            "steps": steps_of(order, "sign", unseen=unread + unseen),
        },
        status=422 if form.errors else 200,
    )
