"""Which items of a checklist apply to a visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from servicedesk.catalogue.models import ChecklistItem, ReadingSpec
from servicedesk.catalogue.models.checklists import POWERTRAINS_OF
from servicedesk.catalogue.words import ItemList
from servicedesk.workorders.models import LineKind, WorkOrder, WorkOrderLine

FINAL_STAGES = ("work", "road_test")
"""Cleaning belongs to the preparation, documents to the handover."""
KNOWN_BY_RECORD = frozenset({"FI-09", "FI-10"})
"""The self-check report exists and the inspector is another person: the house knows, nobody is asked."""
WHEELS = frozenset({"brake", "chassis", "tyre"})
DIAGNOSES = ("ELE-050",)


class Facts:
    """What the conditions of a checklist ask about one visit. Three queries, read when first needed."""

    def __init__(self, work_order: WorkOrder) -> None:
        self.work_order = work_order
        lines = work_order.lines.approved().select_related("operation", "part")
        self.lines: list[WorkOrderLine] = list(lines.order_by("position", "id"))
        self.operations = [line.operation for line in self.lines if line.operation]

    @property
    def since(self) -> dt.datetime:
        """When the car came to be checked: the lists are asked as they were then."""
        return self.work_order.stage_since

    @property
    def labour(self) -> list[WorkOrderLine]:
        """Agreed labour lines: what can be sent back."""
        return [line for line in self.lines if line.kind == LineKind.LABOUR]

    @property
    def road_test(self) -> bool:
        """Whether any agreed work asks for a road test."""
        return any(operation.road_test for operation in self.operations)

    def _has_readings(self) -> bool:
        scopes = {scope for operation in self.operations for scope in (operation.code, operation.group)}
        return ReadingSpec.objects.offered().filter(scope__in=scopes).exists()

    def holds(self, condition: str) -> bool:
        """Whether `condition` of a checklist item is true of this visit; an unknown condition always is."""
        known: dict[str, Callable[[], bool]] = {
            "has_concern": lambda: self.work_order.concerns.exists(),
            "has_parts": lambda: any(line.kind == LineKind.PART for line in self.lines),
            "has_readings": self._has_readings,
            "wheels_or_chassis": lambda: any(operation.group in WHEELS for operation in self.operations),
            "diagnosis_done": lambda: any(operation.code in DIAGNOSES for operation in self.operations),
            "road_test": lambda: self.road_test,
            "wash_requested": lambda: self.work_order.wash_wanted,
        }
        if condition in POWERTRAINS_OF:
            return self.work_order.vehicle.powertrain in POWERTRAINS_OF[condition]
        return known[condition]() if condition in known else True

    def pick(self, items: list[ChecklistItem]) -> list[ChecklistItem]:
        """The items whose condition holds, each condition asked once."""
        answers: dict[str, bool] = {}
        for item in items:
            if item.applies not in answers:
                answers[item.applies] = self.holds(item.applies)
        return [item for item in items if answers[item.applies]]


def self_check_items(facts: Facts) -> list[ChecklistItem]:
    """What the technician answers for."""
    return facts.pick(list(ChecklistItem.objects.of(ItemList.SELFCHECK, at=facts.since)))


def final_items(facts: Facts) -> list[ChecklistItem]:
    """What the inspector looks at: work done and road test."""
    items = ChecklistItem.objects.of(ItemList.FINAL, at=facts.since, stages=FINAL_STAGES)
    return facts.pick(list(items))
