"""Receiving a car: who has come and what he wants."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments.forms import car_of, contact_of
from appointments.models import Appointment
from appointments.telephone.callers import wanted
from appointments.telephone.known import known_customer, known_vehicle, number_in, particulars
from appointments.telephone.views import earlier_visit_named
from appointments.views import comeback_context as comeback_question
from reception import desk, services
from reception.cars import Asked, known_of
from reception.forms import LeaveForm, ReceiveForm, WalkInForm, asked_before
from reception.models import Arrival, Inspection
from servicedesk.registry import alerts_for
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import Refusal, perform, reasons_of, refuse
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage

DESK = (Role.ADVISOR, Role.MANAGER)
LONGEST = 100


@allow(*DESK)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The arrivals of today, the car found by a plate, and the cars in reception."""
    return arrivals_page(request)


@allow(*DESK)
@require_GET
def arrive(request: HttpRequest) -> HttpResponse:
    """The same page, ready for a plate to be typed or scanned."""
    return arrivals_page(request, asks=True)


def arrivals_page(request: HttpRequest, *, asks: bool = False) -> HttpResponse:
    """Cards by filter, or those that fit the plate; then the cars in reception."""
    centre = request.centre  # type: ignore[attr-defined]
    text = wanted(request.GET.get("plate", ""))[: desk.LONGEST_PLATE]
    found = desk.find(request.user, centre, text) if text else desk.cards(request.user, centre)
    show = request.GET.get("show", "")
    context: dict[str, Any] = {
        "text": text,
        "asks": asks or bool(text),
        "is_plate": services.is_plate(text),
        "cards": [card for card in found if text or desk.fits(card, show)],
        "show": show if show in desk.FILTERS else "",
        "leave_form": LeaveForm(),
    }
    if not text:
        orders = WorkOrder.objects.for_user(request.user).filter(centre=centre).at(Stage.RECEPTION).for_rows()  # type: ignore[arg-type]
        rows = list(orders.select_related("inspection").order_by("opened_at", "pk")[:LONGEST])
        context |= {"rows": rows, "tabs": tabs(found, context["show"])}
    return render(request, "reception/index.html", context)


def tabs(found: list[desk.Card], show: str) -> list[tuple[str, str, int, bool]]:
    """The filters over the cards: (value, label, how many, chosen)."""
    counts = desk.counts(found)
    names = {
        "": _("All"),
        "here": _("Here"),
        "late": pgettext("booking", "Late"),
        "expected": _("Expected"),
        "walk_in": _("Walk-in"),
    }
    return [(name, label, counts.get(name, len(found)), name == show) for name, label in names.items()]


@allow(*DESK)
@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """Somebody is here: he gets the next number of the day."""
    centre = request.centre  # type: ignore[attr-defined]
    named, vehicle = number_in(request, "appointment"), None
    appointment = fetch(request, Appointment.objects, pk=named) if named is not None else None
    if appointment is None and number_in(request, "vehicle") is not None:
        vehicle = known_vehicle(request)
        if vehicle is None:
            raise Http404
    return perform(
        request,
        lambda: services.arrive(
            by=request.actor,  # type: ignore[attr-defined]
            centre=centre,
            appointment=appointment,
            vehicle=vehicle,
            plate=request.POST.get("plate", "").replace("\x00", ""),
        ),
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda row: _("%(plate)s has number %(number)d.") % {"plate": row.plate, "number": row.number},
        redirect=reverse("reception:list"),
    )


@allow(*DESK)
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves without being received."""
    arrival, form = fetch(request, Arrival.objects, pk=pk), LeaveForm(request.POST)
    back = reverse("reception:list")
    if not form.is_valid():
        return refuse(request, reasons_of(form), back)
    return perform(
        request,
        lambda: services.leave(arrival, by=request.actor, reason=form.cleaned_data["reason"]),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda row: _("%(plate)s has left the queue.") % {"plate": row.plate},
        redirect=back,
    )


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Step 1: the need. `?appointment=` takes a booking over, `?arrival=` who waits without one; else it is a walk-in.

    A walk-in may be known already (`?vehicle=`), or only his plate (`?plate=`).
    """
    appointment = named_row(request, "appointment", Appointment.objects.for_rows())
    arrival = named_row(request, "arrival", Arrival.objects.select_related("centre", "vehicle__customer"))
    centre = (appointment or arrival).centre if appointment or arrival else request.centre  # type: ignore[attr-defined,union-attr]
    if appointment is not None:
        form: Any = ReceiveForm(
            request.POST or None,
            initial=asked_before(appointment.concern, appointment.symptoms) | {"waits": appointment.waits_on_site},
        )
    else:
        form = WalkInForm(request.POST or None, centre=centre, initial=walk_in(request, centre, arrival))
    if appointment is None or not appointment.items.all():
        form.fields["operations"].label = _("Services")

    def page(status: int = 200) -> HttpResponse:
        return receive_page(request, form, appointment, arrival, status)

    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        more = "another" in request.POST
        return perform(
            request,
            lambda: services.receive(
                by=request.actor,  # type: ignore[attr-defined]
                advisor=request.user,
                centre=centre,
                appointment=appointment,
                arrival=arrival,
                contact=None if appointment else contact_of(data),
                car=None if appointment else car_of(data),
                concern=data["concern"],
                symptoms=data["symptoms"],
                signs=form.signs,
                system=data["system"],
                purpose=data["purpose"],
                operations=list(data["operations"]),
                waits_on_site=data["waits"],
                comeback_of=earlier_visit_named(request) if appointment else None,
                as_booked=data["as_booked"] == "yes" if appointment else None,
                differences=data.get("differences", ""),
                although_full=data.get("although_full", ""),
            ),
            by=request.actor,  # type: ignore[attr-defined]
            success=lambda order: (
                _("%(plate)s is received as %(number)s.") % {"plate": order.vehicle.plate, "number": order.number}
            ),
            redirect=lambda order: reverse("reception:need" if more else "reception:inspect", args=[order.pk]),
            on_refusal=lambda refusal: told_why(form, refusal, page),
        )
    return page(422 if form.errors else 200)


