"""The board: each technician's day on a time axis, and the cars by stage. Queries: eight, whatever the number of rows."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from servicedesk.clock import now
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.formats import joined, language_of
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Event, Hold, LineKind, Promise, WorkOrder, WorkOrderLine
from servicedesk.workorders.stages import Stage
from workshop.candidates import DAY_HOURS, technicians
from workshop.models import Job, JobState, WorkSpan

COLUMNS = (
    (Stage.AUTHORISED, Stage.AUTHORISED.label, "inbox"),
    (Stage.REPAIR, Stage.REPAIR.label, "wrench-adjustable"),
    (Stage.SELFCHECK, Stage.SELFCHECK.label, "person-check"),
    (Stage.FINAL, Stage.FINAL.label, "patch-check"),
    (Stage.REWORK, Stage.REWORK.label, "arrow-counterclockwise"),
    (Stage.PREPARATION, Stage.PREPARATION.label, "droplet"),
)
MOST_CARDS = 200
NARROWEST = 13
"""Per cent of the axis that a plate needs."""
STATE_ORDER = (JobState.RUNNING, JobState.PAUSED, JobState.ACKNOWLEDGED, JobState.ASSIGNED, JobState.DONE)


@dataclass(frozen=True)
class Axis:
    """The hours of today that the board shows, and where a moment lies on them in per cent."""

    start: dt.datetime
    end: dt.datetime

    def place(self, moment: dt.datetime) -> int:
        """Whole per cent from the left edge, kept on the board."""
        share = (moment - self.start) / (self.end - self.start)
        return max(0, min(100, round(share * 100)))

    @property
    def hours(self) -> list[tuple[int, str]]:
        """(place, "08") of every full hour but the last."""
        count = int((self.end - self.start).total_seconds() // 3600)
        moments = [self.start + dt.timedelta(hours=n) for n in range(count)]
        return [(self.place(moment), f"{moment:%H}") for moment in moments]


@dataclass
class Block:
    """The jobs of one car with one technician, as one piece of his day."""

    work_order: WorkOrder
    text: str
    kind: str  # run, hold, plan; done ones are not shown
    start: dt.datetime
    end: dt.datetime
    late_from: dt.datetime | None = None
    left: int = 0
    width: int = 0
    over: int = 0


def axis_of(calendar: Calendar) -> tuple[Axis, list[tuple[int, int]]]:
    """Today's axis in full hours, stretched to hold the present hour, and its closed stretches as (place, width)."""
    centre = calendar.centre
    present = centre.local(now())
    windows = calendar.windows(present.date())
    begins = windows[0][0] if windows else centre.at(present.date(), dt.time(8))
    closes = windows[-1][1] if windows else centre.at(present.date(), dt.time(18))
    hour = present.replace(minute=0, second=0, microsecond=0)
    start = min(begins.replace(minute=0), hour)
    end = max(closes + dt.timedelta(minutes=(60 - closes.minute) % 60), hour + dt.timedelta(hours=1))
    axis = Axis(start, end)
    breaks = [
        (axis.place(before[1]), axis.place(after[0]) - axis.place(before[1]))
        for before, after in itertools.pairwise(windows)
    ]
    return axis, breaks


def board_version(request: StaffRequest) -> str:
    """Changes with every event of the centre, every minute and the language. One query, by index."""
    newest = (
        Event.objects.filter(work_order__centre=request.centre).order_by("-pk").values_list("pk", flat=True).first()
    )
    return f"{request.centre.pk}-{newest or 0}-{int(now().timestamp() // 60)}-{language_of(None)}"


def board_context(request: StaffRequest) -> dict[str, Any]:
    """What `_board.html` shows."""
    centre = request.centre
    calendar = Calendar(centre)
    axis, breaks = axis_of(calendar)
    people = list(technicians(centre))
    orders = _orders(centre)
    lanes = _lanes(people, axis, calendar, _jobs_today(centre, axis))
    waiting = set(Job.objects.to_assign().filter(work_order__in=orders).values_list("work_order_id", flat=True))
    may_assign = Role.SUPERVISOR in request.user.roles_in(centre.pk)
    columns = [
        {
            "stage": stage,
            "label": label,
            "icon": icon,
            "cards": [_card(order, order.pk in waiting, may_assign) for order in orders if order.stage == stage],
        }
        for stage, label, icon in COLUMNS
    ]
    promises = [promise_of(order) for order in orders]
    load = sum((lane["load"] for lane in lanes), Decimal(0))
    return {
        "version": board_version(request),
        "axis": axis,
        "breaks": breaks,
        "now_place": axis.place(now()),
        "lanes": lanes,
        "columns": columns,
        "waiting": len(waiting),
        "at_risk": sum(1 for promise in promises if promise and promise.state == "risk"),
        "late": sum(1 for promise in promises if promise and promise.state == "broken"),
        "share": int(load / (DAY_HOURS * len(people)) * 100) if people else 0,
        "working": sum(1 for lane in lanes if any(block.kind == "run" for block in lane["blocks"])),
        "may_assign": may_assign,
    }


def promise_of(order: WorkOrder) -> Promise | None:
    """The delivery promise as a chip, without reading the ledger."""
    return Promise(due_at=order.promised_at, kept_at=order.ready_at) if order.promised_at else None


