"""docs/architecture.md says what the code does; every recorded event has its words."""

from __future__ import annotations

import re
from pathlib import Path

from servicedesk import registry
from servicedesk.workorders.transitions import handler_table

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\w+) \| (\d+) \| `([\w.]+)` \|", re.MULTILINE)
RECORDED = re.compile(r"(?:events\.)?record\(\s*[\w.]+,\s*\"([a-z_]+(?:\.[a-z_]+)?)\"")
ROOMS = ("servicedesk", "appointments", "reception", "workshop", "quality", "delivery", "followup", "complaints")


def test_the_table_of_handlers_is_the_code() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert sorted((stage, int(order), name) for stage, order, name in ROW.findall(text)) == handler_table()


def test_every_event_kind_reads_in_words_on_the_timeline() -> None:
    kinds = {
        kind
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for kind in RECORDED.findall(path.read_text(encoding="utf-8"))
    }
    assert {"opened", "stage"} <= kinds
    assert sorted(kinds - {"stage"} - set(registry.phrases)) == []
