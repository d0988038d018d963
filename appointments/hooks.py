"""Where later chapters add a next step to a booking's page or a paper to its calendar, so that this one need not know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appointments.models import Appointment
from servicedesk.registry import Action, Shelf, Text

next_steps: Shelf[Callable[[Appointment], list[Action]]] = Shelf()
"""Each is asked with a booking and answers with buttons; reception adds "Receive the car"."""


@dataclass(frozen=True)
class Paper:
    """A paper of today: what it is called and the view that prints it."""

    label: Text
    url_name: str


day_papers: Shelf[Paper] = Shelf()
"""What the calendar offers beside its own list; the workshop adds the day sheet."""
