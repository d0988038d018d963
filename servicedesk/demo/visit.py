"""One visit as a story: booked, received, and on through the chapters until its last call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

from appointments.models import Appointment
from servicedesk.customers.models import Vehicle
from servicedesk.demo.cases import CASES
from servicedesk.demo.cast import Cast
from servicedesk.demo.engine import Errand, Story
from servicedesk.demo.hours import Hours
from servicedesk.demo.script import STEPS, Script
from servicedesk.demo.words import Told, concern, phrase
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder

CHANGING = ("stage", "promised_at", "ready_at", "delivered_at", "odometer_in", "wash_wanted", "waits_on_site")
"""What services change on a work order."""
Acts = Story


@dataclass
class Visit:
    """What the acts of one visit share. `t` is the moment of the act at hand; `tell` starts a story beside this one."""

    cast: Cast
    hours: Hours
    vehicle: Vehicle
    script: Script
    arrives: dt.datetime
    present: dt.datetime
    tell: Callable[[Story], None]
    t: dt.datetime = field(init=False)
    order: WorkOrder | None = None
    appointment: Appointment | None = None

    def __post_init__(self) -> None:
        self.t = self.arrives
        self.customer = self.vehicle.customer
        self.language = self.customer.language if self.customer.language in ("zh-hant", "zh-hans") else "en"
        self.house = self.cast.centre.language
        self.chance = self.script.chance
        self.told: Told = concern(self.script.case, self.language)
        advisors = self.cast.people[Role.ADVISOR]
        number = self.script.advisor
        self.advisor: User = self.chance.choice(advisors) if number is None else advisors[number % len(advisors)]
        self.planned = list(CASES[self.script.case].booked)

    @property
    def visit(self) -> WorkOrder:
        """The work order, once the car was received."""
        assert self.order is not None
        return self.order

    @property
    def desk(self) -> Actor:
        """The advisor who serves the car."""
        return Actor.of(self.advisor)

    def later(self, minutes: float) -> dt.datetime:
        """Let so much opening time pass; returns the moment of the next act."""
        self.t = self.hours.forward(self.t, minutes)
        return self.t

    def at(self, moment: dt.datetime) -> dt.datetime:
        """Let it be `moment`, or stay where it is when that has passed."""
        self.t = max(self.t, moment)
        return self.t

    def step(self, name: str) -> dt.datetime:
        """The moment of a step of the process."""
        return self.later(self.script.minutes(name))

    def errand(self, act: Callable[[Visit], None]) -> Errand:
        """`act` as an errand: it sees this visit as it stands, and whatever it changes there stays with it."""
        alone = copy(self)
        alone.tell = nobody
        return Errand(act, {"v": alone}, self.hours.forward(self.t, 1))

    def say(self, occasion: str) -> str:
        """What the people of this centre write on an occasion."""
        return phrase(occasion, self.house, self.chance)

    def customer_says(self, occasion: str) -> str:
        """What this customer says on an occasion."""
        return phrase(occasion, self.language, self.chance)

    def fresh(self) -> WorkOrder:
        """The work order as it stands now."""
        self.visit.refresh_from_db(fields=CHANGING)
        return self.visit

    def work_minutes(self) -> float:
        """Opening minutes that the booked work takes."""
        return sum(self.job_minutes(self.cast.operation(code).std_hours) for code in self.planned)

    def job_minutes(self, hours: object) -> float:
        """Minutes on the clock for a job of so many standard hours."""
        return float(str(hours)) * 60 * self.script.speed

    def minutes_to_ready(self, step: str) -> float:
        """Opening minutes from `step` until the car would be ready."""
        rest = STEPS[STEPS.index(step) + 1 : STEPS.index("ready") + 1]
        return self.work_minutes() + sum(self.script.minutes(name) for name in rest)


def nobody(story: Story) -> None:
    """Listens to no story: who is on an errand begins none."""
    raise AssertionError(story)
