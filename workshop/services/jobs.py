"""Jobs come from what the customer agreed to, and from what an inspection failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.catalogue.models import ChecklistItem
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events
from servicedesk.workorders.models import LineKind, LineState, WorkOrder, WorkOrderLine
from servicedesk.workorders.transitions import last_move
from workshop.models import Job, JobKind, JobState


class Fault(NamedTuple):
    """What an inspection failed: in words, the line that goes back, and the checklist's item if it was on one."""

    text: str
    line: WorkOrderLine | None = None
    item: ChecklistItem | None = None


class WorkRefused(Refusal):
    """The workshop's step may not be taken; the reasons say what is in the way."""


def lock(work_order_id: int) -> WorkOrder:
    """Lock the visit for the rest of the transaction and return it as it stands."""
    rows = WorkOrder.objects.select_for_update(of=("self",)).select_related("centre", "vehicle")
    return rows.get(pk=work_order_id)


def ask_stage(work_order: WorkOrder, stages: Iterable[str]) -> None:
    """Refuse, with the visit's page, when it is at none of `stages`."""
    if work_order.stage not in set(stages):
        raise wrong_stage(work_order)


def wrong_stage(work_order: WorkOrder) -> WorkRefused:
    """The refusal of a step that does not belong to the visit's stage."""
    text = _("%(plate)s is at “%(stage)s”; this cannot be done there.") % {
        "plate": work_order.vehicle.plate,
        "stage": work_order.get_stage_display(),
    }
    return WorkRefused(Reason(text, work_order.get_absolute_url()), *last_move(work_order))


def open_jobs(work_order: WorkOrder) -> list[Job]:
    """Open a waiting job for every labour line the customer agreed to that has none yet. Harmless when repeated."""
    lines = work_order.lines.filter(kind=LineKind.LABOUR, state=LineState.APPROVED, jobs=None).order_by(
        "position", "id"
    )
    return Job.objects.bulk_create(
        Job(work_order=work_order, line=line, kind=JobKind.WORK, created_at=now()) for line in lines
    )


@transaction.atomic
def open_rework(work_order: WorkOrder, items: Iterable[Fault | tuple], *, by: Actor) -> list[Job]:
    """Give each `Fault` (or plain (text, line or None)) back to whoever did that line, at once (M4.2-c).

    Items without a line go to the technician who finished last. The line counts as not done again. The caller moves
    the visit on. Refused when nobody has worked on the car.
    """
    finished = list(Job.objects.filter(work_order=work_order, state=JobState.DONE).order_by("finished_at", "id"))
    if not finished:
        raise WorkRefused(_("Nobody has finished any work on this car, so there is nothing to put right."))
    by_line = {job.line_id: job for job in finished}
    opened = []
    faults = [Fault(*item) for item in items]
    for text, line, item in faults:
        source = by_line.get(line.pk if line else None) or finished[-1]
        opened.append(
            Job.objects.create(
                work_order=work_order,
                line=line or source.line,
                kind=JobKind.REWORK,
                item=item,
                failed_item=text[:200],
                failed_note=text[200:700],
                state=JobState.ASSIGNED,
                technician_id=source.technician_id,
                bay_id=source.bay_id,
                created_at=now(),
                assigned_at=now(),
                assigned_by_id=by.user_id,
            )
        )
    reopen_lines(job.line for job in opened)
    events.record(
        work_order,
        "workshop.rework_opened",
        by=by,
        text="\n".join(fault.text for fault in faults),
        data={
            "jobs": [job.pk for job in opened],
            "lines": [job.line_id for job in opened],
            "technicians": sorted({job.technician_id or 0 for job in opened}),
        },
    )
    return opened


def reopen_lines(lines: Iterable[Any]) -> None:
    """Put finished lines, with their parts, back to approved."""
    pks = {line.pk for line in lines if line}
    set_state(pks, LineState.APPROVED, only=(LineState.DONE, LineState.CHECKED))


def set_state(line_ids: set[int], state: str, *, only: Iterable[str]) -> None:
    """Set lines and the parts under them to `state`, as far as they are in one of the states `only`."""
    lines = WorkOrderLine.objects.filter(state__in=list(only))
    lines.filter(pk__in=line_ids).update(state=state)
    lines.filter(parent_id__in=line_ids).update(state=state)
