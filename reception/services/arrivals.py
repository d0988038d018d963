"""The queue at the desk: who is here gets the next number of the day and waits until he is received, or leaves (M2.1-a, M2.1-b)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from appointments.models import Appointment
from appointments.services import AppointmentRefused, locked
from appointments.services.floor import standing
from reception.models import Arrival
from reception.services.refusals import NotReceived, one_by_one
from servicedesk.clock import now
from servicedesk.customers.matching import plate_key, plate_key_expression
from servicedesk.customers.models import Vehicle
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Reason
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_HOUSE

SHORTEST_PLATE, LONGEST_PLATE = 3, 12


@transaction.atomic
def arrive(
    *,
    by: Actor,
    centre: ServiceCentre,
    appointment: Appointment | None = None,
    vehicle: Vehicle | None = None,
    plate: str = "",
) -> Arrival:
    """Say that somebody is here with a booking, a known car or only a plate; returns his arrival with its number.

    Who waits already keeps his number. A car that is booked for today comes on its booking. Raises NotReceived for a plate
    that is none or a car that is in the house, AppointmentRefused when the booking is over.
    """
    if appointment is None and vehicle is None:
        vehicle = _known(centre, plate)
    if appointment is None and vehicle is not None:
        appointment = Appointment.objects.may_arrive_today(centre).filter(vehicle=vehicle).first()
    if appointment is not None:
        appointment = locked(appointment)
        centre, vehicle = appointment.centre, appointment.vehicle
    one_by_one(centre, "arrival")
    plate = vehicle.plate if vehicle else " ".join(plate.split()).upper()
    waiting = waiting_for(centre, plate, appointment, vehicle).first()
    if waiting is not None:
        return waiting
    if appointment is not None and not appointment.may_arrive:
        raise AppointmentRefused(standing(appointment))
    if vehicle is None and not is_plate(plate):
        raise NotReceived(_("Write the whole plate, for example BKQ-5821: by it he is called."))
    if vehicle is not None:
        refuse_if_here(vehicle)
    today = centre.today()
    last = Arrival.objects.filter(centre=centre, date=today).aggregate(last=Max("number"))["last"] or 0
    return Arrival.objects.create(
        centre=centre,
        date=today,
        number=last + 1,
        plate=plate[:16],
        appointment=appointment,
        vehicle=vehicle,
        arrived_at=now(),
        **actor_values(by),
    )


@transaction.atomic
def leave(arrival: Arrival, *, by: Actor, reason: str) -> Arrival:
    """Somebody leaves without being received; his booking stands. Raises NotReceived without a reason, or when he is gone."""
    row: Arrival = (
        Arrival.objects.select_for_update(of=("self",)).select_related("work_order", "centre").get(pk=arrival.pk)
    )
    if row.work_order is not None:
        raise NotReceived(
            Reason(
                _("%(plate)s has been received: work order %(number)s.")
                % {"plate": row.plate, "number": row.work_order.number},
                row.work_order.get_absolute_url(),
            )
        )
    if row.ended_at is not None:
        raise NotReceived(
            _("%(plate)s left at %(time)s: %(reason)s")
            % {"plate": row.plate, "time": f"{row.centre.local(row.ended_at):%H:%M}", "reason": row.left_reason}
        )
    if not reason.strip():
        raise NotReceived(_("Say why he left: whoever calls him back starts from it."))
    row.ended_at, row.left_reason = max(now(), row.arrived_at), reason.strip()[:200]
    row.save(update_fields=["ended_at", "left_reason"])
    return row


def received(work_order: WorkOrder, *, appointment: Appointment | None, arrival: Arrival | None = None) -> None:
    """End the wait of the car that was received as `work_order`, in the caller's transaction; nobody waited: nothing."""
    rows = waiting_for(work_order.centre, work_order.vehicle.plate, appointment, work_order.vehicle, arrival)
    for number, row in enumerate(rows.select_for_update(of=("self",))):
        row.ended_at = max(now(), row.arrived_at)
        row.vehicle = work_order.vehicle
        if number == 0:
            row.work_order = work_order
        else:  # he stood in the queue twice, under two plates
            row.left_reason = work_order.number
        row.save(update_fields=["ended_at", "vehicle", "work_order", "left_reason"])


def waiting_for(
    centre: ServiceCentre,
    plate: str,
    appointment: Appointment | None,
    vehicle: Vehicle | None,
    arrival: Arrival | None = None,
) -> Any:
    """Who waits at the centre with this booking, this car or this plate, the longest first."""
    same = Q(pk=arrival.pk) if arrival else Q(pk=None)
    if appointment is not None:
        same |= Q(appointment=appointment)
    if vehicle is not None:
        same |= Q(vehicle=vehicle, appointment=None)
    if plate_key(plate):
        same |= Q(key=plate_key(plate), vehicle=None)
    rows = Arrival.objects.filter(centre=centre, ended_at=None).alias(key=plate_key_expression("plate"))
    return rows.filter(same).order_by("arrived_at", "pk")


def is_plate(text: str) -> bool:
    """Whether `text` can be a whole plate, in any script."""
    return SHORTEST_PLATE <= len(plate_key(text)) <= LONGEST_PLATE and len(" ".join(text.split())) <= 16


def refuse_if_here(vehicle: Vehicle) -> None:
    """Raise NotReceived when the car is in the house."""
    here = WorkOrder.objects.filter(vehicle=vehicle, stage__in=IN_HOUSE).first()
    if here:
        raise NotReceived(
            Reason(
                _("%(plate)s is already here: work order %(number)s.")
                % {"plate": vehicle.plate, "number": here.number},
                here.get_absolute_url(),
            )
        )


def _known(centre: ServiceCentre, plate: str) -> Vehicle | None:
    """The car of the centre's customers with this plate, the newest if it had several owners."""
    key = plate_key(plate)
    cars = Vehicle.objects.filter(plate_key=key, customer__centres=centre, customer__erased_at=None)
    return cars.order_by("-created_at", "-pk").first() if key else None
