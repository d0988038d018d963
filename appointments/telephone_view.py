"""Booking by telephone or on site: everything on one page, while the customer waits (M1.1-b, M1.1-d)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments import services, slots
from appointments.capacity.needs import Hours, demand_of
from appointments.forms import StaffBookingForm, car_of, contact_of, read_date
from appointments.models import Appointment
from appointments.refusals import SlotRefused, SlotTaken
from appointments.views import DESK, warnings_about, when
from servicedesk.catalogue.models import LabourOperation
from servicedesk.customers.models import Vehicle
from servicedesk.staff.access import allow
from servicedesk.staff.repeats import Refusal, perform


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Book by telephone or on site, on one page; times of the chosen date beside it."""
    centre = request.centre  # type: ignore[attr-defined]
    asked = request.POST or request.GET
    wish = slots.Wish(work_named(asked.getlist("operations")))
    date = read_date(asked.get("date", ""), slots.first_free_date(centre, wish))
    initial = {
        "source": Appointment.Source.SITE if request.GET.get("source") == "site" else Appointment.Source.PHONE,
        "date": date,
        "language": centre.language,
        "channel": "sms",
        **known_customer(request),
    }
    form = StaffBookingForm(request.POST or None, centre=centre, initial=initial)
    vehicle = known_vehicle(request)

    def page(near: Sequence[slots.Slot] = ()) -> HttpResponse:
        context = {
            "form": form,
            "day": slots.days_from(centre, date, 1, wish)[0],
            "date": date,
            "near": near,
            "warnings": warnings_about(request.user, vehicle) if vehicle else [],
        }
        return render(request, "appointments/new.html", context, status=422 if form.is_bound and form.errors else 200)

    if request.method == "POST" and "show_times" not in request.POST and form.is_valid():
        data, wanted = form.cleaned_data, form.cleaned_data["starts_at"]

        def refused(refusal: Refusal) -> HttpResponse:
            for reason in refusal.reasons:
                form.add_error("starts_at" if isinstance(refusal, SlotRefused) else None, reason.text)
            near = slots.nearest_free(centre, wanted, wish) if isinstance(refusal, SlotTaken) else []
            return page(near=near)

        return perform(
            request,
            lambda: services.book(
                by=request.actor,  # type: ignore[attr-defined]
                centre=centre,
                contact=contact_of(data),
                car=car_of(data),
                operations=list(data["operations"]),
                starts_at=data["starts_at"],
                concern=data["concern"],
                waits_on_site=data["waits"],
                transport=data["transport"],
                source=data["source"],
                override=data["override"],
            ),
            by=request.actor,  # type: ignore[attr-defined]
            success=lambda row: (
                _("%(plate)s is booked for %(time)s.") % {"plate": row.vehicle.plate, "time": when(row)}
            ),
            redirect=lambda row: row.get_absolute_url(),
            on_refusal=refused,
        )
    if "show_times" in request.POST:
        typed = {**request.POST.dict(), "operations": request.POST.getlist("operations")}
        form = StaffBookingForm(None, centre=centre, initial={**initial, **typed, "date": date})
    return page()


def work_named(codes: list[str]) -> Hours | None:
    """The hours that these services ask for; None while none is chosen."""
    operations = (
        LabourOperation.objects.filter(code__in=[code for code in codes if "\x00" not in code]) if codes else []
    )
    return demand_of(operations) or None


def known_vehicle(request: HttpRequest) -> Vehicle | None:
    """The car named in the address (`?vehicle=`), if the user may see it."""
    named = request.GET.get("vehicle", "")
    if not named.isdecimal():
        return None
    return Vehicle.objects.for_user(request.user).filter(pk=int(named[:18])).select_related("customer").first()  # type: ignore[arg-type]


def known_customer(request: HttpRequest) -> dict[str, Any]:
    """Particulars of the car named in the address (`?vehicle=`), so that staff need not type them again."""
    vehicle = known_vehicle(request)
    if vehicle is None:
        return {}
    customer = vehicle.customer
    return {
        "plate": vehicle.plate,
        "model": vehicle.model_code or "other",
        "other_model": "" if vehicle.model_code else vehicle.title,
        "name": customer.name,
        "honorific": customer.honorific,
        "phone": customer.phone_text,
        "email": customer.email,
        "channel": customer.channel,
        "language": customer.language,
    }
