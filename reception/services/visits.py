"""Receiving a car with or without a booking, recording what the customer wants, giving a car back (M2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appointments import comeback
from appointments.models import Appointment
from appointments.quotes import kits
from appointments.services import Car, Contact, hand_over_to_reception
from reception.models import CarReturn, Inspection
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.customers.models import Vehicle
from servicedesk.customers.services import find_or_create_customer, find_or_create_vehicle
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import consents, events
from servicedesk.workorders.models import Concern, LineOrigin, LineState, WorkOrder
from servicedesk.workorders.services import open_work_order
from servicedesk.workorders.stages import IN_HOUSE, Stage
from servicedesk.workorders.transitions import advance, last_move


class NotReceived(Refusal):
    """The car cannot be received like this; the reasons say why."""


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
    symptoms: str = "",
    purpose: str = "",
    operations: Sequence[LabourOperation] = (),
    waits_on_site: bool = False,
    comeback_of: WorkOrder | None = None,
) -> WorkOrder:
    """Open the visit of a car that has arrived and begin its inspection; returns the work order (M2.1-a, M2.1-b).

    With `appointment` its customer, car and services are taken over and it counts as arrived; otherwise `contact` and
    `car` say who is here. Raises NotReceived when the car is already in the house, AppointmentRefused when the booking
    is no longer expected, CustomerRefused and NoPrice as their rooms do. With `comeback_of` the booking is linked to the
    earlier visit; raises NotAComeback for a visit of another car.
    """
    vehicle = appointment.vehicle if appointment else _walk_in(by, centre, contact, car)
    _refuse_if_here(vehicle)
    if appointment:
        operations = [
            *(item.operation for item in appointment.items.select_related("operation").order_by("position")),
            *operations,
        ]
        concern = concern.strip() or appointment.concern
    if not concern.strip():
        raise NotReceived(Reason(_("Write down what the customer says, word for word."), clause="M2.1-c"))
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
    if symptoms or (appointment and appointment.symptoms):
        work_order.concerns.update(symptoms=(symptoms or appointment.symptoms)[:200])  # type: ignore[union-attr]
    origin = LineOrigin.BOOKING if appointment else LineOrigin.RECEPTION
    parts = kits(operations, centre)
    for operation in {operation.pk: operation for operation in operations}.values():
        consents.propose_operation(
            work_order,
            operation,
            labour_rate=centre.labour_rate,
            parts=parts.get(operation.pk, []),
            origin=origin,
            concern=work_order.concerns.first(),
        )
    Inspection.objects.create(work_order=work_order, begun_at=now(), **actor_values(by))
    if appointment and comeback_of:
        comeback.link(appointment, by=by, work_order=comeback_of)
    if appointment:
        hand_over_to_reception(appointment, work_order=work_order, by=by)
        events.record(work_order, "reception.matched", by=by, data={"booking": appointment.number})
    return work_order


@transaction.atomic
def record_need(work_order: WorkOrder, *, by: Actor, words: str, symptoms: str = "", purpose: str = "") -> Concern:
    """Write down what the customer says, in his words; the first concern is replaced while the car is in reception.

    Raises NotReceived without words, or once reception is over.
    """
    at_reception(work_order)
    if not words.strip():
        raise NotReceived(Reason(_("Write down what the customer says, word for word."), clause="M2.1-c"))
    concern = work_order.concerns.order_by("pk").first() or Concern(work_order=work_order)
    concern.words, concern.symptoms = words.strip(), symptoms[:200]
    concern.save()
    WorkOrder.objects.filter(pk=work_order.pk).update(purpose=purpose[:200])
    events.record(work_order, "reception.need", by=by, text=words.strip())
    return concern


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


def at_reception(work_order: WorkOrder) -> WorkOrder:
    """Lock the visit and return it; raises NotReceived once reception is over."""
    locked = WorkOrder.objects.select_for_update(of=("self",)).select_related("centre", "vehicle").get(pk=work_order.pk)
    if locked.stage != Stage.RECEPTION:
        raise NotReceived(
            Reason(
                _("Reception of %(plate)s is over: the visit is at “%(stage)s”.")
                % {"plate": locked.vehicle.plate, "stage": locked.get_stage_display()},
                locked.get_absolute_url(),
            ),
            *last_move(locked),
        )
    return locked


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


def _refuse_if_here(vehicle: Vehicle) -> None:
    Vehicle.objects.select_for_update().get(pk=vehicle.pk)  # two advisors, one car: the second waits and is refused
    here = WorkOrder.objects.filter(vehicle=vehicle, stage__in=IN_HOUSE).first()
    if here:
        raise NotReceived(
            Reason(
                _("%(plate)s is already here: work order %(number)s.")
                % {"plate": vehicle.plate, "number": here.number},
                here.get_absolute_url(),
            )
        )
