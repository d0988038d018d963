"""Taking a complaint: recorded, numbered, apologised for, and an answer promised by a time (M8.1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from complaints.models import Complaint, ComplaintEntry, ComplaintSource, EntryKind, Layer
from complaints.services.owners import pick_owner
from followup.deadlines import answer_by, close_by
from servicedesk.catalogue.models import ComplaintCategory
from servicedesk.catalogue.words import ComplaintLevel
from servicedesk.clock import now
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.staff.roles import Role
from servicedesk.workorders import events, promises
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.numbers import next_number

LINK_DAYS = 60
PURPOSE = "complaint"
CRITICAL_HOURS = 4


class ComplaintRefused(Refusal):
    """The complaint cannot be taken or changed like this; the reasons say why."""


@dataclass(frozen=True)
class Told:
    """What the complainant says (M8.1-b): who he is, how to reach him, what happened, why he is not content."""

    complainant: str
    contact: str
    matter: str
    reason: str
    wish: str = ""
    source: str = ComplaintSource.PHONE
    safety_doubt: bool = False


@transaction.atomic
def take(
    *,
    by: Actor,
    centre: ServiceCentre,
    customer: Customer,
    category: ComplaintCategory,
    told: Told,
    apologised: bool,
    vehicle: Vehicle | None = None,
    work_order: WorkOrder | None = None,
    concerning: User | None = None,
) -> Complaint:
    """Take a complaint: number, owner, promised answer, message to the complainant with his link.

    A doubt about safety makes it critical: four hours by the wall clock. Raises `ComplaintRefused` when no apology
    was given or when the person complained about takes it himself.
    """
    reasons = []
    if not apologised:
        reasons.append(Reason(_("Apologise, and name the time by which we answer."), "", "M8.1-c"))
    if concerning is not None and concerning.pk == by.user_id:
        reasons.append(Reason(_("The complaint is about you. Please hand it to a colleague."), "", "M8.2-a"))
    if reasons:
        raise ComplaintRefused(*reasons)
    if work_order is not None:
        WorkOrder.objects.select_for_update(of=("self",)).only("pk").get(pk=work_order.pk)
        vehicle = work_order.vehicle
    moment, calendar = now(), Calendar(centre)
    level = ComplaintLevel.CRITICAL if told.safety_doubt else ComplaintLevel(category.default_level)
    layer = Layer.GENERAL_MANAGER if level == ComplaintLevel.CRITICAL else Layer.DEPARTMENT
    owner, owner_role = pick_owner(centre, category, layer, concerning=concerning, work_order=work_order)
    critical = level == ComplaintLevel.CRITICAL
    hours = min(category.respond_hours, CRITICAL_HOURS) if critical else category.respond_hours
    answer_due_at = answer_by(calendar, moment, hours, wall_clock=critical)
    complaint = Complaint.objects.create(
        number=next_number(centre, "C"),
        centre=centre,
        customer=customer,
        vehicle=vehicle,
        work_order=work_order,
        complainant=told.complainant.strip()[:80],
        contact=told.contact.strip()[:120],
        source=told.source,
        category=category,
        level=level,
        layer=layer,
        matter=told.matter.strip(),
        reason=told.reason.strip(),
        wish=told.wish.strip(),
        safety_doubt=told.safety_doubt,
        concerning=concerning,
        owner=owner,
        owner_role=owner_role,
        received_at=moment,
        apologised_at=moment,
        answer_due_at=answer_due_at,
        owed_at=answer_due_at,
        close_due_at=close_by(calendar, moment, category.close_working_days, centre.complaint_days),
        **actor_values(by),
    )
    add_entry(complaint, EntryKind.TAKEN, by=by)
    promise_answer(complaint, complaint.answer_due_at, by=by)
    write(
        complaint, "complaint_received", by=by, answer_by=complaint.answer_due_at.isoformat(), matter=complaint.matter
    )
    return complaint


def add_entry(complaint: Complaint, kind: str, *, by: Actor, text: str = "", **data: Any) -> ComplaintEntry:
    """Append a step to the case and, when it is about a visit, to that visit's timeline."""
    entry = ComplaintEntry.objects.create(
        complaint=complaint, kind=kind, at=now(), text=text, data=data, **actor_values(by)
    )
    if complaint.work_order is not None and kind != EntryKind.NOTE:
        events.record(complaint.work_order, f"complaint.{kind}", by=by, data={"number": complaint.number, **data})
    return entry


def promise_answer(complaint: Complaint, due_at: dt.datetime, *, by: Actor) -> Promise:
    """Promise the answer by `due_at`; an earlier promise of it is taken back."""
    return promises.make(
        Promise.Kind.COMPLAINT_ANSWER,
        complaint,
        centre=complaint.centre,
        due_at=due_at,
        about=f"{complaint.vehicle.plate if complaint.vehicle else ''} {complaint.complainant} · {complaint.number}".strip(),
        owner=complaint.owner,
        owner_role=complaint.owner_role,
        work_order=complaint.work_order,
        url=complaint.get_absolute_url(),
        by=by,
    )


def write(
    complaint: Complaint,
    kind: str,
    *,
    by: Actor,
    due_at: dt.datetime | None = None,
    useful_until: dt.datetime | None = None,
    dedupe_key: str | None = None,
    **context: Any,
) -> None:
    """Send the complainant a message with his link to the case. With a `dedupe_key`, only once."""
    link = links.issue(
        PURPOSE,
        target_kind=Complaint._meta.label_lower,
        target_id=complaint.pk,
        customer=complaint.customer,
        centre=complaint.centre,
        days=LINK_DAYS,
    )
    car = complaint.vehicle
    outbox.send(
        kind,
        customer=complaint.customer,
        centre=complaint.centre,
        by=by,
        about=complaint.number,
        link=link,
        due_at=due_at,
        useful_until=useful_until,
        dedupe_key=dedupe_key,
        context={
            "number": complaint.full_number,
            "plate": car.plate if car else "",
            "vehicle": f"{car.make} {car.model_name}".strip() if car else "",
            "owner": owner_words(complaint, by),
            **context,
        },
    )


def owner_words(complaint: Complaint, by: Actor) -> str:
    """Who looks after the case, by name, or by the role's name in the complainant's language while nobody has it."""
    if complaint.owner is not None or by.user_id is not None:
        return str(complaint.owner or by.label)
    with override(outbox.known_language(complaint.customer.language or complaint.centre.language)):
        return str(Role(complaint.owner_role).label)


def withdraw_progress(complaint: Complaint) -> int:
    """What waits to be sent about the state of the case no longer holds; returns how many messages."""
    rows: Any = Message.objects
    return int(rows.cancel_pending(about=complaint.number, kinds=("complaint_progress",), centre=complaint.centre))
