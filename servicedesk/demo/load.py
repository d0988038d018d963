"""Loads one service centre: what is left of earlier days, the days since, and a today.

What was begun is remembered as a handled request (actor "system:load_demo"), in the transaction of its first act: an
interrupted load goes on where it stopped, and a second one on the same day adds nothing.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from appointments.models import Appointment
from appointments.services import reminders
from complaints.models import Complaint
from followup.models import FollowUp
from followup.querysets import WAITING
from reception.models import Arrival
from servicedesk.clock import now
from servicedesk.customers.models import Vehicle
from servicedesk.demo import booking, history, reception, stories, today
from servicedesk.demo.cast import Cast
from servicedesk.demo.customers import TASK
from servicedesk.demo.engine import Engine, Story
from servicedesk.demo.garage import Garage, of_the_demonstration
from servicedesk.demo.hours import Hours
from servicedesk.demo.script import Script, arrival_of, ordinary
from servicedesk.demo.visit import Acts, Visit
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import HandledRequest, ServiceCentre
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import OPEN

BY = Actor.system(TASK)
FIRST = "NH"
RECENT = dt.timedelta(days=3)


@dataclass
class Loader:
    """One centre's load. `share` of the usual history, 0 for today alone; a `small` centre shows fewer cars of each kind."""

    centre: ServiceCentre
    engine: Engine
    share: float = 1.0
    hours: Hours = field(init=False)
    cast: Cast = field(init=False)

    def __post_init__(self) -> None:
        self.hours, self.cast = Hours(self.centre), Cast(self.centre)
        self.now = now()
        self.present = self.hours.last_open(self.now)
        self.today = self.hours.date(self.present)
        self.day_key = key_of(self.centre, self.today)
        self.small = self.centre.code != FIRST

    def load(self) -> int:
        """Tell everything up to the present; returns how many acts it took."""
        if begun(self.day_key):
            return 0
        last = self.last_day()
        if last or self.is_interrupted():
            self.take_up(self.loaded_at(last) if last else self.centre.at(self.earliest, dt.time()))
        garage = Garage(self.centre, random.Random(self.day_key))  # noqa: S311 - invented data
        self.open_today(garage)
        first = max(last + dt.timedelta(days=1), self.earliest) if last else self.earliest
        days = self.hours.open_days(first, self.today - dt.timedelta(days=1)) if self.share else []
        planned = history.visits(self.centre.code, self.hours, days, garage, share=self.share, first=last is None)
        for key, car, script, arrives in planned:
            self.tell(key, stories.visit(self.visit(car, script, arrives)))
        if last is None and self.share:
            self.left_open(garage)
        self.engine.run(until=self.now)
        self.remind()
        self.engine.head.move_to(self.now)
        remember(self.day_key)
        return self.engine.acts

    def remind(self) -> None:
        """Reminders of the bookings ahead were due while their days were told: each goes at its own moment."""
        ahead = Appointment.objects.filter(
            centre=self.centre, state=Appointment.State.CONFIRMED, starts_at__gt=self.now
        )
        moments = {moment for row in ahead.select_related("centre") for moment in reminders.moments_of(row)}
        for moment in sorted(moment for moment in moments if self.present - RECENT < moment <= self.now):
            self.engine.head.move_to(moment)
            with self.engine.acting.act():
                reminders.remind()

    @property
    def earliest(self) -> dt.date:
        """The first day of a new history."""
        return self.today - dt.timedelta(days=history.DAYS)

    def last_day(self) -> dt.date | None:
        """The last day that was loaded before."""
        prefix = f"{self.centre.code}:"
        keys = HandledRequest.objects.filter(actor=BY.key, key__regex=rf"^{prefix}\d{{4}}-\d\d-\d\d$")
        days = [dt.date.fromisoformat(key.removeprefix(prefix)) for key in keys.values_list("key", flat=True)]
        return max(days, default=None)

    def is_interrupted(self) -> bool:
        """Whether an earlier load was ended in the middle: its stories go on as those of an earlier day do."""
        return HandledRequest.objects.filter(actor=BY.key, key__startswith=f"{self.centre.code}:").exists()

    def visit(self, car: Vehicle, script: Script, arrives: dt.datetime) -> Visit:
        """A visit of this centre."""
        return Visit(self.cast, self.hours, car, script, arrives, self.present, self.engine.tell)

    def tell(self, key: str, story: Acts) -> None:
        """Tell a story unless it was begun before."""
        if not begun(key):
            self.engine.tell(once(key, story))

    def loaded_at(self, day: dt.date) -> dt.datetime:
        """When a day was loaded: what it showed then is not changed afterwards."""
        return HandledRequest.objects.get(actor=BY.key, key=key_of(self.centre, day)).handled_at

    def take_up(self, since: dt.datetime) -> None:
        """Cars, calls, complaints and bookings of earlier days go on: only those of the demonstration's own customers."""
        cars = of_the_demonstration(self.centre)
        orders = WorkOrder.objects.filter(centre=self.centre, vehicle__in=cars)
        calls = FollowUp.objects.filter(work_order=OuterRef("pk"), state__in=WAITING)
        cases = Complaint.objects.open().filter(work_order=OuterRef("pk"))
        orders = orders.filter(Q(stage__in=OPEN) | Exists(calls) | Exists(cases))
        for order in orders.for_rows().select_related("vehicle__customer").order_by("pk"):
            words = order.concerns.order_by("pk").values_list("words", flat=True).first() or ""
            v = self.earlier(order.vehicle, order.full_number, words, since)
            v.order, v.advisor = order, order.advisor
            self.engine.tell(stories.goes_on(v))
        expected = Appointment.objects.filter(centre=self.centre, vehicle__in=cars, starts_at__lt=self.now).expected()
        for row in expected.select_related("centre", "vehicle__customer", "customer").order_by("starts_at"):
            v = self.earlier(row.vehicle, row.full_number, row.concern, since)
            v.appointment = row
            self.engine.tell(stories.booked_before(v))
        for arrival in Arrival.objects.filter(centre=self.centre, ended_at=None, appointment=None, vehicle__in=cars):
            assert arrival.vehicle
            v = self.earlier(arrival.vehicle, f"{arrival}", "", since)
            self.engine.tell(reception.goes(v, arrival))

    def earlier(self, car: Vehicle, number: str, words: str, since: dt.datetime) -> Visit:
        """A visit that somebody began before `since`; chance and the customer's words say how it goes on."""
        chance = random.Random(f"{number}:{self.today}")  # noqa: S311 - invented data
        case = stories.case_of(words, car.customer.language)
        return self.visit(car, ordinary(car, chance, case), since)

    def open_today(self, garage: Garage) -> None:
        """Cars at every point, requests that wait, and bookings ahead."""
        for number, situation in enumerate(today.IN_THE_HOUSE):
            if self.small and situation.name not in today.SMALL:
                continue
            chance = random.Random(f"{self.day_key}:{number}")  # noqa: S311 - invented data
            car = garage.take(self.today, situation.case) or garage.take(self.today, situation.case, rest=2)
            if car is None:
                continue
            v = self.visit(car, today.script_of(situation, chance), self.present)
            v.t = v.arrives = self.hours.back(self.present, arrival_of(v.script, v.work_minutes()))
            self.tell(f"{self.day_key}:car {number}", stories.visit(v))
        for number, (minutes, case) in enumerate(today.REQUESTS[: today.FEW_AHEAD if self.small else None]):
            wanted = self.hours.forward(self.present, 500 + 130 * number)
            overdue = number == len(today.REQUESTS) - 1
            asked = self.hours.back(self.present, minutes) if overdue else self.now - dt.timedelta(minutes=minutes)
            for v in self.ahead(garage, case, wanted, number):
                v.script.came = "online"
                self.tell(f"{self.day_key}:request {number}", booking.request(v, asked))
        for number, (case, wanted) in enumerate(self.wanted()):
            for v in self.ahead(garage, case, wanted, number):
                self.tell(f"{self.day_key}:ahead {number}", stories.visit(v))
        if self.present == self.now and not self.small:
            for number, (minutes, case, booked) in enumerate(today.WAITING):
                for v in self.ahead(garage, case, self.present, number):
                    since = self.hours.back(self.present, minutes)
                    self.tell(f"{self.day_key}:waits {number}", reception.waits(v, since, booked=booked))

    def wanted(self) -> Iterator[tuple[str, dt.datetime]]:
        """Case and time of the bookings ahead, and of one whose car is late."""
        most = today.FEW_AHEAD if self.small else None
        for minutes, case in today.AHEAD[:most]:
            yield case, self.hours.forward(self.present, minutes)
        for days, minutes, case in today.DAYS_AHEAD[:most]:
            opens = self.hours.windows(self.hours.next_day(self.today, days))[0][0]
            yield case, self.hours.next_open(opens + dt.timedelta(minutes=minutes))
        if not self.small:
            minutes, case = today.LATE_BOOKING
            since = self.hours.back(self.present, minutes)
            yield case, since - dt.timedelta(minutes=since.minute % self.centre.slot_minutes)

    def ahead(self, garage: Garage, case: str, wanted: dt.datetime, number: int) -> Iterator[Visit]:
        """A visit that is only booked."""
        chance = random.Random(f"{self.day_key}:{case}:{number}")  # noqa: S311 - invented data
        day = self.hours.date(wanted)
        car = next((car for rest in (7, 2, 1) if (car := garage.take(day, case, rest=rest))), None)
        if car:
            came = chance.choice(("online", "phone"))
            days = chance.randint(1, 4) + (4 if wanted < self.present else 0)
            yield self.visit(car, Script(case, chance, came=came, booked_days=days, stop="book"), wanted)

    def left_open(self, garage: Garage) -> None:
        """Visits of the last days that left a call, a problem, an opinion or a complaint."""
        for number, situation in enumerate(today.LEFT_OPEN):
            if self.small and situation.name not in today.SMALL:
                continue
            chance = random.Random(f"{self.day_key}:left {number}")  # noqa: S311 - invented data
            day = self.today
            for _back in range(situation.days_ago):
                day = self.hours.date(self.hours.back(self.hours.windows(day)[0][0], 1))
            car = garage.take(day, situation.case) or garage.take(day, situation.case, rest=2)
            if car:
                arrives = self.hours.windows(day)[0][0] + dt.timedelta(minutes=chance.randint(5, 100))
                v = self.visit(car, today.script_of(situation, chance), arrives)
                self.tell(f"{self.day_key}:left {number}", stories.visit(v))


def key_of(centre: ServiceCentre, day: dt.date) -> str:
    """What a loaded day is remembered by."""
    return f"{centre.code}:{day}"


def is_done(code: str) -> bool:
    """Whether a centre has its today already."""
    centre = ServiceCentre.objects.get(code=code)
    hours = Hours(centre)
    return begun(key_of(centre, hours.date(hours.last_open(now()))))


def begun(key: str) -> bool:
    """Whether the story `key` was begun by an earlier load."""
    return HandledRequest.objects.filter(actor=BY.key, key=key).exists()


def remember(key: str) -> bool:
    """Note that `key` is begun; False when it was before."""
    values = {"path": "manage.py load_demo", "handled_at": now()}
    return HandledRequest.objects.get_or_create(actor=BY.key, key=key, defaults=values)[1]


def once(key: str, story: Acts) -> Story:
    """`story`, remembered with its first act."""
    moment = next(story, None)
    if moment is None:
        return
    yield moment
    if remember(key):
        yield from story
