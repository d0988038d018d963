"""What seeded visits are about: some dozens of recipes, made once from the catalogue, repeated over the years."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bench.seed.table import compact
from servicedesk.catalogue.models import ChecklistItem, LabourOperation, ReadingSpec
from servicedesk.catalogue.prices import prices_of
from servicedesk.catalogue.words import ItemList
from servicedesk.workorders.money import line_amount, totals

LANGUAGES = ("en", "zh-hant", "zh-hans")
RECIPES = 60
WORDS = (
    "踩煞車時前面有尖銳的聲音，下雨天更明顯。",
    "該保養了，順便看一下輪胎。",
    "冷氣不冷，出風口有異味。",
    "高速時方向盤會抖。",
    "早上冷車發動時轉速不穩。",
    "儀表板亮黃燈。",
)


@dataclass
class Line:
    """A line of a recipe. `parent` is the place of its labour line in the recipe, or None."""

    kind: str
    operation_id: int | None
    part_id: int | None
    code: str
    titles: dict[str, str]
    units: dict[str, str]
    quantity: Decimal
    price: Decimal
    amount: Decimal
    parent: int | None
    decision: str = "approve"
    readings: list[tuple[int, str, Decimal, str]] = field(default_factory=list)  # spec id, key, value, unit
    minutes: int = 0
    snapshot: str = ""  # its part of an estimate's JSON, without "line" and "parent"

    @property
    def approved(self) -> bool:
        """Whether the customer says yes to it."""
        return self.decision == "approve"


@dataclass
class Recipe:
    """The work of a visit with all that can be said of it beforehand."""

    lines: list[Line]
    words: str
    shown: Any  # totals of the whole estimate
    agreed: Any  # totals of what is approved
    self_check: list[int]
    final: list[int]
    road_test: bool
    work_class: str

    @property
    def jobs(self) -> list[int]:
        """Places of approved labour lines."""
        return [place for place, line in enumerate(self.lines) if line.kind == "labour" and line.approved]


@dataclass
class Checklists:
    """Ids of the items every visit answers."""

    walkaround: list[tuple[int, str]]
    self_check: list[tuple[int, str]]
    final: list[tuple[int, str]]
    clean: list[int]
    codes: dict[int, str]


def checklists() -> Checklists:
    """Read the lists; of the walk-around, what is ticked item by item, with a harmless answer."""
    items = ChecklistItem.objects
    asked = [item for item in items.of(ItemList.WALKAROUND) if item.required and item.input_type in ("mark", "ok_ng")]
    return Checklists(
        walkaround=[(item.pk, "ok" if item.input_type == "mark" else item.options[0]) for item in asked],
        self_check=[(item.pk, item.applies) for item in items.of(ItemList.SELFCHECK)],
        final=[(item.pk, item.applies) for item in items.of(ItemList.FINAL, stages=("work", "road_test"))],
        clean=[item.pk for item in items.of(ItemList.FINAL, stages=["clean"])],
        codes=dict(items.of(ItemList.FINAL).values_list("pk", "code")),
    )


def recipes(centre: Any, lists: Checklists) -> list[Recipe]:
    """Always the same recipes for the same catalogue and centre."""
    chance = random.Random(7)
    offered = LabourOperation.objects.offered().filter(cert_required="", std_hours__lte=4)
    operations = list(offered.prefetch_related("kit__part"))
    usual = [operation for operation in operations if operation.group == "maintenance"]
    specs = list(ReadingSpec.objects.offered())
    prices = prices_of({kit.part for operation in operations for kit in operation.kit.all()}, centre)
    made = []
    for number in range(RECIPES):
        chosen = [operations[number % len(operations)]]
        chosen += [o for o in chance.sample(usual, chance.choice((0, 1, 1, 2))) if o not in chosen]
        refused = chance.choice(("decline", "defer")) if len(chosen) > 1 and number % 4 == 0 else "approve"
        made.append(_recipe(number, chosen, refused, centre, lists, specs, prices))
    return made


def _recipe(
    number: int, chosen: list[Any], refused: str, centre: Any, lists: Checklists, specs: list[Any], prices: Any
) -> Recipe:
    lines: list[Line] = []
    for place, operation in enumerate(chosen):
        decision = refused if place == len(chosen) - 1 else "approve"
        parent = len(lines)
        lines.append(_line("labour", operation, operation.std_hours, centre.labour_rate, centre, None, decision))
        lines[parent].minutes = max(6, int(operation.std_hours * 60))
        for spec in specs:
            if spec.scope in (operation.code, operation.group):
                lines[parent].readings.append((spec.pk, spec.key, _within(spec), spec.unit))
        for kit in operation.kit.all():
            if kit.part_id in prices:
                lines.append(_line("part", kit.part, kit.qty, prices[kit.part_id], centre, parent, decision))
    worked = [line for line in lines if line.kind == "labour" and line.approved]
    total = sum(line.minutes for line in worked)
    for line in worked:  # the work of a visit fits between two of the technician's appointments
        line.minutes = max(5, line.minutes * min(90, total) // total)
    groups = {operation.group for operation, line in zip(chosen, _labour(lines), strict=True) if line.approved}
    kept = [operation for operation, line in zip(chosen, _labour(lines), strict=True) if line.approved]
    true = {"always", "has_concern", "wash_requested"}
    true |= {"has_parts"} if any(line.kind == "part" and line.approved for line in lines) else set()
    true |= {"has_readings"} if any(line.readings for line in worked) else set()
    true |= {"wheels_or_chassis"} if groups & {"brake", "chassis", "tyre"} else set()
    true |= {"diagnosis_done"} if any(operation.code == "ELE-050" for operation in kept) else set()
    road_test = any(operation.road_test for operation in kept)
    true |= {"road_test"} if road_test else set()
    safety = bool(groups & {"brake", "chassis", "tyre"})
    return Recipe(
        lines=lines,
        words=WORDS[number % len(WORDS)],
        shown=totals([line.amount for line in lines], centre),
        agreed=totals([line.amount for line in lines if line.approved], centre),
        self_check=[pk for pk, applies in lists.self_check if applies in true],
        final=[pk for pk, applies in lists.final if applies in true],
        road_test=road_test,
        work_class="safety" if safety else "maintenance" if groups == {"maintenance"} else "general",
    )


def _labour(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.kind == "labour"]


def _line(
    kind: str, source: Any, quantity: Decimal, price: Decimal, centre: Any, parent: int | None, decision: str
) -> Line:
    titles = {language: source.name_in(language) for language in LANGUAGES}
    code = source.code if kind == "labour" else source.part_no
    quantity = quantity.quantize(Decimal("0.01"))
    price = price.quantize(Decimal("0.01"))
    amount = line_amount(quantity, price, centre)
    shown = {
        "kind": kind,
        "code": code,
        "title": titles,
        "quantity": str(quantity),
        "unit_price": str(price),
        "amount": str(amount),
        "state": "proposed",
        "urgency": "soon",
        "finding": "",
    }
    return Line(
        kind=kind,
        operation_id=source.pk if kind == "labour" else None,
        part_id=source.pk if kind == "part" else None,
        code=code,
        titles=titles,
        units={language: source.unit_in(language) for language in LANGUAGES} if kind == "part" else {},
        quantity=quantity,
        price=price,
        amount=amount,
        parent=parent,
        decision=decision,
        snapshot=compact(shown)[1:],
    )


def _within(spec: Any) -> Decimal:
    """A value in the middle of what is allowed."""
    if spec.lower is not None and spec.upper is not None:
        return (spec.lower + spec.upper) / 2
    if spec.lower is not None:
        return spec.lower * 2 or Decimal(1)
    return (spec.upper or Decimal(2)) / 2
