"""A dear and a cheap way to do the same thing: of a line and its alternatives at most one is done (M2.2-c).

Totals "if all is approved" count the dearest line of a group that is still open: what is agreed is a ceiling. Once one
of a group is agreed, only that one counts. The database keeps it: `one_of_alternatives_is_agreed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, F
from django.db.models.functions import Coalesce

from servicedesk.workorders.models import LineState, WorkOrderLine

AGREED = (LineState.APPROVED, LineState.DONE, LineState.CHECKED)


def group_of(line: WorkOrderLine) -> int:
    """What a line shares with its alternatives: the id of the line they stand beside."""
    return line.alternative_of_id or line.pk


def group_column(prefix: str = "") -> Coalesce:
    """The same as a column."""
    return Coalesce(F(f"{prefix}alternative_of_id"), F(f"{prefix}id"), output_field=BigIntegerField())


def rows_of(lines: Iterable[WorkOrderLine]) -> list[dict[str, Any]]:
    """Lines as `not_counted` reads them, in the words of an estimate's snapshot."""
    return [
        {
            "line": line.pk,
            "parent": line.parent_id,
            "alternative_of": line.alternative_of_id,
            "amount": line.amount,
            "state": line.state,
        }
        for line in lines
    ]


def not_counted(rows: Iterable[Mapping[str, Any]]) -> set[int]:
    """Lines, with their parts, that do not count when all open lines are approved: the cheaper ones of each group."""
    rows = list(rows)
    groups: dict[int, list[Mapping[str, Any]]] = {}
    amounts: dict[int, Decimal] = {}
    for row in rows:
        top = row["parent"] or row["line"]
        amounts[top] = amounts.get(top, Decimal(0)) + Decimal(row["amount"])
        if row["parent"] is None and row["state"] in (*AGREED, LineState.PROPOSED):
            groups.setdefault(row.get("alternative_of") or row["line"], []).append(row)
    left: set[int] = set()
    for group in groups.values():
        counts = max(group, key=lambda row: (row["state"] in AGREED, amounts[row["line"]], -row["line"]))
        left |= {row["line"] for row in group if row is not counts}
    return {row["line"] for row in rows if (row["parent"] or row["line"]) in left}


def counted(lines: Iterable[WorkOrderLine]) -> list[WorkOrderLine]:
    """The lines that count when all open ones are approved."""
    lines = list(lines)
    left = not_counted(rows_of(lines))
    return [line for line in lines if line.pk not in left]
