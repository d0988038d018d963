"""How the walk-around list of the catalogue is asked: its tabs, the colour of an answer, places on the car's outline.

A leaf besides the catalogue. Items of the groups "record" and "customer" are fields of the inspection itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicedesk.catalogue.models import ChecklistItem
from servicedesk.catalogue.words import ITEM_GROUPS, ItemList, option_label, tone_of

if TYPE_CHECKING:
    from reception.models import Inspection

TABS = ("exterior", "wheel", "dashboard", "interior", "function", "equipment")
"""Groups of the walk-around, in the order in which people walk around a car."""
WARNING_LIGHTS, ODOMETER = "WA-23", "WA-01"
LIGHTS_TAB = "dashboard"
FUEL_LEVELS = ("E", "1/8", "1/4", "3/8", "1/2", "5/8", "3/4", "7/8", "F")
WIDTH, HEIGHT = 500, 440
"""Size of the outline, in its own units."""
PLACES = (
    ("WA-06", 30, 227),
    ("WA-06", 22, 400),
    ("WA-06", 474, 90),
    ("WA-07", 110, 227),
    ("WA-08", 200, 380),
    ("WA-08", 75, 375),
    ("WA-09", 310, 380),
    ("WA-09", 430, 380),
    ("WA-10", 468, 227),
    ("WA-10", 466, 400),
    ("WA-10", 30, 90),
    ("WA-11", 430, 227),
    ("WA-12", 185, 75),
    ("WA-12", 70, 70),
    ("WA-13", 290, 75),
    ("WA-13", 425, 72),
    ("WA-14", 272, 227),
    ("WA-15", 180, 227),
    ("WA-15", 385, 227),
    ("WA-16", 188, 150),
    ("WA-16", 188, 303),
    ("WA-17", 55, 180),
    ("WA-17", 55, 275),
    ("WA-18", 118, 416),
    ("WA-20", 380, 416),
    ("WA-19", 382, 106),
    ("WA-21", 120, 106),
)
"""(item, x, y) on the outline of 500 × 440: the first of an item is where its mark stands when nobody tapped a place."""


def place_of(code: str) -> tuple[int, int]:
    """The usual place of an item on the outline; the roof for anything else."""
    return next(((x, y) for item, x, y in PLACES if item == code), (272, 227))


def item_at(x: int, y: int) -> str:
    """Code of the item whose place on the outline is nearest to a tap."""
    return min(PLACES, key=lambda place: (place[1] - x) ** 2 + (place[2] - y) ** 2)[0]


@dataclass(frozen=True)
class Question:
    """One item with its choices (value, words, tone) and the answer so far."""

    item: ChecklistItem
    choices: list[tuple[str, str, str]]
    value: str
    note: str

    @property
    def name(self) -> str:
        """Its field in the form."""
        return f"item_{self.item.pk}"

    @property
    def note_name(self) -> str:
        """The field of its remark."""
        return f"note_{self.item.pk}"

    @property
    def is_text(self) -> bool:
        """Answered in words."""
        return not self.choices


@dataclass(frozen=True)
class Tab:
    """One group of the walk-around with its questions and how many are answered."""

    key: str
    label: Any
    questions: list[Question]
    lights: bool | None = None
    """Whether the warning lights are recorded, on the tab that asks for them."""

    @property
    def asked(self) -> int:
        """Questions that must be answered."""
        return sum(question.item.required for question in self.questions) + (self.lights is not None)

    @property
    def answered(self) -> int:
        """How many of them are."""
        return self.asked - len(self.missing) - (self.lights is False)

    @property
    def missing(self) -> list[Question]:
        """Required questions without an answer."""
        return [question for question in self.questions if question.item.required and not question.value]


def choices_of(item: ChecklistItem) -> list[tuple[str, str, str]]:
    """The answers offered for an item; outer panels get "OK" in front of the kinds of damage."""
    if item.input_type == "text":
        return []
    values = list(item.options)
    if item.input_type == "mark":
        values = ["ok", *values]
    return [(value, option_label(value), tone_of(value)) for value in values]


def walkaround_items(at: dt.datetime | None = None) -> list[ChecklistItem]:
    """All items of the walk-around list, in order: as of when the inspection was begun, or those in force. One query."""
    return list(ChecklistItem.objects.of(ItemList.WALKAROUND, at=at))


def point_items(inspection: Inspection) -> list[ChecklistItem]:
    """The items of the multi-point check that fit the car, in order, as of when `inspection` was begun. One query."""
    powertrain = inspection.work_order.vehicle.powertrain
    items = ChecklistItem.objects.of(ItemList.MULTIPOINT, at=inspection.begun_at)
    return [item for item in items if item.applies_to(powertrain)]


def tabs(
    items: list[ChecklistItem], answers: dict[int, tuple[str, str]], *, powertrain: str, lights: bool = False
) -> list[Tab]:
    """The walk-around as tabs. `answers` maps item id to (value, note); `lights`: whether warning lights are recorded."""
    found = []
    for key in TABS:
        questions = [
            Question(item, choices_of(item), *answers.get(item.pk, ("", "")))
            for item in items
            if item.group == key and item.code != WARNING_LIGHTS and item.applies_to(powertrain)
        ]
        if questions:
            found.append(Tab(key, ITEM_GROUPS.get(key, key), questions, lights if key == LIGHTS_TAB else None))
    return found


def light_choices(items: list[ChecklistItem]) -> list[tuple[str, str]]:
    """The warning lights that can be ticked."""
    return next(([(v, option_label(v)) for v in item.options] for item in items if item.code == WARNING_LIGHTS), [])
