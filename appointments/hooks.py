"""Where later chapters add to a booking's pages, for staff and by link, so that this one need not know them."""

from __future__ import annotations

from collections.abc import Callable

from appointments.models import Appointment
from servicedesk.documents.models import PaperOrder
from servicedesk.registry import Action, Shelf
from servicedesk.workorders.models import WorkOrder

next_steps: Shelf[Callable[[Appointment], list[Action]]] = Shelf()
"""Each is asked with a booking and answers with buttons; reception adds "Receive the car"."""
visit_papers: Shelf[Callable[[WorkOrder], list[PaperOrder]]] = Shelf()
"""Each is asked with a visit and answers with the papers its customer has; delivery knows which bills stand."""
