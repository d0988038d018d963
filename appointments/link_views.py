"""The customer's own page of a booking, behind his link: see it, move it, cancel it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import services, slots
from appointments.drafts import DAYS_SHOWN, weekday_heads, weeks_of
from appointments.forms import MoveForm, read_date
from appointments.letters import PURPOSE
from appointments.models import Appointment, TimeOffer
from servicedesk.clock import now
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
            "on_offer": appointment.offers.filter(state=TimeOffer.State.OPEN, valid_until__gt=now()).order_by(
                "starts_at"
            ),
            "changeable": changeable(appointment),
            "until": appointment.change_until,
        },
    )


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
        success=_("Your booking is confirmed."),
        redirect="appointments:mine",
    )


@customer_link(PURPOSE)
@require_POST
def mine_none(request: HttpRequest) -> HttpResponse:
    """None of the offered times suits: an advisor calls."""
    appointment = mine_of(request)
    return perform(
        request,
        lambda: services.decline_offers(appointment, by=request.actor),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("Thank you. We call you to find another time."),
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
