"""Named selections of complaints."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from servicedesk.clock import now
from servicedesk.staff.querysets import CentreScoped

UNANSWERED = ("received", "investigating", "escalated")
"""States in which we owe the complainant an answer."""


class Complaints(CentreScoped):
    """Selections of complaints."""

    def open(self) -> Complaints:
        """Not closed."""
        return self.exclude(state="closed")

    def unanswered(self) -> Complaints:
        """We owe an answer."""
        return self.filter(state__in=UNANSWERED)

    def overdue(self) -> Complaints:
        """What is owed now is late: our answer, or the end of an answered case."""
        return self.open().filter(owed_at__lt=now())

    def escalated(self) -> Complaints:
        """Open and above the department's level."""
        return self.open().filter(layer__gt=1)

    def not_raised(self) -> Complaints:
        """Neither escalated nor late."""
        late = Q(state__in=UNANSWERED, answer_due_at__lt=now())
        return self.exclude(late | Q(layer__gt=1))

    def handled_by(self, user: Any) -> Complaints:
        """The user's own."""
        return self.filter(owner=user)

    def by_urgency(self) -> Complaints:
        """What is owed first, first."""
        return self.order_by("owed_at", "id")

    def for_rows(self) -> Complaints:
        """With what a row or a page shows."""
        return self.select_related(
            "centre", "customer", "vehicle", "category", "owner", "work_order", "concerning", "investigated_by"
        )
