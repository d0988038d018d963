"""Proposing work: from a finding, from the catalogue, from outside; its parts, photos and alternatives (M2.2-c).

What a customer has been shown is not changed any more: it is decided, or proposed anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from appointments.quotes import kits
from reception import findings, hooks
from reception.services.estimates import ReceptionRefused, decidable
from servicedesk.catalogue.models import LabourOperation, Part
from servicedesk.catalogue.prices import price_of
from servicedesk.clock import now
from servicedesk.documents import photos
from servicedesk.messaging import outbox
from servicedesk.staff.actors import Actor
from servicedesk.workorders import alternatives, consents, events
from servicedesk.workorders.models import (
    Concern,
    LineKind,
    LineOrigin,
    LinePhoto,
    LineState,
    Urgency,
    WorkOrder,
    WorkOrderLine,
)
from servicedesk.workorders.money import line_amount, round_money

FROM_OUTSIDE = (LineKind.SUBLET, LineKind.FEE)
MOST_PHOTOS = 12
"""So many photos a line can show."""


@transaction.atomic
def add_operation(
    work_order: WorkOrder,
    *,
    by: Actor,
    operation: LabourOperation,
    urgency: str = Urgency.SOON,
    finding: str = "",
    origin: str = LineOrigin.RECEPTION,
    concern: Concern | None = None,
    alternative_of: WorkOrderLine | None = None,
    found: str = "",
) -> WorkOrderLine:
    """Propose a labour operation with its usual parts, and why (M2.2-c).

    `found`: the key of the inspection's finding it answers; its photos come along, and where `finding` says nothing its
    words, in the customer's language. `alternative_of`: the open line instead of which it may be chosen. Raises
    ReceptionRefused when the work stands there already, or when finding or line is not there any more.
    """
    work_order = decidable(work_order)
    beside = _beside(work_order, alternative_of)
    with translation.override(language_of(work_order)):
        seen = findings.find(work_order, found)
    if found and seen is None:
        raise ReceptionRefused(_("This finding is no longer in the inspection. Look at the list again."))
    if beside is None and work_order.lines.top().filter(operation=operation, state=LineState.PROPOSED).exists():
        raise ReceptionRefused(_("“%(line)s” is already proposed.") % {"line": operation.name})
    why = finding.strip() or (seen.words if seen else "") or (beside.finding if beside else "")
    line = consents.propose_operation(
        work_order,
        operation,
        labour_rate=work_order.centre.labour_rate,
        parts=kits([operation], work_order.centre).get(operation.pk, []),
        origin=origin,
        urgency=urgency,
        finding=why,
        concern=concern or (beside.concern if beside else None),
        alternative_of=beside,
    )
    shown = seen.photos if seen else list(beside.photos.values_list("photo", flat=True)) if beside else []
    LinePhoto.objects.bulk_create(LinePhoto(line=line, photo_id=photo) for photo in shown)
    about = {"finding": found, "line": line.pk} if found else {}
    events.record(work_order, "reception.proposed", by=by, data={"code": operation.code, **about}, text=finding.strip())
    for hear in hooks.proposed:
        hear(line, by)
    return line


@transaction.atomic
def add_extra(
    work_order: WorkOrder,
    *,
    by: Actor,
    kind: str,
    description: str,
    price: Decimal,
    urgency: str = Urgency.SOON,
    finding: str = "",
) -> WorkOrderLine:
    """Propose work done outside the house, or a fee, at the price given. Raises ReceptionRefused without words or price."""
    work_order = decidable(work_order)
    price = round_money(price, work_order.centre)
    if kind not in FROM_OUTSIDE or not description.strip() or price <= 0:
        raise ReceptionRefused(_("Say what it is and what it costs."))
    line = WorkOrderLine.objects.create(
        work_order=work_order,
        kind=kind,
        description=description.strip()[:200],
        quantity=Decimal(1),
        unit_price=price,
        amount=price,
        origin=LineOrigin.RECEPTION,
        urgency=urgency,
        finding=finding.strip(),
        position=work_order.lines.count() + 1,
        created_at=now(),
    )
    events.record(work_order, "reception.proposed", by=by, data={"code": kind}, text=line.description)
    return line


@transaction.atomic
def set_aside(work_order: WorkOrder, *, by: Actor, found: str) -> None:
    """Leave a finding without work; it stays in the inspection. Twice changes nothing. Raises ReceptionRefused."""
    work_order = decidable(work_order)
    seen = findings.find(work_order, found)
    if seen is None:
        raise ReceptionRefused(_("This finding is no longer in the inspection. Look at the list again."))
    if findings.still_open(work_order, [seen]):
        events.record(work_order, "reception.set_aside", by=by, data={"finding": found})


@transaction.atomic
def change_line(
    work_order: WorkOrder,
    *,
    by: Actor,
    line: WorkOrderLine,
    quantities: Mapping[int, Decimal],
    part: Part | None = None,
    quantity: Decimal = Decimal(1),
    concern: Concern | None = None,
) -> WorkOrderLine:
    """Set the quantities of a proposal's parts {line id: quantity; 0 takes it off}, add `part`, tie it to a concern.

    Raises ReceptionRefused once the customer has seen it, and NoPrice for a part without one.
    """
    work_order = decidable(work_order)
    line = _unseen(work_order, line)
    for row in line.parts.select_for_update(of=("self",)):
        wanted = quantities.get(row.pk, row.quantity)
        if wanted <= 0:
            row.delete()
        elif wanted != row.quantity:
            row.quantity, row.amount = wanted, line_amount(wanted, row.unit_price, work_order.centre)
            row.save(update_fields=["quantity", "amount"])
    if part is not None:
        _add_part(work_order, line, part, quantity)
    if concern != line.concern:
        line.concern = concern
        line.save(update_fields=["concern"])
    events.record(work_order, "reception.changed", by=by, data={"code": line.code or line.kind})
    return line


@transaction.atomic
def add_line_photos(
    work_order: WorkOrder, *, by: Actor, line: WorkOrderLine, pictures: Sequence[photos.Redrawn]
) -> list[LinePhoto]:
    """Show photos with a proposal; decode before, with `documents.photos.read`. Raises ReceptionRefused, NotKept."""
    work_order = decidable(work_order)
    line = WorkOrderLine.objects.select_for_update(of=("self",)).get(pk=line.pk, work_order=work_order)
    if line.state != LineState.PROPOSED or line.parent_id:
        raise ReceptionRefused(_("“%(line)s” is decided: nothing of it changes any more.") % {"line": line.title})
    if line.photos.count() + len(pictures) > MOST_PHOTOS:
        raise ReceptionRefused(_("A line can show %(count)d photos.") % {"count": MOST_PHOTOS})
    kept = [photos.save(one, by=by, centre=work_order.centre, caption=line.title) for one in pictures]
    return [LinePhoto.objects.create(line=line, photo=photo) for photo in kept]


@transaction.atomic
def remove_line_photo(work_order: WorkOrder, *, by: Actor, line: WorkOrderLine, photo: int) -> None:
    """Take a photo off a proposal; it goes altogether when nothing else shows it. Raises ReceptionRefused once it was shown."""
    work_order = decidable(work_order)
    row = LinePhoto.objects.select_related("photo").filter(line=line, line__work_order=work_order, photo=photo).first()
    if row is None:
        return
    if any(photo in shown.get("photos", ()) for shown in _shown(work_order)):
        raise ReceptionRefused(_("The customer has seen this photo: it stays."))
    row.delete()
    photos.forget(row.photo)


@transaction.atomic
def remove_line(work_order: WorkOrder, *, by: Actor, line: WorkOrderLine) -> None:
    """Take a proposal back that no customer has seen. Raises ReceptionRefused when one has, or when it was decided."""
    work_order = decidable(work_order)
    line = _unseen(work_order, line)
    line.parts.all().delete()
    line.delete()
    events.record(work_order, "reception.withdrawn", by=by, data={"code": line.code or line.kind})


def language_of(work_order: WorkOrder) -> str:
    """The language in which the customer reads."""
    return outbox.known_language(work_order.customer.language or work_order.centre.language)


def _unseen(work_order: WorkOrder, line: WorkOrderLine) -> WorkOrderLine:
    line = WorkOrderLine.objects.select_for_update(of=("self",)).get(pk=line.pk, work_order=work_order)
    if line.state != LineState.PROPOSED or any(row["line"] == line.pk for row in _shown(work_order)):
        raise ReceptionRefused(_("The customer has seen “%(line)s” and decides on it.") % {"line": line.title})
    return line


def _shown(work_order: WorkOrder) -> list[dict[str, Any]]:
    return [row for lines in work_order.estimates.values_list("lines", flat=True) for row in lines]


def _beside(work_order: WorkOrder, line: WorkOrderLine | None) -> WorkOrderLine | None:
    if line is None:
        return None
    row = work_order.lines.top().filter(pk=line.pk, state=LineState.PROPOSED).first()
    first = work_order.lines.filter(pk=alternatives.group_of(row), state=LineState.PROPOSED).first() if row else None
    if first is None:
        raise ReceptionRefused(_("“%(line)s” is decided: nothing of it changes any more.") % {"line": line.title})
    return first


def _add_part(work_order: WorkOrder, line: WorkOrderLine, part: Part, quantity: Decimal) -> None:
    if line.kind != LineKind.LABOUR:
        raise ReceptionRefused(_("Parts stand under labour: choose the work they are for."))
    if quantity <= 0:
        raise ReceptionRefused(_("Say how many of “%(part)s”.") % {"part": part.name})
    if line.parts.filter(part=part).exists():
        raise ReceptionRefused(_("“%(part)s” is there already: change its quantity.") % {"part": part.name})
    price = price_of(part, work_order.centre)
    WorkOrderLine.objects.create(
        work_order=work_order,
        parent=line,
        kind=LineKind.PART,
        part=part,
        quantity=quantity,
        unit_price=price,
        amount=line_amount(quantity, price, work_order.centre),
        origin=line.origin,
        urgency=line.urgency,
        position=line.position,
        created_at=now(),
    )
