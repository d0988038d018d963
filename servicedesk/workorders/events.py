"""The trail of a visit: `record` appends to its hash chain, `verify` proves that nothing was cut out or changed.

The hash covers who, when, what and a salted hash of the free text; names and texts stay outside, so that they can be
erased. Hazard: `record` locks the work order row; call it inside the service's transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.workorders.models import Event, EventText, WorkOrder

CHAINED = ("work_order_id", "seq", "kind", "by_kind", "by_ref", "text_hash", "previous_hash", "at", "data")
PLAIN = re.compile(r"[\w.:-]*", re.ASCII)


def chain_hash(event: Event) -> str:
    """The hash of one event, given its fields and the hash before it."""
    who = (event.by_kind, event.by_ref)
    chained = (event.text_hash, event.previous_hash)
    return digest(event.work_order_id, event.seq, event.kind, *who, *chained, event.at, as_json(event.data))


def digest(
    number: int,
    seq: int,
    kind: str,
    by_kind: str,
    by_ref: str,
    text_hash: str,
    previous: str,
    at: dt.datetime,
    data: str,
) -> str:
    """The hash of one event's facts; `data` is sorted JSON. Written out by hand, since the reconciler reads millions."""
    when = at.isoformat(timespec="microseconds")
    facts = (
        f'[{number}, {seq}, {as_json(kind)}, "{when}", {as_json(by_kind)}, {as_json(by_ref)}, {data}, '
        f"{as_json(text_hash)}, {as_json(previous)}]"
    )
    return hashlib.sha256(facts.encode()).hexdigest()


def as_json(value: Any) -> str:
    """JSON with sorted keys, as the chain hashes it. Plain words need no encoder."""
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return f'"{value}"'
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=10_000)
def sorted_json(text: str) -> str:
    """`text`, JSON as the database writes it, with sorted keys. Most of it comes again and again."""
    return as_json(json.loads(text))


def text_hash(text: str, salt: str) -> str:
    """The salted hash that stays in the chain when the text itself is erased."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def record(work_order: WorkOrder, kind: str, *, by: Actor, text: str = "", data: dict[str, Any] | None = None) -> Event:
    """Append an event to the visit's chain. `kind` is "chapter.verb"; `data` holds codes and numbers, `text` free words."""
    with transaction.atomic():
        WorkOrder.objects.select_for_update(of=("self",)).values_list("pk").get(pk=work_order.pk)
        last = Event.objects.filter(work_order=work_order).order_by("-seq").values_list("seq", "hash").first()
        seq, previous = last or (0, "")
        salt = secrets.token_hex(16)
        event = Event(
            work_order=work_order,
            seq=seq + 1,
            kind=kind,
            at=now(),
            data=data or {},
            text_hash=text_hash(text, salt) if text else "",
            previous_hash=previous,
            **actor_values(by),
        )
        event.hash = chain_hash(event)
        event.save(force_insert=True)
        if text:
            EventText.objects.create(event=event, text=text, salt=salt)
    return event


def verify(work_order_id: int) -> list[str]:
    """Problems of one visit's chain, in words; an empty list when every event stands as it was written."""
    return list(broken(Event.objects.filter(work_order_id=work_order_id)))


def verify_all() -> list[str]:
    """Problems of all chains, read in one stream: some 10 µs an event, and memory does not grow with their number."""
    with transaction.atomic():  # the server keeps the cursor's place instead of a copy of the whole table
        return list(broken(Event.objects.all()))


def broken(events: QuerySet[Event]) -> Iterator[str]:
    """One sentence per chain in `events` that is not whole; what follows its first problem is passed over."""
    columns = (*CHAINED[:-1], Cast("data", TextField()), "hash")
    rows = events.order_by("work_order_id", "seq").values_list(*columns).iterator(chunk_size=5000)
    for work_order_id, chain in groupby(rows, key=itemgetter(0)):
        previous = ""
        for place, (_number, seq, kind, by_kind, by_ref, words, before, at, data, own) in enumerate(chain, start=1):
            if seq != place:
                yield f"work order {work_order_id}: event {place} is missing"
                break
            facts = (work_order_id, seq, kind, by_kind, by_ref, words, before, at, sorted_json(data))
            if before != previous or own != digest(*facts):
                yield f"work order {work_order_id}: event {place} was changed"
                break
            previous = own
