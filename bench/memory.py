"""What the processes weigh: `python -m bench.memory HOUSE`: two web workers and the resident worker, before and after PDFs.

Starts the house as ./run does, with two web workers. Eight threads open pages until both have opened each many times, then
eight drafts of bills at once, three times over; meanwhile the resident worker prints 16 bills that are ordered here.
Memory is what the kernel says (PSS: shared pages divided among those who share them), children and masters included.
Goals: both web workers ≤ 300 MB after PDFs, the resident worker ≤ 200 MB; all that was asked for arrives.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

from bench.house import stack
from bench.pages import family, memory, pss

BILLS, AT_ONCE, PATIENCE = 16, 8, 300
LISTS = ("workorders:list", "workorders:promises", "workshop:board")


def ask(port: int, address: str, cookies: str) -> int:
    """Status of one answer, on a connection of its own."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    line.request("GET", address, headers={"Cookie": cookies})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status


def all_of(port: int, asked: Iterable[tuple[str, str]]) -> str:
    """Ask everything, eight at once; says how many arrived and how long it took."""
    began, asked = time.monotonic(), list(asked)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(lambda each: ask(port, *each), asked))
    return f"{statuses.count(200)} of {len(asked)} arrived in {time.monotonic() - began:.1f} s"


def addresses() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(address, cookies) of plain pages for several people, and of drafts of bills for the cashier."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from bench.walk import people
    from servicedesk.workorders.models import WorkOrder

    cookies = {}
    for role, user in people().items():
        browser = Client()
        browser.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
        cookies[role] = f"sessionid={browser.cookies['sessionid'].value}; language=zh-hant"
    visits = WorkOrder.objects.filter(centre__code="NH").order_by("-opened_at")
    plain = ["/", *map(reverse, LISTS), *(visit.get_absolute_url() for visit in visits.at("repair")[:5])]
    pages = [(address, cookies[role]) for role in ("advisor", "manager", "supervisor") for address in plain]
    drafts = [reverse("delivery:bill_preview", args=[visit.pk]) for visit in visits.at("preparation")[:AT_ONCE]]
    return pages, [(address, cookies["cashier"]) for address in drafts]


def order_bills() -> list[int]:
    """Order duplicates of the newest bills; the resident worker prints them."""
    from servicedesk.documents import papers
    from servicedesk.documents.models import PaperOrder
    from servicedesk.staff.actors import Actor
    from servicedesk.staff.models import User

    manager = Actor.of(User.objects.get(username="manager"))
    originals = PaperOrder.objects.filter(kind="bill", duplicate_of=None, state="printed").order_by("-pk")[:BILLS]
    return [papers.duplicate(original, by=manager).pk for original in originals]


def wait_for(orders: list[int]) -> str:
    """Wait until the worker has printed them; says how long that took."""
    from servicedesk.documents.models import PaperOrder

    began = time.monotonic()
    while (
        left := PaperOrder.objects.filter(pk__in=orders, paper=None).count()
    ) and time.monotonic() - began < PATIENCE:
        time.sleep(0.5)
    return f"{len(orders) - left} of {len(orders)} bills printed after {time.monotonic() - began:.0f} s"


def weigh(house: Any, when: str) -> None:
    """Print what web and worker weigh now, each process apart."""
    for name, child in (("web", house.web), ("worker", house.worker)):
        parts = " + ".join(str(pss(pid) // 1000) for pid in family(child.process.pid))
        print(f"{when:24}{name:8}{memory(child.process.pid):5} MB PSS  ({parts})", flush=True)


def measure(house: Any) -> None:
    """Before, after pages, after papers."""
    time.sleep(5)
    weigh(house, "started")
    pages, drafts = addresses()
    print(f"pages: {all_of(house.port, pages * 10)}")
    weigh(house, "after pages")
    orders = order_bills()
    print(f"drafts, eight at once: {all_of(house.port, drafts * 3)}")
    print(wait_for(orders))
    weigh(house, "after PDFs")


def main(name: str) -> None:
    """Start, measure, stop."""
    house = stack(name)
    command = house.web.command
    command[command.index("--workers") + 1] = "2"
    try:
        house.start()
        os.environ.update(house.environment() | {"LOG_LEVEL": "CRITICAL"})
        django.setup()
        measure(house)
    finally:
        house.stop()


if __name__ == "__main__":
    main(sys.argv[1])
