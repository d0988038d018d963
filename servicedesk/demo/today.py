"""Today: cars at every point of the process, calls and complaints before somebody, all relative to the present hour."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from servicedesk.demo.script import Script

ASKED, REPORTED = {"finding": "asked"}, {"finding": "reported"}


@dataclass(frozen=True)
class Situation:
    """One car: its case, what is certain about its script, and how many open days ago it came (0: counted from `age`)."""

    name: str
    case: str
    certain: dict[str, Any] = field(default_factory=dict)
    days_ago: int = 0


def stands(name: str, case: str, stop: str, age: int, **certain: Any) -> Situation:
    """A car that is here now, `age` opening minutes past its step `stop`."""
    return Situation(name, case, {"stop": stop, "age": age, "advisor": 0, **certain})


def came(name: str, case: str, days_ago: int, **certain: Any) -> Situation:
    """A car that came some open days ago and whose visit left something open."""
    return Situation(name, case, {"survey": "sent", "came": "walk_in", **certain}, days_ago)


IN_THE_HOUSE = (
    stands("arrived", "ac_smell", "receive", 4),
    stands("arrived without booking", "puncture", "receive", 9, came="walk_in", advisor=1),
    stands("at the dials", "engine_lamp", "readings", 5),
    stands("inspected", "service_mid", "inspect", 6, advisor=1),
    stands("estimate sent", "front_knock", "estimate", 23, decides="link", proposes="approve"),
    stands("authorised", "pulls_left", "authorise", 12, promise_in=250),
    stands("assigned", "battery", "assign", 5, promise_in=130),
    stands("in repair", "service_big", "begin", 70, promise_in=215),
    stands("in repair, high voltage", "ev_charge", "begin", 22, advisor=1, promise_in=240),
    stands("waits for parts", "wheel_hum", "begin", 125, parts_wait=900, speed=1.0, promise_in=160),
    stands("finding reported", "rough_idle", "begin", 26, finds="approve", extras=REPORTED, speed=1.0, promise_in=110),
    stands("finding asked", "service_small", "begin", 44, finds="approve", extras=ASKED, speed=1.1, promise_in=95),
    stands("late", "brake_rear", "begin", 52, speed=1.3, promise_in=-12, waits_on_site=True, advisor=2),
    stands("self-check", "oil", "worked", 6, promise_in=70),
    stands("final", "coolant", "selfcheck", 11, promise_in=85, advisor=1),
    stands("rework", "brake_squeal", "final", 13, fails=True, promise_in=65, advisor=2),
    stands("washing", "tyres_worn", "wash", 6, promise_in=60),
    stands("to bill", "service_small", "clean", 8, promise_in=50),
    stands("ready", "belt_squeal", "ready", 7, promise_in=35),
    stands("ready, customer told", "gearbox_jerk", "notify", 48, promise_in=20, advisor=1),
    stands("ready, paid", "wiper", "pay", 9, promise_in=15),
    stands("delivered, to invite", "parking_brake", "hand_over", 12, advisor=0),
    stands("delivered, invited", "headlamp", "invite", 40, survey="sent", advisor=0),
)
LEFT_OPEN = (
    came("call forgotten", "brake_squeal", 5, call="forgotten"),
    came("call later today", "front_knock", 2, extras={"call_in": 75}),
    came("call before closing", "brake_rear", 2, extras={"call_in": 140}),
    came("to call back", "pulls_left", 2, call="back", extras={"call_ago": 60}),
    came("problem open", "brake_pulse", 2, call="problem_open", extras={"call_ago": 95}),
    came("problem solved, not told", "front_knock", 2, call="problem_solved", extras={"call_ago": 420}, survey="good"),
    came("opinion open", "tyres_worn", 2, survey="low", extras={"opinion": "open"}),
    came("complaint due soon", "brake_squeal", 6, complaint="CP-05:open", call="reached"),
    came("complaint answered", "paint", 8, complaint="CP-14:answered"),
    came("complaint not accepted", "wheel_hum", 8, complaint="CP-18:not_accepted", survey="good"),
    came("complaint overdue", "ac_warm", 9, complaint="CP-18:overdue"),
)
SMALL = frozenset(
    {
        "arrived",
        "estimate sent",
        "authorised",
        "in repair",
        "final",
        "washing",
        "ready",
        "delivered, invited",
        "problem open",
        "complaint due soon",
        "call later today",
    }
)
"""What a smaller centre shows of them."""
REQUESTS = ((7, "service_small"), (19, "ac_smell"), (62, "brake_squeal"))
"""Requests that wait for an answer: minutes ago, case. The last one is overdue."""
AHEAD = ((45, "tyres_worn"), (90, "service_mid"), (150, "ev_health"), (165, "wheel_hum"), (230, "oil"))
"""Bookings of the next hours: opening minutes from now, case."""
DAYS_AHEAD = (
    (1, 20, "service_big"),
    (1, 60, "brake_pulse"),
    (1, 150, "ac_warm"),
    (1, 330, "puncture"),
    (2, 40, "service_small"),
    (3, 100, "pulls_left"),
)
"""Bookings of the next days: open days ahead, minutes from opening, case."""
FEW_AHEAD = 1
"""How many of each of these a smaller centre has."""
WAITING = ((16, "puncture", False), (11, "oil", True), (4, "brake_squeal", True))
"""Who is here and not received yet: minutes ago, case, whether booked."""
LATE_BOOKING = (11, "ac_warm")
"""A booked car that should have come at least so many minutes ago."""


def script_of(situation: Situation, chance: random.Random) -> Script:
    """The script of a situation: nothing left to chance but words."""
    return Script(situation.case, chance, **situation.certain)
