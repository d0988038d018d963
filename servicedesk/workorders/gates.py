"""Gates: what must hold before a visit enters a stage. Each chapter registers its own; the screen and `advance` read them.

A gate returns its whole list of requirements, met or not: the page shows what is missing with a link to its fix, and
below, muted, what is already done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from servicedesk.workorders.models import WorkOrder


@dataclass(frozen=True)
class Requirement:
    """One thing a stage asks for: met or not, in words, with the manual's clause, the page that mends it and who can."""

    ok: bool
    text: Any
    clause: str = ""
    url: str = ""
    role: str = ""


Gate = Callable[[WorkOrder], list[Requirement]]
_gates: list[tuple[str, str | None, int, Gate]] = []


def gate(target: str, *, source: str | None = None, order: int = 0) -> Callable[[Gate], Gate]:
    """Ask the decorated function before a visit enters `target` (only when it comes from `source`, if given)."""

    def register(function: Gate) -> Gate:
        _gates.append((target, source, order, function))
        return function

    return register


def requirements(work_order: WorkOrder, target: str) -> list[Requirement]:
    """All requirements for entering `target` from where the visit stands, in registered order."""
    asked: list[Requirement] = []
    for gate_target, source, _order, function in sorted(_gates, key=lambda entry: entry[2]):
        if gate_target == target and source in (None, work_order.stage):
            asked += function(work_order)
    return asked
