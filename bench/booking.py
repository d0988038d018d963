"""Booking: how quick, how many at once, and never twice: `python -m bench.booking [PART…]`.

Parts, all when none is named, in a house of its own (`bench/history.py`) started as ./run does:

- `free`: the free times of two weeks on a centre with 40,000 bookings in the year behind it: queries, their plans, p50 and p95.
- `post`: an advisor's POST by telephone, signed in, one service, a new customer each time, on two web workers: one client
  alone, eight at once on times of their own, eight on one time; and bare Django's create (`bench.bare`, the same row, the same
  two workers) in turn with them.
- `where`: what one such POST spends its time on, in this process.
- `race`: 50 rounds in which 50 advisors want the last place at once, on eight web workers; then the same with the guard off
  (`bench.careless`, and the unique key dropped): the control, which must oversell.

CPU is what web server and database ran for one booking, by the kernel's clocks. Goals: ≥ 8 × pretix and ≥ 1.5 × Odoo by the
figures below, which were taken beside bare Django on a machine like this one; a hot time ≥ 0.5 × spread ones; none oversold.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import itertools
import os
import re
import statistics
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import django

from bench.house import free_port, stack
from bench.pages import cpu
from servicedesk.embedded.processes import Child

PARTS = ("free", "post", "where", "race")
PRETIX, ODOO, BARE = (121.0, 13.0), (24.0, 70.0), (3.4, 542.0)
"""p50 ms of one client, bookings per second of eight: pretix 2026.8, Odoo 18's calendar, bare Django (speed.md)."""
CLIENTS, ROUNDS, EACH, ATTEMPTS, RACES = 8, 5, 25, 50, 50
SERVICE = "MNT-020"
KEY = "a_place_is_held_once"
TOKEN = "b" * 32
OFFERED = re.compile(r'<(?:button|input)[^>]*name="starts_at"[^>]*value="20')
"""A time that a page offers instead."""
_people = itertools.count(1)


@dataclass
class Run:
    """What a number of requests took."""

    walls: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """Wall time of one, in ms."""
        return statistics.median(self.walls)

    @property
    def p95(self) -> float:
        """The same, of the slow ones."""
        return sorted(self.walls)[int(len(self.walls) * 0.95)]

    @property
    def rate(self) -> float:
        """Requests per second, the median of the rounds."""
        return statistics.median(self.rates)

    @property
    def cpu(self) -> float:
        """CPU ms of one, the median of the rounds."""
        return statistics.median(self.cpus)


class Booth:
    """The house with its web server, bare Django's beside it, and whoever sits at the telephone."""

    def __init__(self) -> None:
        self.stack = stack("booking")
        self.bare_port = free_port()
        self.bare = Child("bare", self.gunicorn("bench.bare", 2, self.bare_port), env={}, patience=10)
        self.bare.log = self.stack.logs / "bare.log"

    def gunicorn(self, app: str, workers: int, port: int) -> list[Any]:
        """The house's own command with another application, number of workers and port."""
        words = [app if word == "servicedesk.wsgi" else word for word in self.stack._gunicorn()]
        words[words.index("--workers") + 1] = str(workers)
        words[words.index("--bind") + 1] = f"127.0.0.1:{port}"
        return words

    def serve(self, app: str, workers: int) -> None:
        """(Re)start the web server as `app` with so many workers."""
        self.stack.web.stop()
        self.stack.web.command = self.gunicorn(app, workers, self.stack.port)
        self.stack.start_web()
        self.stack.wait_for_web()

    def start(self) -> None:
        """Servers, schema, both web servers, and Django here. No worker: it would run in the measured time."""
        for step in (self.stack.start_servers, self.stack.prepare):
            step()
        os.environ.update(self.stack.environment() | {"LOG_LEVEL": "CRITICAL"})
        self.bare.env = self.stack.environment()
        django.setup()
        self.serve("servicedesk.wsgi", 2)
        self.bare.start()

    def stop(self) -> None:
        """All of it."""
        self.bare.stop()
        self.stack.stop()

    def busy(self, server: Child) -> list[int]:
        """The processes that work for `server`: itself and the database."""
        assert server.process
        assert self.stack.postgres
        assert self.stack.postgres.child.process
        return [server.process.pid, self.stack.postgres.child.process.pid]

    def sql(self, command: str) -> str:
        """Run `command` as the database's owner of owners."""
        assert self.stack.postgres
        return self.stack.postgres.psql(command, database="servicedesk")


