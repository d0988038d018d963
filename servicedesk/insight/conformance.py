"""How well a visit followed the manual: aggregates the evidence that the chapters registered; imports none of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy

from servicedesk import registry
from servicedesk.staff.chapters import CHAPTERS
from servicedesk.staff.manual import CLAUSES
from servicedesk.workorders.models import WorkOrder


@dataclass(frozen=True)
class ClauseRow:
    """One clause of the manual and what proves it for this visit."""

    clause: str
    evidence: registry.Evidence

    @property
    def text(self) -> str | Lazy:
        """The duty in a line."""
        return CLAUSES[self.clause]


@dataclass(frozen=True)
class ChapterRow:
    """A chapter with its clauses; `done` of `asked` are proved (not-needed ones are left out)."""

    number: int
    label: str | Lazy
    clauses: list[ClauseRow]

    @property
    def asked(self) -> int:
        """Clauses that applied to this visit so far."""
        return sum(row.evidence.state in ("done", "late", "missing") for row in self.clauses)

    @property
    def done(self) -> int:
        """Clauses proved, late ones included."""
        return sum(row.evidence.state in ("done", "late") for row in self.clauses)


def by_chapter(work_order: WorkOrder) -> list[ChapterRow]:
    """All registered clauses of the manual for one visit, chapter by chapter.

    Nine queries at any stage: the trail, which stays with `work_order`, and what each room reads of its own rows.
    """
    work_order.keep_trail()
    rows: dict[int, list[ClauseRow]] = {}
    for clause, evidence in registry.evidence.of(work_order).items():
        rows.setdefault(int(clause[1]), []).append(ClauseRow(clause, evidence))
    return [ChapterRow(number, label, rows[number]) for number, label in CHAPTERS.items() if number in rows]
