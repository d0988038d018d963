"""The trail of a visit: `record` appends to its hash chain, `verify` proves that nothing was cut out or changed.

The hash covers who, when, what and a salted hash of the free text; names and texts stay outside, so that they can be
erased. Hazard: `record` locks the work order row; call it inside the service's transaction.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from django.db import transaction

from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.workorders.models import Event, EventText, WorkOrder


def chain_hash(event: Event) -> str:
    """The hash of one event, given its fields and the hash before it."""
    facts = [
        event.work_order_id,
        event.seq,
        event.kind,
        event.at.isoformat(timespec="microseconds"),
        event.by_kind,
        event.by_ref,
        event.data,
        event.text_hash,
        event.previous_hash,
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def text_hash(text: str, salt: str) -> str:
    """The salted hash that stays in the chain when the text itself is erased."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def record(work_order: WorkOrder, kind: str, *, by: Actor, text: str = "", data: dict[str, Any] | None = None) -> Event:
    """Append an event to the visit's chain. `kind` is "chapter.verb"; `data` holds codes and numbers, `text` free words."""
    with transaction.atomic():
        WorkOrder.objects.select_for_update(of=("self",)).only("pk").get(pk=work_order.pk)
        last = Event.objects.filter(work_order=work_order).order_by("-seq").only("seq", "hash").first()
        salt = secrets.token_hex(16)
        event = Event(
            work_order=work_order,
            seq=last.seq + 1 if last else 1,
            kind=kind,
            at=now(),
            data=data or {},
            text_hash=text_hash(text, salt) if text else "",
            previous_hash=last.hash if last else "",
            **actor_values(by),
        )
        event.hash = chain_hash(event)
        event.save(force_insert=True)
        if text:
            EventText.objects.create(event=event, text=text, salt=salt)
    return event


def verify(work_order_id: int) -> list[str]:
    """Problems of one visit's chain, in words; an empty list when every event stands as it was written."""
    problems = []
    previous = ""
    for seq, event in enumerate(Event.objects.filter(work_order_id=work_order_id).order_by("seq"), start=1):
        if event.seq != seq:
            problems.append(f"work order {work_order_id}: event {seq} is missing")
            break
        if event.previous_hash != previous or event.hash != chain_hash(event):
            problems.append(f"work order {work_order_id}: event {seq} was changed")
            break
        previous = event.hash
    return problems
