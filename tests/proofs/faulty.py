"""The same worker and web server, except that they kill themselves, once, at one step named by the environment.

FAULT is `before:module:function`, `after:module:function`, `before-task:name` or `after-task:name`; FAULT_DONE names
the file that remembers that it has happened. The whole process group goes, as with a power cut.
"""

import functools
import importlib
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import django
from celery import signals

from servicedesk.celery import app

__all__ = ["app", "application"]


def die() -> None:
    """Kill ourselves without a word, unless it was done before."""
    try:
        os.close(os.open(os.environ["FAULT_DONE"], os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.killpg(os.getpgrp(), signal.SIGKILL)
    time.sleep(60)  # the signal is on its way; nothing may happen meanwhile


def around(function: Callable[..., Any], moment: str) -> Callable[..., Any]:
    """Return `function` with a death before or after it."""

    @functools.wraps(function)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        if moment == "before":
            die()
        answer = function(*args, **kwargs)
        if moment == "after":
            die()
        return answer

    return deadly


def arm(fault: str) -> None:
    """Lay the trap that `fault` names."""
    moment, *where = fault.split(":")
    if moment in {"before-task", "after-task"}:
        signal_of = signals.task_prerun if moment == "before-task" else signals.task_postrun

        def trap(task: Any = None, **_: Any) -> None:
            if task.name == where[0]:
                die()

        signal_of.connect(trap, weak=False)
        return
    module = importlib.import_module(where[0])
    setattr(module, where[1], around(getattr(module, where[1]), moment))


django.setup()
arm(os.environ["FAULT"])

from servicedesk.wsgi import application  # noqa: E402 - the trap must be laid first
