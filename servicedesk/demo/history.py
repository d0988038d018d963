"""Ordinary days: who came on each open day of the last weeks, with every outcome the process knows among them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

from servicedesk.customers.models import Vehicle
from servicedesk.demo.garage import Garage
from servicedesk.demo.hours import Hours
from servicedesk.demo.script import Script, ordinary

DAYS = 21
PER_DAY = {"NH": 0.6, "TH": 0.2, "SG": 0.24}
"""So few that all of it is there within some twenty seconds; `OUTCOMES` sees to it that each kind of visit is."""
OUTCOMES: dict[int, dict[str, Any]] = {
    1: {"came": "online", "proposes": "decline", "decides": "tablet", "survey": "good"},
    2: {"ending": "no_show", "came": "online"},
    3: {"came": "phone", "call": "back", "finds": "decline", "case": "rough_idle", "decides": "link"},
    4: {"late": True, "survey": "low", "call": "reached", "complaint": "CP-10:closed", "came": "online"},
    5: {"fails": True, "case": "brake_squeal", "came": "site", "call": "refused"},
    6: {"ending": "cancelled", "came": "phone", "moved": True},
    7: {"parts_wait": 240, "tells_late": True, "case": "wheel_hum", "call": "unreachable"},
    8: {"call": "problem", "case": "brake_rear", "survey": "sent", "proposes": "defer"},
    9: {"came": "walk_in", "finds": "approve", "case": "service_small", "decides": "phone", "survey": "good"},
    10: {"ending": "given_back", "proposes": "approve", "came": "walk_in"},
}
"""Place in the history → what is certain about that visit; chance decides the rest."""
FEW = {1: 2, 2: 8, 3: 5, 4: 6, 5: 1}
"""The same for a small centre: place → place in `OUTCOMES`."""


def visits(
    code: str, hours: Hours, days: list[dt.date], garage: Garage, *, share: float = 1.0, first: bool
) -> Iterator[tuple[str, Vehicle, Script, dt.datetime]]:
    """(key, car, script, arrival) of every visit of `days`; `first`: this is the whole history, not days since."""
    place, owed = 0, 0.0
    for day in days:
        chance = random.Random(f"{code}:{day}")  # noqa: S311 - invented data, the same at every run
        owed += PER_DAY[code] * share + chance.uniform(-0.4, 0.4)
        for number in range(max(0, round(owed))):
            owed -= 1
            certain = dict(_certain(code, place) if first else {})
            case = str(certain.pop("case", ""))
            car = garage.take(day, case)
            if car is None:
                continue
            script = ordinary(car, chance, case)
            for name, value in certain.items():
                setattr(script, name, value)
            place += 1
            yield f"{code}:{day}:{number}", car, script, arrival(hours, day, number, chance)


def _certain(code: str, place: int) -> dict[str, Any]:
    return OUTCOMES.get(place if code == "NH" else FEW.get(place, -1), {})


def arrival(hours: Hours, day: dt.date, number: int, chance: random.Random) -> dt.datetime:
    """Cars come from opening on, most of them in the morning."""
    opens = hours.windows(day)[0][0]
    minutes = chance.choice((10, 40, 70, 100, 130, 160)) + 45 * number + (150 if chance.random() < 0.25 else 0)
    return hours.next_open(opens + dt.timedelta(minutes=minutes))
