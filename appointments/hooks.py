"""Where later chapters add to a booking's pages and its calendar, for staff and by link, so that this one need not know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appointments.models import Appointment
from servicedesk.documents.models import PaperOrder
from servicedesk.registry import Action, Shelf, Text
from servicedesk.workorders.models import WorkOrder

next_steps: Shelf[Callable[[Appointment], list[Action]]] = Shelf()
"""Each is asked with a booking and answers with buttons; reception adds "Receive the car"."""
visit_papers: Shelf[Callable[[WorkOrder], list[PaperOrder]]] = Shelf()
"""Each is asked with a visit and answers with the papers its customer has; delivery knows which bills stand."""
at_the_desk: Shelf[Callable[[], Any]] = Shelf()
"""Each answers with a queryset of the bookings (their ids) whose customers are here and wait: none of them is given up."""


@dataclass(frozen=True)
class Paper:
    """A paper of today: what it is called and the view that prints it."""

    label: Text
    url_name: str


day_papers: Shelf[Paper] = Shelf()
"""What the calendar offers beside its own list; the workshop adds the day sheet."""
