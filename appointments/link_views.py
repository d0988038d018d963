"""The customer's own page of a booking, behind his link: see it, move it, cancel it; then where his car is, and his papers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from appointments import services, slots
from appointments.drafts import DAYS_SHOWN, weekday_heads, weeks_of
from appointments.forms import MoveForm, WishForm, read_date
from appointments.letters import PURPOSE, calendar_file
from appointments.models import Appointment, TimeOffer
from appointments.visit_of import visit_of
from servicedesk.clock import now
from servicedesk.documents.responses import order_response
from servicedesk.messaging.links import customer_link
from servicedesk.staff.repeats import Reason, perform, refuse
from servicedesk.workorders.models import Promise

LONGEST_ID = 18


def mine_of(request: HttpRequest) -> Appointment:
    """The booking the link is about."""
    link = request.link  # type: ignore[attr-defined]
    appointment = (
        Appointment.objects.for_rows().filter(pk=link.target_id, customer=link.customer, centre=link.centre).first()
    )
    if appointment is None:
        raise Http404
    return appointment


def changeable(appointment: Appointment) -> bool:
    """Whether the customer may still move or cancel it himself: until the centre's hours before."""
    return appointment.is_expected and now() < appointment.change_until


@customer_link(PURPOSE)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The booking as a ticket: when, where, what, how much; or what became of it."""
    appointment = mine_of(request)
    return render(
        request,
        "appointments/mine.html",
        {
            "centre": appointment.centre,
            "appointment": appointment,
            "promise": Promise.objects.pending().about(appointment, Promise.Kind.BOOKING_ANSWER).first(),
            "on_offer": on_offer(appointment),
            "wish": appointment.open_wish,
            "changeable": changeable(appointment),
            "until": appointment.change_until,
            "visit": visit_of(appointment),
        },
    )


def on_offer(appointment: Appointment) -> list[TimeOffer]:
    """The times that are held for the customer's answer."""
    rows = appointment.offers.filter(state=TimeOffer.State.OPEN, valid_until__gt=now())
    return list(rows.order_by("starts_at"))


@customer_link(PURPOSE)
@require_http_methods(["GET", "POST"])
def mine_earlier(request: HttpRequest) -> HttpResponse:
    """Ask for an earlier time, should one become free; what is booked stays booked."""
    appointment = mine_of(request)
    centre = appointment.centre
    last = centre.local(appointment.starts_at).date()
    form = WishForm(
        request.POST or None,
        centre=centre,
        initial={"from_date": centre.today().isoformat(), "until_date": last.isoformat()},
    )
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.wish_earlier(appointment, by=request.actor, **form.cleaned_data),  # type: ignore[attr-defined]
            by=request.actor,  # type: ignore[attr-defined]
            success=_("We write to you as soon as an earlier time becomes free."),
            redirect="appointments:mine",
            on_refusal="appointments:mine_earlier",
        )
    context = {"centre": centre, "appointment": appointment, "form": form}
    return render(request, "appointments/mine_earlier.html", context, status=422 if form.errors else 200)


@customer_link(PURPOSE)
@require_POST
def mine_stop(request: HttpRequest) -> HttpResponse:
    """Off the waiting list."""
    appointment = mine_of(request)
    return perform(
        request,
        lambda: services.stop_waiting(appointment, by=request.actor),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("You are no longer on the waiting list."),
        redirect="appointments:mine",
    )


@customer_link(PURPOSE)
@require_safe
def mine_calendar(request: HttpRequest) -> HttpResponse:
    """The confirmed booking as a file for the customer's calendar."""
    appointment = mine_of(request)
    if appointment.state != Appointment.State.CONFIRMED:
        raise Http404
    file = calendar_file(appointment, method="PUBLISH")
    response = HttpResponse(file["text"], content_type=f"{file['type']}; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, file["name"]) or "attachment"
    return response


@customer_link(PURPOSE)
@require_safe
def mine_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the customer's own papers of the visit."""
    visit = visit_of(mine_of(request))
    order = next((order for order, _title in visit.papers if order.pk == pk), None) if visit else None
    if order is None:
        raise Http404
    return order_response(request, order, "appointments/mine_printing.html", centre=order.centre)


@customer_link(PURPOSE)
@require_http_methods(["GET", "POST"])
def mine_move(request: HttpRequest) -> HttpResponse:
    """Choose another time."""
    appointment = mine_of(request)
    centre = appointment.centre
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.move(guarded(appointment), to=form.cleaned_data["starts_at"], by=request.actor),  # type: ignore[attr-defined]
            by=request.actor,  # type: ignore[attr-defined]
            success=_("Your booking is moved."),
            redirect="appointments:mine",
            on_refusal="appointments:mine_move",
        )
    wish = slots.Wish(services.work_of(appointment), online=True, besides=appointment)
    days = slots.days_from(centre, centre.today(), DAYS_SHOWN, wish)
    date = read_date(request.GET.get("date", ""), centre.local(appointment.starts_at).date())
    shown = next((day for day in days if day.date == date), None) or slots.days_from(centre, date, 1, wish)[0]
    return render(
        request,
        "appointments/mine_move.html",
        {
            "centre": centre,
            "appointment": appointment,
            "form": form,
            "weeks": weeks_of(days),
            "weekdays": weekday_heads(),
            "first": days[0].date,
            "last": days[-1].date,
            "day": shown,
            "changeable": changeable(appointment),
        },
        status=422 if form.errors else 200,
    )


@customer_link(PURPOSE)
@require_POST
def mine_pick(request: HttpRequest) -> HttpResponse:
    """Take one of the times that were offered."""
    appointment, picked = mine_of(request), request.POST.get("offer", "")
    if not picked.isdecimal() or len(picked) > LONGEST_ID:
        return refuse(request, [Reason(_("Choose one of the times."))], reverse("appointments:mine"))
    return perform(
        request,
        lambda: services.take_offer(appointment, offer_id=int(picked), by=request.actor),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda row: (
            _("Your booking is confirmed.") if row.state == "confirmed" else _("The time is held for you.")
        ),
        redirect="appointments:mine",
    )


@customer_link(PURPOSE)
@require_POST
def mine_none(request: HttpRequest) -> HttpResponse:
    """None of the offered times suits: an advisor calls, or the next freed time is waited for."""
    appointment = mine_of(request)
    return perform(
        request,
        lambda: services.decline_offers(appointment, by=request.actor),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda row: (
            _("Thank you. We call you to find another time.")
            if row.state == "requested"
            else _("All right. You stay on the waiting list.")
        ),
        redirect="appointments:mine",
    )


@customer_link(PURPOSE)
@require_POST
def mine_cancel(request: HttpRequest) -> HttpResponse:
    """Cancel the booking."""
    appointment = mine_of(request)
    return perform(
        request,
        lambda: services.cancel(guarded(appointment), by=request.actor, reason=_("Cancelled by the customer")),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("Your booking is cancelled."),
        redirect="appointments:mine",
    )


def guarded(appointment: Appointment) -> Appointment:
    """The booking, unless its time is too near: then people talk."""
    if appointment.is_expected and not changeable(appointment):
        raise services.AppointmentRefused(
            ngettext(
                "Your appointment is less than %(hours)d hour away. Please call us to change it.",
                "Your appointment is less than %(hours)d hours away. Please call us to change it.",
                appointment.centre.change_hours,
            )
            % {"hours": appointment.centre.change_hours}
        )
    return appointment
