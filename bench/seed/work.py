"""One seeding process: takes its share of customers and visits, sends them room by room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.seed.appointments import Appointments
from bench.seed.complaints import Complaints
from bench.seed.customers import FAMILY, GIVEN, Customers
from bench.seed.delivery import Delivery
from bench.seed.followup import FollowUps
from bench.seed.people import Centre, World, world
from bench.seed.plan import Calendar
from bench.seed.quality import Quality
from bench.seed.reception import Reception
from bench.seed.table import Table
from bench.seed.visit import STAGES, Visit
from bench.seed.workorders import WorkOrders
from bench.seed.workshop import Workshop

CHUNK = 1000


@dataclass(frozen=True)
class Task:
    """What the main process tells the others."""

    visits: int
    opened: int  # visits of today in every open stage
    details: int  # the newest so many visits keep the items of their checklists
    now: dt.datetime
    bases: dict[str, int]
    paper: tuple[str, str, int]
    stride: int
    trusted: bool  # the role may leave out triggers and foreign keys while it loads


def connect(trusted: bool) -> Any:
    """The connection of this process, ready to load."""
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection
    raw.execute("SET synchronous_commit = off")
    if trusted:
        raw.execute("SET session_replication_role = replica")
    return raw


def send(raw: Any, tables: Iterable[Table]) -> None:
    """Everything collected so far, in one transaction."""
    with raw.transaction(), raw.cursor() as cursor:
        for table in tables:
            table.copy(cursor)


def customers(task: Task, share: int) -> dict[str, int]:
    """Write every `stride`-th chunk of customers; returns rows by table."""
    raw, read = connect(task.trusted), world(task.visits, task.now, task.bases, task.paper)
    room = Customers(read)
    chunks = [
        (centre, range(start, min(start + CHUNK * 5, centre.customers.stop)))
        for centre in read.centres
        for start in range(centre.customers.start, centre.customers.stop, CHUNK * 5)
    ]
    for centre, positions in chunks[share :: task.stride]:
        room.write(centre, positions)
        send(raw, room.tables)
    return {table.model._meta.db_table: table.total for table in room.tables}


def visits(task: Task, share: int) -> dict[str, int]:
    """Write every `stride`-th chunk of the history, and process 0 also today's open visits; returns rows by table."""
    raw, read = connect(task.trusted), world(task.visits, task.now, task.bases, task.paper)
    house = House(read, share + 1, task.stride)
    chunks = list(_chunks(read))
    first_with_details = sum(centre.calendar.count for centre in read.centres) - task.details
    for centre, start, ks in chunks[share :: task.stride]:
        for k in ks:
            house.write(_past(read, centre, start + k, k), start + k >= first_with_details)
        send(raw, house.tables)
    if share == 0:
        counters = Counters(read.centres[0].calendar, read.now, read.centres[0])
        for visit in today(read, task.opened, counters):
            house.write(visit, True)
        house.appointments.ahead(borrowed(read, task.opened), counters)
        send(raw, house.tables)
        counters.save()
    return {table.model._meta.db_table: table.total for table in house.tables}


class House:
    """The rooms in the order of the process; each new chapter stands here."""

    def __init__(self, read: World, first: int, stride: int) -> None:
        first += read.bases["row"]
        self.orders = WorkOrders(read, first, stride)
        self.appointments = Appointments(read, first, stride, self.orders)
        self.reception = Reception(read, first, stride, self.orders)
        self.workshop = Workshop(read, first, stride)
        self.quality = Quality(read, first, stride, self.workshop)
        self.delivery = Delivery(read, first, stride, self.orders)
        self.followups = FollowUps(read, first, stride, self.orders)
        self.complaints = Complaints(read, first, stride, self.orders)
        rooms = (
            self.orders,
            self.appointments,
            self.reception,
            self.workshop,
            self.quality,
            self.delivery,
            self.followups,
            self.complaints,
        )
        self.tables = [table for room in rooms for table in room.tables]

    def write(self, visit: Visit, details: bool) -> None:
        """All rows of one visit."""
        self.orders.write(visit)
        self.appointments.write(visit)
        self.reception.write(visit, details)
        self.workshop.write(visit)
        self.quality.write(visit, details)
        self.delivery.write(visit, details)
        self.followups.write(visit)
        self.complaints.write(visit)
        self.orders.finish(visit)


def _chunks(read: World) -> Iterator[tuple[Centre, int, range]]:
    start = 0
    for centre in read.centres:
        for k in range(0, centre.calendar.count, CHUNK):
            yield centre, start, range(k, min(k + CHUNK, centre.calendar.count))
        start += centre.calendar.count


