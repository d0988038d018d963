"""What complaints do on their own: the link's page, the minute sweep."""

from __future__ import annotations

from complaints.services import PURPOSE, escalate_overdue
from servicedesk import registry
from servicedesk.messaging import links


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    links.register(PURPOSE, "complaints:mine", path="/complaints/mine/")
    registry.sweeps.register(registry.Sweep("complaints overdue", escalate_overdue, order=30))
