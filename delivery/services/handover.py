"""Ready, called for, explained, accepted, handed over; or not accepted and back to the workshop (M6.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from delivery.handover_paper import order_handover
from delivery.models import Handover, PickupNotice
from delivery.selections import papers_to_give
from delivery.services.account import account_of
from delivery.services.floor import lock
from servicedesk.clock import now
from servicedesk.customers.models import MAX_ODOMETER
from servicedesk.customers.services import note_odometer
from servicedesk.documents import papers, signatures
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events, promises
from servicedesk.workorders.models import LineKind, Promise, WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import advance
from workshop.services import open_rework

LINK_DAYS = 30
MAILED = ("bill", "final", "handover")


class HandoverRefused(Refusal):
    """The car cannot be handed over (or its pickup noted) like this; the reasons say why."""


def make_ready(work_order: WorkOrder, *, by: Actor) -> WorkOrder:
    """Say that the car is ready to be collected. Raises TransitionRefused with everything that is missing."""
    return advance(work_order, to=Stage.READY, by=by)


def keep_promise(work_order: WorkOrder, by: Actor) -> None:
    """Entering READY: the promised delivery time is kept, or was broken, now."""
    promises.keep(Promise.Kind.DELIVERY, work_order)


def notice_of(work_order: WorkOrder) -> PickupNotice | None:
    """The notice since the car was last ready; None when the customer has not been told yet."""
    if work_order.ready_at is None:
        return None
    notices = PickupNotice.objects.filter(work_order=work_order, at__gte=work_order.ready_at)
    return notices.select_related("message").order_by("-at").first()


@transaction.atomic
def notify_pickup(work_order: WorkOrder, *, by: Actor, in_person: bool = False) -> PickupNotice:
    """Tell the customer, by this press, that he can collect the car; `in_person` when he waits on site. Refused twice."""
    locked = lock(work_order, Stage.READY, clause="M6.1-a")
    told = notice_of(locked)
    if told is not None:
        raise HandoverRefused(
            _("%(who)s told the customer at %(time)s.")
            % {"who": told.by_label, "time": f"{locked.centre.local(told.at):%H:%M}"}
        )
    message = None if in_person else _call_for(locked, by)
    notice = PickupNotice.objects.create(
        work_order=locked, in_person=in_person, message=message, at=now(), **actor_values(by)
    )
    events.record(locked, "pickup.notified", by=by, data={"in_person": in_person})
    return notice


def _link_of(work_order: WorkOrder) -> SignedLink:
    """The customer's page of the pickup, where his bill stays to be read."""
    return links.issue(
        "pickup",
        target_kind="workorders.workorder",
        target_id=work_order.pk,
        customer=work_order.customer,
        centre=work_order.centre,
        days=LINK_DAYS,
    )


def _call_for(work_order: WorkOrder, by: Actor) -> Any:
    centre, car = work_order.centre, work_order.vehicle
    link = _link_of(work_order)
    windows = Calendar(centre).windows(centre.today())
    closes = windows[-1][1] if windows and windows[-1][1] > now() else None
    balance = account_of(work_order).balance
    language = work_order.customer.language or centre.language
    done = work_order.lines.approved().filter(kind=LineKind.LABOUR).select_related("operation").order_by("position")
    return outbox.send(
        "pickup_ready",
        customer=work_order.customer,
        centre=centre,
        by=by,
        link=link,
        about=work_order.number,
        context={
            "number": work_order.full_number,
            "plate": car.plate,
            "vehicle": car.title,
            "advisor": str(work_order.advisor),
            "work": [line.description or line.operation.name_in(language) for line in done],
            **({"until": closes.isoformat()} if closes else {}),
            **({"due": str(balance)} if balance > 0 else {}),
        },
    )


@transaction.atomic
def expect_customer(
    work_order: WorkOrder, *, by: Actor, expected_at: dt.datetime | None = None, collector: str = ""
) -> PickupNotice:
    """Note when the customer says he will come, or who comes for him; he may say it again. Refused once the car is gone."""
    locked = lock(work_order, Stage.READY, clause="M6.1-a")
    notice = notice_of(locked)
    if notice is None:
        raise HandoverRefused(_("The car is not ready to be collected yet."))
    if expected_at is not None and expected_at < now():
        raise HandoverRefused(_("This time has passed. Choose a later one."))
    notice.expected_at = expected_at or notice.expected_at
    notice.collector = " ".join(collector.split())[:80] or notice.collector
    notice.save(update_fields=["expected_at", "collector"])
    data = {"at": notice.expected_at.isoformat() if notice.expected_at else ""}
    events.record(locked, "pickup.expected", by=by, text=notice.collector, data=data)
    return notice


