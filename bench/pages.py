"""What the staff's pages cost: `python -m bench.pages HOUSE [--rounds N] [--all]`, after `python -m bench.seed`.

Starts the house as ./run does, signs in as every role and opens every page its roles allow. Queries are counted in this
process (Django's test client, caches empty); milliseconds are taken over HTTP from the running server, one after the
other on a kept connection. CPU is what web server and database used for one request, by the kernel's clocks: on a machine
that others use too it is the figure to trust. Memory is what the kernel says (PSS: shared pages divided among those who
share them), of the web server and of the worker, before and after. Goals: at most 15 queries a page, web ≤ 150 MB, worker ≤ 200 MB.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django

from bench.house import stack

MOST_QUERIES = 15


@dataclass
class Cost:
    """One page for one role."""

    role: str
    name: str
    address: str
    queries: int
    kilobytes: float
    cookies: str
    median: float = 0.0
    slow: float = 0.0
    cpu: float = 0.0


def main() -> None:
    """Start the house, measure, report, stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("house", help="a house that bench.seed made (its --house, or the number of visits)")
    parser.add_argument("--rounds", type=int, default=15, help="requests per page; 0 only counts queries")
    parser.add_argument(
        "--only", default="", help="take the time of pages whose name matches this, of the rest only the queries"
    )
    parser.add_argument("--all", action="store_true", help="list every page, not only the dearest")
    words = parser.parse_args()
    house = stack(words.house)
    try:
        began = time.monotonic()
        house.start()
        print(f"from nothing running to the first page: {time.monotonic() - began:.1f} s (worker started too)")
        os.environ.update(house.environment() | {"LOG_LEVEL": "CRITICAL"})
        django.setup()
        measure(house, words.rounds, only=words.only, everything=words.all)
    finally:
        house.stop()


def measure(house: Any, rounds: int, *, only: str, everything: bool) -> None:
    """Open all pages and print what they cost."""
    from servicedesk.workorders.models import WorkOrder

    time.sleep(3)  # let the worker come up
    before = {name: memory(child.process.pid) for name, child in (("web", house.web), ("worker", house.worker))}
    costs, strange = counted()
    print(f"{WorkOrder.objects.count():,} work orders")
    over = [cost for cost in costs if cost.queries > MOST_QUERIES]
    print(
        f"{len(costs)} pages of {len({c.role for c in costs})} people, {len(over)} with more than {MOST_QUERIES} queries"
    )
    for name in sorted({cost.name for cost in over}):
        print(f"  {name}: {max(cost.queries for cost in over if cost.name == name)}")
    if not rounds:
        return
    costs = [cost for cost in costs if re.search(only, cost.name)]
    papers = [cost for cost in costs if cost.name.endswith(("preview", "day_sheet"))]
    pages = [cost for cost in costs if cost not in papers]
    busy = [house.web.process.pid, house.postgres.child.process.pid]
    timed(pages, house.port, rounds, busy)
    after_pages = memory(house.web.process.pid)
    timed(papers, house.port, rounds, busy)
    print(f"\n{'role':12}{'page':34}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}{'kB':>7}")
    ordered = sorted(costs, key=lambda cost: (-cost.queries, -cost.median))
    slowest = sorted(costs, key=lambda cost: -cost.cpu)[:16]
    for cost in ordered if everything else [*ordered[:12], *[c for c in slowest if c not in ordered[:12]]]:
        mark = " !" if cost.queries > MOST_QUERIES else ""
        figures = f"{cost.queries:8}{cost.median:9.1f}{cost.slow:9.1f}{cost.cpu:9.1f}{cost.kilobytes:7.0f}{mark}"
        print(f"{cost.role:12}{cost.name:34}{figures}  {cost.address}")
    print(f"\nqueries: most {ordered[0].queries}, median {statistics.median(c.queries for c in costs):.0f}")
    for name, figures in (("p50", [c.median for c in pages]), ("CPU", [c.cpu for c in pages])):
        print(f"{name} over all pages: median {statistics.median(figures):.1f} ms, most {max(figures):.1f} ms")
    for cost in papers:
        print(f"paper {cost.name} for {cost.role}: p50 {cost.median:.0f} ms, CPU {cost.cpu:.0f} ms")
    print(f"web: {before['web']} MB PSS when started, {after_pages} MB after all pages, ", end="")
    print(f"{memory(house.web.process.pid)} MB after {len(papers) * (rounds + 1)} bills")
    parts = ", ".join(f"{pss(pid) // 1000} MB" for pid in family(house.worker.process.pid))
    print(f"worker: {before['worker']} MB PSS when started, now by process: {parts}")
    for line in strange:
        print(f"not measured: {line}")


def counted() -> tuple[list[Cost], list[str]]:
    """Queries of every page, with empty caches; and pages that did not answer 200."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.walk import pages, people

    costs, strange = [], []
    for role, user in people().items():
        browser = Client(raise_request_exception=False)
        browser.force_login(user, "servicedesk.staff.backends.StaffBackend")
        cookies = f"sessionid={browser.cookies['sessionid'].value}; language=zh-hant"
        for name, address in pages(user):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                answer = browser.get(address)
            size = sum(map(len, answer)) / 1000 if answer.status_code == 200 else 0
            if answer.status_code == 200:
                costs.append(Cost(role, name, address, len(queries), size, cookies))
            elif answer.status_code != 405:
                strange.append(f"{role} {name} {address}: {answer.status_code}")
    return costs, strange


def timed(costs: list[Cost], port: int, rounds: int, busy: list[int]) -> None:
    """Ask the running server for every page, `rounds` times, after one round to warm it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for cost in costs:
        taken = []
        for turn in range(rounds + 1):
            if turn == 1:
                used = sum(map(cpu, busy))
            began = time.perf_counter()
            connection.request("GET", quote(cost.address, safe="/?=&+-."), headers={"Cookie": cost.cookies})
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{cost.address} answered {answer.status}")
        cost.cpu = (sum(map(cpu, busy)) - used) / rounds
        taken = sorted(taken[1:])
        cost.median, cost.slow = statistics.median(taken), taken[min(len(taken) - 1, int(len(taken) * 0.95))]


def cpu(pid: int) -> float:
    """Milliseconds that a process and its children, all their threads, have run so far."""
    total = 0
    for each in family(pid):
        for thread in Path(f"/proc/{each}/task").glob("*/schedstat"):
            with suppress(OSError):
                total += int(thread.read_text().split()[0])
    return total / 1e6


def memory(pid: int) -> int:
    """Megabytes (PSS) of a process and all its children."""
    return sum(pss(each) for each in family(pid)) // 1000


def family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from family(int(child))


def pss(pid: int) -> int:
    """Kilobytes of one process, shared pages divided among those who share them."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


if __name__ == "__main__":
    main()
