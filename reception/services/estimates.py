"""Proposing work, showing the estimate, taking the customer's decision, authorising (M2.2-c, M3.2-c).

`send_estimate` also serves work found during the repair: the workshop proposes the lines, the advisor sends them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appointments.quotes import kits
from reception.services.visits import at_reception
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.documents import signatures
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import consents, events, services
from servicedesk.workorders.agreements import ConsentMethod
from servicedesk.workorders.consents import Answer
from servicedesk.workorders.models import (
    Consent,
    ConsentAnswer,
    Estimate,
    Hold,
    LineOrigin,
    LineState,
    Urgency,
    WorkOrder,
    WorkOrderLine,
)
from servicedesk.workorders.money import totals
from servicedesk.workorders.stages import IN_WORKSHOP, Stage
from servicedesk.workorders.transitions import advance

PURPOSE = "estimate"
LINK_DAYS = 7
DECIDABLE = IN_WORKSHOP | {Stage.RECEPTION}
"""Stages in which work can be proposed and decided: from reception to the final inspection."""


class ReceptionRefused(Refusal):
    """Estimate or decision cannot be taken like this; the reasons say why."""


@transaction.atomic
def add_operation(
    work_order: WorkOrder,
    *,
    by: Actor,
    operation: LabourOperation,
    urgency: str = Urgency.SOON,
    finding: str = "",
    origin: str = LineOrigin.RECEPTION,
) -> WorkOrderLine:
    """Propose a labour operation with its usual parts, and why (M2.2-c). Raises ReceptionRefused when it stands there already."""
    work_order = decidable(work_order)
    if work_order.lines.top().filter(operation=operation, state=LineState.PROPOSED).exists():
        raise ReceptionRefused(_("“%(line)s” is already proposed.") % {"line": operation.name})
    line = consents.propose_operation(
        work_order,
        operation,
        labour_rate=work_order.centre.labour_rate,
        parts=kits([operation], work_order.centre).get(operation.pk, []),
        origin=origin,
        urgency=urgency,
        finding=finding.strip(),
    )
    events.record(work_order, "reception.proposed", by=by, data={"code": operation.code}, text=finding.strip())
    return line


@transaction.atomic
def remove_line(work_order: WorkOrder, *, by: Actor, line: WorkOrderLine) -> None:
    """Take a proposal back that no customer has seen. Raises ReceptionRefused when one has, or when it was decided."""
    work_order = decidable(work_order)
    line = WorkOrderLine.objects.select_for_update(of=("self",)).get(pk=line.pk, work_order=work_order)
    shown = any(
        row["line"] == line.pk for lines in work_order.estimates.values_list("lines", flat=True) for row in lines
    )
    if shown or line.state != LineState.PROPOSED:
        raise ReceptionRefused(_("The customer has seen “%(line)s”: he decides on it.") % {"line": line.title})
    line.parts.all().delete()
    line.delete()
    events.record(work_order, "reception.withdrawn", by=by, data={"code": line.code})


@transaction.atomic
def show_estimate(work_order: WorkOrder, *, by: Actor) -> Estimate:
    """Fix the version that the customer is shown now: the open one when nothing changed since, else the next.

    Raises ConsentRefused when there is nothing to decide on.
    """
    work_order = decidable(work_order)
    newest = work_order.estimates.order_by("-version").first()
    if newest and not newest.consents.exists() and _still_current(work_order, newest):
        return newest
    return consents.issue_estimate(work_order, by=by)


@transaction.atomic
def send_estimate(work_order: WorkOrder, *, by: Actor) -> Estimate:
    """Send the customer the estimate with a link on which he decides; the visit waits for his consent.

    Pressed again without any change it sends the same version once more. Raises ConsentRefused when there is nothing to
    decide on.
    """
    estimate = show_estimate(work_order, by=by)
    work_order = WorkOrder.objects.for_rows().get(pk=work_order.pk)
    customer = work_order.customer
    language = outbox.known_language(customer.language or work_order.centre.language)
    outbox.send(
        "estimate_approval",
        customer=customer,
        centre=work_order.centre,
        by=by,
        about=work_order.number,
        link=link_of(estimate, work_order),
        context={
            "number": work_order.number,
            "plate": work_order.vehicle.plate,
            "vehicle": work_order.vehicle.title,
            "lines": [{"text": row["title"][language], "amount": amount} for row, amount in open_rows(estimate)],
            "total": totals([amount for _row, amount in open_rows(estimate)], work_order.centre).total,
            "ready_by": work_order.promised_at,
            "advisor": str(work_order.advisor),
        },
    )
    services.hold(work_order, cause=Hold.Cause.CONSENT, by=by, note=f"v{estimate.version}")
    events.record(work_order, "estimate.sent", by=by, data={"version": estimate.version})
    return estimate


def decide_signed(
    estimate: Estimate, answers: Mapping[int, Answer], *, by: Actor, person: str, drawing: str = ""
) -> Consent:
    """Take the customer's decision with his signature on the tablet; a typed name suffices. Raises ConsentRefused."""
    with transaction.atomic():
        work_order = decidable(estimate.work_order)
        signature = signatures.keep(drawing, name=person, by=by, centre=work_order.centre, typed=not drawing)
        return _decide(
            work_order, estimate, answers, by=by, method=ConsentMethod.SIGNED, person=person, signature=signature
        )


