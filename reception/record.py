"""What was found and signed at the joint inspection, as one canonical text, and its fingerprint (M2.2-b).

`seal_of` is taken when the customer confirms and kept twice: on the inspection, and in the event of the visit's trail,
which also keeps his wishes as he said them. Computed again at any time, it says whether anything was changed since.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from ipaddress import ip_address
from typing import Any

from reception.models import Inspection
from servicedesk.workorders.models import Event

FORM = 1
"""Version of the text. A changed text gets another number; records sealed before keep theirs."""
SIGNED = "inspection.signed"
PARTS = ("items", "marks", "points", "photos__photo", "photos__mark")
"""What must be read beside an inspection; for `prefetch_related`."""


def state_of(inspection: Inspection) -> dict[str, Any]:
    """What was found, words of items by the id of their version. Five queries unless `PARTS` are prefetched."""
    return {
        "odometer": inspection.odometer,
        "fuel": inspection.fuel,
        "charge": inspection.charge,
        "keys": inspection.keys,
        "lights": list(inspection.warning_lights),
        "note": inspection.note,
        "items": sorted([row.item_id, row.value, row.note] for row in inspection.items.all()),
        "marks": sorted(
            [row.number, row.item_id, row.x, row.y, row.kind, row.note, str(row.key)] for row in inspection.marks.all()
        ),
        "points": sorted([row.item_id, row.verdict, _number(row.value), row.note] for row in inspection.points.all()),
        "photos": sorted(
            [str(row.key), row.photo.sha256, row.mark.number if row.mark else None, row.item_id]
            for row in inspection.photos.all()
        ),
    }


def seen_of(inspection: Inspection) -> str:
    """A short name for what the page shows: what is confirmed must be what was seen."""
    return fingerprint(state_of(inspection))[:32]


def record_of(inspection: Inspection, wishes: dict[str, bool]) -> dict[str, Any]:
    """All that the customer signed, his `wishes` for the visit included."""
    return state_of(inspection) | {
        "form": FORM,
        "visit": inspection.work_order_id,
        "begun_at": _moment(inspection.begun_at),
        "wishes": dict(wishes),
        "valuables": inspection.valuables,
        "belongings": inspection.belongings,
        "road_test": inspection.road_test_allowed,
        "charging": inspection.charging_allowed,
        "covers": inspection.covers_fitted,
        "explained": inspection.purpose_explained,
        "reservations": inspection.reservations,
        "signature": inspection.signature.sha256 if inspection.signature else "",
        "confirmed_at": _moment(inspection.confirmed_at),
        "confirmed_how": inspection.confirmed_how,
        "confirmed_from": str(ip_address(inspection.confirmed_from)) if inspection.confirmed_from else "",
        "left_at": _moment(inspection.left_at),
        "left_reason": inspection.left_reason,
    }


def seal_of(inspection: Inspection, wishes: dict[str, bool]) -> str:
    """The SHA-256 of `record_of`, in hexadecimal."""
    return fingerprint(record_of(inspection, wishes))


def signed_events(visits: Iterable[int]) -> dict[int, Event]:
    """The event with which each visit's inspection was signed. One query."""
    rows = Event.objects.filter(work_order__in=list(visits), kind=SIGNED).order_by("seq")
    return {row.work_order_id: row for row in rows}


def wishes_in(event: Event | None) -> dict[str, bool]:
    """The customer's wishes as he signed them; empty for what was signed before they were kept."""
    return dict(event.data.get("wishes", {})) if event else {}


def is_unchanged(inspection: Inspection, event: Event | None) -> bool:
    """Whether a sealed inspection still is what was signed: by its own seal, and by the one in the visit's trail."""
    return event is not None and event.data.get("record") == inspection.seal == seal_of(inspection, wishes_in(event))


def fingerprint(value: Any) -> str:
    """The SHA-256 of a value as JSON with sorted keys and without spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _moment(at: dt.datetime | None) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds") if at else ""