def name_of(n: int) -> str:
    """The name `customers` gave the customer at position `n`."""
    return FAMILY[n % len(FAMILY)] + GIVEN[(n * 7) % len(GIVEN)] + GIVEN[(n * 31 + n // 49) % len(GIVEN)]


def _visit(read: World, centre: Centre, n: int, k: int, **values: Any) -> Visit:
    own = centre.customers
    person = own[(k * 7919) % len(own)]
    technicians = centre.staff["technician"]
    return Visit(
        n=n,
        centre=centre,
        recipe=centre.recipes[n % len(centre.recipes)],
        customer_id=read.bases["customer"] + person,
        vehicle_id=read.bases["vehicle"] + person,
        customer_name=name_of(person),
        advisor=centre.one("advisor", n),
        technician=technicians[values.pop("technician") % len(technicians)],
        inspector=centre.one("inspector", n),
        **values,
    )


def _past(read: World, centre: Centre, n: int, k: int) -> Visit:
    calendar = centre.calendar
    arrival, technician = calendar.arrival(k, len(centre.staff["technician"]))
    day = calendar.days[k * len(calendar.days) // calendar.count]
    period, number = calendar.number(k, day)
    visit = _visit(
        read,
        centre,
        n,
        k,
        stage="closed",
        arrival=arrival,
        period=period,
        number=number,
        bill=calendar.bill(k, day),
        technician=technician,
    )
    visit.closed = visit.at(visit.delivered + 60 * 24 * (2 + n % 4))
    return visit


class Counters:
    """Numbers of the first centre's open visits go on where its history ends; the last ones are kept for the house."""

    def __init__(self, calendar: Calendar, now: dt.datetime, centre: Centre) -> None:
        self.centre, self.zone = centre, calendar.zone
        self.orders, self.bills = calendar.counters()
        self.bookings: dict[str, int] = {}

    def order(self, at: dt.datetime) -> tuple[str, int]:
        """The next work order number of the month of `at`."""
        return self._next(self.orders, f"{at.astimezone(self.zone):%y%m}")

    def booking(self, at: dt.datetime) -> tuple[str, int]:
        """The next booking number of the month of `at`: after those that visits of the month began with."""
        period = f"{at.astimezone(self.zone):%y%m}"
        self.bookings.setdefault(period, self.orders.get(period, 0))
        return self._next(self.bookings, period)

    def bill(self, at: dt.datetime) -> tuple[str, int]:
        """The next bill number of the year of `at`."""
        return self._next(self.bills, f"{at.astimezone(self.zone):%y}")

    @staticmethod
    def _next(counters: dict[str, int], period: str) -> tuple[str, int]:
        counters[period] = counters.get(period, 0) + 1
        return period, counters[period]

    def save(self) -> None:
        """Write the first centre's counters."""
        keep(self.centre.id, self.orders, self.orders | self.bookings, self.bills)


def keep(centre_id: int, orders: dict[str, int], bookings: dict[str, int], bills: dict[str, int]) -> None:
    """Write a centre's counters of work orders, bookings and bills."""
    from servicedesk.workorders.models import NumberCounter

    NumberCounter.objects.bulk_create(
        NumberCounter(centre_id=centre_id, kind=kind, period=period, last=last)
        for kind, counted in (("W", orders), ("B", bookings), ("C", orders), ("S", bills))
        for period, last in counted.items()
    )


def borrowed(read: World, opened: int) -> Iterator[Visit]:
    """Customers of the first centre who come in the next days, as visits that have not begun."""
    centre, n = read.centres[0], sum(c.calendar.count for c in read.centres) + opened * len(STAGES)
    while True:
        n += 1
        yield _visit(
            read,
            centre,
            n,
            n,
            stage="reception",
            arrival=read.now,
            period="",
            number=0,
            bill=None,
            technician=0,
        )


def today(read: World, opened: int, counters: Counters) -> Iterator[Visit]:
    """Today's open visits: `opened` in every stage, all in the first centre; each technician works on one of them."""
    centre, start = read.centres[0], sum(c.calendar.count for c in read.centres)
    technicians = len(centre.staff["technician"])
    for place, stage in enumerate(STAGES):
        for i in range(opened):
            n = start + place * opened + i
            draft = _visit(
                read,
                centre,
                n,
                centre.calendar.count + place * opened + i,
                stage=stage,
                arrival=read.now,
                period="",
                number=0,
                bill=None,
                technician=i,
                running=stage == "repair" and i < technicians,
            )
            ago = draft.last_minute() + 1 + i % 90 + (60 * 24 * (i % 3) if stage == "delivered" else 0)
            draft.arrival = read.now - dt.timedelta(minutes=ago)
            draft.period, draft.number = counters.order(draft.arrival)
            if draft.rank >= 7:
                draft.bill = counters.bill(draft.at(draft.done + 28))
            yield draft