def told_why(form: Any, refusal: Refusal, page: Any) -> HttpResponse:
    """The page as it was filled in, with every reason; one that a field can mend stands at its field."""
    field = "although_full" if isinstance(refusal, services.WorkshopFull) else None
    for reason in refusal.reasons:
        words = format_html('{} <a href="{}">{}</a>', reason.text, reason.url, _("Open")) if reason.url else reason.text
        form.add_error(field, words)
    return page(422)  # type: ignore[no-any-return]


def named_row(request: HttpRequest, name: str, rows: Any) -> Any:
    """The row that the address names, None when it names none; 404 for one that the user may not see."""
    named = request.GET.get(name, "")
    if not named:
        return None
    if not (named.isascii() and named.isdecimal()):
        raise Http404
    return fetch(request, rows, pk=int(named[:18]))


def walk_in(request: HttpRequest, centre: Any, arrival: Arrival | None) -> dict[str, Any]:
    """What is known beforehand of a car without a booking."""
    initial = {"language": centre.language, "channel": "sms"}
    if arrival is not None and arrival.vehicle is not None:
        return initial | particulars(arrival.vehicle.customer, arrival.vehicle)
    plate = arrival.plate if arrival else wanted(request.GET.get("plate", ""))[:16]
    return initial | {"plate": plate} | known_customer(request)


def receive_page(
    request: HttpRequest, form: Any, appointment: Appointment | None, arrival: Arrival | None, status: int
) -> HttpResponse:
    """The page of step 1, with what is known of the car."""
    centre = form.centre if appointment is None else appointment.centre
    vehicle = appointment.vehicle if appointment else arrival.vehicle if arrival else known_vehicle(request)
    today = None if appointment else services.places_today(centre)
    asked = [Asked(vehicle)] if vehicle else []
    context = {
        "form": form,
        "appointment": appointment,
        "arrival": arrival,
        "today": today,
        "full": today is not None and not today.free,
        "known": known_of(request.user, asked).get(vehicle.pk) if vehicle else None,
        "warnings": alerts_for(request.user, customer=vehicle.customer, vehicle=vehicle) if vehicle else [],
        "steps": steps_of(None, "need"),
        **(comeback_question(request, appointment) if appointment else {}),
    }
    return render(request, "reception/receive.html", context, status=status)


def steps_of(work_order: WorkOrder | None, now: str, *, unseen: Any = None) -> list[tuple[Any, str, str]]:
    """The three steps of the tablet's bar: (label, address, state). A step is done when nothing of it is missing.

    `unseen`: what is missing of the inspection, by a page that knows; else two queries.
    """
    names = [("need", _("Need")), ("inspect", _("Inspection")), ("sign", _("Confirm and sign"))]
    at = [key for key, _label in names].index(now)
    inspection: Inspection | None = getattr(work_order, "inspection", None)
    done = {"need": work_order is not None}
    if inspection is not None and inspection.is_signed:
        done = {key: True for key, _label in names}
    elif inspection is not None:
        done["inspect"] = not (services.missing(inspection) if unseen is None else unseen)
    return [
        (
            label,
            reverse(f"reception:{key}", args=[work_order.pk]) if work_order else "",
            "now" if number == at else "done" if done.get(key) else "",
        )
        for number, (key, label) in enumerate(names)
    ]


def order_of(request: HttpRequest, pk: int) -> WorkOrder:
    """The visit, if the user may see it."""
    return fetch(request, WorkOrder.objects.for_rows().select_related("inspection"), pk=pk)  # type: ignore[no-any-return]


def inspection_of(work_order: WorkOrder) -> Inspection:
    """The visit's inspection, or 404 for a visit that was opened without one."""
    inspection = getattr(work_order, "inspection", None)
    if inspection is None:
        raise Http404
    return inspection  # type: ignore[no-any-return]
