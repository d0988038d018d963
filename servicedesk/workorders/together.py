"""Rows of several tables in one query: what the clauses of one chapter read about a visit.

Each table is a subquery by its own index, so the cost is that of the rows it gives. They come as dicts of the columns
that were asked, not as models: nothing can be read by the way, one query at a time.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from servicedesk.workorders.models import WorkOrder

Row = dict[str, Any]


class Rows(ArraySubquery):
    """The rows of `selection`, in its order, as a list of dicts: an annotation like any other, also within another `Rows`.

    Moments are called `at` or `…_at`, here as everywhere, and come back as moments. Amounts would come back as floats:
    `Cast` them to text.
    """

    def __init__(self, selection: QuerySet[Any], **columns: Any) -> None:
        super().__init__(selection.values(json=JSONObject(**columns)))

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Read moments back."""
        return [*super().get_db_converters(connection), lambda value, *_: _with_moments(value)]


class First(Rows):
    """The first row of `selection` as a dict; None when there is none. (Within another `Rows` it stays a list.)"""

    def __init__(self, selection: QuerySet[Any], **columns: Any) -> None:
        super().__init__(selection[:1], **columns)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Take it out of its list."""
        return [*super().get_db_converters(connection), lambda rows, *_: rows[0] if rows else None]


def read_together(work_order: WorkOrder, **selections: Any) -> dict[str, Any]:
    """What each selection found, by its name: `Rows` a list, `First` one row or None, a `Subquery` its value. One query."""
    found = WorkOrder.objects.filter(pk=work_order.pk).values_list(*selections.values()).get()
    return dict(zip(selections, found, strict=True))


def _with_moments(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_moments(entry) for entry in value]
    if isinstance(value, dict):
        return {name: _moment(name, _with_moments(entry)) for name, entry in value.items()}
    return value


def _moment(name: str, value: Any) -> Any:
    is_moment = value is not None and (name == "at" or name.endswith("_at"))
    return dt.datetime.fromisoformat(value) if is_moment else value
