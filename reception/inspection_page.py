"""What the inspection page shows: dials, outline, items and points, as kept or as they were just typed (M2.2-a)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from reception import checklist
from reception.models import DamageMark, Inspection, InspectionPhoto, PointResult
from reception.services import odometer
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.catalogue.words import ITEM_GROUPS
from servicedesk.staff.formats import format_number
from servicedesk.workorders.models import WorkOrder

OUTLINED = ("exterior", "wheel")
"""Groups whose items are places on the outline."""


@dataclass(frozen=True)
class Point:
    """One item of the multi-point check and what was found on it."""

    item: ChecklistItem
    verdict: str
    value: str
    note: str

    @property
    def verdicts(self) -> list[tuple[str, Any, str]]:
        """The colours offered: (value, words, tone)."""
        return [(value, label, value) for value, label in PointResult.Verdict.choices]


class Page:
    """One inspection as the tablet shows it. `typed`: the form that could not be taken, in place of what is kept."""

    def __init__(self, inspection: Inspection, typed: Mapping[str, Any] | None = None) -> None:
        self.inspection, self.typed = inspection, typed
        self.order: WorkOrder = inspection.work_order
        self.vehicle = self.order.vehicle

    def _was(self, name: str, kept: Any) -> Any:
        return kept if self.typed is None else self.typed.get(name, "")

    @property
    def dials(self) -> dict[str, Any]:
        """Odometer, fuel, charge and keys."""
        kept = self.inspection
        odometer = "" if kept.odometer is None else format_number(kept.odometer)
        return {
            "odometer": self._was("odometer", odometer),
            "fuel": self._was("fuel", kept.fuel),
            "charge": self._was("charge", kept.charge),
            "keys": self._was("keys", kept.keys),
        }

    @property
    def note(self) -> str:
        """The note of the whole inspection."""
        return str(self._was("note", self.inspection.note))

    @cached_property
    def items(self) -> list[ChecklistItem]:
        """The walk-around list."""
        return checklist.walkaround_items(self.inspection.begun_at)

    @cached_property
    def tabs(self) -> list[checklist.Tab]:
        """The walk-around, group by group."""
        answers = {row.item_id: (row.value, row.note) for row in self.inspection.items.all()}
        if self.typed is not None:
            answers = {
                item.pk: (self.typed.get(f"item_{item.pk}", ""), self.typed.get(f"note_{item.pk}", ""))
                for item in self.items
            }
        return checklist.tabs(
            self.items, answers, powertrain=self.vehicle.powertrain, lights=bool(self.inspection.warning_lights)
        )

    @cached_property
    def lights(self) -> list[tuple[str, Any, bool]]:
        """The warning lights: (value, words, whether it is on)."""
        on = self.inspection.warning_lights
        if self.typed is not None:
            on = self.typed.getlist("lights")  # type: ignore[attr-defined]
        return [(value, words, value in on) for value, words in checklist.light_choices(self.items)]

    @cached_property
    def light_item(self) -> ChecklistItem | None:
        """The item that asks for the warning lights: its photo is theirs."""
        return next((item for item in self.items if item.code == checklist.WARNING_LIGHTS), None)

    @cached_property
    def dial_item(self) -> ChecklistItem | None:
        """The item that asks for the odometer: its photo shows the dials."""
        return next((item for item in self.items if item.code == checklist.ODOMETER), None)

    @cached_property
    def points(self) -> list[tuple[Any, list[Point]]]:
        """The multi-point check, group by group: (words, points)."""
        kept = {row.item_id: row for row in self.inspection.points.all()}
        rows = [self._point(item, kept.get(item.pk)) for item in checklist.point_items(self.inspection)]
        return [
            (ITEM_GROUPS.get(group, group), list(found)) for group, found in groupby(rows, lambda row: row.item.group)
        ]

    def _point(self, item: ChecklistItem, kept: PointResult | None) -> Point:
        value = "" if kept is None or kept.value is None else f"{kept.value.normalize():f}"
        return Point(
            item,
            self._was(f"point_{item.pk}", kept.verdict if kept else ""),
            self._was(f"value_{item.pk}", value),
            self._was(f"remark_{item.pk}", kept.note if kept else ""),
        )

    @property
    def points_found(self) -> int:
        """How many points have a result."""
        return sum(bool(point.verdict) for _group, rows in self.points for point in rows)

    @cached_property
    def marks(self) -> list[DamageMark]:
        """The marks on the outline, with their photos."""
        rows = self.inspection.marks.select_related("item").prefetch_related("photos")
        return list(rows.order_by("number"))

    @cached_property
    def photos(self) -> list[InspectionPhoto]:
        """All photos, oldest first."""
        return list(self.inspection.photos.select_related("photo", "mark").order_by("pk"))

    @cached_property
    def places(self) -> list[ChecklistItem]:
        """The parts of the car that a mark can lie on."""
        return [item for item in self.items if item.group in OUTLINED]

    @cached_property
    def spots(self) -> str:
        """Which part lies where on the outline, for the script: JSON [[item id, x, y], …]."""
        by_code = {item.code: item.pk for item in self.items}
        return json.dumps([[by_code[code], x, y] for code, x, y in checklist.PLACES if code in by_code])

    @property
    def last_odometer(self) -> int | None:
        """What the car showed before this visit, in km. At most one query."""
        return odometer.last_before(self.inspection)[0]

    @property
    def levels(self) -> list[tuple[str, str]]:
        """The marks of the fuel gauge."""
        return [(level, level) for level in checklist.FUEL_LEVELS]

    @property
    def dials_missing(self) -> int:
        """How many dials nobody has read."""
        kept, car = self.inspection, self.vehicle
        return (
            (kept.odometer is None)
            + (car.powertrain != "ev" and not kept.fuel)
            + (car.is_plugged_in and kept.charge is None)
        )

    @property
    def left(self) -> int:
        """How many things must still be looked at before the customer signs."""
        return sum(tab.asked - tab.answered for tab in self.tabs) + self.dials_missing


def changes_in(page: Page, typed: Any) -> Iterator[dict[str, Any]]:
    """The whole form, sent without script, as the changes the tablet would have sent."""
    sure = bool(typed.get("sure"))
    if typed.get("odometer", "").strip():
        yield {"do": "odometer", "value": typed["odometer"], "sure": sure}
    for name in ("fuel", "charge", "keys"):
        if typed.get(name, "").strip():
            yield {"do": name, "value": typed[name].strip()}
    for tab in page.tabs:
        for question in tab.questions:
            value, note = typed.get(question.name, ""), typed.get(question.note_name, "")
            if value or question.value:
                yield {"do": "item", "item": question.item.pk, "value": value, "note": note}
    yield {"do": "lights", "value": typed.getlist("lights")}
    yield {"do": "note", "value": typed.get("note", "")}
    for _group, points in page.points:
        for point in points:
            pk = point.item.pk
            found = {
                "verdict": typed.get(f"point_{pk}", ""),
                "value": typed.get(f"value_{pk}", ""),
                "note": typed.get(f"remark_{pk}", ""),
            }
            if found["verdict"] or found["value"] or point.verdict:
                yield {"do": "point", "item": pk, **found}
