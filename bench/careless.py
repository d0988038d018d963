"""The control of the race: our web server with the guard taken off. `bench.booking` also drops the unique key beneath it.

`gunicorn bench.careless`: it looks whether a place is free, then takes it, as a program does that trusts to luck: no lock.
"""

from __future__ import annotations

from typing import Any

from servicedesk.wsgi import application

__all__ = ["application"]

from appointments import slots
from appointments.models import SlotPlace
from appointments.refusals import SlotTaken


def look_then_take(centre: Any, starts_at: Any, *, online: bool = False, **holder: Any) -> SlotPlace:
    """A place when one looks free."""
    taken = SlotPlace.objects.filter(centre=centre, starts_at=starts_at).count()
    if taken >= centre.reception_places:
        raise SlotTaken("full")
    return SlotPlace.objects.create(centre=centre, starts_at=starts_at, place=taken + 1, **holder)


slots.hold_place = look_then_take