@transaction.atomic
def hand_over(
    work_order: WorkOrder,
    *,
    by: Actor,
    person: str,
    explained: Collection[str],
    given: Collection[str],
    odometer_out: int,
    drawing: str = "",
    remarks: str = "",
    relation: str = "",
    authorised: str = "",
) -> Handover:
    """The customer accepts the car: explanation, signature, papers; then the visit is DELIVERED and the papers are mailed.

    `drawing`: what the signature pad gives; empty when the name alone is typed. When somebody else comes for the customer,
    `relation` and `authorised` say what he is to him and how he was given leave. Everything stands or falls together:
    raises HandoverRefused, SignatureRefused or TransitionRefused (not paid, not notified …) and keeps nothing.
    """
    locked = lock(work_order, Stage.READY, clause="M6.1-b")
    if reasons := _why_not_this_person(locked, person, relation, authorised):
        raise HandoverRefused(*reasons)
    if not (locked.odometer_in or 0) <= odometer_out <= MAX_ODOMETER:
        raise HandoverRefused(
            _("The odometer showed %(km)s km on arrival; it cannot show %(out)s km now. Read it again.")
            % {"km": locked.odometer_in or 0, "out": odometer_out}
        )
    signature = signatures.keep(drawing, name=person, by=by, centre=locked.centre, typed=not drawing)
    handover = Handover.objects.create(
        work_order=locked,
        at=now(),
        accepted=True,
        person=signature.name,
        relation=relation,
        authorised=authorised,
        explained=sorted(explained),
        given=sorted(given),
        odometer_out=odometer_out,
        remarks=remarks.strip(),
        signature=signature,
        **actor_values(by),
    )
    WorkOrder.objects.filter(pk=locked.pk).update(odometer_out=odometer_out)
    note_odometer(by=by, vehicle=locked.vehicle, odometer=odometer_out)
    data: dict[str, Any] = {"explained": handover.explained, "given": handover.given, "odometer": odometer_out}
    if handover.by_proxy:
        data |= {"relation": relation, "authorised": authorised}
    events.record(locked, "handover.accepted", by=by, text=handover.remarks, data=data)
    advance(locked, to=Stage.DELIVERED, by=by)
    order_handover(locked, handover, by=by)
    _send_papers(locked, by)
    work_order.refresh_from_db(fields=["stage"])
    return handover


def _why_not_this_person(work_order: WorkOrder, person: str, relation: str, authorised: str) -> list[str]:
    """What is missing before somebody else may take the car in the customer's name; nothing when he comes himself."""
    if not relation and not authorised:
        return []
    reasons = []
    if " ".join(person.split()) == work_order.customer.name:
        reasons.append(_("Type the name of the person who takes the car, not the customer's."))
    if relation not in Handover.Relation.values:
        reasons.append(_("Say what the person who takes the car is to the customer."))
    if authorised not in Handover.Authorised.values:
        reasons.append(_("Say how the customer authorised the person who takes the car."))
    notice = notice_of(work_order)
    if authorised == Handover.Authorised.LINK and not (notice and notice.collector):
        reasons.append(
            _("The customer has named nobody by the link. Call the customer, or ask for a signed authorisation.")
        )
    return reasons


def _send_papers(work_order: WorkOrder, by: Actor) -> None:
    given = [order for order in papers_to_give(work_order) if order.kind in MAILED]
    with override(papers.language_of(work_order.customer, work_order.centre)):
        names = [f"{papers.title_of(order.kind)} {order.number}" for order in given]
    outbox.send(
        "delivered_papers",
        customer=work_order.customer,
        centre=work_order.centre,
        by=by,
        about=work_order.number,
        link=_link_of(work_order),
        context={
            "number": work_order.full_number,
            "plate": work_order.vehicle.plate,
            "vehicle": work_order.vehicle.title,
            "papers": names,
        },
        attachments=[{"opener": "paper_order", "id": order.pk} for order in given],
    )


@transaction.atomic
def refuse_acceptance(
    work_order: WorkOrder, *, by: Actor, person: str, objection: str, explained: Collection[str] = ()
) -> Handover:
    """The customer does not accept the car: his reason is recorded and the visit goes back to rework."""
    locked = lock(work_order, Stage.READY, clause="M6.1-b")
    objection = objection.strip()
    if not objection:
        raise HandoverRefused(_("Write down why the customer does not accept the car."))
    handover = Handover.objects.create(
        work_order=locked,
        at=now(),
        accepted=False,
        person=" ".join(person.split())[:80] or locked.customer.name,
        explained=sorted(explained),
        objection=objection,
        **actor_values(by),
    )
    events.record(locked, "handover.refused", by=by, text=objection)
    _back_to_workshop(locked, objection, by)
    work_order.refresh_from_db(fields=["stage"])
    return handover


@transaction.atomic
def send_back(work_order: WorkOrder, *, by: Actor, reason: str) -> WorkOrder:
    """Something was seen while the car was prepared: back to rework, with the reason."""
    locked = lock(work_order, Stage.PREPARATION)
    if not reason.strip():
        raise HandoverRefused(
            Reason(_("Write down what has to be put right."), reverse("delivery:wash", args=[locked.pk]))
        )
    _back_to_workshop(locked, reason.strip(), by)
    work_order.refresh_from_db(fields=["stage"])
    return locked


def _back_to_workshop(work_order: WorkOrder, reason: str, by: Actor) -> None:
    open_rework(work_order, [(reason[:200], None)], by=by)
    advance(work_order, to=Stage.REWORK, by=by, note=reason)
