"""Fields smuggled into a form: what to send, and how to compare what two tries left behind."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.proofs.place import Place


def evil(name: str, place: Place) -> str:
    """A tempting value for a field nobody offered."""
    known = {"stage": "closed", "state": "approved", "role": "manager", "is_superuser": "on", "final_say": "on"}
    if name in {"technician", "technician_id", "owner", "owner_id", "by_user", "by_user_id", "advisor", "advisor_id"}:
        return str(place.here.who["cashier"].pk)
    return known.get(name, "1")


def masked(rows: dict[str, list[dict[str, Any]]], before: dict[str, Any]) -> dict[str, list[str]]:
    """`rows` without what differs from one try to the next: new keys, moments, salts and hashes."""
    return {
        table: sorted(json.dumps({k: mask(k, v) for k, v in row.items()}, sort_keys=True) for row in found)
        for table, found in rows.items()
        if table != "staff_handledrequest"
    }


def mask(name: str, value: Any) -> Any:
    """One value, made comparable."""
    if name in {"id", "key", "seal", "valid_from", "valid_to"} or name.endswith(
        ("_id", "_hash", "_at", "at", "hash", "sha256", "nonce", "salt", "since", "until", "_key", "_ref")
    ):
        return "…" if value is not None else None
    if name in {
        "data",
        "attachments",
        "context",
        "facts",
        "lines",
        "url",
        "file",
        "thumbnail",
        "size",
        "drawing",
        "answer",
        "snapshot",
        "checks",
    }:
        return re.sub(r"[0-9a-f]*\d[0-9a-f]*", "#", json.dumps(value, sort_keys=True))
    return value


def difference(plain: dict[str, Any], loaded: dict[str, Any]) -> str:
    """Where two effects differ, in short."""
    return "; ".join(
        f"{table}: {sorted(set(plain.get(table, [])) ^ set(loaded.get(table, [])))}"[:600]
        for table in sorted({*plain, *loaded})
        if plain.get(table) != loaded.get(table)
    )
