"""Ring a Celery task after commit, without the page ever waiting for the broker.

Rows are the truth and beat sweeps them; a ring only makes it happen at once. One daemon thread per process rings, so
a broker that is dead (2 s in redis-py) or silent (4 s) costs a page nothing. After a ring that failed, the thread
drops rings for `QUIET_SECONDS`. A ring that is lost, or a process killed before it, only waits for the next sweep.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction

from servicedesk.celery import app

log = logging.getLogger(__name__)
QUIET_SECONDS = 5.0
LONGEST_QUEUE = 256

_rings: queue.Queue[tuple[str, tuple[Any, ...]]] = queue.Queue(LONGEST_QUEUE)
_lock = threading.Lock()
_ringer: tuple[int, threading.Thread] | None = None
_muted = False


def ring(task: str, *args: Any) -> None:
    """After the current transaction commits, ask the workers to run `task`. Never raises, never waits."""
    if not _muted:
        transaction.on_commit(partial(_push, task, args), robust=True)


@contextmanager
def muted() -> Iterator[None]:
    """Ring nobody from this process: for who does the due work himself, as the demonstration does while it writes history."""
    global _muted
    before, _muted = _muted, True
    try:
        yield
    finally:
        _muted = before


def _push(task: str, args: tuple[Any, ...]) -> None:
    """Hand a ring to this process's thread, which is started at the first one (a forked child has none)."""
    global _ringer
    with _lock:
        if _ringer is None or _ringer[0] != os.getpid() or not _ringer[1].is_alive():
            thread = threading.Thread(target=_run, name="doorbell", daemon=True)
            _ringer = (os.getpid(), thread)
            thread.start()
    try:
        _rings.put_nowait((task, args))
    except queue.Full:
        log.info("The doorbell's queue is full; the sweep will run %s.", task)


def _run() -> None:
    """Send the rings of this process, one after the other, for as long as it lives."""
    quiet_until = 0.0
    while True:
        task, args = _rings.get()
        if time.monotonic() >= quiet_until and not send(task, args):
            quiet_until = time.monotonic() + QUIET_SECONDS


def send(task: str, args: tuple[Any, ...] = ()) -> bool:
    """Publish one task now; return False when the broker did not take it."""
    try:
        app.send_task(task, args=args, ignore_result=True)
    except Exception as error:  # a broker can fail in any way; the row is kept, and beat sweeps it
        log.info("The broker did not answer (%s); the sweep will run %s.", error, task)
        return False
    return True
