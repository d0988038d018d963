"""This room's part of the reconciler: due messages are sent or visibly waiting or failed; links were used in time.

That nothing is queued twice is the database's own rule (`dedupe_key` is unique)."""

from __future__ import annotations

from django.db.models import F, Q

from servicedesk.clock import now
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.messaging.relay import LEASE, MAX_ATTEMPTS

MOST = 50  # sentences per kind of problem


def outbox_problems() -> list[str]:
    """One sentence per message that does not add up."""
    rows = Message.objects.all()
    problems = [f"message {pk} is marked sent without its text" for pk in ids(rows.filter(state="sent", body=""))]
    problems += [f"message {pk} is failed without a cause" for pk in ids(rows.filter(state="failed", error=""))]
    problems += [
        f"message {pk} waits although its attempts are used up"
        for pk in ids(rows.filter(state="pending", attempts__gte=MAX_ATTEMPTS))
    ]
    problems += [
        f"message {pk} is leased for longer than a lease lasts"
        for pk in ids(rows.filter(state="sending").filter(Q(claimed_at=None) | Q(next_try_at__gt=now() + LEASE)))
    ]
    return problems


def link_problems() -> list[str]:
    """One sentence per link that was used outside its time."""
    used = SignedLink.objects.filter(Q(used_at__gt=F("expires_at")) | Q(used_at__gt=F("revoked_at")))
    return [f"link {pk} was used after it had ended" for pk in ids(used)]


def ids(rows: object) -> list[int]:
    """The first ids of `rows`."""
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])  # type: ignore[attr-defined]
