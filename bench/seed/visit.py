"""One visit on its way through the rooms: who, when, and how far it has come. Each room adds its rows and events."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from bench.seed.catalogue import Recipe
from bench.seed.people import By, Centre

STAGES = ("reception", "authorised", "repair", "selfcheck", "final", "rework", "preparation", "ready", "delivered")
"""Stages of today's open visits."""
RANK = {
    "reception": 0,
    "authorised": 1,
    "repair": 2,
    "selfcheck": 3,
    "final": 4,
    "rework": 5,
    "preparation": 6,
    "ready": 7,
    "delivered": 8,
    "closed": 9,
}
SIGNED, SHOWN, AGREED, ASSIGNED, STARTED = 12, 15, 18, 28, 36
REWORKED_EACH = 33
"""Every so manieth visit fails its first final inspection."""


@dataclass(slots=True)
class Visit:
    """Minutes count from the arrival. `n` is a number that makes visits differ; `k` its place in the centre's history."""

    n: int
    centre: Centre
    stage: str
    recipe: Recipe
    arrival: dt.datetime
    period: str
    number: int
    bill: tuple[str, int] | None
    customer_id: int
    vehicle_id: int
    customer_name: str
    advisor: By
    technician: By
    inspector: By
    running: bool = False  # the technician works on it now
    rank: int = 0
    reworked: bool = False
    id: int = 0
    lines: list[int] = field(default_factory=list)
    estimate: int = 0
    consent: int = 0
    finished: int = STARTED  # the minute the last job was done
    done: int = 0  # the minute the work passed its final inspection
    ready: int = 0
    delivered: int = 0
    closed: dt.datetime | None = None
    odometer: int = 0
    jobs: list[int] = field(default_factory=list)
    events: list[tuple[dt.datetime, str, By, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Work out the minutes from the recipe."""
        self.rank = RANK[self.stage]
        self.reworked = self.stage == "rework" or (self.rank >= 6 and self.n % REWORKED_EACH == 0)
        self.odometer = 8000 + (self.n * 613) % 190_000
        minutes = [self.recipe.lines[place].minutes for place in self.recipe.jobs]
        self.finished = STARTED + sum(minutes) + 2 * len(minutes)
        self.done = self.finished + (52 if self.reworked else 19)
        self.ready = self.done + 32
        self.delivered = self.ready + 60

    @property
    def full_number(self) -> str:
        """As printed, without the centre."""
        return f"W{self.period}-{self.number:04d}"

    def at(self, minute: int) -> dt.datetime:
        """The moment so many minutes after the arrival."""
        return self.arrival + dt.timedelta(minutes=minute)

    def event(self, minute: int, kind: str, by: By, data: str = "{}") -> None:
        """Something happened; `data` is JSON as `table.compact` writes it."""
        self.events.append((self.at(minute), kind, by, data))

    def step(self, minute: int, source: str, target: str, by: By) -> None:
        """A step of the stages."""
        self.events.append((self.at(minute), "stage", by, f'{{"from": "{source}", "to": "{target}"}}'))

    def last_minute(self) -> int:
        """The minute by which all that its stage asks has happened: an open visit arrived at least so long ago."""
        return {
            "reception": SHOWN,
            "authorised": ASSIGNED,
            "repair": STARTED + 8,
            "selfcheck": self.finished,
            "final": self.finished + 4,
            "rework": self.finished + 20,
            "preparation": self.done + 12,
            "ready": self.ready + 2,
            "delivered": self.delivered + 5,
        }.get(self.stage, 0)


Room = Any
"""A class with `tables` and `write(visit)`."""
