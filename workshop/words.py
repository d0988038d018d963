"""What of this chapter stands in the words of others: its events on the timeline, its work in the line table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from servicedesk import registry
from servicedesk.staff.formats import language_of
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_WORKSHOP
from workshop.board import joined
from workshop.models import JobKind, JobState, PauseCause
from workshop.querysets import agreed_jobs

TONES = {JobState.RUNNING: "info", JobState.PAUSED: "amber"}


def job_named(work_order: WorkOrder, data: dict[str, Any]) -> str:
    """What the event's jobs were to do, by their lines; "" for an event that does not name them."""
    wanted = data.get("lines") or [data.get("line")]
    return joined([line.title for line in work_order.lines.all() if line.pk in wanted])


def pause_named(work_order: WorkOrder, data: dict[str, Any]) -> str:
    """The job that was paused, and why."""
    cause = str(PauseCause(data["cause"]).label)
    return " · ".join(filter(None, (job_named(work_order, data), cause)))


def reading_named(work_order: WorkOrder, data: dict[str, Any]) -> str:
    """What was measured, and how much."""
    name = data.get("names", {}).get(language_of(None), "")
    return " ".join(filter(None, (name, data["value"], data["unit"])))


def line_work(work_order: WorkOrder) -> dict[int, tuple[Any, str]]:
    """How far the jobs are that are not done, by line. One query, none where the workshop has no work on the car."""
    if work_order.stage not in IN_WORKSHOP:
        return {}
    return {
        job.line_id: (
            (_("Rework"), "amber")
            if job.kind == JobKind.REWORK
            else (job.get_state_display(), TONES.get(JobState(job.state), ""))
        )
        for job in work_order.once(agreed_jobs)
        if job.line_id and job.state != JobState.DONE
    }


PHRASES = {
    "workshop.assigned": registry.Phrase(_("Work assigned"), "key", about=job_named),
    "workshop.acknowledged": registry.Phrase(_("Order read and understood"), about=job_named),
    "workshop.started": registry.Phrase(_("Work started"), about=job_named),
    "workshop.paused": registry.Phrase(_("Work paused"), about=pause_named),
    "workshop.reading": registry.Phrase(_("Reading recorded"), about=reading_named),
    "workshop.finished": registry.Phrase(_("Job done"), about=job_named),
    "workshop.finding_reported": registry.Phrase(_("New problem reported"), "bad"),
    "workshop.finding_proposed": registry.Phrase(_("Extra work proposed")),
    "workshop.finding_settled": registry.Phrase(_("Finding settled")),
    "workshop.progress_checked": registry.Phrase(_("Progress looked at")),
    "workshop.rework_opened": registry.Phrase(_("Sent back for rework"), "bad", about=job_named),
}
