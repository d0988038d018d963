"""Named selections of plans, calls and problems."""

from __future__ import annotations

import datetime as dt

from servicedesk.clock import now
from servicedesk.staff.querysets import CentreScoped
from servicedesk.workorders.querysets import OfWorkOrder

WAITING = ("scheduled", "in_contact")
"""States of a call that is still owed."""


class FollowUpPlans(OfWorkOrder):
    """Selections of plans."""

    def unplanned(self, since: dt.timedelta = dt.timedelta()) -> FollowUpPlans:
        """Plans nobody has worked off, older than `since`."""
        return self.filter(planned_at=None, created_at__lte=now() - since)


class FollowUps(CentreScoped):
    """Selections of calls."""

    def waiting(self) -> FollowUps:
        """Still owed, the most urgent first."""
        return self.filter(state__in=WAITING).order_by("next_at", "id")

    def due_by(self, moment: dt.datetime) -> FollowUps:
        """Whose time has come by `moment`: the window is open, or another time was agreed."""
        return self.filter(opens_at__lte=moment, next_at__isnull=False)

    def given_up(self, since: dt.timedelta) -> FollowUps:
        """Customers who could not be reached, given up within `since`, the newest first."""
        return self.filter(state="unreachable", settled_at__gte=now() - since).order_by("-settled_at", "-id")

    def for_rows(self) -> FollowUps:
        """With what a list row shows."""
        return self.select_related(
            "work_order__vehicle", "work_order__customer", "work_order__centre", "work_order__advisor", "rule", "agent"
        )


class Problems(CentreScoped):
    """Selections of problems and suggestions."""

    def unsettled(self) -> Problems:
        """Open, or solved but the customer has not been told."""
        return self.exclude(state="closed")

    def for_departments(self, roles: frozenset[str]) -> Problems:
        """Passed to one of `roles`."""
        return self.filter(department__in=roles)

    def for_rows(self) -> Problems:
        """With what a list row shows."""
        return self.select_related(
            "work_order__vehicle", "work_order__customer", "work_order__centre", "owner", "centre"
        )
