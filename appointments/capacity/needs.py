"""What work asks of a day: hours of a skill level, of a licence's holders, of a kind of bay.

Levels nest: whoever has level 4 may do work of level 3, so an hour of level 3 also fills the levels below it, and for each
level the hours booked from it upwards must fit into the hours of those who have it. Licences and bays are further
conditions on the same hours, never added to the total. Keys: "L1" … "L5", "hv", "body", …, "bay:lift",
"bay:hv".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from servicedesk.catalogue.models import LabourOperation
from servicedesk.staff.models import Bay

Hours = dict[str, Decimal]
"""Hours by need."""
TOTAL = "L1"
"""The need that every hour of work fills."""
LEVELS = (1, 2, 3, 4, 5)
INCLUDES = {"hv": ("hv", "hv_aware")}
"""Licence → what its holder may do. An hour that asks for the first also takes from the holders of the others."""
BAY = "bay:"
BAYS = tuple(BAY + kind for kind in Bay.Kind.values if kind != Bay.Kind.WASH)
LOOK: Hours = {TOTAL: Decimal("0.5")}
"""What a car needs of which nobody knows yet what is to be done."""


def level(number: int) -> str:
    """The key of a skill level."""
    return f"L{number}"


def demand_of(operations: Iterable[LabourOperation]) -> Hours:
    """The hours that `operations` ask for, by need."""
    asked: dict[str, Decimal] = defaultdict(Decimal)
    for operation in operations:
        for key in keys_of(operation.skill_level, operation.cert_required, operation.bay):
            asked[key] += operation.std_hours
    return dict(asked)


def work_for(operations: Iterable[LabourOperation]) -> Hours:
    """What a booking of `operations` asks for; somebody who only says what is wrong needs a look."""
    return demand_of(operations) or dict(LOOK)


def keys_of(skill_level: int, licence: str = "", bay: str = "") -> list[str]:
    """The needs that an hour of this level fills, with this licence and in this kind of bay."""
    keys = [level(number) for number in LEVELS if number <= skill_level]
    if licence:
        keys += INCLUDES.get(licence, (licence,))
    if bay:
        keys.append(BAY + bay)
    return keys


def holds(licence: str) -> tuple[str, ...]:
    """What the holder of a licence may do."""
    return INCLUDES.get(licence, (licence,))
