"""The demonstration's own clock: this process lives at the moment of which it writes, no other process notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from servicedesk import clock


class Playhead:
    """Moves `clock.now()` of this process to any moment; it then runs on, so that what happens keeps its order."""

    def __init__(self) -> None:
        self.shift = dt.timedelta()
        self.before: Callable[[], dt.timedelta] | None = None

    def __call__(self) -> dt.timedelta:
        return self.shift + (self.before() if self.before else dt.timedelta())

    def move_to(self, moment: dt.datetime) -> None:
        """Let it be `moment` from now on."""
        self.shift += moment - clock.now()


@contextmanager
def playhead() -> Iterator[Playhead]:
    """Give the clock to the demonstration, and back."""
    head = Playhead()
    head.before = clock.set_offset_source(head)
    try:
        yield head
    finally:
        clock.set_offset_source(head.before)