def labour_text(order: WorkOrder) -> str:
    """What is being done on a car, in a few words. Needs `labour` prefetched (see `with_labour`)."""
    return joined([line.title for line in order.labour[:3]])  # type: ignore[attr-defined]


def with_labour(orders: Any) -> Any:
    """Work orders with `labour` (agreed labour lines) and `open_holds`. Two queries more."""
    labour = WorkOrderLine.objects.approved().filter(kind=LineKind.LABOUR).select_related("operation")
    holds = Hold.objects.filter(ended_at=None).order_by("started_at")
    return orders.prefetch_related(
        Prefetch("lines", labour.order_by("position", "id"), to_attr="labour"),
        Prefetch("holds", holds, to_attr="open_holds"),
    )


def _orders(centre: ServiceCentre) -> list[WorkOrder]:
    stages = [stage for stage, _label, _icon in COLUMNS]
    rows = WorkOrder.objects.filter(centre=centre).at(*stages).by_risk().for_rows()
    return list(with_labour(rows)[:MOST_CARDS])


def _card(order: WorkOrder, waits: bool, may_assign: bool) -> dict[str, Any]:
    return {
        "order": order,
        "promise": promise_of(order),
        "text": labour_text(order),
        "hold": order.open_holds[0] if order.open_holds else None,  # type: ignore[attr-defined]
        "waits": waits,
        "assign": waits and may_assign,
    }


def _jobs_today(centre: ServiceCentre, axis: Axis) -> list[Job]:
    """Jobs in somebody's hand, and those finished today."""
    given = Job.objects.agreed().filter(work_order__centre=centre, technician__isnull=False)
    rows = given.exclude(state=JobState.DONE) | given.filter(finished_at__gte=axis.start)
    spans = Prefetch("spans", WorkSpan.objects.order_by("started_at"))
    return list(rows.for_rows().prefetch_related(spans).order_by("assigned_at", "id"))


def _lanes(people: list[User], axis: Axis, calendar: Calendar, jobs: list[Job]) -> list[dict[str, Any]]:
    by_person: dict[int, dict[int, list[Job]]] = defaultdict(lambda: defaultdict(list))
    for job in jobs:
        by_person[job.technician_id or 0][job.work_order_id].append(job)
    lanes = []
    for person in people:
        cars = list(by_person[person.pk].values())
        mine = [job for car in cars for job in car]
        load = sum((job.std_hours for job in mine), Decimal(0))
        share = int(load / DAY_HOURS * 100)
        lanes.append(
            {"person": person, "load": load, "share": min(100, share), "blocks": _blocks(cars, axis, calendar)}
        )
    return lanes


def _blocks(cars: list[list[Job]], axis: Axis, calendar: Calendar) -> list[Block]:
    """Begun cars where they lie, then the planned ones one after another from now on. What is done only counts as load."""
    begun = [_begun(car, calendar) for car in cars if any(job.started_at for job in car)]
    cursor = max([now(), *(block.end for block in begun if block.kind == "run")])
    planned = []
    for car in cars:
        if any(job.started_at for job in car):
            continue
        end = cursor + _length(car)
        planned.append(Block(car[0].work_order, _text(car), "plan", cursor, end))
        cursor = end
    shown = [block for block in begun if block.kind != "done"] + planned
    blocks = [block for block in shown if block.start < axis.end and block.end > axis.start]
    for block in blocks:
        block.left = axis.place(block.start)
        block.width = max(NARROWEST, axis.place(block.end) - block.left)
        block.left = min(block.left, 100 - block.width)
        if block.late_from:  # hatched up to the present: a block that is widened for its plate grows to the left
            block.left = max(0, axis.place(block.end) - block.width)
            late = axis.place(block.end) - axis.place(block.late_from)
            block.over = min(100, round(late / block.width * 100))
    edge = 0
    for block in sorted(blocks, key=lambda block: block.start):  # beside one another, so that each plate can be read
        block.left = min(max(block.left, edge), 100 - block.width)
        edge = block.left + block.width
    return blocks


def _begun(car: list[Job], calendar: Calendar) -> Block:
    """A car somebody has started on: to its planned end while it runs, to the last stroke when it waits or is done.

    It is beyond plan when more opening time was worked on it than planned, whatever nights and waits lie between.
    """
    start = min(job.started_at for job in car if job.started_at)
    spans = [span for job in car for span in job.spans.all()]
    states = {job.state for job in car}
    worked = sum(
        (calendar.opening_time_between(span.started_at, span.ended_at or now()) for span in spans), dt.timedelta()
    )
    if JobState.RUNNING in states or states & {JobState.ACKNOWLEDGED, JobState.ASSIGNED}:
        left = _length(car) - worked
        end = calendar.add_opening_time(now(), left) if left > dt.timedelta() else now()
        return Block(car[0].work_order, _text(car), "run", start, end, now() + left if left < dt.timedelta() else None)
    last = max((span.ended_at or now() for span in spans), default=start)
    return Block(car[0].work_order, _text(car), "hold" if JobState.PAUSED in states else "done", start, last)


def _length(car: list[Job]) -> dt.timedelta:
    return dt.timedelta(hours=float(sum((job.std_hours for job in car), Decimal(0))))


def _text(car: list[Job]) -> str:
    """The titles, what is being worked on first."""
    ordered = sorted(car, key=lambda job: STATE_ORDER.index(JobState(job.state)))
    return joined([job.title for job in ordered])