def world() -> tuple[Any, Any]:
    """The two centres: one to book at, full of history, and one with a single place a time; with their advisors."""
    from bench.history import write
    from servicedesk.demo.centres import make_centre
    from servicedesk.staff.models import OpeningHours, ServiceCentre, User

    centre = make_centre()
    race = ServiceCentre.objects.filter(code="RC").first()
    if race is None:
        race = ServiceCentre.objects.create(
            code="RC", name="賽道", address="示範路1號", phone="+886255500188", region="tw", reception_places=1
        )
        for weekday in range(6):
            OpeningHours.objects.create(centre=race, weekday=weekday, opens="08:30", closes="18:30")
        staff(centre, "desk", CLIENTS)
        staff(race, "racer", ATTEMPTS)
        for place in (centre, race):
            staff(place, f"hands{place.pk}x", 4, role="technician", skill_level=5)
    print(write(centre, User.objects.get(username="desk1")), flush=True)
    return centre, race


def staff(centre: Any, name: str, number: int, *, role: str = "advisor", **values: Any) -> None:
    """Make `number` people of a role."""
    from servicedesk.staff.models import Membership, Shift, User

    for n in range(1, number + 1):
        user = User.objects.create(username=f"{name}{n}", display_name=f"{name} {n}", **values)
        Membership.objects.create(user=user, centre=centre, role=role)
        for weekday in range(6):
            Shift.objects.create(user=user, centre=centre, weekday=weekday, starts="08:30", ends="18:30")


def cookies(name: str, number: int) -> list[str]:
    """Signed-in sessions of these people."""
    from django.conf import settings
    from django.test import Client

    from servicedesk.staff.models import User

    found = []
    for n in range(1, number + 1):
        browser = Client()
        browser.force_login(User.objects.get(username=f"{name}{n}"), settings.AUTHENTICATION_BACKENDS[-1])
        found.append(f"sessionid={browser.cookies['sessionid'].value}; csrftoken={TOKEN}; language=zh-hant")
    return found


def telephone(starts_at: Any) -> dict[str, Any]:
    """The form of an advisor on the telephone: somebody new, one service, this time."""
    n = next(_people) + int(time.time() % 30_000) * 1000
    return {
        "csrfmiddlewaretoken": TOKEN,
        "request_key": str(uuid.uuid4()),
        "source": "phone",
        "plate": f"N{n:08}",
        "model": "TOY-RAV",
        "name": f"客{n}",
        "honorific": "mr",
        "phone": f"+8869{n:08}",
        "channel": "sms",
        "language": "zh-hant",
        "concern": "怠速會抖",
        "operations": SERVICE,
        "date": f"{starts_at:%F}",
        "starts_at": starts_at.isoformat(),
    }


