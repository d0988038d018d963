"""What the customer says, concern by concern, in his own words: added, changed, put in order, taken back (M2.1-c)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from reception import symptoms
from reception.services.floor import at_reception
from reception.services.refusals import NotReceived
from servicedesk.catalogue.models import LabourOperation
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Reason
from servicedesk.workorders import events
from servicedesk.workorders.models import Concern, WorkOrder

MOST = 12
"""More than so many concerns belong to a second visit."""


@transaction.atomic
def record_need(
    work_order: WorkOrder,
    *,
    by: Actor,
    words: str = "",
    more: str = "",
    signs: Iterable[str] = (),
    system: str = "",
    concern: Concern | None = None,
    purpose: str | None = None,
) -> Concern | None:
    """Write down a concern in the customer's words with the answers to our questions; with `concern` that one is changed.

    `more`: what was said of it that no question asks. `purpose`: what the visit is for, None leaves it as it is. Without
    words only the purpose is kept, if the visit has a concern. Returns the concern. Raises NotReceived without any words,
    beyond MOST concerns, or once reception is over.
    """
    order = at_reception(work_order)
    own = order.concerns
    if concern is None and not words.strip() and own.exists():
        _keep_purpose(order, purpose)
        return None
    if not words.strip():
        raise NotReceived(Reason(_("Write down what the customer says, word for word."), clause="M2.1-c"))
    if concern is None and own.count() >= MOST:
        raise NotReceived(
            Reason(
                _("This visit has %(count)d concerns already: add the words to one of them.") % {"count": MOST},
                clause="M2.1-c",
            )
        )
    row = own.filter(pk=concern.pk).first() if concern else Concern(work_order=order, position=_last(order) + 1)
    if row is None:
        raise NotReceived(_("This concern has been taken back. Write it as a new one."))
    kind = "reception.concern_changed" if concern else "reception.need"
    describe(row, words=words, more=more, signs=signs, system=system)
    row.save()
    _keep_purpose(order, purpose)
    events.record(order, kind, by=by, text=row.words)
    return row


def describe(row: Concern, *, words: str, more: str, signs: Iterable[str], system: str) -> None:
    """Set what a concern says; codes that are none of ours are left out. Does not save."""
    row.words, row.system = words.strip(), system
    row.signs = [sign for sign in dict.fromkeys(signs) if sign in symptoms.ANSWERS]
    row.symptoms = symptoms.line_of(row.signs, row.work_order.centre.language, more)


@transaction.atomic
def remove_concern(concern: Concern, *, by: Actor) -> None:
    """Take back a concern that no line answers yet. Raises NotReceived otherwise, and for the only one."""
    order = at_reception(concern.work_order)
    row = order.concerns.filter(pk=concern.pk).first()
    if row is None:
        return
    reasons = []
    if row.lines.exists():
        reasons.append(Reason(_("Work is proposed for this concern: withdraw it first."), clause="M2.1-c"))
    if order.concerns.count() == 1:
        reasons.append(Reason(_("A visit is about something: change the words instead."), clause="M2.1-c"))
    if reasons:
        raise NotReceived(*reasons)
    events.record(order, "reception.concern_removed", by=by, text=row.words)
    row.delete()


@transaction.atomic
def raise_concern(concern: Concern, *, by: Actor) -> None:
    """Put a concern before the one above it; the first stays. Raises NotReceived once reception is over."""
    order = at_reception(concern.work_order)
    rows = list(order.concerns.order_by("position", "pk"))
    at = next((index for index, row in enumerate(rows) if row.pk == concern.pk), 0)
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    for position, row in enumerate(rows):
        row.position = position
    Concern.objects.bulk_update(rows, ["position"])


def concern_for(operation: LabourOperation, concerns: Sequence[Concern]) -> Concern | None:
    """The concern that an operation answers: the one about its system, else the only one if it names no system."""
    same = next((concern for concern in concerns if concern.system and concern.system == operation.system), None)
    if same is not None:
        return same
    return concerns[0] if len(concerns) == 1 and not concerns[0].system else None


def _last(order: WorkOrder) -> int:
    last = order.concerns.aggregate(last=Max("position"))["last"]
    return -1 if last is None else int(last)


def _keep_purpose(order: WorkOrder, purpose: str | None) -> None:
    if purpose is not None:
        WorkOrder.objects.filter(pk=order.pk).update(purpose=purpose.strip()[:200])
