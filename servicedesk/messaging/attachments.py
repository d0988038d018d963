"""What goes with a message: text kept in the row, or a paper that its room reads at sending.

An attachment is a dict: `{"name": "booking.ics", "type": "text/calendar", "text": "…"}`, or
`{"opener": "paper_order", "id": 12}` where a room registered an opener under that name in `AppConfig.ready`. An opener
raises `channels.NotYet` for what is still being made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class File(NamedTuple):
    """A file to attach."""

    name: str
    content: bytes
    type: str


OPENERS: dict[str, Callable[[int], File | tuple[str, bytes, str]]] = {}


def register(opener: str, read: Callable[[int], File | tuple[str, bytes, str]]) -> None:
    """Let attachments name `opener`; `read(id)` returns (file name, bytes, media type)."""
    OPENERS[opener] = read


def read(attachment: dict[str, Any]) -> File:
    """Return the file that `attachment` stands for."""
    if "opener" in attachment:
        return File(*OPENERS[attachment["opener"]](attachment["id"]))
    return File(attachment["name"], attachment["text"].encode(), attachment.get("type", "text/plain"))
