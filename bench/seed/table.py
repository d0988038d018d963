"""Rows on their way into one table, as lines of COPY's text format.

A `Table` is told which columns vary and what is constant; all other columns get what the model says (NULL where it may be
NULL, else the default, else empty text). A column that has none of these is an error at the start, not a bad row later.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from psycopg import sql

NULL = "\\N"


def text(value: Any) -> str:
    """`value` as COPY reads it, with what is special in the format escaped."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    written = str(value)
    if "\\" in written or "\t" in written or "\n" in written:
        written = written.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return written


def compact(value: Any) -> str:
    """JSON as the event chain hashes it."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


class Table:
    """Collects rows of `model`. `add` gives them ids in steps of `stride`, so that two processes never give the same."""

    def __init__(self, model: type[models.Model], varying: str, *, first: int, stride: int, **constants: Any) -> None:
        self.model = model
        self.last, self.stride = first - stride, stride
        self.rows: list[str] = []
        self.total = 0
        names = varying.split()
        columns, values = ["id", *names], ["%s"] * (len(names) + 1)
        for field in model._meta.concrete_fields:
            if field.primary_key or field.attname in names or field.generated or field.has_db_default():
                continue
            columns.append(field.attname)
            values.append(constant(field, constants.pop(field.attname, models.NOT_PROVIDED)).replace("%", "%%"))
        unknown = (set(constants) | set(names)) - {field.attname for field in model._meta.concrete_fields}
        if unknown:
            raise ValueError(f"{model._meta.label} has no {', '.join(sorted(unknown))}")
        by_name = {field.attname: field.column for field in model._meta.concrete_fields}
        self.columns = [model._meta.pk.column, *(by_name[name] for name in columns[1:])]
        self.template = "\t".join(values) + "\n"

    def add(self, *values: Any) -> int:
        """One more row with the next id; returns the id. `values` in the order of `varying`, as COPY reads them."""
        self.last += self.stride
        self.rows.append(self.template % (self.last, *values))
        return self.last

    def take(self) -> int:
        """The next id, for a row that `put` writes later."""
        self.last += self.stride
        return self.last

    def put(self, *values: Any) -> None:
        """One more row; the first value is its id."""
        self.rows.append(self.template % values)

    def copy(self, cursor: Any) -> None:
        """Send the collected rows."""
        if not self.rows:
            return
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, self.columns))
        )
        with cursor.copy(statement) as copy:
            copy.write("".join(self.rows))
        self.total += len(self.rows)
        self.rows.clear()


def constant(field: Any, value: Any) -> str:
    """The text of a column that is the same in every row."""
    if value is models.NOT_PROVIDED:
        if field.has_default():
            value = field.get_default()
        elif field.null:
            value = None
        elif field.empty_strings_allowed:
            value = ""
        else:
            raise ValueError(f"{field.model._meta.label}.{field.attname} needs a value")
    if value is not None and isinstance(field, models.JSONField):
        value = compact(value)
    elif isinstance(value, list) and isinstance(field, ArrayField):
        value = "{" + ",".join(map(str, value)) + "}"
    return text(value)
