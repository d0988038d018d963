"""What the building blocks of papers (`templates/pdf/_*.html`) are given.

Labels are lazy translations (`gettext_lazy`): they take the paper's language when it is rendered, not the reader's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import segno
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from servicedesk.documents.models import Signature
    from servicedesk.staff.models import ServiceCentre

Text = Any  # str or a lazy translation


def qr(text: str) -> str:
    """Return `text` as a QR code, a PNG in a `data:` address."""
    address: str = segno.make(text, error="m", micro=False).png_data_uri(scale=6, border=0)
    return address


@dataclass(frozen=True)
class House:
    """The service centre as it stood on its letterhead when the paper was ordered."""

    name: str
    address: str
    phone: str


@dataclass(frozen=True)
class Heading:
    """The letterhead, and what runs on later pages. `foot`: a remark at the foot; `code`: the text of the QR code."""

    centre: ServiceCentre | House
    title: Text
    number: str
    plate: str = ""
    foot: Text = ""
    code: str = ""

    @property
    def qr(self) -> str:
        """The QR code as a `data:` address; empty without `code`."""
        return qr(self.code) if self.code else ""

    @property
    def running(self) -> str:
        """Number and plate, on later pages."""
        both = {"number": self.number, "plate": self.plate}
        return _("%(number)s, %(plate)s") % both if self.plate else self.number

    @property
    def footing(self) -> str:
        """Centre and remark, at the foot of every page."""
        both = {"centre": self.centre.name, "remark": self.foot}
        return _("%(centre)s. %(remark)s") % both if self.foot else self.centre.name


@dataclass(frozen=True)
class Column:
    """A column of lines. kind: "" text, "code" (grey), "n" number (right), "c" middle, "small", "tag" (framed), "mk" (dot)."""

    label: Text
    kind: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell unlike the rest of its column. kind: as a column's, or "ok", "watch", "bad" (a verdict; the word says it too)."""

    text: Any
    kind: str = ""


@dataclass(frozen=True)
class Lines:
    """A table whose head repeats on each page and whose totals print once. Cells are text (or `Cell`), amounts formatted.

    The first cell of a total spans the columns the others leave free.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    totals: Sequence[Sequence[Any]] = field(default=())

    @property
    def body(self) -> list[list[tuple[Any, str]]]:
        """Rows of (cell, kind)."""
        kinds = [column.kind for column in self.columns]
        return [
            [(cell.text, cell.kind) if isinstance(cell, Cell) else (cell, kind) for cell, kind in pairs]
            for pairs in (zip(row, kinds, strict=True) for row in self.rows)
        ]

    @property
    def feet(self) -> list[tuple[Any, int, Sequence[Any]]]:
        """Totals as (label, columns it spans, further cells)."""
        return [(total[0], len(self.columns) - len(total) + 1, total[1:]) for total in self.totals]


@dataclass(frozen=True)
class Signed:
    """A place in the row of signatures: without a `signature` it is an empty line to sign by hand.

    `by_account`: signed by being signed in, so that the name stands on the line.
    """

    role: Text
    name: str = ""
    at: Text = ""
    signature: Signature | None = None
    by_account: bool = False
