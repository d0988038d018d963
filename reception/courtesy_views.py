"""Courtesy cars: the centre's own, lending one for a visit, taking it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments.models import Appointment
from reception import services
from reception.forms import BackForm, CourtesyCarForm, LendForm
from reception.models import CourtesyCar, CourtesyLoan
from reception.views import DESK, order_of
from servicedesk.clock import now
from servicedesk.documents import photos
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import Refusal, perform
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder

LONGEST = 100


@allow(*DESK)
@require_GET
def courtesy(request: HttpRequest) -> HttpResponse:
    """The centre's courtesy cars: which are free, and who has the others until when."""
    return cars_page(request, CourtesyCarForm(initial={"powertrain": "petrol"}))


def cars_page(request: HttpRequest, form: CourtesyCarForm, status: int = 200) -> HttpResponse:
    """The page, with the form for another car as it was typed."""
    centre = request.centre  # type: ignore[attr-defined]
    out = CourtesyLoan.objects.filter(returned_at=None).select_related("work_order__customer", "work_order__vehicle")
    rows = CourtesyCar.objects.filter(centre=centre).prefetch_related(Prefetch("loans", out, to_attr="out"))
    cars = list(rows.order_by("-active", "plate")[:LONGEST])
    context = {"cars": cars, "form": form, "now": now(), "centre": centre}
    return render(request, "reception/courtesy.html", context, status=status)


@allow(Role.MANAGER)
@require_POST
def courtesy_add(request: HttpRequest) -> HttpResponse:
    """Take a car into the centre's courtesy cars."""
    form = CourtesyCarForm(request.POST)
    if not form.is_valid():
        return cars_page(request, form, status=422)

    def told(refusal: Refusal) -> HttpResponse:
        form.add_error("plate", [str(reason.text) for reason in refusal.reasons])  # type: ignore[arg-type]
        return cars_page(request, form, status=422)

    return perform(
        request,
        lambda: services.add_courtesy_car(request.centre, by=request.actor, **form.cleaned_data),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        redirect=reverse("reception:courtesy"),
        on_refusal=told,
    )


@allow(Role.MANAGER)
@require_POST
def courtesy_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Lend a car no more."""
    car = fetch(request, CourtesyCar, pk=pk)
    return perform(
        request,
        lambda: services.retire_courtesy_car(car, by=request.actor),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        redirect=reverse("reception:courtesy"),
    )


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def courtesy_lend(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a free car to the customer of a visit: until when, in which condition; he signs."""
    order = order_of(request, pk)
    cars = services.free_courtesy_cars(order.centre)
    free = list(cars)
    form = LendForm(
        request.POST or None,
        request.FILES or None,
        centre=order.centre,
        cars=cars,
        initial={"due_at": due_for(order), "signature_name": order.customer.name, "car": free[0] if free else None},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        names = ("car", "due_at", "odometer", "level", "condition", "licence_seen")

        def act(pictures: list[photos.Redrawn]) -> CourtesyLoan:
            return services.lend_car(
                order,
                by=request.actor,  # type: ignore[attr-defined]
                name=data["signature_name"],
                drawing=data["signature"],
                pictures=pictures,
                **{name: data[name] for name in names},
            )

        answer = done(request, form, act, order, _("%(plate)s: courtesy car handed out."))
        if answer is not None:
            return answer
    context = {"form": form, "work_order": order, "cars": free, "wished": wished(order)}
    return render(request, "reception/courtesy_lend.html", context, status=422 if form.errors else 200)


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def courtesy_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer brings the car: its condition is noted; and what a finished loan was."""
    related = ("car__centre", "signature", "work_order__customer", "work_order__vehicle", "work_order__centre")
    loan = fetch(request, CourtesyLoan.objects.select_related(*related), pk=pk)
    form = (
        None
        if loan.returned_at
        else BackForm(request.POST or None, request.FILES or None, car=loan.car, out=loan.odometer_out)
    )
    if request.method == "POST" and form is not None and form.is_valid():
        data = form.cleaned_data
        names = ("odometer", "level", "condition")

        def act(pictures: list[photos.Redrawn]) -> CourtesyLoan:
            return services.take_back_car(
                loan,
                by=request.actor,  # type: ignore[attr-defined]
                pictures=pictures,
                **{name: data[name] for name in names},
            )

        answer = done(request, form, act, loan.work_order, _("%(plate)s: courtesy car taken back."))
        if answer is not None:
            return answer
    context = {
        "form": form,
        "loan": loan,
        "work_order": loan.work_order,
        "photos": list(loan.photos.select_related("photo").order_by("back", "pk")),
        "overdue": loan.returned_at is None and loan.due_at < now(),
    }
    return render(request, "reception/courtesy_back.html", context, status=422 if form and form.errors else 200)


def done(request: HttpRequest, form: Any, act: Any, order: WorkOrder, words: str) -> HttpResponse | None:
    """Decode the photos, then act once; None when it was refused and the form says why. Nothing typed is lost."""

    def told(refusal: Refusal) -> HttpResponse:
        for reason in refusal.reasons:
            form.add_error(None, str(reason.text))
        return HttpResponse(status=422)

    try:
        pictures = [photos.read(file) for file in form.cleaned_data["pictures"]]
    except Refusal as refusal:
        told(refusal)
        return None
    answer = perform(
        request,
        lambda: act(pictures),
        by=request.actor,  # type: ignore[attr-defined]
        success=words % {"plate": order.vehicle.plate},
        redirect=order.get_absolute_url(),
        on_refusal=told,
    )
    return answer if answer.status_code != 422 else None


def due_for(order: WorkOrder) -> str:
    """When the car would come back: with the promised delivery, else at six today, or tomorrow when that has passed."""
    centre = order.centre
    today = centre.today()
    evening = centre.at(today, dt.time(18))
    if evening <= now():
        evening = centre.at(today + dt.timedelta(days=1), dt.time(18))
    due = order.promised_at if order.promised_at and order.promised_at > now() else evening
    return f"{centre.local(due):%Y-%m-%dT%H:%M}"


def wished(order: WorkOrder) -> bool:
    """Whether the customer asked for a courtesy car when he booked. One query."""
    return Appointment.objects.filter(work_order=order, transport=Appointment.Transport.COURTESY_CAR).exists()
