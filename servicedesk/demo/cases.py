"""What cars come for: the labour booked, what is found while it is done, and which drives it fits."""

from __future__ import annotations

from typing import NamedTuple

ENGINE = frozenset({"petrol", "diesel", "hybrid", "phev"})
PLUG = frozenset({"ev", "phev"})
ANY = ENGINE | PLUG


class Case(NamedTuple):
    """Codes of labour operations, and how often it comes."""

    booked: tuple[str, ...]
    found: str
    drives: frozenset[str] = ANY
    weight: int = 2


CASES = {
    "service_small": Case(("MNT-020", "MNT-110"), "BRK-010", ENGINE, 8),
    "service_mid": Case(("MNT-030",), "MNT-070", ENGINE, 6),
    "service_big": Case(("MNT-040",), "ENG-010", ENGINE, 3),
    "oil": Case(("MNT-010",), "MNT-060", ENGINE, 4),
    "brake_squeal": Case(("BRK-010",), "MNT-070", weight=5),
    "brake_rear": Case(("BRK-020",), "BRK-050"),
    "brake_pulse": Case(("BRK-030",), "MNT-070", weight=3),
    "pulls_left": Case(("CHS-030",), "CHS-050", weight=3),
    "front_knock": Case(("CHS-010",), "CHS-020", weight=3),
    "wheel_hum": Case(("CHS-040",), "TYR-020"),
    "tyres_worn": Case(("TYR-010", "TYR-020"), "CHS-030", weight=4),
    "puncture": Case(("TYR-030",), "TYR-010"),
    "battery": Case(("ELE-010",), "ELE-020", ENGINE, 3),
    "charge_lamp": Case(("ELE-020",), "ENG-020", ENGINE, 1),
    "starter": Case(("ELE-030",), "ELE-010", ENGINE, 1),
    "engine_lamp": Case(("ELE-050",), "ENG-060", ENGINE, 3),
    "ac_warm": Case(("HVC-010",), "HVC-020", weight=4),
    "ac_smell": Case(("MNT-050",), "HVC-010", weight=3),
    "wiper": Case(("MNT-120",), "MNT-050", weight=2),
    "headlamp": Case(("ELE-040",), "ELE-010", ENGINE, 1),
    "rough_idle": Case(("ENG-010",), "ENG-060", ENGINE, 2),
    "coolant": Case(("MNT-080",), "ENG-080", ENGINE, 2),
    "gearbox_jerk": Case(("MNT-090",), "MNT-080", ENGINE, 2),
    "belt_squeal": Case(("ENG-020",), "ENG-030", ENGINE, 2),
    "windscreen": Case(("BDY-030",), "MNT-120", weight=1),
    "paint": Case(("BDY-020",), "BDY-010", weight=1),
    "ev_health": Case(("EV-020", "MNT-110"), "ELE-010", PLUG, 9),
    "ev_charge": Case(("EV-010", "EV-040"), "EV-030", PLUG, 4),
    "ev_coolant": Case(("EV-050",), "MNT-050", PLUG, 4),
    "parking_brake": Case(("BRK-040",), "BRK-020", weight=2),
    "software": Case(("ELE-060",), "ELE-050", weight=3),
}
"""Key of `words.CONCERNS` → the case."""
