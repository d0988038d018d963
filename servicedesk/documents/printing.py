"""Print what was ordered: each paper once, and visibly given up after five tries.

1. Claim one order: lock it past other workers (SKIP LOCKED), count the attempt, lease it for five minutes, commit.
2. Compose and lay out, outside any transaction.
3. Keep the paper and mark the order, in one transaction, unless somebody else has finished it meanwhile.

A worker killed between 1 and 3 leaves an order whose lease ends; it is claimed again. The attempt is counted before the
work, so a paper that kills its worker ends too.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.utils import translation

from servicedesk.clock import now
from servicedesk.documents import papers, pdf
from servicedesk.documents.models import PaperOrder, PaperOrderQuerySet
from servicedesk.messaging.outbox import clean
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import format_date
from servicedesk.staff.repeats import Refusal

log = logging.getLogger(__name__)
LEASE = dt.timedelta(seconds=300)
MAX_ATTEMPTS = 5
BACK_OFF = [dt.timedelta(seconds=s) for s in (10, 60, 300, 1800)]
"""Wait after the first, second … failed attempt."""
LONGEST_ERROR = 1000
SWEEP_LIMIT = 20


def run(limit: int = 200) -> int:
    """Print up to `limit` papers; return how many were tried. Any number may run at once."""
    tried = 0
    while tried < limit:
        order = claim()
        if order is None:
            break
        tried += 1
        if order.state == PaperOrder.State.PENDING:
            make(order)
    return tried


def sweep() -> int:
    """Print what a lost ring or a killed worker left."""
    return run(SWEEP_LIMIT)


def claim() -> PaperOrder | None:
    """Take the next order, with its attempt counted and committed. One that used all attempts comes back failed.

    The newest comes first: somebody stands at the counter for it, while nobody waits any more for what a long fault left.
    At five papers a second a worker always reaches the oldest too.
    """
    with transaction.atomic():
        order = (
            PaperOrder.objects.due()
            .select_related("centre", "customer", "duplicate_of")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("-next_try_at", "-pk")
            .first()
        )
        if order is None:
            return None
        if order.attempts >= MAX_ATTEMPTS:
            order.state = PaperOrder.State.FAILED
            order.error = order.error or "the worker ended each time while printing"
        else:
            order.attempts += 1
            order.next_try_at = now() + LEASE
        order.save(update_fields=["state", "attempts", "next_try_at", "error"])
        return order


def make(order: PaperOrder) -> None:
    """Print a claimed order and mark how it went."""
    try:
        content = content_of(order)
    except pdf.PaperTooLong as error:
        give_up(order, str(error))
    except Exception as error:  # one paper that cannot be made must not stop the others; it is counted, kept and shown
        log.exception("paper order %s could not be printed", order.pk)
        put_back(order, f"{type(error).__name__}: {error}")
    else:
        finish(order, content)


def content_of(order: PaperOrder) -> bytes:
    """The paper as PDF, in the language it was ordered in. Raises what its room or the renderer raises."""
    with translation.override(order.language):
        template, context = papers.KINDS[order.kind].compose(order)
        if order.duplicate_of_id:
            context |= {"duplicate": True, "duplicate_day": format_date(order.ordered_at, order.centre, year=True)}
    return pdf.render(template, context, language=order.language)


def finish(order: PaperOrder, content: bytes) -> None:
    """Keep the paper and mark the order; nothing when another worker was faster."""
    by = Actor(order.by_kind, order.by_ref, order.by_label, order.by_user_id)
    try:
        with transaction.atomic():
            row = PaperOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
            if row.state == PaperOrder.State.PRINTED:
                return
            row.paper = papers.keep(
                row.kind,
                row.number,
                row.about,
                order.centre,
                row.language,
                content,
                by,
                customer=order.customer,
                version=row.version,
            )
            row.state, row.error = PaperOrder.State.PRINTED, ""
            row.save(update_fields=["state", "error", "paper"])
    except Refusal as refusal:  # the disk is full
        put_back(order, str(refusal))


def kept(error: str) -> str:
    """What the row keeps of an error, whatever characters it is worded with."""
    return str(clean(error))[:LONGEST_ERROR] or "no reason was given"


def put_back(order: PaperOrder, error: str) -> None:
    """Let it be tried again later, or give up after the last attempt."""
    if order.attempts >= MAX_ATTEMPTS:
        give_up(order, error)
        return
    _mine(order).update(next_try_at=now() + BACK_OFF[order.attempts - 1], error=kept(error))


def give_up(order: PaperOrder, error: str) -> None:
    """Show it to staff as not printed."""
    _mine(order).update(state=PaperOrder.State.FAILED, error=kept(error))


def _mine(order: PaperOrder) -> PaperOrderQuerySet:
    """The order, unless its lease ran out and another worker took it over."""
    return PaperOrder.objects.filter(pk=order.pk, state=PaperOrder.State.PENDING, attempts=order.attempts)
