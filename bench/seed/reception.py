"""Chapter 2: the joint inspection, signed by the customer."""

from __future__ import annotations

from typing import Any

from bench.seed.table import NULL, Table
from bench.seed.visit import SIGNED, Visit
from bench.seed.workorders import BY
from reception.models import DamageMark, Inspection, InspectionItem

MARKED_EACH = 4
"""Every so manieth car has a scratch."""


class Reception:
    """Rows of `reception`. Items come before their inspection, which is locked from the start."""

    def __init__(self, world: Any, first: int, stride: int, orders: Any) -> None:
        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.world, self.orders = world, orders
        self.items = table(InspectionItem, "inspection_id item_id value")
        self.marks = table(DamageMark, "inspection_id x y", number=1, kind="scratch")
        self.inspections = table(
            Inspection,
            f"work_order_id begun_at odometer signature_id confirmed_at purpose_explained {BY}",
            fuel="1/2",
            keys=1,
            warning_lights=["none"],
            valuables="none",
            covers_fitted=True,
            road_test_allowed=True,
        )
        self.tables = [self.items, self.marks, self.inspections]

    def write(self, visit: Visit, details: bool) -> None:
        """Look at the car together; every second one still in reception is not signed yet."""
        own = self.inspections.take()
        signed = visit.rank >= 1 or visit.n % 2 == 0
        for item, value in self.world.lists.walkaround if details else []:
            self.items.add(own, item, value)
        marked = details and visit.n % MARKED_EACH == 0
        if marked:
            self.marks.add(own, 60 + visit.n % 380, 60 + visit.n % 320)
        signature: Any = NULL
        if signed:
            signature, seal = self.orders.sign(visit, SIGNED)
            data = f'{{"marks": {int(marked)}, "seal": "{seal}", "signature": {signature}}}'
            visit.event(SIGNED, "inspection.signed", visit.advisor, data)
        self.inspections.put(
            own,
            visit.id,
            visit.arrival,
            visit.odometer,
            signature,
            visit.at(SIGNED) if signed else NULL,
            "t" if signed else "f",
            *visit.advisor,
        )
