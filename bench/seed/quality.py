"""Chapter 4: self-checks and final inspections with their items; some visits fail the first and come again."""

from __future__ import annotations

from typing import Any

from bench.seed.table import NULL, Table
from bench.seed.visit import Visit
from bench.seed.workorders import BY
from quality.models import FinalInspection, FinalItem, SelfCheck, SelfCheckItem

FAULT = "螺絲未做扭力記號"


class Quality:
    """Rows of `quality`. Items are written for visits whose details are kept."""

    def __init__(self, world: Any, first: int, stride: int, workshop: Any) -> None:
        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.workshop, self.codes = workshop, world.lists.codes
        self.checks = table(SelfCheck, f"work_order_id round technician_id signed_at {BY}", passed=True)
        self.check_items = table(SelfCheckItem, "self_check_id item_id", verdict="pass")
        self.finals = table(
            FinalInspection,
            f"work_order_id round inspector_id verdict road_tested odometer_before odometer_after signed_at {BY}",
        )
        self.final_items = table(FinalItem, "inspection_id item_id verdict note line_id")
        self.tables = [self.checks, self.check_items, self.finals, self.final_items]

    def write(self, visit: Visit, details: bool) -> None:
        """Sign what the stage says."""
        if visit.rank < 4:
            return
        self._check(visit, 1, visit.finished + 4, details)
        if visit.rank < 5:
            return
        minute = visit.finished + 19
        if visit.reworked:
            self._final(visit, 1, minute, "fail", details)
            self.workshop.rework(visit, minute, visit.inspector, FAULT)
            if visit.stage == "rework":
                return
            self._check(visit, 2, visit.finished + 40, details)
        self._final(visit, 2 if visit.reworked else 1, visit.done, "pass", details)
        visit.step(visit.done, "final", "preparation", visit.inspector)

    def _check(self, visit: Visit, number: int, minute: int, details: bool) -> None:
        by = visit.technician
        report = self.checks.add(visit.id, number, by[3], visit.at(minute), *by)
        if details:
            for item in visit.recipe.self_check:
                self.check_items.add(report, item)
        visit.event(minute, "quality.self_check_signed", by, f'{{"faults": [], "passed": true, "round": {number}}}')
        visit.step(minute, "selfcheck", "final", by)

    def _final(self, visit: Visit, number: int, minute: int, verdict: str, details: bool) -> None:
        by, driven = visit.inspector, visit.recipe.road_test
        report = self.finals.add(
            visit.id,
            number,
            by[3],
            verdict,
            "t" if driven else "f",
            visit.odometer if driven else NULL,
            visit.odometer + 4 if driven else NULL,
            visit.at(minute),
            *by,
        )
        bad = visit.recipe.final[3] if verdict == "fail" else 0
        for item in visit.recipe.final if details else [bad] if bad else []:
            if item == bad:
                self.final_items.add(report, item, "fail", FAULT, visit.lines[visit.recipe.jobs[0]])
            else:
                self.final_items.add(report, item, "pass", "", NULL)
        faults = f'["{self.codes[bad]}"]' if bad else "[]"
        data = f'{{"faults": {faults}, "round": {number}, "verdict": "{verdict}"}}'
        visit.event(minute, "quality.final_signed", by, data)
