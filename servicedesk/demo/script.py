"""What is to happen to one visit: drawn by chance for ordinary days, chosen for the situations of today."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from servicedesk.customers.models import Vehicle
from servicedesk.demo.cases import CASES

MINUTES = {
    "receive": 0,
    "readings": 3,
    "inspect": 9,
    "estimate": 6,
    "decide": 5,
    "authorise": 3,
    "assign": 14,
    "begin": 6,
    "worked": 0,
    "selfcheck": 7,
    "final": 18,
    "wash": 8,
    "clean": 13,
    "bill": 6,
    "ready": 3,
    "notify": 6,
    "pay": 75,
    "hand_over": 7,
    "invite": 6,
}
"""Step → opening minutes since the step before; the work itself lies between `begin` and `worked`."""
STEPS = tuple(MINUTES)
BY_LINK = 22
"""Minutes more until a customer decides who was sent a link."""


@dataclass
class Script:
    """One visit's fate. `stop`: the step after which the story rests, for cars that stand at a point of the process today."""

    case: str
    chance: random.Random
    came: str = "online"  # online, phone, site, walk_in
    booked_days: int = 3
    moved: bool = False
    ending: str = ""  # no_show, cancelled, given_back
    proposes: str = ""  # approve, decline or defer: more work offered at reception, and the answer
    decides: str = "tablet"  # tablet, link, phone
    waits_on_site: bool = False
    no_wash: bool = False
    finds: str = ""  # approve, decline or settle: found during the work, and what came of it
    parts_wait: int = 0  # minutes
    fails: bool = False
    late: bool = False
    tells_late: bool = False
    bill_first: bool = False
    survey: str = "sent"  # "" (not invited), sent, good, fair, low
    call: str = "reached"  # reached, back, unreachable, refused, problem, problem_open, problem_solved, forgotten
    complaint: str = ""
    stop: str = ""
    age: int = 0  # opening minutes since that step
    promise_in: int | None = None  # opening minutes from the present to the promised time
    advisor: int | None = None  # which advisor
    tempo: float = 1.0
    speed: float = 1.0
    extras: dict[str, Any] = field(default_factory=dict)

    def minutes(self, step: str) -> float:
        """Opening minutes between the step before and this one."""
        if step == "decide" and self.decides != "tablet":
            return MINUTES[step] + BY_LINK
        if step == "pay" and self.waits_on_site:
            return 4
        return MINUTES[step] * self.tempo


def fitting_case(vehicle: Vehicle, chance: random.Random) -> str:
    """A case that this car can have, common ones more often."""
    fits = {key: case.weight for key, case in CASES.items() if vehicle.powertrain in case.drives}
    return chance.choices(list(fits), list(fits.values()))[0]


def ordinary(vehicle: Vehicle, chance: random.Random, case: str = "") -> Script:
    """What an ordinary visit is like: mostly smooth, sometimes not."""

    def often(share: float) -> bool:
        return chance.random() < share

    script = Script(case=case or fitting_case(vehicle, chance), chance=chance)
    script.came = chance.choices(("online", "phone", "site", "walk_in"), (38, 28, 8, 26))[0]
    script.booked_days = chance.choice((1, 1, 2, 2, 3, 4, 6))
    script.moved = often(0.08)
    script.proposes = chance.choices(("", "approve", "decline", "defer"), (60, 20, 12, 8))[0]
    script.decides = chance.choices(("tablet", "link", "phone"), (70, 20, 10))[0]
    script.waits_on_site = often(0.25)
    script.no_wash = often(0.08)
    script.finds = chance.choices(("", "approve", "decline", "settle"), (78, 13, 5, 4))[0]
    script.fails = often(0.03)
    script.late = often(0.07)
    script.tells_late = script.late and often(0.5)
    script.survey = chance.choices(("", "sent", "good", "fair", "low"), (5, 31, 55, 7, 2))[0]
    script.call = chance.choices(("reached", "back", "unreachable", "refused", "problem"), (76, 7, 7, 3, 7))[0]
    script.tempo = chance.uniform(0.75, 1.3)
    script.speed = chance.uniform(0.8, 1.12)
    script.bill_first = often(0.2)
    return script


def arrival_of(script: Script, work_minutes: float) -> float:
    """How many opening minutes before the present a car came that stands `script.age` past its step `script.stop`."""
    passed = 0.0
    for step in STEPS:
        passed += script.minutes(step) + (work_minutes if step == "worked" else 0)
        if step == script.stop:
            break
    return passed + script.age
