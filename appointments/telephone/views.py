"""The page on which a booking is taken while the customer waits (M1.1-b, M1.1-d), and its two parts that follow the talk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from appointments import comeback, services, slots
from appointments.capacity.needs import work_for
from appointments.forms import StaffBookingForm, WishForm, car_of, contact_of
from appointments.models import Appointment
from appointments.refusals import SlotRefused, SlotTaken
from appointments.telephone import callers, known
from appointments.telephone.offer import Offer, offer_for
from appointments.views import DESK, when
from servicedesk.staff.access import allow
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal, perform
from servicedesk.workorders.models import WorkOrder


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Book by telephone or on site: who calls, what is wrong, when he can come, in the order of the talk."""
    centre = request.centre  # type: ignore[attr-defined]
    person = known.known_person(request)
    on_site = (request.POST.get("source") or request.GET.get("source")) == Appointment.Source.SITE
    text = callers.wanted(request.GET.get("new", ""))
    initial = {
        "source": Appointment.Source.SITE if on_site else Appointment.Source.PHONE,
        "date": request.GET.get("date", ""),
        "operations": request.GET.getlist("operations"),
        "language": centre.language,
        "channel": "sms",
        **callers.somebody_new(text, centre),
        **known.particulars(*person),
    }
    form = StaffBookingForm(request.POST or None, centre=centre, initial=initial)
    if "wait" in request.POST:
        form.fields["starts_at"].required = False
        wish = WishForm(request.POST, centre=centre)
        if form.is_valid() and wish.is_valid():
            return wait(request, form, wish.cleaned_data, lambda: page(request, form, person, wish=wish))
        return page(request, form, person, wish=wish)
    if request.method == "POST" and "show_times" not in request.POST and form.is_valid():
        return book(request, form, lambda near: page(request, form, person, near))
    if "show_times" in request.POST:
        several = {name: request.POST.getlist(name) for name in ("operations", "moments")}
        form = StaffBookingForm(None, centre=centre, initial={**initial, **request.POST.dict(), **several})
    return page(request, form, person)


def book(request: HttpRequest, form: StaffBookingForm, again: Any) -> HttpResponse:
    """Book what the form says; refused, the page comes back as it was filled in (`again`, given the nearest free times)."""
    centre, data = request.centre, form.cleaned_data  # type: ignore[attr-defined]
    wanted = data["starts_at"]

    def refused(refusal: Refusal) -> HttpResponse:
        for reason in refusal.reasons:
            form.add_error("starts_at" if isinstance(refusal, SlotRefused) else None, reason.text)
        wish = slots.Wish(work_for(data["operations"]))
        near = slots.nearest_free(centre, wanted, wish) if isinstance(refusal, SlotTaken) else []
        return again(near)  # type: ignore[no-any-return]

    return perform(
        request,
        lambda: services.book(
            **told_in(request, form),
            starts_at=wanted,
            override=data["override"],
            comeback_of=earlier_visit_named(request),
        ),
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda row: _("%(plate)s is booked for %(time)s.") % {"plate": row.vehicle.plate, "time": when(row)},
        redirect=lambda row: row.get_absolute_url(),
        on_refusal=refused,
    )


def wait(request: HttpRequest, form: StaffBookingForm, wish: dict[str, Any], again: Any) -> HttpResponse:
    """Put the caller on the waiting list, for he finds no time that suits; what he takes later is confirmed in our name."""

    def refused(refusal: Refusal) -> HttpResponse:
        for reason in refusal.reasons:
            form.add_error(None, reason.text)
        return again()  # type: ignore[no-any-return]

    return perform(
        request,
        lambda: services.wait_for_a_time(**told_in(request, form), **wish),
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda row: _("%(plate)s is on the waiting list.") % {"plate": row.vehicle.plate},
        redirect=lambda row: row.get_absolute_url(),
        on_refusal=refused,
    )


