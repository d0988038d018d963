"""Where later chapters add a next step to a booking's page or a paper to its calendar, so that this one need not know them."""

from __future__ import annotations

from collections.abc import Callable

from appointments.models import Appointment
from servicedesk.registry import Action, Shelf

next_steps: Shelf[Callable[[Appointment], list[Action]]] = Shelf()
"""Each is asked with a booking and answers with buttons; reception adds "Receive the car"."""
day_papers: Shelf[Action] = Shelf()
"""Papers of today that the calendar offers beside its own; the workshop adds the day sheet."""
