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
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.booth import CLIENTS, Booth, Desk, cookies, telephone, times_ahead, world
from bench.pages import cpu

PARTS = ("free", "post", "where", "race")
PRETIX, ODOO, BARE = (121.0, 13.0), (24.0, 70.0), (3.4, 542.0)
"""p50 ms of one client, bookings per second of eight: pretix 2026.8, Odoo 18's calendar, bare Django (speed.md)."""
ROUNDS, EACH, RACES = 5, 25, 50


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
            from bench.last_place import race

            race(booth, narrow, words.races)
    finally:
        booth.stop()


if __name__ == "__main__":
    main()
