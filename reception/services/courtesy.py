"""Courtesy cars: kept by the manager, lent for a visit against signature, taken back with their condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from reception.models import CourtesyCar, CourtesyLoan, LoanPhoto
from servicedesk.clock import now
from servicedesk.customers.matching import plate_key
from servicedesk.documents import photos, signatures
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_HOUSE

MOST_PHOTOS = 6


class CourtesyRefused(Refusal):
    """The car cannot be lent, taken back, added or retired like this; the reasons say why."""


def free_courtesy_cars(centre: ServiceCentre) -> Any:
    """Cars that can be lent now, by plate."""
    out = CourtesyLoan.objects.filter(returned_at=None).values("car")
    return CourtesyCar.objects.filter(centre=centre, active=True).exclude(pk__in=out).order_by("plate")


@transaction.atomic
def lend_car(
    work_order: WorkOrder,
    *,
    by: Actor,
    car: CourtesyCar,
    due_at: dt.datetime,
    odometer: int,
    level: str,
    condition: str = "",
    licence_seen: bool,
    name: str,
    drawing: str = "",
    pictures: Sequence[photos.Redrawn] = (),
) -> CourtesyLoan:
    """Hand a courtesy car to the customer of a visit, who signs for it; returns the loan.

    `level` is what the gauge shows: fuel in eighths, charge in percent. Raises CourtesyRefused with all reasons (the car is
    out already, the visit has one, it is over; no licence was seen; the odometer runs backwards), SignatureRefused, NotKept.
    Locks the car's row: of two advisors who lend the same car the second is told who was first.
    """
    car = CourtesyCar.objects.select_for_update(of=("self",)).select_related("centre").get(pk=car.pk)
    reasons = [*_not_free(car, work_order), *_visit_takes_none(work_order)]
    if odometer < car.odometer:
        reasons.append(_lower(car.odometer))
    if due_at <= now():
        reasons.append(Reason(_("Agree a time in the future for the return.")))
    if not licence_seen:
        reasons.append(Reason(_("Look at the customer's driving licence before you hand out the key.")))
    reasons += _too_many(pictures)
    if reasons:
        raise CourtesyRefused(*reasons)
    loan = CourtesyLoan.objects.create(
        car=car,
        work_order=work_order,
        lent_at=now(),
        due_at=due_at,
        odometer_out=odometer,
        level_out=level,
        condition_out=condition.strip()[:500],
        licence_seen=True,
        signature=signatures.keep(drawing, name=name, by=by, centre=car.centre, typed=not drawing),
        **actor_values(by),
    )
    _keep(pictures, loan, by=by, back=False)
    events.record(work_order, "courtesy.lent", by=by, data={"plate": car.plate, "signature": loan.signature_id})
    return loan


@transaction.atomic
def take_back_car(
    loan: CourtesyLoan,
    *,
    by: Actor,
    odometer: int,
    level: str,
    condition: str = "",
    pictures: Sequence[photos.Redrawn] = (),
) -> CourtesyLoan:
    """The customer brings the car: its condition is noted, and it is free again. Raises CourtesyRefused, NotKept.

    Taken back by whoever sends it first; the second is told when, and by whom.
    """
    loan = (
        CourtesyLoan.objects.select_for_update(of=("self",)).select_related("car__centre", "work_order").get(pk=loan.pk)
    )
    if loan.returned_at:
        raise CourtesyRefused(
            _("%(car)s was taken back at %(time)s by %(name)s.")
            % {"car": loan.car, "time": _when(loan.returned_at, loan.car.centre), "name": loan.returned_to}
        )
    reasons = [_lower(loan.odometer_out)] if odometer < loan.odometer_out else []
    reasons += _too_many(pictures)
    if reasons:
        raise CourtesyRefused(*reasons)
    loan.returned_at, loan.odometer_in, loan.level_in = now(), odometer, level
    loan.condition_in, loan.returned_to = condition.strip()[:500], by.label
    loan.save(update_fields=["returned_at", "odometer_in", "level_in", "condition_in", "returned_to"])
    CourtesyCar.objects.filter(pk=loan.car_id).update(odometer=odometer)
    _keep(pictures, loan, by=by, back=True)
    events.record(loan.work_order, "courtesy.returned", by=by, data={"plate": loan.car.plate})
    return loan


@transaction.atomic
def add_courtesy_car(
    centre: ServiceCentre, *, by: Actor, plate: str, model_name: str, powertrain: str, odometer: int = 0
) -> CourtesyCar:
    """Take a car into the centre's courtesy cars; one that was retired comes back. Raises CourtesyRefused for a known plate."""
    key = plate_key(plate)
    cars = CourtesyCar.objects.select_for_update().filter(centre=centre)
    known = next((car for car in cars if plate_key(car.plate) == key), None)
    if known and known.active:
        raise CourtesyRefused(_("%(plate)s is one of the courtesy cars already.") % {"plate": known.plate})
    car = known or CourtesyCar(centre=centre, plate=" ".join(plate.split()).upper())
    car.model_name, car.powertrain, car.active = model_name.strip(), powertrain, True
    car.odometer = max(car.odometer, odometer)
    car.save()
    return car


