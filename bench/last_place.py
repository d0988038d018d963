"""The last place, wanted by fifty at once, with the guard and without: for `python -m bench.booking race`."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from appointments.models import Appointment, SlotPlace
from bench.booth import RACERS, Desk, cookies, telephone, times_ahead

if TYPE_CHECKING:
    from bench.booth import Booth

KEY = "a_place_is_held_once"
OFFERED = re.compile(r'<(?:button|input)[^>]*name="starts_at"[^>]*value="20')
"""A time that a page offers instead."""


def race(booth: Booth, centre: Any, rounds: int) -> None:
    """The last place, wanted by all at once; with the guard, then without."""
    ahead = times_ahead(centre)
    print(f"\n{rounds} rounds of {RACERS} attempts at once on a time with one place, eight workers", flush=True)
    racers = cookies("racer", RACERS)
    for app in ("servicedesk.wsgi", "bench.careless"):
        if app == "bench.careless":
            booth.sql(f"ALTER TABLE appointments_slotplace DROP CONSTRAINT {KEY}")
        booth.serve(app, 8)
        try:
            told, sold, began = Counter[str](), [], time.monotonic()
            for at in itertools.islice((at for at in ahead if not is_taken(centre, at)), rounds):
                told.update(storm(booth, racers, at))
                sold.append(held(centre, at))
            worst = f"{sum(number > 1 for number in sold)} times oversold, at most {max(sold)} of one place"
            print(
                f"{app:18} {dict(told)}; sold {sum(sold)} of {rounds}: {worst}; {time.monotonic() - began:.0f} s",
                flush=True,
            )
        finally:
            if app == "bench.careless":
                SlotPlace.objects.filter(centre=centre).delete()
                booth.sql(
                    f"ALTER TABLE appointments_slotplace ADD CONSTRAINT {KEY} UNIQUE (centre_id, starts_at, place)"
                )


def is_taken(centre: Any, at: Any) -> bool:
    """Whether an earlier run sold this time."""
    return Appointment.objects.filter(centre=centre, starts_at=at).exists()


def held(centre: Any, at: Any) -> int:
    """How many bookings hold the time."""
    return SlotPlace.objects.filter(centre=centre, starts_at=at).count()


def storm(booth: Booth, racers: list[str], at: Any) -> Iterator[str]:
    """Everybody at once; what each was told."""
    desks = [Desk(booth.stack.port, reverse("appointments:new"), cookie) for cookie in racers]
    start = threading.Barrier(RACERS)

    def attempt(desk: Desk) -> str:
        start.wait(timeout=60)
        status, _ms, text = desk.post(telephone(at))
        offers = len(OFFERED.findall(text))
        desk.line.close()
        return {302: "booked", 422: "refused, others offered" if offers >= 3 else "refused"}.get(status, str(status))

    with ThreadPoolExecutor(RACERS) as pool:
        yield from pool.map(attempt, desks)
