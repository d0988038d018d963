"""Tells many stories at once, in the order of the clock: each step is one act of one person, committed on its own.

A story is a generator. It yields the moment of its next act (aware), and is resumed at that moment to carry it out. Or
it yields an `Errand`, a slow act that another process may carry out meanwhile. A story that a service refuses ends
there; the others go on.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from servicedesk.clock import now
from servicedesk.demo.playhead import Playhead
from servicedesk.messaging import relay
from servicedesk.messaging.models import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Errand:
    """An act that needs nothing but its own visit: `work(**values)`, done at the moment told of, and over by `back_at`."""

    work: Callable[..., None]
    values: dict[str, Any]
    back_at: dt.datetime


Story = Iterator["dt.datetime | Errand"]
Waiting = tuple[dt.datetime, int, Story, "Future[None] | None"]
"""The moment of the next act, the turn among equals, the story, and the errand it waits for."""
MOST_AWAY = 6
Send = Callable[[Errand, dt.datetime], "Future[None]"]


class Acting:
    """An act is one transaction; the letters it queues are sent at its end, at the moment of which the story tells."""

    def __init__(self) -> None:
        self.posted = 0
        post_save.connect(self._note_letter, sender=Message)

    def _note_letter(self, created: bool, **_kwargs: Any) -> None:
        self.posted += created

    @contextmanager
    def act(self) -> Iterator[None]:
        """What happens inside is one act; a story told meanwhile begins with an act inside this one."""
        outside, self.posted = self.posted, 0
        try:
            with transaction.atomic():
                yield
                if self.posted:
                    relay.run(limit=self.posted)
        finally:
            self.posted = outside


class Engine:
    """One service centre's stories. `send` gives an errand to another process; without it errands are done here."""

    def __init__(self, head: Playhead, *, send: Send | None = None, strict: bool = False) -> None:
        self.head, self.send, self.strict = head, send, strict
        self.queue: list[Waiting] = []
        self.turns = itertools.count()
        self.acts = 0
        self.ended_early: list[str] = []
        self.acting = Acting()

    def tell(self, story: Story) -> None:
        """Add a story; its first moment is asked for at once."""
        self._go_on(story, None)

    def run(self, until: dt.datetime) -> None:
        """Carry out every act up to `until`; what comes later is not told.

        Whoever waits for an errand lets others go before him: nobody else needs the car meanwhile.
        """
        away: list[Waiting] = []
        while away or (self.queue and self.queue[0][0] <= until):
            back = next((waiting for waiting in away if waiting[3] is None or waiting[3].done()), None)
            if back is None and (len(away) > MOST_AWAY or not self.queue or self.queue[0][0] > until):
                back = away[0]
            if back:
                away.remove(back)
            else:
                back = heapq.heappop(self.queue)
                if back[3] is not None and not back[3].done():
                    away.append(back)
                    continue
            self.head.move_to(back[0])
            self.acts += 1
            self._go_on(back[2], back[3])
        for waiting in self.queue:  # an errand may be under way although its story goes on only after `until`
            if waiting[3] is not None and (error := waiting[3].exception()):
                self._end_early(error)

    def _go_on(self, story: Story, away: Future[None] | None) -> None:
        try:
            if away is not None:
                away.result()
            with self.acting.act():
                coming = next(story, None)
            gone = self._send_away(coming) if isinstance(coming, Errand) else None
        except Exception as error:  # a demonstration that lacks one visit is better than none
            self._end_early(error)
            return
        if coming is not None:
            moment = coming.back_at if isinstance(coming, Errand) else coming
            heapq.heappush(self.queue, (moment, next(self.turns), story, gone))

    def _send_away(self, errand: Errand) -> Future[None] | None:
        if self.send:
            return self.send(errand, now())
        with self.acting.act():
            errand.work(**errand.values)
        return None

    def _end_early(self, error: BaseException) -> None:
        if self.strict:
            raise error
        log.error("a story of the demonstration ended early", exc_info=error)
        self.ended_early.append(f"{type(error).__name__}: {error}")
