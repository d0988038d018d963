"""Findings of the joint inspection that ask for work: what is amber or red, and damage; proposed, set aside or open (M2.2-c).

A finding is known by its key ("point:12"). What became of it stands in the visit's trail: `reception.proposed` names the
finding and its line, `reception.set_aside` the finding. A line that is taken back leaves its finding open again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reception.models import DamageMark, InspectionPhoto
from servicedesk.catalogue.models import ChecklistItem, LabourOperation
from servicedesk.catalogue.words import System
from servicedesk.staff.formats import joined
from servicedesk.workorders.models import Urgency, WorkOrder

OF_TONE = {"red": Urgency.NOW, "amber": Urgency.SOON}
OF_DAMAGE = {
    DamageMark.Kind.BROKEN: Urgency.NOW,
    DamageMark.Kind.MISSING: Urgency.NOW,
    DamageMark.Kind.CRACK: Urgency.SOON,
}
"""How urgent damage is; what is not here can wait."""
SYSTEMS: dict[str, tuple[str, ...]] = {
    "under_bonnet": (System.ENGINE, System.MAINTENANCE),
    "electrical": (System.ELECTRICAL,),
    "lights": (System.ELECTRICAL,),
    "diagnosis": (System.ELECTRICAL,),
    "dashboard": (System.ELECTRICAL,),
    "wipers": (System.MAINTENANCE,),
    "tyres": (System.TYRE,),
    "wheel": (System.TYRE, System.BODY),
    "brakes": (System.BRAKE,),
    "chassis": (System.CHASSIS,),
    "cabin": (System.AIR_CONDITIONING, System.MAINTENANCE),
    "interior": (System.BODY,),
    "exterior": (System.BODY,),
    "ev": (System.EV,),
}
"""Which systems of the car the groups of the checklists look at."""
SUGGESTED = 3
AND = frozenset("與及和、（）")
"""Letters of names that say nothing about the thing."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found: its words with the measured value, how urgent it is, and the photos that show it."""

    key: str
    words: str
    urgency: str
    group: str
    about: str = ""
    """The item's name in the catalogue's first language: work of the same words fits."""
    photos: list[int] = field(default_factory=list)

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems whose work may answer it."""
        return SYSTEMS.get(self.group, ())


def of_visit(work_order: WorkOrder) -> list[Finding]:
    """All findings of the visit's inspection, the most urgent first. At most five queries, none of them by finding."""
    inspection = getattr(work_order, "inspection", None)
    if inspection is None:
        return []
    photos = list(InspectionPhoto.objects.filter(inspection=inspection).order_by("pk"))
    marks = list(inspection.marks.select_related("item").order_by("number"))
    items = inspection.items.select_related("item").order_by("item__position", "pk")
    marked = {mark.item_id for mark in marks}
    found = [
        Finding(
            f"point:{row.pk}",
            said(row.item, row.measured, row.note),
            OF_TONE[row.verdict],
            row.item.group,
            row.item.name_zh_hant,
            [shown.photo_id for shown in photos if shown.item_id == row.item_id],
        )
        for row in inspection.points.select_related("item").order_by("item__position", "pk")
        if row.verdict in OF_TONE
    ]
    found += [
        Finding(
            f"mark:{mark.pk}",
            said(mark.item, str(mark.get_kind_display()), mark.note),
            OF_DAMAGE.get(DamageMark.Kind(mark.kind), Urgency.ADVICE),
            mark.item.group if mark.item else "exterior",
            mark.item.name_zh_hant if mark.item else "",
            [shown.photo_id for shown in photos if shown.mark_id == mark.pk],
        )
        for mark in marks
    ]
    found += [
        Finding(
            f"item:{row.pk}",
            said(row.item, str(row.words), row.note),
            OF_TONE[row.tone],
            row.item.group,
            row.item.name_zh_hant,
            [shown.photo_id for shown in photos if shown.item_id == row.item_id and not shown.mark_id],
        )
        for row in items
        if row.tone in OF_TONE and row.item_id not in marked
    ]
    order = list(Urgency.values)
    return sorted(found, key=lambda finding: order.index(finding.urgency))


def still_open(work_order: WorkOrder, found: Iterable[Finding]) -> list[Finding]:
    """Those of which nothing has become yet. Two queries."""
    lines = {line.pk for line in work_order.lines.all()}
    over = {
        event.data.get("finding")
        for event in work_order.happened("reception.proposed", "reception.set_aside")
        if event.kind == "reception.set_aside" or event.data.get("line") in lines
    }
    return [finding for finding in found if finding.key not in over]


def find(work_order: WorkOrder, key: str) -> Finding | None:
    """The finding of this visit that goes by `key`."""
    return next((finding for finding in of_visit(work_order) if finding.key == key), None) if key else None


def suggestions(found: Iterable[Finding], operations: Iterable[LabourOperation]) -> dict[str, list[LabourOperation]]:
    """For each finding the work that fits best: of the same words first, then of the same system."""
    rows = [(operation, pairs(operation.name_zh_hant)) for operation in operations]
    best: dict[str, list[LabourOperation]] = {}
    for finding in found:
        own = pairs(finding.about)
        ranked = [
            (2 * len(own & words) + (operation.group in finding.systems), operation.code, operation)
            for operation, words in rows
        ]
        fit = sorted((row for row in ranked if row[0] > 1), key=lambda row: (-row[0], row[1]))
        best[finding.key] = [operation for _score, _code, operation in fit[:SUGGESTED]]
    return best


def in_order(finding: Finding | None, operations: Iterable[LabourOperation]) -> list[LabourOperation]:
    """Operations with those of the finding's systems first."""
    systems = finding.systems if finding else ()
    return sorted(operations, key=lambda operation: operation.group not in systems)


def pairs(words: str) -> set[str]:
    """Two letters at a time: what names of the same thing share. An "and" between two things belongs to neither."""
    return {pair for at in range(len(words) - 1) if AND.isdisjoint(pair := words[at : at + 2])}


def said(item: ChecklistItem | None, *more: str) -> str:
    """The item and what was found on it, in one line."""
    return joined([str(part) for part in (item.name if item else "", *more) if part])
