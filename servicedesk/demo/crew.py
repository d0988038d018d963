"""The processes of a load: one for the first centre, one beside it that does its errands, one for the other centres.

The first centre has most cars; the errands are a third of its acts, so that a second processor is busy until the end.
"""

from __future__ import annotations

import datetime as dt
import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.db import connection, connections, transaction

from servicedesk.demo.customers import make_customers
from servicedesk.demo.engine import Acting, Engine, Errand
from servicedesk.demo.load import Loader
from servicedesk.demo.playhead import Playhead, playhead
from servicedesk.messaging import doorbell
from servicedesk.staff.models import ServiceCentre

NICE = 5
OBJECTS_BEFORE_A_SWEEP = 100_000
_kept = ExitStack()
"""What the helper process has entered: held for as long as it lives."""
_helper: list[tuple[Playhead, Acting]] = []


@contextmanager
def at_work() -> Iterator[Playhead]:
    """This process writes history: its own clock, no rings, and transactions that cost little.

    Commits need not reach the disk one by one. Each act is a transaction of its own and fails as a whole, so that nested
    ones need no savepoints: a third of all statements.
    """
    with ExitStack() as stack:
        stack.enter_context(doorbell.muted())
        head = stack.enter_context(playhead())
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit TO off")
            stack.callback(setattr, connection.features, "uses_savepoints", connection.features.uses_savepoints)
            connection.features.uses_savepoints = False
        yield head


@dataclass(frozen=True)
class Done:
    """What loading a centre took; `ended_early` says why stories did."""

    acts: int
    seconds: float
    ended_early: list[str]


def load_one(code: str, share: float, errands: bool = False) -> Done:
    """Load one centre with its customers in this process; with `errands` another one does these."""
    began = time.process_time()
    with ExitStack() as stack:
        send = stack.enter_context(errands_elsewhere()) if errands else None
        head = stack.enter_context(at_work())
        centre = ServiceCentre.objects.get(code=code)
        with transaction.atomic():
            make_customers(centre)
        engine = Engine(head, send=send)
        acts = Loader(centre, engine, share=share).load()
        return Done(acts, time.process_time() - began, engine.ended_early)


def load_all(codes: list[str], share: float) -> Iterator[tuple[str, Done]]:
    """Load the first of these centres here and the others in another process, all at once."""
    connections.close_all()  # a forked process must not share a connection
    with pool(calm) as others:
        tasks = {code: others.submit(load_one, code, share) for code in codes[1:]}
        calm()
        yield codes[0], load_one(codes[0], share, errands=True)
        for code, task in tasks.items():
            yield code, task.result()


def pool(begin: Callable[[], None]) -> ProcessPoolExecutor:
    """One further process, a fork of this one."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"), initializer=begin)


def calm() -> None:
    """People at the screens go first; and memory is swept seldom, since everything here is short-lived."""
    os.nice(NICE)
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_A_SWEEP)


@contextmanager
def errands_elsewhere() -> Iterator[Callable[[Errand, dt.datetime], Future[None]]]:
    """A process that does errands one after another, each at the moment of which the story tells."""
    connections.close_all()
    with pool(_begin) as helper:
        helper.submit(int).result()  # forked now, before a connection is opened
        yield lambda errand, moment: helper.submit(_do, errand, moment)


def _begin() -> None:
    calm()
    _helper.append((_kept.enter_context(at_work()), Acting()))


def _do(errand: Errand, moment: dt.datetime) -> None:
    head, acting = _helper[0]
    head.move_to(moment)
    with acting.act():
        errand.work(**errand.values)