def decide_by_phone(
    estimate: Estimate, answers: Mapping[int, Answer], *, by: Actor, person: str, phone: str, read_back: bool
) -> Consent:
    """Take the decision by telephone: with whom, on which number, and read back to him. Raises ConsentRefused."""
    if not read_back:
        raise ReceptionRefused(_("Read the decision back to the customer before you record it."))
    if not phone.strip():
        raise ReceptionRefused(_("Write down the number on which the customer was reached."))
    with transaction.atomic():
        work_order = decidable(estimate.work_order)
        return _decide(
            work_order,
            estimate,
            answers,
            by=by,
            method=ConsentMethod.TELEPHONE,
            person=person,
            phone=phone.strip()[:32],
            read_back=True,
        )


def decide_by_link(
    estimate: Estimate,
    answers: Mapping[int, Answer],
    *,
    link: SignedLink,
    person: str,
    drawing: str = "",
    address: str | None = None,
) -> Consent:
    """Take the decision that the customer sent from his link, signed by drawing or typed name. Raises ConsentRefused."""
    by = Actor.of_link(link)
    with transaction.atomic():
        work_order = decidable(estimate.work_order)
        signature = signatures.keep(drawing, name=person, by=by, centre=work_order.centre, typed=not drawing)
        consent = _decide(
            work_order,
            estimate,
            answers,
            by=by,
            method=ConsentMethod.LINK,
            person=person,
            signature=signature,
            address=address,
        )
        link.use()
    return consent


@transaction.atomic
def authorise(work_order: WorkOrder, *, by: Actor, promised_at: dt.datetime) -> WorkOrder:
    """Promise the delivery time and hand the car to the workshop: reception is over.

    Raises ReceptionRefused for a time that has passed, TransitionRefused with all that the gate lacks.
    """
    work_order = at_reception(work_order)
    _refuse_past(promised_at)
    work_order = WorkOrder.objects.for_rows().get(pk=work_order.pk)
    if work_order.promised_at != promised_at:
        services.promise_delivery(work_order, due_at=promised_at, by=by)
    return advance(work_order, to=Stage.AUTHORISED, by=by)


@transaction.atomic
def move_promise(work_order: WorkOrder, *, by: Actor, promised_at: dt.datetime, reason: str) -> WorkOrder:
    """Agree another delivery time with the customer and tell him in writing. Raises ReceptionRefused."""
    work_order = WorkOrder.objects.select_for_update(of=("self",)).for_rows().get(pk=work_order.pk)
    _refuse_past(promised_at)
    if not reason.strip():
        raise ReceptionRefused(_("Say why the time moves: the customer asks."))
    if not work_order.is_open or work_order.ready_at or work_order.promised_at is None:
        raise ReceptionRefused(_("There is no promised delivery time to move."))
    if work_order.promised_at == promised_at:
        raise ReceptionRefused(_("This is the time already promised."))
    before = work_order.promised_at
    services.promise_delivery(work_order, due_at=promised_at, by=by, reason=reason.strip())
    outbox.send(
        "promise_moved",
        customer=work_order.customer,
        centre=work_order.centre,
        by=by,
        about=work_order.number,
        context={
            "number": work_order.number,
            "plate": work_order.vehicle.plate,
            "vehicle": work_order.vehicle.title,
            "ready_by": promised_at,
            "was": before,
            "reason": reason.strip(),
            "advisor": str(work_order.advisor),
        },
    )
    return work_order


