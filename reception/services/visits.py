"""Receiving a car with or without a booking, and giving a car back unrepaired (M2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appointments import comeback, slots
from appointments.capacity.needs import work_for
from appointments.models import Appointment
from appointments.quotes import kits
from appointments.services import Car, Contact, hand_over_to_reception
from reception import symptoms as answers
from reception.models import Arrival, BookingCheck, CarReturn, Inspection
from reception.services import arrivals
from reception.services.concerns import concern_for, describe
from reception.services.refusals import NotReceived, WorkshopFull
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.customers.models import Vehicle
from servicedesk.customers.services import find_or_create_customer, find_or_create_vehicle
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Reason
from servicedesk.workorders import consents, events
from servicedesk.workorders.models import LineOrigin, LineState, WorkOrder
from servicedesk.workorders.services import open_work_order
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import advance


@transaction.atomic
def receive(
    *,
    by: Actor,
    advisor: Any,
    centre: ServiceCentre,
    appointment: Appointment | None = None,
    contact: Contact | None = None,
    car: Car | None = None,
    concern: str = "",
    symptoms: str | None = None,
    signs: Iterable[str] | None = None,
    system: str = "",
    purpose: str = "",
    operations: Sequence[LabourOperation] = (),
    waits_on_site: bool = False,
    comeback_of: WorkOrder | None = None,
    as_booked: bool | None = None,
    differences: str = "",
    although_full: str = "",
    arrival: Arrival | None = None,
) -> WorkOrder:
    """Open the visit of a car that has arrived and begin its inspection; returns the work order (M2.1-a, M2.1-b).

    With `appointment` its customer, car and services are taken over and it counts as arrived: the advisor has asked what
    the visit is for and says whether it is `as_booked`, else its `differences`. Otherwise `contact` and `car` say who is
    here, and `although_full` why the car is taken when nothing is free today (WorkshopFull without it). `symptoms` is what
    was said beside the words, `signs` the codes of the answers; by default they are read out of `symptoms`, and those of
    the booking when nothing new is said. Whoever waited (`arrival`) waits no more.

    Raises NotReceived when the car is already in the house, AppointmentRefused when the booking is no longer expected,
    CustomerRefused and NoPrice as their rooms do. With `comeback_of` the booking is linked to the earlier visit; raises
    NotAComeback for a visit of another car.
    """
    vehicle = appointment.vehicle if appointment else _walk_in(by, centre, contact, car)
    Vehicle.objects.select_for_update().get(pk=vehicle.pk)  # two advisors, one car: the second waits and is refused
    arrivals.refuse_if_here(vehicle)
    if appointment:
        _refuse_unasked(as_booked, differences)
        operations = [
            *(item.operation for item in appointment.items.select_related("operation").order_by("position")),
            *operations,
        ]
        symptoms = appointment.symptoms if symptoms is None else symptoms
        concern = concern.strip() or appointment.concern
    if not concern.strip():
        raise NotReceived(Reason(_("Write down what the customer says, word for word."), clause="M2.1-c"))
    full = appointment is None and places_today(centre, operations).next is None
    if full and not although_full.strip():
        raise WorkshopFull(
            Reason(
                _("Nothing is free today any more. Say why the car is taken all the same, or book it for another day."),
                clause="M2.1-b",
            )
        )
    work_order = open_work_order(
        by=by,
        centre=centre,
        customer=vehicle.customer,
        vehicle=vehicle,
        advisor=advisor,
        source=WorkOrder.Source.BOOKING if appointment else WorkOrder.Source.WALK_IN,
        concern=concern,
        purpose=purpose,
        waits_on_site=waits_on_site,
    )
    said = work_order.concerns.get()
    if signs is None:
        signs, symptoms = answers.told_in(symptoms or "")
    describe(said, words=concern, more=symptoms or "", signs=signs, system=system)
    said.save()
    origin = LineOrigin.BOOKING if appointment else LineOrigin.RECEPTION
    parts = kits(operations, centre)
    for operation in {operation.pk: operation for operation in operations}.values():
        consents.propose_operation(
            work_order,
            operation,
            labour_rate=centre.labour_rate,
            parts=parts.get(operation.pk, []),
            origin=origin,
            concern=concern_for(operation, [said]),
        )
    Inspection.objects.create(work_order=work_order, begun_at=now(), **actor_values(by))
    if appointment and comeback_of:
        comeback.link(appointment, by=by, work_order=comeback_of)
    if appointment:
        waited = arrivals.waiting_for(centre, "", appointment, None).first()
        hand_over_to_reception(appointment, work_order=work_order, by=by, came_at=waited.arrived_at if waited else None)
        _check(work_order, appointment, by=by, differences="" if as_booked else differences.strip())
    if full:
        events.record(work_order, "reception.although_full", by=by, text=although_full.strip())
    arrivals.received(work_order, appointment=appointment, arrival=arrival)
    return work_order


def places_today(centre: ServiceCentre, operations: Sequence[LabourOperation] = ()) -> slots.Day:
    """What is left of today for a car without a booking: reception places, and hours for its work. Queries: `slots.Outlook`."""
    as_walk_in = copy(centre)
    as_walk_in.walk_in_reserve = 0  # the hours kept for walk-ins are theirs
    return slots.days_from(as_walk_in, centre.today(), 1, slots.Wish(work_for(operations)))[0]


@transaction.atomic
def give_back(work_order: WorkOrder, *, by: Actor, reason: str) -> WorkOrder:
    """Give the car back unrepaired: what was not decided counts as declined, and the visit is cancelled.

    Raises NotReceived without a reason, TransitionRefused once work has started.
    """
    if not reason.strip():
        raise NotReceived(_("Say why the car goes back: the next visit starts from it."))
    CarReturn.objects.get_or_create(
        work_order=work_order, defaults={"reason": reason.strip()[:200], "at": now(), **actor_values(by)}
    )
    work_order.lines.filter(state=LineState.PROPOSED).update(
        state=LineState.DECLINED, decline_reason=reason.strip()[:200]
    )
    return advance(work_order, to=Stage.CANCELLED, by=by, note=reason.strip())


def _refuse_unasked(as_booked: bool | None, differences: str) -> None:
    if as_booked is None:
        raise NotReceived(
            Reason(_("Ask what the visit is for, and say whether it is as booked."), clause="M2.1-a"),
        )
    if not as_booked and not differences.strip():
        raise NotReceived(Reason(_("Write down what differs from the booking."), clause="M2.1-a"))


def _check(work_order: WorkOrder, appointment: Appointment, *, by: Actor, differences: str) -> None:
    BookingCheck.objects.create(
        work_order=work_order,
        agrees=not differences,
        differences=differences[:500],
        at=now(),
        **actor_values(by),
    )
    events.record(work_order, "reception.matched", by=by, text=differences[:500], data={"booking": appointment.number})


def _walk_in(by: Actor, centre: ServiceCentre, contact: Contact | None, car: Car | None) -> Vehicle:
    if contact is None or car is None:
        raise NotReceived(_("Say who is here and with which car."))
    customer = find_or_create_customer(
        by=by,
        centre=centre,
        name=contact.name,
        phone=contact.phone,
        email=contact.email,
        language=contact.language,
        channel=contact.channel,
        honorific=contact.honorific,
        plate=car.plate,
    )
    return find_or_create_vehicle(
        by=by,
        customer=customer,
        plate=car.plate,
        make=car.make,
        model_name=car.model_name,
        model_code=car.model_code,
        powertrain=car.powertrain,
        vin=car.vin,
    )
