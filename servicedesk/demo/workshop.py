"""Chapter 3 of a demonstration visit: assigned, read, worked on while the doors are open, measured, finished."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from django.db.models import Exists, OuterRef

from reception import services as reception
from servicedesk.catalogue.models import ReadingSpec
from servicedesk.demo.cases import CASES
from servicedesk.demo.reception import answer_all, answer_for
from servicedesk.demo.visit import Acts, Visit
from servicedesk.demo.words import concern
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Bay
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Hold
from servicedesk.workorders.stages import Stage
from workshop import services
from workshop.candidates import candidates
from workshop.models import Finding, FindingState, Job, JobState, PauseCause, WorkSpan
from workshop.readings import specs_of

WAIT = 12
"""Minutes until somebody looks again whether a technician is free."""
MOST_WAITS = 120
IN_HAND = (JobState.ASSIGNED, JobState.ACKNOWLEDGED, JobState.PAUSED)
LOOK_AT, FOUND_AT, PARTS_AT = 0.55, 0.4, 0.5


def in_the_workshop(v: Visit, first: str = "assign") -> Acts:
    """From the order to the last job done; `first` is where a car that is already there goes on."""
    if first == "assign":
        yield v.step("assign")
        assign(v, list(Job.objects.to_assign().filter(work_order=v.visit)))
        if v.script.stop == "assign":
            return
    yield from work(v)


def assign(v: Visit, jobs: list[Job]) -> None:
    """Give jobs to the best technician who has nothing in hand, else to the best who is not at work just now."""
    if not jobs:
        return
    ranked = [entry for entry in candidates(v.fresh(), jobs) if entry.possible]
    working, next_up = busy(v)
    chosen = min(ranked, key=lambda entry: (entry.user.pk in working, entry.user.pk in next_up, entry.rank))
    reason = "" if chosen.rank == 1 else v.say("assign")
    by = v.cast.by(Role.SUPERVISOR)
    services.assign(jobs, technician=chosen.user, bay=bay_for(v, jobs), by=by, reason=reason)


def busy(v: Visit) -> tuple[set[int | None], set[int | None]]:
    """Technicians at work, and those who have something to begin or to go on with."""
    spans = WorkSpan.objects.running().filter(job__work_order__centre=v.cast.centre)
    waiting = Job.objects.filter(work_order__centre=v.cast.centre, state__in=IN_HAND).exclude(work_order=v.visit)
    for_parts = Hold.objects.filter(work_order=OuterRef("work_order"), cause=Hold.Cause.PARTS, ended_at=None)
    return set(spans.values_list("technician_id", flat=True)), set(
        waiting.filter(~Exists(for_parts)).values_list("technician_id", flat=True)
    )


def bay_for(v: Visit, jobs: list[Job]) -> Bay | None:
    """A bay of the right kind in which nobody works, as far as there is one."""
    codes = {job.operation.code for job in jobs if job.operation}
    wanted = Bay.Kind.HIGH_VOLTAGE if any(code.startswith("EV-") for code in codes) else Bay.Kind.LIFT
    wanted = Bay.Kind.ALIGNMENT if "CHS-030" in codes else wanted
    taken = set(Job.objects.filter(bay__in=v.cast.lifts, state=JobState.RUNNING).values_list("bay_id", flat=True))
    free = [bay for bay in v.cast.lifts if bay.pk not in taken] or v.cast.lifts
    return next((bay for bay in free if bay.kind == wanted), free[0] if free else None)


def hand_of(job: Job) -> Actor:
    """Who has the job."""
    assert job.technician
    return Actor.of(job.technician)


def next_job(v: Visit) -> Job | None:
    """What is to be done next on the car: what runs, what was begun, then what waits."""
    order = (JobState.RUNNING, JobState.PAUSED, JobState.ACKNOWLEDGED, JobState.ASSIGNED, JobState.WAITING)
    jobs = Job.objects.agreed().filter(work_order=v.visit).exclude(state=JobState.DONE)
    rows = list(jobs.select_related("line__operation", "item", "technician").order_by("id"))
    return min(rows, key=lambda job: order.index(JobState(job.state)), default=None)


def work(v: Visit) -> Acts:
    """Every job of the car, one after another; then the car waits for its self-check."""
    begun = 0
    for _turn in range(MOST_WAITS):
        job = next_job(v)
        if job is None:
            if v.fresh().stage not in (Stage.REPAIR, Stage.REWORK):
                return
            yield v.later(WAIT)  # a finding or the customer's answer is still outstanding
            if next_job(v) is None and settled(v):
                services.to_self_check(v.visit, by=v.cast.by(Role.SUPERVISOR))
        elif job.state == JobState.WAITING:
            yield v.later(5)
            assign(v, list(Job.objects.to_assign().filter(work_order=v.visit)))
        elif job.state == JobState.ASSIGNED:
            yield v.later(3) if begun else v.step("begin")
            services.begin(v.visit, by=hand_of(job))
        else:
            if job.state != JobState.RUNNING:
                yield from take_up(v, job)
            begun += 1
            yield from run(v, job.pk, first=begun == 1)


def settled(v: Visit) -> bool:
    """Whether nothing found is open and nothing waits for the customer."""
    return (
        v.fresh().stage in (Stage.REPAIR, Stage.REWORK)
        and not Finding.objects.filter(work_order=v.visit).exclude(state="decided").exists()
        and not v.visit.lines.top().unanswered().exists()
    )


def take_up(v: Visit, job: Job) -> Acts:
    """Start the clock as soon as the technician has nothing else in hand, or give the job to somebody who has not."""
    yield v.later(2)
    for _turn in range(MOST_WAITS):
        job.refresh_from_db()
        if job.state not in (JobState.ACKNOWLEDGED, JobState.PAUSED):
            return
        working = busy(v)[0]
        if job.technician_id in working and job.state == JobState.ACKNOWLEDGED:
            assign(v, [job])
            job.refresh_from_db()
        if job.technician_id not in working:
            begin = services.begin(v.visit, by=hand_of(job)) if job.state == JobState.ASSIGNED else job
            if begin.state != JobState.RUNNING:
                services.start(begin, by=hand_of(job))
            return
        if job.state == JobState.ASSIGNED:
            services.acknowledge(v.visit, by=hand_of(job))
        yield v.later(WAIT)


def run(v: Visit, pk: int, *, first: bool) -> Acts:
    """A running job to its end: what is seen on the way, pauses when the doors close, its readings."""
    job = Job.objects.select_related("line__operation", "item", "technician", "work_order").get(pk=pk)
    by = hand_of(job)
    length = max(4.0, v.job_minutes(job.std_hours))
    done = min(length - 2, sum(span.seconds for span in job.spans.all()) / 60)
    for mark, act in [*marks(v, job, length, first), (length, "finish")]:
        if mark < done:
            continue
        while mark - done > 0.02:
            end = v.hours.window_end(v.t)
            room = (end - v.t).total_seconds() / 60
            if mark - done <= room or room <= 0:
                yield v.later(mark - done)
                done = mark
            else:
                done += room
                yield v.at(end)
                services.pause(job, cause=PauseCause.BREAK, by=by)
                yield v.at(v.hours.next_open(end))
                yield from take_up(v, job)
                job.refresh_from_db()
                by = hand_of(job)
        yield from ACTS[act](v, job, by)


def marks(v: Visit, job: Job, length: float, first: bool) -> list[tuple[float, str]]:
    """What happens during the first job: (minute, act)."""
    if not first or job.kind != "work":
        return []
    found = [(length * FOUND_AT, "find")] if v.script.finds else []
    looks = [(length * LOOK_AT, "look")] if length > 20 else []
    parts = [(length * PARTS_AT, "parts")] if v.script.parts_wait else []
    return sorted([*found, *looks, *parts])


def look(v: Visit, job: Job, by: Actor) -> Acts:
    """The supervisor looks at the progress."""
    services.look_at_progress(v.visit, by=v.cast.by(Role.SUPERVISOR), note=v.say("look"))
    yield from ()


def wait_for_parts(v: Visit, job: Job, by: Actor) -> Acts:
    """The clock stops until the part is there."""
    services.pause(job, cause=PauseCause.PARTS, by=by, note=v.say("parts"))
    if v.script.tells_late:
        yield v.later(10)
        due = v.hours.rounded_up(v.hours.forward(v.t, v.script.parts_wait + v.minutes_to_ready("begin")))
        reception.move_promise(v.visit, by=v.desk, promised_at=due, reason=v.say("late"))
    yield v.later(v.script.parts_wait)
    yield from take_up(v, job)


def find(v: Visit, job: Job, by: Actor) -> Acts:
    """Something else is found, and reported at once; others deal with it while the work goes on."""
    told = concern(v.script.case, v.house)
    operation = v.cast.operation(CASES[v.script.case].found)
    finding = services.report_finding(job, by=by, text=told.finding, urgency="soon", operation=operation)
    v.tell(deal_with(v, finding, v.t))
    yield from ()


def deal_with(v: Visit, finding: Finding, since: dt.datetime) -> Acts:
    """The supervisor proposes or settles it, the advisor asks, the customer decides from his link."""
    stop = v.script.extras.get("finding", "")
    if stop == "reported":
        return
    since = v.hours.forward(since, 5)
    yield since
    supervisor = v.cast.by(Role.SUPERVISOR)
    if v.script.finds == "settle" or finding.operation is None:
        services.settle_finding(finding, note=told_settled(v), by=supervisor)
        return
    if finding.state == FindingState.REPORTED:
        services.propose_from_finding(finding, operation=finding.operation, by=supervisor)
        since = v.hours.forward(since, 5)
        yield since
        reception.send_estimate(v.visit, by=v.desk)
    if stop == "asked":
        return
    yield v.hours.forward(since, v.chance.uniform(14, 45))
    if not v.visit.lines.top().unanswered().exists():
        return
    shown = reception.show_estimate(v.visit, by=v.desk)
    lines = v.visit.lines.top().unanswered()
    answers = {line.pk: answer_for(v, line, v.script.finds) for line in lines}
    answer_all(v, shown, answers, "link" if v.chance.random() < 0.8 else "phone")


def told_settled(v: Visit) -> str:
    """How a small finding was settled."""
    return concern(v.script.case, v.house).correction


def finish(v: Visit, job: Job, by: Actor) -> Acts:
    """Measure and finish."""
    services.finish(job, by=by, readings={spec.pk: measured(spec, v.chance) for spec in specs_of(job)})
    yield from ()


def measured(spec: ReadingSpec, chance: random.Random) -> Decimal:
    """A value that a good car shows: within the limits, not on them."""
    low, high = spec.lower, spec.upper
    if low is not None and high is not None:
        value = float(low) + (float(high) - float(low)) * chance.uniform(0.35, 0.65)
    elif low is not None:
        value = float(low) * chance.uniform(2.2, 3.4) if float(low) else chance.uniform(1, 3)
    else:
        value = float(high or 1) * chance.uniform(0.2, 0.6)
    if spec.key == "state_of_health":
        value = chance.uniform(90, 98)
    step = Decimal("1") if abs(value) >= 60 else Decimal("0.1")
    return Decimal(value).quantize(step)


ACTS = {"look": look, "find": find, "parts": wait_for_parts, "finish": finish}
