"""Staff's pages of booking: requests to answer, the day, one booking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from appointments import comeback, hooks, services, slots
from appointments.capacity.picture import bars_of
from appointments.forms import MoveForm, OfferForm, ReasonForm, read_date
from appointments.models import Appointment, TimeOffer
from appointments.querysets import Attendance
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.models import Vehicle
from servicedesk.registry import Alert
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.formats import format_moment
from servicedesk.staff.repeats import Reason, perform, refuse
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Promise, WorkOrder

LONGEST = 100
DESK = (Role.ADVISOR, Role.MANAGER)


@allow(*DESK)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Requests that wait for an answer, then the bookings of one day."""
    centre = request.centre  # type: ignore[attr-defined]
    date = read_date(request.GET.get("date", ""), centre.today())
    rows = Appointment.objects.for_user(request.user).filter(centre=centre).for_rows()  # type: ignore[arg-type]
    requests = list(rows.unanswered()[:LONGEST])
    negotiated = list(rows.negotiated().prefetch_related(open_offers())[:LONGEST])
    return render(
        request,
        "appointments/index.html",
        {
            "date": date,
            "today": centre.today(),
            "before": date - dt.timedelta(days=1),
            "after": date + dt.timedelta(days=1),
            "requests": with_promises(requests),
            "negotiated": negotiated,
            "day": list(rows.on_day(centre, date)[:LONGEST]),
            "capacity": slots.days_from(centre, date, 1)[0],
            "bars": bars_of(centre, date),
        },
    )


def open_offers() -> Prefetch:
    """The times that lie before the customer, as `on_offer`."""
    rows = TimeOffer.objects.filter(state=TimeOffer.State.OPEN).order_by("starts_at")
    return Prefetch("offers", queryset=rows, to_attr="on_offer")


def with_promises(rows: list[Appointment]) -> list[dict[str, Any]]:
    """Requests with the promise to answer each. One query."""
    kind = Appointment._meta.label_lower
    found = {
        promise.target_id: promise
        for promise in Promise.objects.pending().filter(
            kind=Promise.Kind.BOOKING_ANSWER, target_kind=kind, target_id__in=[row.pk for row in rows]
        )
    }
    return [{"row": row, "promise": found.get(row.pk)} for row in rows]


@allow(*DESK)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One booking with what can be done about it next."""
    rows = Appointment.objects.for_rows().select_related("vehicle__customer", "wish", "comeback_of__centre")
    was_here = WorkOrder.objects.filter(vehicle=OuterRef("vehicle"), delivered_at__isnull=False)
    rows = rows.with_attendance(request.user).annotate(was_here=Exists(was_here))
    appointment = fetch(request, rows, pk=pk)
    missed = appointment.missed or 0
    offers = list(appointment.offers.order_by("-offered_at", "starts_at"))
    return render(
        request,
        "appointments/detail.html",
        {
            "appointment": appointment,
            "promise": Promise.objects.pending().about(appointment, Promise.Kind.BOOKING_ANSWER).first()
            if appointment.state == Appointment.State.REQUESTED
            else None,
            "alternatives": alternatives_to(appointment, offers) if appointment.is_expected else [],
            "offers": offers,
            "moves": appointment.moves.order_by("-at", "-pk"),
            "next_steps": [step for ask in hooks.next_steps for step in ask(appointment)],
            "warnings": warnings_about(request.user, appointment.vehicle) if appointment.is_open else [],
            "wish": appointment.open_wish,
            **again_of(appointment),
            "attendance": Attendance(missed, missed + (appointment.attended or 0)),
            **comeback_context(request, appointment),
        },
    )


def again_of(appointment: Appointment) -> dict[str, Any]:
    """For a booking that was given up: the booking that took its place, or the next times for one. Else nothing."""
    if appointment.state not in services.GIVEN_UP:
        return {}
    again = Appointment.objects.filter(rebooked_from=appointment).first()
    wish = slots.Wish(services.work_of(appointment))
    times = [] if again else slots.alternatives(appointment.centre, appointment.starts_at, wish, per_day=1)
    return {"again": again, "times": times}


def comeback_context(request: HttpRequest, appointment: Appointment) -> dict[str, Any]:
    """What a booking's page says about an earlier visit: the one it is linked to, else the one it may come back from."""
    linked = comeback.linked_visit(appointment)
    asks = comeback.may_change(appointment) and getattr(appointment, "was_here", True)
    hint = linked or (comeback.hint_for(appointment) if asks else None)
    return {
        "hint": hint,
        "is_linked": linked is not None,
        "may_open": comeback.may_open(request.user, hint),
        "may_change": comeback.may_change(appointment),
        "linked": request.POST.get("comeback_of", ""),
    }


