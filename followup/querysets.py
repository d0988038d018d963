"""Named selections of plans, calls and problems."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.apps import apps

from servicedesk.clock import now
from servicedesk.staff.querysets import CentreScoped
from servicedesk.workorders.querysets import OfWorkOrder

if TYPE_CHECKING:
    from followup.models import FollowUp, Problem
    from servicedesk.workorders.models import WorkOrder

WAITING = ("scheduled", "in_contact")
"""States of a call that is still owed."""


def calls_of(work_order: WorkOrder) -> list[FollowUp]:
    """All calls of a visit in their order, each with who makes it. One query."""
    calls = apps.get_model("followup", "FollowUp")._default_manager
    return list(calls.filter(work_order=work_order).select_related("agent").order_by("sequence"))


def unsettled_problems(work_order: WorkOrder) -> list[Problem]:
    """What the visit still owes the customer, the earliest first. One query."""
    problems = apps.get_model("followup", "Problem")._default_manager
    return list(problems.filter(work_order=work_order).unsettled().order_by("due_at", "pk"))


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
