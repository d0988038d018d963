"""Where later chapters hear that work was proposed to a customer, so that this one need not know them."""

from __future__ import annotations

from collections.abc import Callable

from servicedesk.registry import Shelf
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import WorkOrderLine

proposed: Shelf[Callable[[WorkOrderLine, Actor], None]] = Shelf()
"""Each is called in the transaction of the proposal, with its labour line; the workshop settles the finding it came from."""