class Desk:
    """One person's kept connection."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.path = path
        self.headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}

    def post(self, form: dict[str, Any]) -> tuple[int, float, str]:
        """Send; status, ms, and the page when there is one."""
        body, began = urllib.parse.urlencode(form), time.perf_counter()
        self.line.request("POST", self.path, body, self.headers)
        answer = self.line.getresponse()
        text = answer.read().decode()
        return answer.status, (time.perf_counter() - began) * 1000, text


def drive(run: Run, desks: list[Desk], forms: Callable[[], dict[str, Any]], each: int, busy: list[int]) -> None:
    """Let every desk send `each` forms at once; all must be taken."""
    asked = [[forms() for _ in range(each)] for _ in desks]
    for desk in desks:
        desk.line.close()  # kept ones end after a quarter of a minute
        desk.line.connect()
    used, began = sum(map(cpu, busy)), time.perf_counter()
    with ThreadPoolExecutor(len(desks)) as pool:
        answers = list(pool.map(lambda desk, mine: [desk.post(form) for form in mine], desks, asked))
    took, done = time.perf_counter() - began, [answer for mine in answers for answer in mine]
    refused = [text for status, _ms, text in done if status != 302]
    if refused:
        raise SystemExit(f"{len(refused)} of {len(done)} were not taken: {refused[0][:2000]}")
    run.walls += [ms for _status, ms, _text in done]
    run.rates.append(len(done) / took)
    run.cpus.append((sum(map(cpu, busy)) - used) / len(done))


def times_ahead(centre: Any, start: int = 0) -> Iterator[dt.datetime]:
    """The centre's times of the coming weeks, one of each day before the second of any, over and over."""
    from bench.history import times

    dates = [centre.today() + dt.timedelta(days=n) for n in range(1, 57)]
    return itertools.islice(
        itertools.cycle(sorted(times(centre, dates), key=lambda at: (at.minute, at.hour, at))), start, None
    )


def post(booth: Booth, centre: Any) -> None:
    """Goal 5: bookings beside bare Django's create."""
    from django.urls import reverse

    from servicedesk.customers.models import Vehicle

    centre.reception_places = 2000  # a hot time needs as many places as the spread ones have together
    centre.save()
    spread, hot = times_ahead(centre), next(times_ahead(centre, 40))
    vehicle = Vehicle.objects.filter(plate__startswith="H").first()
    fixed = {"centre": centre.pk, "vehicle": vehicle.pk, "concern": "怠速會抖"}  # type: ignore[union-attr]
    mine, floor = booth.busy(booth.stack.web), booth.busy(booth.bare)
    own = [Desk(booth.stack.port, reverse("appointments:new"), cookie) for cookie in cookies("desk", CLIENTS)]
    bare = [Desk(booth.bare_port, "/create", cookie) for cookie in cookies("desk", CLIENTS)]
    kinds: dict[str, tuple[list[Desk], Callable[[], dict[str, Any]], int, list[int]]] = {
        "bare, one": (bare[:1], lambda: fixed | {"starts_at": next(spread).isoformat()}, EACH, floor),
        "booking, one": (own[:1], lambda: telephone(next(spread)), EACH, mine),
        "bare, eight": (bare, lambda: fixed | {"starts_at": next(spread).isoformat()}, EACH, floor),
        "booking, eight": (own, lambda: telephone(next(spread)), EACH, mine),
        "one hot time, eight": (own, lambda: telephone(hot), EACH, mine),
    }
    runs = {name: Run() for name in kinds}
    for turn in range(ROUNDS + 1):
        for name, (desks, forms, each, busy) in kinds.items():
            if turn == 1:
                runs[name] = Run()
            drive(runs[name], desks, forms, each, busy)
    print(f"\n{'':22}{'p50 ms':>8}{'p95 ms':>8}{'per s':>8}{'CPU ms':>8}   two workers, {ROUNDS} rounds of {EACH} each")
    for name, run in runs.items():
        print(f"{name:22}{run.p50:8.1f}{run.p95:8.1f}{run.rate:8.1f}{run.cpu:8.1f}")
    one, eight = (
        runs["booking, one"].p50 / runs["bare, one"].p50,
        runs["booking, eight"].rate / runs["bare, eight"].rate,
    )
    print(f"of bare: {one:.2f} × its time alone, {eight:.3f} × its bookings a second, ", end="")
    print(f"{runs['booking, eight'].cpu / runs['bare, eight'].cpu:.2f} × its CPU")
    for name, (ms, rate), goal in (("pretix", PRETIX, 8), ("Odoo", ODOO, 1.5)):
        quicker, more = ms / BARE[0] / one, eight * BARE[1] / rate
        kept = "kept" if min(quicker, more) >= goal else "missed"
        print(f"beside {name}, through bare: {quicker:.2f} × as quick, {more:.2f} × as many (goal {goal} ×: {kept})")
    print(f"hot : spread {runs['one hot time, eight'].rate / runs['booking, eight'].rate:.2f} (goal ≥ 0.5)")


