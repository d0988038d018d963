"""The processes of a load: one per part of the house, and one beside the first centre that lays out its bills.

Bills are the slow part (a paper takes as long as the rest of the visit), so a second processor can do them meanwhile.
"""

from __future__ import annotations

import datetime as dt
import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager

from django.db import connection, connections

from servicedesk.demo.engine import Engine, Errand
from servicedesk.demo.load import Loader
from servicedesk.demo.playhead import Playhead, playhead
from servicedesk.messaging import doorbell
from servicedesk.staff.models import ServiceCentre

NICE = 5
OBJECTS_BEFORE_A_SWEEP = 100_000
_helper: list[Playhead] = []


@contextmanager
def at_work() -> Iterator[Playhead]:
    """This process writes history: its own clock, no rings, and commits that need not reach the disk one by one."""
    with ExitStack() as stack:
        stack.enter_context(doorbell.muted())
        head = stack.enter_context(playhead())
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit TO off")
        yield head


def load_one(code: str, share: float, errands: bool = False) -> tuple[int, list[str]]:
    """Load one centre in this process; with `errands` another one lays out the bills. Returns acts and what ended early."""
    with ExitStack() as stack:
        send = stack.enter_context(bills_elsewhere()) if errands else None
        head = stack.enter_context(at_work())
        engine = Engine(head, **({"send": send} if send else {}))
        acts = Loader(ServiceCentre.objects.get(code=code), engine, share=share).load()
        return acts, engine.ended_early


def load_all(codes: list[str], share: float) -> Iterator[tuple[str, int, list[str]]]:
    """Load the first centre here and the others in another process; yields code, acts, what ended early."""
    connections.close_all()  # a forked process must not share a connection
    with pool(calm) as others:
        tasks = {code: others.submit(load_one, code, share) for code in codes[1:]}
        calm()
        yield codes[0], *load_one(codes[0], share, errands=True)
        for code, task in tasks.items():
            yield code, *task.result()


def pool(begin: Callable[[], None]) -> ProcessPoolExecutor:
    """One further process, a fork of this one."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"), initializer=begin)


def calm() -> None:
    """People at the screens go first; and memory is swept seldom, since everything here is short-lived."""
    os.nice(NICE)
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_A_SWEEP)


@contextmanager
def bills_elsewhere() -> Iterator[Callable[[Errand, dt.datetime], Future[None]]]:
    """A process that does errands one after another, each at the moment of which the story tells."""
    connections.close_all()
    with pool(_begin) as helper:
        helper.submit(int).result()  # forked now, before a connection is opened
        yield lambda errand, moment: helper.submit(_do, errand, moment)


def _begin() -> None:
    stack = ExitStack()
    _helper.append(stack.enter_context(at_work()))


def _do(errand: Errand, moment: dt.datetime) -> None:
    _helper[0].move_to(moment)
    errand.work(**errand.values)