def alternatives_to(appointment: Appointment, offers: Iterable[TimeOffer]) -> list[slots.Slot]:
    """Other times at which its place and its hours could be had; those held for its customer (of `offers`) are among them."""
    wish, centre = slots.Wish(services.work_of(appointment), besides=appointment), appointment.centre
    found = slots.alternatives(centre, appointment.starts_at, wish)
    held = {offer.starts_at for offer in offers if offer.state == TimeOffer.State.OPEN and offer.starts_at > now()}
    held -= {slot.at for slot in found}
    return sorted([*found, *(slots.Slot(centre.local(at), 1, 1) for at in held)], key=lambda slot: slot.at)


def warnings_about(user: Any, vehicle: Vehicle) -> list[Alert]:
    """What must be known before this car comes: declined work, an open complaint, a problem being solved …"""
    return registry.alerts_for(user, customer=vehicle.customer, vehicle=vehicle)


def act(
    request: HttpRequest,
    pk: int,
    form: Any,
    verb: Callable[[Appointment, dict[str, Any]], Appointment],
    success: Any,
    *,
    back: str = "",
) -> HttpResponse:
    """Carry out one verb on a booking, then go to its page or to the page named `back`.

    An unusable form is refused there with its sentences.
    """
    appointment = fetch(request, Appointment.objects, pk=pk)
    if form is not None and not form.is_valid():
        reasons = [Reason(error) for errors in form.errors.values() for error in errors]
        return refuse(request, reasons, resolve_url(back or appointment))
    return perform(
        request,
        lambda: verb(appointment, form.cleaned_data if form is not None else {}),
        by=request.actor,  # type: ignore[attr-defined]
        success=success,
        redirect=back or appointment.get_absolute_url(),
    )


@allow(*DESK)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a request, at its own time or at another one agreed with the customer."""
    data = request.POST.copy()
    moving = bool(data.get("starts_at"))
    by = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        pk,
        MoveForm(data) if moving else None,
        lambda row, values: services.confirm(row, by=by, **values),
        lambda row: (
            _("%(plate)s is confirmed for %(time)s; the confirmation is on its way to the customer.")
            % {"plate": row.vehicle.plate, "time": when(row)}
        ),
    )


@allow(*DESK)
@require_POST
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the customer other times, which he answers by his link."""
    appointment = fetch(request, Appointment.objects.select_related("centre"), pk=pk)
    free = (slot.at for slot in alternatives_to(appointment, appointment.offers.all()))
    return act(
        request,
        pk,
        OfferForm(request.POST, offered=free),
        lambda row, values: services.offer_times(row, times=values["times"], by=request.actor)[0].appointment,  # type: ignore[attr-defined]
        lambda row: _("The times are held, and %(name)s is asked which one suits.") % {"name": row.customer.name},
    )


@allow(*DESK)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a booking; the customer is told."""
    return act(
        request,
        pk,
        ReasonForm(request.POST),
        lambda row, values: services.cancel(row, by=request.actor, reason=values["reason"]),  # type: ignore[attr-defined]
        lambda row: _("Booking %(number)s is cancelled; the customer is told.") % {"number": row.number},
    )


@allow(*DESK)
@require_POST
def no_show(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the car did not come."""
    return act(
        request,
        pk,
        None,
        lambda row, values: services.mark_no_show(row, by=request.actor),  # type: ignore[attr-defined]
        lambda row: _("Recorded: %(plate)s did not come.") % {"plate": row.vehicle.plate},
    )


@allow(*DESK)
@require_POST
def comeback_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the car comes back because of an earlier visit."""
    named = request.POST.get("work_order", "")
    earlier = fetch(
        request, WorkOrder.objects.all(), pk=int(named[:18]) if named.isascii() and named.isdecimal() else 0
    )
    return act(
        request,
        pk,
        None,
        lambda row, values: comeback.link(row, by=request.actor, work_order=earlier),  # type: ignore[attr-defined]
        lambda row: _("Linked as a comeback of %(number)s; the workshop sees it.") % {"number": earlier.number},
    )


@allow(*DESK)
@require_POST
def comeback_unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back that it is a comeback."""
    return act(
        request,
        pk,
        None,
        lambda row, values: comeback.unlink(row, by=request.actor),  # type: ignore[attr-defined]
        lambda row: _("Booking %(number)s is no longer linked to an earlier visit.") % {"number": row.number},
    )


def when(appointment: Appointment) -> str:
    """Its time as people at the centre read it."""
    return format_moment(appointment.starts_at, appointment.centre, now=appointment.requested_at)
