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
PER_DAY = {"NH": 2.1, "TH": 0.45, "SG": 0.5}
OUTCOMES: dict[int, dict[str, Any]] = {
    2: {"ending": "no_show", "came": "online"},
    4: {"moved": True, "came": "phone"},
    5: {"survey": "good"},
    7: {"late": True, "survey": "low", "call": "reached", "complaint": "CP-10:closed"},
    9: {"proposes": "decline", "decides": "tablet"},
    10: {"fails": True, "case": "brake_squeal"},
    12: {"ending": "cancelled", "came": "online"},
    13: {"parts_wait": 240, "tells_late": True, "case": "wheel_hum", "call": "unreachable"},
    15: {"proposes": "defer"},
    16: {"call": "problem", "case": "brake_rear"},
    18: {"came": "walk_in", "finds": "approve", "case": "service_small"},
    20: {"case": "tyres_worn", "survey": "good"},
    22: {"ending": "given_back", "proposes": "approve", "came": "walk_in"},
    24: {"finds": "decline", "case": "rough_idle"},
    25: {"late": True, "came": "phone", "parts_wait": 90},
    27: {"call": "refused"},
    28: {"proposes": "approve", "decides": "phone"},
    30: {"ending": "no_show", "came": "phone"},
    31: {"survey": "fair", "call": "back"},
    33: {"fails": True, "case": "front_knock", "survey": "good"},
    35: {"finds": "settle", "case": "coolant"},
    36: {"ending": "cancelled", "came": "phone", "moved": True},
}
"""Place in the history → what is certain about that visit; chance decides the rest."""
FEW = {1: 2, 3: 13, 4: 10, 5: 9, 6: 16, 7: 12, 8: 18}
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
