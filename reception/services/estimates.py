"""Showing or sending the estimate, promising the delivery, authorising (M2.2-c, M3.2-c).

`send_estimate` also serves work found during the repair: the workshop proposes the lines, the advisor sends them.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reception.services.floor import at_reception
from servicedesk.clock import now
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import alternatives, consents, events, services
from servicedesk.workorders.models import Estimate, Hold, LineState, WorkOrder
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
    write_estimate("estimate_approval", estimate, work_order, by=by)
    services.hold(work_order, cause=Hold.Cause.CONSENT, by=by, note=f"v{estimate.version}")
    events.record(work_order, "estimate.sent", by=by, data={"version": estimate.version})
    return estimate


def write_estimate(
    kind: str, estimate: Estimate, work_order: WorkOrder, *, by: Actor, dedupe_key: str | None = None
) -> None:
    """Send the customer what he has to decide on, with the link on which he does."""
    customer = work_order.customer
    language = outbox.known_language(customer.language or work_order.centre.language)
    outbox.send(
        kind,
        customer=customer,
        centre=work_order.centre,
        by=by,
        about=work_order.number,
        link=link_of(estimate, work_order),
        dedupe_key=dedupe_key,
        context={
            "number": work_order.number,
            "plate": work_order.vehicle.plate,
            "vehicle": work_order.vehicle.title,
            "lines": [{"text": row["title"][language], "amount": amount} for row, amount in open_rows(estimate)],
            "total": totals(counted_amounts(estimate), work_order.centre).total,
            "ready_by": work_order.promised_at,
            "advisor": str(work_order.advisor),
        },
    )


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
    rows = []
    for row in estimate.lines:
        if row["parent"] is None and row["state"] == LineState.PROPOSED:
            parts = (Decimal(part["amount"]) for part in estimate.lines if part["parent"] == row["line"])
            rows.append((row, sum(parts, Decimal(row["amount"]))))
    return rows


def counted_amounts(estimate: Estimate) -> list[Decimal]:
    """The amounts that come on top when all open rows are approved: of alternatives only the dearest."""
    left = alternatives.not_counted(estimate.lines)
    return [amount for row, amount in open_rows(estimate) if row["line"] not in left]


def photos_of(estimate: Estimate) -> set[int]:
    """The photos that this version shows."""
    return {photo for row in estimate.lines for photo in row.get("photos", ())}


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


def _still_current(work_order: WorkOrder, estimate: Estimate) -> bool:
    """Whether the version shows exactly what stands on the work order now, photos included."""
    return [consents.snapshot(line) for line in consents.shown_lines(work_order)] == estimate.lines


def _refuse_past(promised_at: dt.datetime) -> None:
    if promised_at <= now():
        raise ReceptionRefused(_("The promised time has passed. Choose a later one."))
