"""Comebacks: a car that is back with the same system soon after it left us. Asked, never assumed.

The visit it may come back from is found in one query; the verbs link a booking to it, or take that back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from appointments.models import Appointment
from servicedesk.catalogue.models import LabourOperation
from servicedesk.customers.models import Vehicle
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import joined
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events
from servicedesk.workorders.models import LineKind, LineState, WorkOrder, WorkOrderLine

WITHIN = dt.timedelta(days=30)
"""So long after the delivery it counts as back …"""
WITHIN_KM = 2_000
"""… or so many kilometres, whichever lasts longer."""
MOST_LINES = 12
OVER = (Appointment.State.NO_SHOW, Appointment.State.EXPIRED, Appointment.State.CANCELLED)
EVENT, EVENT_NOT = "booking.comeback", "booking.comeback_not"


class NotAComeback(Refusal):
    """The booking cannot be linked to this visit; the reasons say why."""


@dataclass(frozen=True)
class Hint:
    """An earlier visit of the car on which the same system was worked on."""

    work_order: WorkOrder
    lines: list[WorkOrderLine]
    """What was done to these systems then."""

    @property
    def work(self) -> str:
        """The same in words, in the active language."""
        return joined(line.title for line in self.lines)


def earlier_visit(
    vehicle: Vehicle | None, operations: Iterable[LabourOperation], odometer: int | None, at: dt.datetime
) -> Hint | None:
    """The last visit on which work of the same system was done, when the car left less than WITHIN before `at`, or less
    than WITHIN_KM before `odometer` (as told: it may be rounded either way). One query, none without car or operations.
    """
    systems = {operation.system for operation in operations}
    if vehicle is None or not systems:
        return None
    soon = Q(work_order__delivered_at__gte=at - WITHIN)
    if odometer is not None:
        soon |= Q(left_with__range=(odometer - WITHIN_KM, odometer + WITHIN_KM))
    rows = (
        WorkOrderLine.objects.annotate(left_with=Coalesce("work_order__odometer_out", "work_order__odometer_in"))
        .filter(
            soon,
            work_order__vehicle=vehicle,
            work_order__delivered_at__lte=at,
            kind=LineKind.LABOUR,
            state__in=(LineState.DONE, LineState.CHECKED),
            operation__group__in=systems,
        )
        .select_related("operation", "work_order__centre")
        .order_by("-work_order__delivered_at", "-work_order", "position", "pk")
    )
    lines = list(rows[:MOST_LINES])
    if not lines:
        return None
    return Hint(lines[0].work_order, [line for line in lines if line.work_order_id == lines[0].work_order_id])


def is_soon(delivered_at: dt.datetime | None, left_with: int | None, odometer: int | None, at: dt.datetime) -> bool:
    """Whether a car that left at `delivered_at` with `left_with` km is back soon at `at`, with `odometer` km as told."""
    if delivered_at is None or delivered_at > at:
        return False
    near = odometer is not None and left_with is not None and abs(left_with - odometer) <= WITHIN_KM
    return delivered_at >= at - WITHIN or near


def hint_for(appointment: Appointment) -> Hint | None:
    """The visit that a booking may come back from. One query, and one for its services unless they were read."""
    operations = [item.operation for item in appointment.items.all()]
    return earlier_visit(appointment.vehicle, operations, appointment.odometer, appointment.requested_at)


def linked_visit(appointment: Appointment | None) -> Hint | None:
    """The visit that a booking is linked to, with all that was done then. At most two queries."""
    if appointment is None or appointment.comeback_of is None:
        return None
    done = appointment.comeback_of.lines.filter(kind=LineKind.LABOUR, state__in=(LineState.DONE, LineState.CHECKED))
    lines = done.select_related("operation").order_by("position", "pk")
    return Hint(appointment.comeback_of, list(lines[:MOST_LINES]))


def of_visit(work_order: WorkOrder) -> Hint | None:
    """The earlier visit that the booking of `work_order` was linked to. At most two queries."""
    linked = Appointment.objects.filter(work_order=work_order, comeback_of__isnull=False)
    return linked_visit(linked.select_related("comeback_of__centre").first())


def hint_for_visit(work_order: WorkOrder) -> Hint | None:
    """The visit that a car in the house may have come back from, by its own reading: also without a booking. Two queries."""
    rows = work_order.lines.filter(kind=LineKind.LABOUR, operation__isnull=False).select_related("operation")
    operations = [line.operation for line in rows if line.operation]
    return earlier_visit(work_order.vehicle, operations, work_order.odometer_in, work_order.opened_at)


def may_open(user: Any, hint: Hint | None) -> bool:
    """Whether `user` works where the earlier visit was: others read of it, but neither open nor link it."""
    return hint is not None and hint.work_order.centre_id in user.centre_ids()


def may_change(appointment: Appointment) -> bool:
    """Whether the booking may still be linked or unlinked: its car may come, or has."""
    return appointment.state not in OVER


def check(vehicle: Vehicle, work_order: WorkOrder) -> None:
    """Refuse a visit of another car, or one that has not ended with the car's delivery."""
    if work_order.vehicle_id != vehicle.pk:
        raise NotAComeback(
            _("%(number)s was a visit of another car. Choose the visit of this car.") % {"number": work_order.number}
        )
    if work_order.delivered_at is None:
        raise NotAComeback(
            Reason(
                _("%(number)s is not delivered yet: the fault belongs to that visit.") % {"number": work_order.number},
                work_order.get_absolute_url(),
            )
        )


def note(appointment: Appointment, work_order: WorkOrder, *, by: Actor) -> None:
    """Write into the earlier visit's trail that its car comes back."""
    events.record(work_order, EVENT, by=by, data={"booking": appointment.number})


@transaction.atomic
def link(appointment: Appointment, *, by: Actor, work_order: WorkOrder) -> Appointment:
    """Say that the car comes back because of what was done on `work_order`; the workshop reads it on the new visit.

    The earlier visit's trail keeps it. Raises NotAComeback for a visit of another car, one that is not delivered, or a
    booking whose car will not come.
    """
    appointment = _standing(appointment)
    check(appointment.vehicle, work_order)
    if appointment.comeback_of_id != work_order.pk:
        appointment.comeback_of = work_order
        appointment.save(update_fields=["comeback_of"])
        note(appointment, work_order, by=by)
    return appointment


@transaction.atomic
def unlink(appointment: Appointment, *, by: Actor) -> Appointment:
    """Take back that it is a comeback. Raises NotAComeback when it was none, or its car will not come."""
    appointment = _standing(appointment)
    if appointment.comeback_of is None:
        raise NotAComeback(_("Booking %(number)s is not linked to an earlier visit.") % {"number": appointment.number})
    events.record(appointment.comeback_of, EVENT_NOT, by=by, data={"booking": appointment.number})
    appointment.comeback_of = None
    appointment.save(update_fields=["comeback_of"])
    return appointment


def _standing(appointment: Appointment) -> Appointment:
    """The booking, locked; refused when its car will not come."""
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("vehicle", "comeback_of", "centre")
    found: Any = rows.get(pk=appointment.pk)
    if not may_change(found):
        raise NotAComeback(
            _("Booking %(number)s: %(state)s. Only a car that comes can come back.")
            % {"number": found.number, "state": found.get_state_display()}
        )
    return found  # type: ignore[no-any-return]
