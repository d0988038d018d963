"""The public booking form in five steps (M1.1-c). Entries wait in the session; only the last step changes anything.

Each step is a page of its own that can be reached again; only sending needs script, for its proof of work. Robots are met
by that, by a hidden field, and by a limit per day of what one address and one telephone number may send.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import replace
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from appointments import offers, proof_of_work, services, slots
from appointments.drafts import (
    DAYS_SHOWN,
    DONE_KEY,
    SESSION_KEY,
    Draft,
    chosen_list,
    drop,
    is_free,
    keep,
    needs,
    quote_of,
    sent_already,
    step_page,
    symptoms,
    weekday_heads,
    weeks_of,
    wish_of,
)
from appointments.forms import car_of, contact_of, read_date
from appointments.models import Appointment, OnlineRequest
from appointments.public_forms import CarForm, ContactForm, ServicesForm, TimeForm
from appointments.public_waiting import wish_in
from appointments.quotes import quote
from servicedesk.clock import now
from servicedesk.messaging.link_views import address_of
from servicedesk.messaging.outbox import known_language
from servicedesk.staff.access import public
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import perform
from servicedesk.workorders.models import Promise

REQUESTS_PER_DAY = {"address": 12, "phone": 5}
"""Online bookings that one address, and one telephone number, may send within a day."""


@public
@require_GET
def book(request: HttpRequest) -> HttpResponse:
    """Start afresh; `?centre=CODE` chooses the centre (for a link or a QR code). The draft's id lets the browser forget too."""
    chosen = ServiceCentre.objects.filter(code=request.GET.get("centre", "")).first()
    request.session[SESSION_KEY] = {"id": secrets.token_hex(8), **({"centre": chosen.pk} if chosen else {})}
    return redirect("appointments:book_car")


@public
@require_http_methods(["GET", "POST"])
@needs("car")
def book_car(request: HttpRequest, draft: Draft, centre: ServiceCentre) -> HttpResponse:
    """Step 1: the car and what is wrong with it."""
    form = CarForm(request.POST or None, initial=draft)
    if request.method == "POST" and form.is_valid():
        keep(request, **form.cleaned_data)
        return redirect("appointments:book_services")
    chosen = request.POST if form.is_bound else draft
    return step_page(
        request,
        "car",
        {
            "form": form,
            "reasons": offers.Reason.choices,
            "moments": offers.Moment.choices,
            "chosen_reasons": chosen_list(chosen, "reasons"),
            "chosen_moments": chosen_list(chosen, "moments"),
        },
        centre,
        status=422 if form.errors else 200,
    )


@public
@require_http_methods(["GET", "POST"])
@needs("services")
def book_services(request: HttpRequest, draft: Draft, centre: ServiceCentre) -> HttpResponse:
    """Step 2: services with hours and price; those that fit are ticked beforehand."""
    operations = offers.offered()
    form = ServicesForm(request.POST or None, operations=operations, concern=draft.get("concern", ""))
    if request.method == "POST" and form.is_valid():
        keep(request, **form.cleaned_data)
        return redirect("appointments:book_time")
    fitting = offers.suggested(draft.get("reasons", []), draft.get("odometer"))
    chosen = set(chosen_list(request.POST, "operations") if form.is_bound else draft.get("operations", fitting))
    items = quote(operations, centre).items
    return step_page(
        request,
        "services",
        {
            "form": form,
            "fitting": [item for item in items if item.operation.code in fitting],
            "others": [item for item in items if item.operation.code not in fitting],
            "chosen": chosen,
            "unsure": bool(request.POST.get("unsure")) if form.is_bound else draft.get("unsure", False),
        },
        centre,
        status=422 if form.errors else 200,
    )


@public
@require_http_methods(["GET", "POST"])
@needs("time")
def book_time(request: HttpRequest, draft: Draft, centre: ServiceCentre) -> HttpResponse:
    """Step 3: centre, day and time, with what is free after our answer. A time taken meanwhile brings the three nearest."""
    form = TimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        drop(request, "wait")
        keep(request, centre=data["centre"].pk, starts_at=data["starts_at"].isoformat(), stay=data["stay"])
        return redirect("appointments:book_contact")
    picked = request.POST.get("centre") or request.GET.get("centre", "")
    if picked.isdecimal():
        centre = ServiceCentre.objects.filter(pk=int(picked[:9])).first() or centre
    wanted = parse_datetime(draft["starts_at"]) if draft.get("starts_at") else None
    wish = wish_of(draft, centre)
    days = slots.days_from(centre, centre.today(), DAYS_SHOWN, wish)
    first_free = next((day.date for day in days if day.state in ("free", "few")), centre.today())
    date = read_date(request.GET.get("date", ""), centre.local(wanted).date() if wanted else first_free)
    shown = next((day for day in days if day.date == date), None) or slots.days_from(centre, date, 1, wish)[0]
    taken = wanted if wanted and centre.pk == draft.get("centre") and not is_free(centre, wanted, wish) else None
    quoted = quote_of(draft, centre)
    return step_page(
        request,
        "time",
        {
            "form": form,
            "centre": centre,
            "centres": ServiceCentre.objects.order_by("code"),
            "weeks": weeks_of(days),
            "weekdays": weekday_heads(),
            "first": days[0].date,
            "last": days[-1].date,
            "day": shown,
            "wanted": wanted.isoformat() if wanted and not taken else "",
            "taken": taken,
            "nearest": slots.nearest_free(centre, taken, wish) if taken else [],
            "quote": quoted,
            "stay": form["stay"].value() if form.is_bound else draft.get("stay", ""),
            "checked_at": now(),
        },
        centre,
        status=422 if form.errors else 200,
    )