def decidable(work_order: WorkOrder) -> WorkOrder:
    """Lock the visit and return it; raises ReceptionRefused when work can no longer be proposed or decided."""
    locked = WorkOrder.objects.select_for_update(of=("self",)).select_related("centre", "vehicle").get(pk=work_order.pk)
    if locked.stage not in DECIDABLE:
        raise ReceptionRefused(
            Reason(
                _("The visit is at “%(stage)s”: work can no longer be proposed or decided.")
                % {"stage": locked.get_stage_display()},
                locked.get_absolute_url(),
            )
        )
    return locked


def open_rows(estimate: Estimate) -> list[tuple[dict[str, Any], Any]]:
    """The rows of a version that waited for a decision, each with its amount including its parts."""
    from decimal import Decimal

    rows = []
    for row in estimate.lines:
        if row["parent"] is None and row["state"] == LineState.PROPOSED:
            parts = (Decimal(part["amount"]) for part in estimate.lines if part["parent"] == row["line"])
            rows.append((row, sum(parts, Decimal(row["amount"]))))
    return rows


def link_of(estimate: Estimate, work_order: WorkOrder) -> SignedLink:
    """The customer's way to exactly this version."""
    return links.issue(
        PURPOSE,
        target_kind=estimate._meta.label_lower,
        target_id=estimate.pk,
        customer=work_order.customer,
        centre=work_order.centre,
        days=LINK_DAYS,
    )


def _decide(
    work_order: WorkOrder, estimate: Estimate, answers: Mapping[int, Answer], *, by: Actor, **how: Any
) -> Consent:
    consent = consents.record_consent(estimate, answers, by=by, **how)
    services.release(work_order, cause=Hold.Cause.CONSENT, by=by)
    _send_recorded(consent, by=by)
    return consent


def _send_recorded(consent: Consent, *, by: Actor) -> None:
    """Write to the customer what was recorded, whichever way he decided."""
    work_order = WorkOrder.objects.for_rows().get(pk=consent.work_order_id)
    language = outbox.known_language(work_order.customer.language or work_order.centre.language)
    titles = {row["line"]: row["title"][language] for row in consent.estimate.lines}
    said: dict[bool, list[str]] = {True: [], False: []}
    for answer in consent.answers.order_by("pk"):
        said[answer.decision == ConsentAnswer.Decision.APPROVE].append(titles.get(answer.line_id, ""))
    outbox.send(
        "estimate_recorded",
        customer=work_order.customer,
        centre=work_order.centre,
        by=by,
        about=work_order.number,
        link=link_of(consent.estimate, work_order),
        context={
            "number": work_order.number,
            "plate": work_order.vehicle.plate,
            "vehicle": work_order.vehicle.title,
            "approved": said[True],
            "declined": said[False],
            "total": consents.agreed_totals(work_order).total,
            "ready_by": work_order.promised_at,
        },
    )


def _still_current(work_order: WorkOrder, estimate: Estimate) -> bool:
    """Whether the version shows exactly the lines that stand on the work order now."""
    lines = work_order.lines.exclude(state__in=(LineState.DECLINED, LineState.DEFERRED)).values_list(
        "pk", "amount", "state"
    )
    return {(pk, str(amount), state) for pk, amount, state in lines} == {
        (row["line"], row["amount"], row["state"]) for row in estimate.lines
    }


def _refuse_past(promised_at: dt.datetime) -> None:
    if promised_at <= now():
        raise ReceptionRefused(_("The promised time has passed. Choose a later one."))
