"""Ours beside bare Django, and a large house beside a small one, all in one run: `python -m bench.compare [BIG [SMALL]]`.

Starts both houses with one web worker each, and `bench.bare` on both databases with the same gunicorn. Every staff page that
`bench.walk` finds, lists' last pages included and papers left out, is asked in turn in both houses, so that other work
on the machine touches both alike. CPU is what web server and database ran for one request, by the kernel's clocks. Goals:
the list of 50 ≤ 2 × the bare list, a visit's page ≤ 4 × the bare one; BIG ≤ 1.15 × SMALL at p50 and ≤ 1.3 × at p95, for
every page. Only a SMALL with the same day shows growth alone: `python -m bench.seed --visits 1000 --open 200 --house h1kd`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import quote

from bench.house import free_port, stack
from bench.pages import cpu
from servicedesk.embedded.processes import Child

LIST, OPEN = "workorders:list", "workorders:detail"
PAPERS = ("preview", "day_sheet")
MOST_MEDIAN, MOST_SLOW = 1.15, 1.3


@dataclass
class Page:
    """One address in one house, and what asking for it took."""

    role: str
    name: str
    address: str
    cookies: str
    port: int = 0
    busy: list[int] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same page in another house."""
        return self.role, self.name

    @property
    def median(self) -> float:
        """Wall time, p50."""
        return statistics.median(self.walls)

    @property
    def slow(self) -> float:
        """Wall time, p95."""
        return sorted(self.walls)[int(len(self.walls) * 0.95)]

    @property
    def cpu(self) -> float:
        """CPU of one request, p50."""
        return statistics.median(self.cpus)

    @property
    def cpu_slow(self) -> float:
        """CPU of one request, p95."""
        return sorted(self.cpus)[int(len(self.cpus) * 0.95)]

    def ask(self, line: http.client.HTTPConnection) -> None:
        """Ask once, and note what it took."""
        used, began = sum(map(cpu, self.busy)), time.perf_counter()
        line.request("GET", quote(self.address, safe="/?=&+-.:"), headers={"Cookie": self.cookies})
        answer = line.getresponse()
        answer.read()
        self.walls.append((time.perf_counter() - began) * 1000)
        self.cpus.append(sum(map(cpu, self.busy)) - used)
        if answer.status != 200:
            raise SystemExit(f"{self.address} answered {answer.status}")


class House:
    """A started house with the bare server beside it."""

    def __init__(self, name: str) -> None:
        self.stack = stack(name)
        self.bare_port = free_port()
        command = [word if word != "servicedesk.wsgi" else "bench.bare" for word in self.stack.web.command]
        command[command.index("--bind") + 1] = f"127.0.0.1:{self.bare_port}"
        self.bare = Child("bare", command, env={}, log=self.stack.logs / "bare.log", patience=10)

    def start(self) -> None:
        """Servers, schema, and both web servers. No worker: it would run in the measured time."""
        for step in (self.stack.start_servers, self.stack.prepare, self.stack.start_web):
            step()
        self.bare.env = self.stack.environment()
        self.bare.start()
        self.stack.wait_for_web()

    def stop(self) -> None:
        """All of it."""
        self.bare.stop()
        self.stack.stop()

    def pages(self, only: str) -> dict[tuple[str, str], Page]:
        """Every page whose name matches `only`, from a process of its own: Django knows one database at a time."""
        command = [sys.executable, "-m", "bench.compare", "--list-pages", "--only", only]
        env = self.stack.environment() | {"LOG_LEVEL": "CRITICAL"}
        told = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        found: dict[tuple[str, str], Page] = {}
        for values in json.loads(told.splitlines()[-1]):
            page = Page(*values, port=self.stack.port, busy=self.busy(self.stack.web))
            found[page.key] = page
        return found

    def bare_pages(self, like: Page, visit: Page) -> tuple[Page, Page, Page]:
        """The floor: a text, a list of 50, a visit, asked by the same people."""
        pk = re.findall(r"\d+", visit.address)[0]
        busy, cookies = self.busy(self.bare), like.cookies
        text, rows, one = (
            Page("bare", path, f"/{path}", cookies, self.bare_port, busy) for path in ("text", "list", f"open/{pk}")
        )
        return text, rows, one

    def busy(self, server: Child) -> list[int]:
        """The processes that work for `server`: itself and the database."""
        assert server.process
        assert self.stack.postgres
        assert self.stack.postgres.child.process
        return [server.process.pid, self.stack.postgres.child.process.pid]