def race(booth: Booth, centre: Any, rounds: int) -> None:
    """The last place, wanted by all at once; with the guard, then without."""
    ahead = times_ahead(centre)
    print(f"\n{rounds} rounds of {ATTEMPTS} attempts at once on a time with one place, eight workers", flush=True)
    racers = cookies("racer", ATTEMPTS)
    for app in ("servicedesk.wsgi", "bench.careless"):
        if app == "bench.careless":
            booth.sql(f"ALTER TABLE appointments_slotplace DROP CONSTRAINT {KEY}")
        booth.serve(app, 8)
        try:
            told, sold, began = Counter[str](), [], time.monotonic()
            for at in itertools.islice((at for at in ahead if not is_taken(centre, at)), rounds):
                told.update(storm(booth, racers, at))
                sold.append(held(centre, at))
            worst = f"{sum(number > 1 for number in sold)} times oversold, at most {max(sold)} of one place"
            print(
                f"{app:18} {dict(told)}; sold {sum(sold)} of {rounds}: {worst}; {time.monotonic() - began:.0f} s",
                flush=True,
            )
        finally:
            if app == "bench.careless":
                booth.sql(f"DELETE FROM appointments_slotplace WHERE centre_id = {centre.pk}")
                booth.sql(
                    f"ALTER TABLE appointments_slotplace ADD CONSTRAINT {KEY} UNIQUE (centre_id, starts_at, place)"
                )


def is_taken(centre: Any, at: Any) -> bool:
    """Whether an earlier run sold this time."""
    from appointments.models import Appointment

    return Appointment.objects.filter(centre=centre, starts_at=at).exists()


def held(centre: Any, at: Any) -> int:
    """How many bookings hold the time."""
    from appointments.models import SlotPlace

    return SlotPlace.objects.filter(centre=centre, starts_at=at).count()


def storm(booth: Booth, racers: list[str], at: Any) -> Iterator[str]:
    """Everybody at once; what each was told."""
    from django.urls import reverse

    desks = [Desk(booth.stack.port, reverse("appointments:new"), cookie) for cookie in racers]
    start = threading.Barrier(ATTEMPTS)

    def attempt(desk: Desk) -> str:
        start.wait(timeout=60)
        status, _ms, text = desk.post(telephone(at))
        offers = len(OFFERED.findall(text))
        desk.line.close()
        return {302: "booked", 422: "refused, others offered" if offers >= 3 else "refused"}.get(status, str(status))

    with ThreadPoolExecutor(ATTEMPTS) as pool:
        yield from pool.map(attempt, desks)


def main() -> None:
    """Start, measure, stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.booking", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--races", type=int, default=RACES)
    words = parser.parse_args()
    os.environ["CONN_MAX_AGE"] = "3600"  # a connection that ends takes its processor time out of the count
    booth = Booth()
    try:
        booth.start()
        centre, narrow = world()
        if "free" in words.parts:
            from bench.free_times import free

            free(centre)
        if "post" in words.parts:
            post(booth, centre)
        if "where" in words.parts:
            from bench.where import where
            from servicedesk.staff.models import User

            ahead = times_ahead(centre)
            where(lambda: telephone(next(ahead)), User.objects.get(username="desk1"))
        if "race" in words.parts:
            race(booth, narrow, words.races)
    finally:
        booth.stop()


if __name__ == "__main__":
    main()