@public
@require_http_methods(["GET", "POST"])
@needs("contact")
def book_contact(request: HttpRequest, draft: Draft, centre: ServiceCentre) -> HttpResponse:
    """Step 4: who books and how he is reached."""
    initial = {"channel": "sms", "language": known_language(get_language() or ""), **draft}
    form = ContactForm(request.POST or None, centre=centre, initial=initial)
    if request.method == "POST" and form.is_valid():
        keep(request, **{name: value for name, value in form.cleaned_data.items() if name != "website"})
        return redirect("appointments:book_review")
    return step_page(
        request,
        "contact",
        {"form": form, "starts_at": time_in(draft), "wish": wish_in(draft)},
        centre,
        status=422 if form.errors else 200,
    )


@public
@require_http_methods(["GET", "POST"])
@sent_already
@needs("review")
def book_review(request: HttpRequest, draft: Draft, centre: ServiceCentre) -> HttpResponse:
    """Step 5: everything once more; sending it makes the request."""
    starts_at, wish = time_in(draft), wish_in(draft)
    if request.method == "POST" and (starts_at or wish):
        return submit(request, draft, centre, starts_at)
    if not wish and (starts_at is None or not is_free(centre, starts_at, wish_of(draft, centre))):
        return redirect("appointments:book_time")
    return step_page(
        request,
        "review",
        {
            "quote": quote_of(draft, centre),
            "starts_at": starts_at,
            "wish": wish,
            "symptoms": symptoms(draft),
            "stay": offers.Stay(draft["stay"]).label if draft.get("stay") else "",
            "challenge": proof_of_work.challenge(draft),
        },
        centre,
    )


def time_in(draft: Draft) -> dt.datetime | None:
    """The time that was chosen; None for somebody who waits for one."""
    return parse_datetime(draft.get("starts_at", ""))


def submit(request: HttpRequest, draft: Draft, centre: ServiceCentre, starts_at: dt.datetime | None) -> HttpResponse:
    """Send the request once; a taken time leads back to the times with the three nearest. Without one he waits for one."""
    by = Actor.visitor(draft.get("name", ""))

    def act() -> Appointment:
        proof_of_work.spend(request.POST.get(proof_of_work.FIELD, ""), draft)
        count_request(address=address_of(request), phone=draft.get("phone", ""))
        operations = [row for row in offers.offered() if row.code in draft.get("operations", [])]
        when: dict[str, Any] = {"starts_at": starts_at} if starts_at else wish_in(draft)
        take = services.request_appointment if starts_at else services.wait_for_a_time
        appointment = take(
            by=by,
            centre=centre,
            contact=contact_of(draft),
            car=replace(car_of(draft), vin=draft.get("vin", "")),
            operations=operations,
            **when,
            concern=draft.get("concern", ""),
            symptoms=symptoms(draft),
            waits_on_site=draft.get("stay") == offers.Stay.WAIT,
            transport=draft["stay"] if draft.get("stay") in Appointment.Transport.values else "",
        )
        request.session[DONE_KEY] = appointment.pk
        return appointment

    response = perform(
        request, act, by=by, redirect=lambda _row: "appointments:book_received", on_refusal="appointments:book_review"
    )
    if (
        isinstance(response, HttpResponseRedirect)
        and DONE_KEY in request.session
        and response.url.endswith("/received/")
    ):
        request.session.pop(SESSION_KEY, None)
    return response


def count_request(**by: str) -> None:
    """Count one request under each name, kept hashed; raises AppointmentRefused when one has sent enough today. Two queries."""
    names = {hashlib.sha256(f"{kind}:{value}".encode()).hexdigest(): kind for kind, value in by.items()}
    OnlineRequest.objects.bulk_create(OnlineRequest(address=name, at=now()) for name in names)
    sent = OnlineRequest.objects.filter(address__in=names, at__gt=now() - dt.timedelta(days=1))
    counted = dict(sent.values_list("address").annotate(Count("id")))
    over = {kind for name, kind in names.items() if counted[name] > REQUESTS_PER_DAY[kind]}
    if "phone" in over:
        raise services.AppointmentRefused(
            _(
                "This number has booked several times today. Please call us: we arrange everything else on the telephone."
            )
        )
    if over:
        raise services.AppointmentRefused(
            _("Too many requests came from here today. Please call us: we book your time on the telephone.")
        )


@public
@require_GET
def book_received(request: HttpRequest) -> HttpResponse:
    """The request is in: its number, and by when an advisor answers. Only for the browser that sent it."""
    rows = Appointment.objects.for_rows().filter(pk=request.session.get(DONE_KEY) or 0)
    appointment = rows.first()
    if appointment is None:
        return redirect("appointments:book")
    promise = Promise.objects.pending().about(appointment, Promise.Kind.BOOKING_ANSWER).first()
    return render(
        request,
        "appointments/book_received.html",
        {"centre": appointment.centre, "appointment": appointment, "promise": promise},
    )
