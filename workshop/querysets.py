"""Named selections of jobs, work spans and findings; who worked on a car."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import QuerySet

from servicedesk.staff.querysets import CentreScoped
from servicedesk.workorders.models import LineState, WorkOrder

if TYPE_CHECKING:
    from workshop.models import Finding, Job


class Jobs(CentreScoped):
    """Selections of jobs."""

    centre_path = "work_order__centre_id"

    def for_rows(self) -> Jobs:
        """With what a list row or a phone page shows."""
        return self.select_related(
            "work_order__vehicle",
            "work_order__customer",
            "work_order__centre",
            "line__operation",
            "item",
            "technician",
            "bay",
            "assigned_by",
        )

    def agreed(self) -> Jobs:
        """Jobs whose line the customer agreed to; rework needs nobody's consent."""
        return self.exclude(line__state__in=(LineState.PROPOSED, LineState.DECLINED, LineState.DEFERRED))

    def unfinished(self) -> Jobs:
        """Jobs still to be done."""
        return self.agreed().exclude(state="done")

    def to_assign(self) -> Jobs:
        """Jobs that wait for a technician."""
        return self.agreed().filter(state="waiting")

    def of_technician(self, user: Any) -> Jobs:
        """Jobs given to `user`."""
        return self.filter(technician=user)


class Spans(QuerySet):
    """Selections of working time."""

    def running(self) -> Spans:
        """Clocks that run now."""
        return self.filter(ended_at=None)


class Findings(CentreScoped):
    """Selections of findings."""

    centre_path = "work_order__centre_id"

    def reported(self) -> Findings:
        """Waiting for the supervisor."""
        return self.filter(state="reported")

    def undecided(self) -> Findings:
        """Reported or proposed: the plan is not settled yet."""
        return self.exclude(state="decided")


def agreed_jobs(work_order: WorkOrder) -> list[Job]:
    """The agreed jobs of a visit, each with its line and technician. One query, and one for the lines unless at hand."""
    jobs: Any = (
        Jobs(apps.get_model("workshop", "Job")).filter(work_order=work_order).select_related("item", "technician")
    )
    lines = {line.pk: line for line in work_order.lines.all()}
    found = list(jobs.order_by("id"))
    for job in found:
        if job.line_id:
            job.line = lines[job.line_id]
    return [job for job in found if job.line is None or job.line.is_agreed]


def reported_finding(work_order: WorkOrder) -> Finding | None:
    """What was found first and waits for the supervisor. One query."""
    return (
        Findings(apps.get_model("workshop", "Finding")).reported().filter(work_order=work_order).order_by("pk").first()
    )


def technicians_of(work_order: WorkOrder) -> set[int]:
    """Ids of everybody who worked on this visit or has a job of it in hand: none of them may inspect it finally. One query."""
    people = work_order.jobs.values_list("technician_id", "spans__technician_id")
    return {person for pair in people for person in pair if person is not None}


def did_work(work_order: WorkOrder, user_id: int | None) -> bool:
    """Whether the user has working time on this visit."""
    return user_id is not None and work_order.jobs.filter(spans__technician_id=user_id).exists()