@transaction.atomic
def retire_courtesy_car(car: CourtesyCar, *, by: Actor) -> CourtesyCar:
    """Lend the car no more; its loans stay. Raises CourtesyRefused while it is out."""
    car = CourtesyCar.objects.select_for_update(of=("self",)).select_related("centre").get(pk=car.pk)
    out = car.loans.filter(returned_at=None).first()
    if out:
        back = reverse("reception:courtesy_back", args=[out.pk])
        raise CourtesyRefused(Reason(_("%(car)s is lent: take it back first.") % {"car": car}, back))
    car.active = False
    car.save(update_fields=["active"])
    return car


def _not_free(car: CourtesyCar, work_order: WorkOrder) -> list[Reason]:
    if not car.active or car.centre_id != work_order.centre_id:
        return [Reason(_("%(car)s is not lent any more. Choose another one.") % {"car": car})]
    out = car.loans.filter(returned_at=None).select_related("work_order").first()
    if out is None:
        return []
    return [
        Reason(
            _("%(name)s lent %(car)s at %(time)s for %(number)s. Choose another one.")
            % {
                "name": out.by_label,
                "car": car,
                "time": _when(out.lent_at, car.centre),
                "number": out.work_order.number,
            },
            reverse("reception:courtesy"),
        )
    ]


def _visit_takes_none(work_order: WorkOrder) -> list[Reason]:
    work_order = WorkOrder.objects.select_for_update(of=("self",)).get(pk=work_order.pk)
    if work_order.stage not in IN_HOUSE:
        return [Reason(_("The visit is over: a courtesy car is lent while the customer's own car is here."))]
    out = work_order.courtesy_loans.filter(returned_at=None).select_related("car").first()
    if out is None:
        return []
    url = reverse("reception:courtesy_back", args=[out.pk])
    return [Reason(_("The customer has %(car)s already: take it back first.") % {"car": out.car}, url)]


def _lower(last: int) -> Reason:
    return Reason(_("The odometer stood at %(km)s km before. Read it again.") % {"km": f"{last:,}"})


def _too_many(pictures: Sequence[photos.Redrawn]) -> list[Reason]:
    if len(pictures) <= MOST_PHOTOS:
        return []
    return [Reason(_("Keep at most %(count)d photos of the courtesy car.") % {"count": MOST_PHOTOS})]


def _keep(pictures: Sequence[photos.Redrawn], loan: CourtesyLoan, *, by: Actor, back: bool) -> None:
    for picture in pictures:
        photo = photos.save(picture, by=by, centre=loan.car.centre, caption=str(loan.car))
        LoanPhoto.objects.create(loan=loan, photo=photo, back=back)


def _when(moment: dt.datetime, centre: ServiceCentre) -> str:
    return f"{centre.local(moment):%H:%M}"
