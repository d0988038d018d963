"""Bookings that nobody kept: cars that did not come, requests that were not answered; and booking them again (M1.2-b).

The sweep gives a car up after the centre's minutes, so that its place and its hours are free for others. Whoever comes
later the same day is received all the same.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value

from appointments import hooks, letters, slots
from appointments.models import Appointment
from appointments.querysets import Appointments
from appointments.services.changes import end, mark_no_show
from appointments.services.floor import AppointmentRefused, locked, standing
from appointments.services.requests import confirmed_by, open_booking
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.workorders import promises
from servicedesk.workorders.models import Promise

AT_ONCE = 200
GIVEN_UP = (Appointment.State.NO_SHOW, Appointment.State.EXPIRED, Appointment.State.CANCELLED)


def minutes_of(field: str, unit: dt.timedelta) -> ExpressionWrapper:
    """A centre's setting as an interval the database can add."""
    return ExpressionWrapper(F(f"centre__{field}") * Value(unit), output_field=DurationField())


def not_here(rows: Appointments) -> Appointments:
    """Without those whose customers wait at the desk."""
    for ask in hooks.at_the_desk:
        rows = rows.exclude(pk__in=ask())
    return rows


def give_up_missed() -> int:
    """Sweep: confirmed cars that did not come within their centre's minutes; returns how many."""
    late = Appointment.objects.filter(
        state=Appointment.State.CONFIRMED,
        starts_at__lte=now() - minutes_of("no_show_minutes", dt.timedelta(minutes=1)),
    )
    by, done = Actor.system("appointments.give_up_missed"), 0
    for pk in list(not_here(late).order_by("starts_at", "pk").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            mark_no_show(Appointment(pk=pk), by=by)
            done += 1
        except AppointmentRefused:  # received, moved or cancelled a moment ago
            continue
    return done


def expire_requests() -> int:
    """Sweep: requests still unanswered so many hours after the promised answer, or once their time has come; returns how many.

    Their places are free again, the broken promise stays on the ledger, and the customer is told with an apology. Nobody is
    given up before we have broken our word.
    """
    waited = Q(requested_at__lte=now() - minutes_of("request_hours", dt.timedelta(hours=1)))
    rows = Appointment.objects.filter(waited | Q(starts_at__lte=now()), state=Appointment.State.REQUESTED)
    by, done = Actor.system("appointments.expire_requests"), 0
    for pk in list(not_here(rows).order_by("requested_at", "pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            appointment = locked(Appointment(pk=pk))
            if appointment.state == Appointment.State.REQUESTED and _is_over(appointment):
                promises.keep(Promise.Kind.BOOKING_ANSWER, appointment)  # answered now, and late
                end(appointment, Appointment.State.EXPIRED, "")
                letters.send_expired(appointment, by=by)
                done += 1
    return done


def _is_over(appointment: Appointment) -> bool:
    promise = Promise.objects.pending().about(appointment, Promise.Kind.BOOKING_ANSWER).first()
    due_at = promise.due_at if promise else appointment.requested_at
    held_until = due_at + dt.timedelta(hours=appointment.centre.request_hours)
    return now() >= held_until or now() >= max(due_at, appointment.starts_at)


@transaction.atomic
def rebook(appointment: Appointment, *, to: dt.datetime, by: Actor) -> Appointment:
    """Book again what was missed, cancelled or not answered: same car, same services, at another time; confirmed at once.

    Returns the new booking. Raises AppointmentRefused when it stands or was booked again already, SlotRefused for the time.
    """
    appointment = locked(appointment)
    again = Appointment.objects.filter(rebooked_from=appointment).first()
    if again:
        raise AppointmentRefused(standing(again))
    if appointment.state not in GIVEN_UP:
        raise AppointmentRefused(standing(appointment))
    slots.check_offered(appointment.centre, to)
    operations = [item.operation for item in appointment.items.select_related("operation").order_by("position")]
    new = open_booking(
        by=by,
        centre=appointment.centre,
        customer=appointment.customer,
        vehicle=appointment.vehicle,
        operations=operations,
        starts_at=to,
        source=Appointment.Source.PHONE,
        rebooked_from=appointment,
        comeback_of=appointment.comeback_of,
        **{
            name: getattr(appointment, name)
            for name in ("concern", "symptoms", "waits_on_site", "transport", "odometer")
        },
        **confirmed_by(by),
    )
    letters.withdraw(appointment, ("appointment_missed", "appointment_expired"))
    letters.send_confirmed(new, by=by)
    return new