def told_in(request: HttpRequest, form: StaffBookingForm) -> dict[str, Any]:
    """What the form says, whenever he comes."""
    centre, data = request.centre, form.cleaned_data  # type: ignore[attr-defined]
    return {
        "by": request.actor,  # type: ignore[attr-defined]
        "centre": centre,
        "contact": contact_of(data),
        "car": car_of(data),
        "operations": list(data["operations"]),
        "concern": data["concern"],
        "symptoms": form.symptoms_in(centre.language),
        "waits_on_site": data["waits"],
        "transport": data["transport"],
        "source": data["source"],
    }


def earlier_visit_named(request: HttpRequest) -> WorkOrder | None:
    """The visit that was ticked as the one the car comes back from, if the user may see it."""
    named = known.number_in(request, "comeback_of")
    if named is None:
        return None
    return WorkOrder.objects.for_user(request.user).select_related("centre").filter(pk=named).first()  # type: ignore[arg-type,no-any-return]


def page(
    request: HttpRequest,
    form: StaffBookingForm,
    person: known.Person,
    near: Sequence[slots.Slot] = (),
    wish: WishForm | None = None,
) -> HttpResponse:
    """The whole page."""
    centre = request.centre  # type: ignore[attr-defined]
    customer, vehicle = person
    query = callers.wanted(request.GET.get("q", ""))
    offer = offer_for(centre, request.POST or request.GET, vehicle)
    chosen = bool(customer or request.GET.get("new"))
    if chosen and not form.is_bound:
        form.fields["concern"].widget.attrs["autofocus"] = True
    context = {
        "form": form,
        "query": query,
        "callers": callers.callers(request.user, centre, query) if query else [],  # type: ignore[arg-type]
        "chosen": chosen,
        "vehicle": vehicle,
        "customer": customer,
        "known": known.what_is_known(request.user, customer, vehicle) if customer else None,
        "near": near,
        "wish": wish or WishForm(centre=centre, initial=days_to_wait(centre)),
        "waits": wish is not None,
        **as_context(request, offer),
    }
    wrong = (form.is_bound and form.errors) or (wish is not None and wish.errors)
    return render(request, "appointments/new.html", context, status=422 if wrong else 200)


def days_to_wait(centre: ServiceCentre) -> dict[str, str]:
    """Two weeks from today, as the fields of a wish are filled beforehand."""
    today = centre.today()
    return {"from_date": today.isoformat(), "until_date": (today + dt.timedelta(days=slots.SEARCH_DAYS)).isoformat()}


def as_context(request: HttpRequest, offer: Offer) -> dict[str, Any]:
    """What the fragment of times shows."""
    asked = request.POST or request.GET
    return {
        "offer": offer,
        "day": offer.day,
        "starts_at": asked.getlist("starts_at")[-1] if "starts_at" in asked else "",
        "override": asked.get("override", ""),
        "linked": asked.get("comeback_of", ""),
        "may_open": comeback.may_open(request.user, offer.hint),
    }


@allow(*DESK)
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Who fits what is typed: a fragment for htmx, the page with it for everybody else."""
    query = callers.wanted(request.GET.get("q", ""))
    source = {"source": "site"} if request.GET.get("source") == Appointment.Source.SITE else {}
    if not getattr(request, "htmx", False):
        return redirect(f"{reverse('appointments:new')}?{urlencode({'q': query, **source})}")
    found = callers.callers(request.user, request.centre, query)  # type: ignore[arg-type,attr-defined]
    return render(request, "appointments/_callers.html", {"callers": found, "query": query})


@allow(*DESK)
@require_GET
def times(request: HttpRequest) -> HttpResponse:
    """Estimate, comeback and free times for what is chosen so far: a fragment for htmx, the page for everybody else."""
    if not getattr(request, "htmx", False):
        return redirect(f"{reverse('appointments:new')}?{request.GET.urlencode()}")
    offer = offer_for(request.centre, request.GET, known.known_vehicle(request))  # type: ignore[attr-defined]
    return render(request, "appointments/_times.html", as_context(request, offer))
