"""The keyset pager of every list: page one million costs what page one costs, and nothing is counted.

A view hands the text of `?after=` to `page`; the template includes `includes/_pager.html`. Cursors are signed together
with the model and the order they were made for, so anything else (garbage, another list's cursor) is the first page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import models
from django.db.models import Q
from django.db.models.constants import LOOKUP_SEP

M = TypeVar("M", bound=models.Model)
SIZE = 50
BACK, FORTH = "b", "f"


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows, and the cursors of the pages after and before them ("" when there is none)."""

    rows: list[M]
    next: str
    previous: str


class Encoder:
    """JSON for cursor values: moments (to the microsecond) and decimals as text, which the field reads back."""

    def dumps(self, values: Any) -> bytes:
        """Return `values` as bytes."""
        return json.dumps(values, default=str, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """Return what `dumps` was given, as text where JSON has no type for it."""
        return json.loads(data)


def page(
    queryset: models.QuerySet[M], order: Sequence[str] = ("-opened_at", "-id"), cursor: str = "", size: int = SIZE
) -> Page[M]:
    """Return the page of `queryset`, sorted by `order`, that `cursor` points at. One query, of `size` + 1 rows.

    `order` names columns that are never null, may follow relations (select_related them) and ends with a unique one; an
    index over exactly these columns is what makes it fast.
    """
    salt = f"paging:{queryset.model._meta.label}:{','.join(order)}"
    direction, values = read(cursor, salt, queryset, order)
    back = direction == BACK
    rows = queryset.order_by(*[flipped(column) if back else column for column in order])
    found = list((rows.filter(beyond(order, values, back=back)) if values else rows)[: size + 1])
    if (values and not found) or (back and len(found) < size):  # rows are gone: too few for a page
        return page(queryset, order, "", size)
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    return Page(
        found,
        next=write(FORTH, found[-1], salt, order) if found and (more or back) else "",
        previous=write(BACK, found[0], salt, order) if found and (more if back else values) else "",
    )


def flipped(column: str) -> str:
    """Return `column` sorted the other way."""
    return column[1:] if column.startswith("-") else f"-{column}"


def beyond(order: Sequence[str], values: Sequence[Any], *, back: bool) -> Q:
    """Return the condition "comes after `values` in `order`" (before, with `back`).

    The leading column is also bounded on its own, since an index can be entered by that and not by an OR.
    """
    condition, equal = Q(), Q()
    for column, value in zip(order, values, strict=True):
        name = column.removeprefix("-")
        operator = "lt" if column.startswith("-") != back else "gt"
        condition |= equal & Q(**{f"{name}__{operator}": value})
        equal &= Q(**{name: value})
    first, operator = order[0].removeprefix("-"), "lte" if order[0].startswith("-") != back else "gte"
    return Q(**{f"{first}__{operator}": values[0]}) & condition


def write(direction: str, row: models.Model, salt: str, order: Sequence[str]) -> str:
    """Return the cursor that starts at `row`."""
    values: list[Any] = []
    for column in order:
        value: Any = row
        for name in column.removeprefix("-").split(LOOKUP_SEP):
            value = getattr(value, name)
        values.append(value)
    return signing.dumps([direction, values], salt=salt, serializer=Encoder)


def read(cursor: str, salt: str, queryset: models.QuerySet[M], order: Sequence[str]) -> tuple[str, list[Any]]:
    """Return direction and values of `cursor`; those of the first page when it is not one of ours."""
    if not cursor:
        return FORTH, []
    try:
        direction, values = signing.loads(cursor, salt=salt, serializer=Encoder)
    except signing.BadSignature:
        return FORTH, []
    return direction, [field_of(queryset, column).to_python(value) for column, value in zip(order, values, strict=True)]


def field_of(queryset: models.QuerySet[M], column: str) -> models.Field:
    """Return the field behind a column of `order`: of the model, of a related one, or of an annotation."""
    name = column.removeprefix("-")
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    model: Any = queryset.model
    field: Any = None
    for part in name.split(LOOKUP_SEP):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        model = field.related_model
    return field
