"""Receiving a car: who has come and what he wants."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from appointments import slots
from appointments.forms import car_of, contact_of
from appointments.models import Appointment
from appointments.telephone.known import known_customer
from appointments.telephone.views import earlier_visit_named
from appointments.views import comeback_context as comeback_question
from reception import services
from reception.forms import NeedFields, ReceiveForm, WalkInForm
from reception.models import Inspection
from servicedesk.registry import alerts
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage

DESK = (Role.ADVISOR, Role.MANAGER)
LONGEST = 100


@allow(*DESK)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Cars in reception, and today's bookings that have not come yet."""
    centre = request.centre  # type: ignore[attr-defined]
    orders = WorkOrder.objects.for_user(request.user).filter(centre=centre).at(Stage.RECEPTION).for_rows()  # type: ignore[arg-type]
    rows = list(orders.select_related("inspection").order_by("opened_at", "pk")[:LONGEST])
    return render(request, "reception/index.html", {"rows": rows, **expected(request)})


def expected(request: HttpRequest) -> dict[str, Any]:
    """Today's bookings whose car has not come, those that were given up included."""
    centre = request.centre  # type: ignore[attr-defined]
    rows = Appointment.objects.may_arrive_today(centre).for_rows()
    return {"expected": list(rows[:LONGEST])}


@allow(*DESK)
@require_GET
def arrive(request: HttpRequest) -> HttpResponse:
    """Who has come? Today's bookings to tap, or a car without a booking."""
    return render(request, "reception/arrive.html", expected(request))


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Step 1: the need. With `?appointment=` the booking is taken over, otherwise it is a walk-in."""
    centre = request.centre  # type: ignore[attr-defined]
    named = request.GET.get("appointment", "")
    appointment = None
    if named:
        if not named.isdecimal():
            raise Http404
        appointment = fetch(request, Appointment.objects.for_rows(), pk=int(named[:18]))
        centre = appointment.centre
        form: Any = ReceiveForm(
            request.POST or None,
            initial={
                "concern": appointment.concern,
                "symptoms": appointment.symptoms,
                "waits": appointment.waits_on_site,
            },
        )
    else:
        form = WalkInForm(
            request.POST or None,
            centre=centre,
            initial={"language": centre.language, "channel": "sms", **known_customer(request)},
        )
    if appointment is None or not appointment.items.all():
        form.fields["operations"].label = _("Services")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.receive(
                by=request.actor,  # type: ignore[attr-defined]
                advisor=request.user,
                centre=centre,
                appointment=appointment,
                contact=None if appointment else contact_of(data),
                car=None if appointment else car_of(data),
                concern=data["concern"],
                symptoms=data["symptoms"],
                purpose=data["purpose"],
                operations=list(data["operations"]),
                waits_on_site=data["waits"],
                comeback_of=earlier_visit_named(request) if appointment else None,
            ),
            by=request.actor,  # type: ignore[attr-defined]
            success=lambda order: (
                _("%(plate)s is received as %(number)s.") % {"plate": order.vehicle.plate, "number": order.number}
            ),
            redirect=lambda order: reverse("reception:inspect", args=[order.pk]),
            on_refusal=request.get_full_path(),
        )
    return render(
        request,
        "reception/receive.html",
        {
            "form": form,
            "appointment": appointment,
            "today": None if appointment else slots.days_from(centre, centre.today(), 1)[0],
            "warnings": [
                alert
                for ask in (alerts if appointment else ())
                for alert in ask(customer=appointment.customer, vehicle=appointment.vehicle)  # type: ignore[union-attr]
            ],
            "steps": steps_of(None, "need"),
            **(comeback_question(request, appointment) if appointment else {}),
        },
        status=422 if form.errors else 200,
    )


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


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 1 again: what the customer says, corrected."""
    order = order_of(request, pk)
    concern = order.concerns.order_by("pk").first()
    initial = {"purpose": order.purpose}
    if concern:
        initial |= {"concern": concern.words, "symptoms": concern.symptoms}
    form = NeedFields(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.record_need(
                order,
                by=request.actor,  # type: ignore[attr-defined]
                words=data["concern"],
                symptoms=data["symptoms"],
                purpose=data["purpose"],
            ),
            by=request.actor,  # type: ignore[attr-defined]
            redirect=reverse("reception:inspect", args=[pk]),
            on_refusal=reverse("reception:need", args=[pk]),
        )
    context = {"form": form, "work_order": order, "steps": steps_of(order, "need")}
    return render(request, "reception/need.html", context, status=422 if form.errors else 200)
