"""Reminding customers of their bookings: a day before and two hours before, once for each agreed time (M1.2-c).

A booking agreed later than a reminder's moment gets none, and so does one whose moment passed while the house was down
and the next one has come. Moving, cancelling and arriving withdraw what waits to be sent.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Count, Max

from appointments import letters
from appointments.models import Appointment
from appointments.services.floor import locked
from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.staff.actors import Actor

DAY, NEAR = letters.REMINDERS
HOURS_BEFORE = dt.timedelta(hours=2)
EARLIEST, LATEST = dt.time(7), dt.time(21)
"""Nobody is woken by a reminder, of a very early booking or one that the house owed since the evening."""
HORIZON = dt.timedelta(days=2)
AT_ONCE = 200


def remind() -> int:
    """Sweep: send the reminders that are due; returns how many. Two queries when there are none."""
    moment = now()
    rows = (
        Appointment.objects.filter(
            state=Appointment.State.CONFIRMED, starts_at__gt=moment, starts_at__lte=moment + HORIZON
        )
        .select_related("centre")
        .annotate(changes=Count("moves"), moved_at=Max("moves__at"))
        .order_by("starts_at", "pk")
    )
    due = {
        key_of(row, kind, row.changes): row.pk
        for row in rows
        if (kind := kind_due(row, row.moved_at, moment)) is not None
    }
    old = outbox.queued(due)
    return sum(_remind(pk) for key, pk in list(due.items())[:AT_ONCE] if key not in old)


def kind_due(appointment: Appointment, moved_at: dt.datetime | None, moment: dt.datetime) -> str | None:
    """Which reminder of the booking is due at `moment`, if any."""
    centre, starts_at = appointment.centre, appointment.starts_at
    day, near = moments_of(appointment)
    agreed = max(at for at in (appointment.confirmed_at, moved_at) if at is not None)
    if near <= moment < starts_at:
        return NEAR if agreed < near else None
    if day <= moment < near and EARLIEST <= centre.local(moment).time() < LATEST:
        return DAY if agreed < day else None
    return None


def moments_of(appointment: Appointment) -> tuple[dt.datetime, dt.datetime]:
    """When the customer is reminded: a day before, and two hours before."""
    centre, starts_at = appointment.centre, appointment.starts_at
    local = centre.local(starts_at)
    day = centre.at(local.date() - dt.timedelta(days=1), local.time())
    return day, max(starts_at - HOURS_BEFORE, centre.at(local.date(), EARLIEST))


def key_of(appointment: Appointment, kind: str, changes: int) -> str:
    """What makes a reminder the only one of its kind for the time agreed last."""
    return f"{kind}:{appointment.pk}:{changes}"


@transaction.atomic
def _remind(pk: int) -> int:
    appointment = locked(Appointment(pk=pk))
    if appointment.state != Appointment.State.CONFIRMED:
        return 0
    moves = appointment.moves.aggregate(changes=Count("pk"), moved_at=Max("at"))
    kind = kind_due(appointment, moves["moved_at"], now())
    if kind is None:
        return 0
    key = key_of(appointment, kind, moves["changes"])
    letters.send_reminder(kind, appointment, key=key, by=Actor.system("appointments.remind"))
    return 1