def list_pages(only: str) -> None:
    """Print every page of the house of this environment whose name matches `only`: each once, by the first who may open
    it; home of everybody."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from bench.walk import pages, people

    found, seen = [], set()
    for role, user in people().items():
        browser = Client(raise_request_exception=False)
        browser.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
        cookies = f"sessionid={browser.cookies['sessionid'].value}; language=zh-hant"
        turns: dict[str, int] = {}
        for name, address in pages(user, only):
            turns[name] = turns.get(name, 0) + 1
            here = name if turns[name] == 1 else f"{name} {turns[name]}"
            if (name != "home" and here in seen) or name.endswith(PAPERS) or browser.get(address).status_code != 200:
                continue
            seen.add(here)
            found.append((role, here, address, cookies))
    print(json.dumps(found))


def alternate(pages: list[Page], rounds: int) -> None:
    """Ask `pages` in turn, `rounds` times, after three rounds to warm them."""
    lines = {page.port: http.client.HTTPConnection("127.0.0.1", page.port, timeout=120) for page in pages}
    for turn in range(rounds + 3):
        for page in pages:
            if turn == 3:
                page.walls.clear()
                page.cpus.clear()
            page.ask(lines[page.port])
    for line in lines.values():
        line.close()


def against_bare(house: House, pages: dict[tuple[str, str], Page], rounds: int) -> None:
    """The list and a visit's page beside the floor."""
    mine = [page for page in pages.values() if page.name.split()[0] in (LIST, OPEN)]
    if not mine:
        return
    lists, opens = ([page for page in mine if page.name.split()[0] == name] for name in (LIST, OPEN))
    text, rows, one = house.bare_pages(lists[0], opens[len(opens) // 2])
    alternate([text, rows, one, *mine], rounds)
    print(f"\n{house.stack.state.name}: CPU ms of a request (p50 of {rounds}), × bare, p50 ms, p95 ms")
    for page in (text, rows, one, *mine):
        floor = rows if page in lists else one if page in opens else page
        goal = 2 if page in lists else 4 if page in opens else 1
        times = f"{page.cpu / floor.cpu:6.2f}{'' if page.cpu <= goal * floor.cpu else ' !':2}"
        print(f"{page.name:28}{page.cpu:8.1f}{times}{page.median:8.1f}{page.slow:8.1f}  {page.address}")


def kept(a: Page, b: Page) -> bool:
    """Whether `a` of the large house costs what `b` of the small one does. By CPU: wall times tell of others' work too."""
    return a.cpu <= MOST_MEDIAN * b.cpu and a.cpu_slow <= MOST_SLOW * b.cpu_slow


def told(a: Page, b: Page) -> str:
    """A line about a page in both houses: wall p50 and p95, CPU p50 and p95."""
    parts = [(a.median, b.median), (a.slow, b.slow), (a.cpu, b.cpu), (a.cpu_slow, b.cpu_slow)]
    figures = "".join(f"{x:7.1f}:{y:6.1f}{x / y:6.2f}" for x, y in parts)
    return f"{a.role:12}{a.name:30}{figures}{'' if kept(a, b) else ' !'}  {a.address[:60]}"


def growth(big: dict[tuple[str, str], Page], small: dict[tuple[str, str], Page], rounds: int) -> None:
    """Every page in both houses, each as it is measured; at the end those that miss a goal in a longer run too."""
    pairs = [(big[key], small[key]) for key in big if key in small]
    print(f"\n{len(pairs)} pages in both houses; only in one: {sorted(set(big) ^ set(small))}")
    columns = ("p50", "p95", "CPU p50", "CPU p95")
    print(f"{'role':12}{'page':30}{''.join(f'{name:>14}{chr(215):>6}' for name in columns)}")
    for pair in pairs:
        alternate(list(pair), rounds)
        print(told(*pair), flush=True)
    missed = [pair for pair in pairs if not kept(*pair)]
    print(f"\n{len(missed)} once more, longer: on a machine that others use, chance makes some miss", flush=True)
    for pair in missed:
        alternate(list(pair), rounds * 3)
        print(told(*pair), flush=True)
    ratios = sorted(a.cpu / b.cpu for a, b in pairs)
    left = sum(not kept(*pair) for pair in missed)
    print(
        f"growth of CPU at p50: median {statistics.median(ratios):.2f}, most {ratios[-1]:.2f}; {left} pages miss a goal"
    )


def main() -> None:
    """Start the houses, measure, report, stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("big", nargs="?", default="h1m")
    parser.add_argument("small", nargs="?", default="h1k")
    parser.add_argument("--rounds", type=int, default=20, help="requests per page and house")
    parser.add_argument("--only", default="", help="pages whose name matches this")
    parser.add_argument("--list-pages", action="store_true", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.list_pages:
        list_pages(words.only)
        return
    houses = [House(words.big), House(words.small)]
    try:
        for house in houses:
            house.start()
        found = [house.pages(words.only) for house in houses]
        for house, pages in zip(houses, found, strict=True):
            against_bare(house, pages, words.rounds * 2)
        growth(*found, words.rounds)
    finally:
        for house in houses:
            house.stop()


if __name__ == "__main__":
    os.environ.setdefault("LOG_LEVEL", "CRITICAL")
    main()
