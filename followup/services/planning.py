"""When a customer is called after his visit (M7.1-b): the rule by kind of repair, the day by the centre's calendar.

The first contact falls within seven days of the handover on any weekday, whatever holidays come.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Count, Q

from followup.models import ContactChannel, FollowUp, FollowUpPlan
from followup.querysets import WAITING
from servicedesk.catalogue.models import FollowUpRule, LabourOperation
from servicedesk.catalogue.words import GuaranteeClass, System
from servicedesk.clock import now
from servicedesk.messaging import doorbell
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import User
from servicedesk.staff.roles import Role
from servicedesk.workorders import events, promises
from servicedesk.workorders.models import LineState, Promise, WorkOrder

WEEK = 7
DEFAULT = "general"
SMALL_JOBS = frozenset({"MNT-120", "ELE-040"})
DIAGNOSES = frozenset({"ELE-050", "HVC-010"})
SAFETY = frozenset({System.BRAKE, System.TYRE, System.CHASSIS})
CHANNELS = {"sms": ContactChannel.SMS}
PLAN_TASK = "followup.tasks.plan"
EVENING = dt.time(18, 0)


def open_plan(work_order: WorkOrder, by: Actor) -> None:
    """The car was handed over: note that calls are to be planned, and ring the worker. A second time changes nothing."""
    plan, created = FollowUpPlan.objects.get_or_create(work_order=work_order, defaults={"created_at": now()})
    if created:
        doorbell.ring(PLAN_TASK, plan.pk)


@transaction.atomic
def plan_calls(plan_id: int, *, by: Actor) -> list[FollowUp]:
    """Work off one plan: choose the rule, write the calls, promise each. Already planned: nothing happens."""
    plan = (
        FollowUpPlan.objects.select_for_update(of=("self",))
        .select_related("work_order__centre", "work_order__customer", "work_order__vehicle")
        .get(pk=plan_id)
    )
    if plan.planned_at is not None:
        return []
    work_order = plan.work_order
    rule = rule_for(work_order)
    calendar = Calendar(work_order.centre)
    handed_over = work_order.delivered_at or plan.created_at
    agent = least_busy_agent(work_order)
    made = []
    for sequence, (opens_at, due_at) in enumerate(windows_of(rule, calendar, handed_over), start=1):
        call = FollowUp.objects.create(
            work_order=work_order,
            centre=work_order.centre,
            rule=rule,
            sequence=sequence,
            channel=channel_of(rule, work_order),
            opens_at=opens_at,
            due_at=due_at,
            next_at=due_at,
            agent=agent,
        )
        promise_call(call, due_at, by=by)
        made.append(call)
    plan.rule, plan.planned_at = rule, now()
    plan.save(update_fields=["rule", "planned_at"])
    events.record(
        work_order,
        "followup.planned",
        by=by,
        data={"rule": rule.code, "due": made[0].due_at.isoformat(), "calls": len(made)},
    )
    return made


def promise_call(call: FollowUp, due_at: dt.datetime, *, by: Actor) -> Promise:
    """Promise the call by `due_at`; an earlier promise of it is taken back."""
    return promises.make(
        Promise.Kind.FOLLOW_UP,
        call,
        centre=call.centre,
        due_at=due_at,
        about=call.work_order.number,
        owner=call.agent,
        owner_role=Role.AGENT,
        work_order=call.work_order,
        url=call.get_absolute_url(),
        by=by,
    )


def rule_for(work_order: WorkOrder) -> FollowUpRule:
    """The rule of the visit's weightiest kind of work (lowest priority number first, then the order of the table)."""
    lines = work_order.lines.top().approved().exclude(operation=None).select_related("operation")
    classes = {work_class(line.operation) for line in lines if line.operation} or {DEFAULT}
    if classes == {"small"} and not work_order.customer.phone:
        classes = {DEFAULT}
    rules = FollowUpRule.objects.filter(active=True)
    found = rules.filter(work_class__in=classes).order_by("priority", "position").first()
    return found or rules.get(work_class=DEFAULT)


def work_class(operation: LabourOperation) -> str:
    """The class of work, as the follow-up rules call it, that one labour operation belongs to."""
    if operation.group in SAFETY:
        return "safety"
    if operation.group == System.EV:
        return "ev_hv"
    if operation.group == System.BODY:
        return "accident"
    if operation.code in DIAGNOSES:
        return "diagnosis"
    if operation.code in SMALL_JOBS:
        return "small"
    if operation.group == System.MAINTENANCE:
        return "maintenance"
    if operation.guarantee_class in (GuaranteeClass.ASSEMBLY_REPAIR, GuaranteeClass.SECONDARY_MAINTENANCE):
        return "assembly"
    return DEFAULT


def windows_of(
    rule: FollowUpRule, calendar: Calendar, handed_over: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """(from, until) of each call of `rule`, the first one within the week."""
    start = calendar.centre.local(handed_over).date()
    last = min(max(rule.first_day_to, 1), WEEK)
    earliest = min(max(rule.first_day_from, 1), last)
    first = contact_day(calendar, start, earliest, last)
    opens = min(first, start + dt.timedelta(days=earliest))
    week_over = handed_over + dt.timedelta(days=WEEK)
    until = min(closing_of(calendar, first), week_over)
    windows = [(min(opening_of(calendar, opens), until), until)]
    for day in (rule.second_day, rule.third_day):
        if day:
            date = next_open_day(calendar, start + dt.timedelta(days=day))
            windows.append((opening_of(calendar, date), closing_of(calendar, date)))
    return windows


def contact_day(calendar: Calendar, start: dt.date, first: int, last: int) -> dt.date:
    """The day by which the first contact is due: the last open one of the rule's days, else the nearest open one of the week.

    When the centre stays closed all week, the seventh day itself: the manual's week holds.
    """
    for day in (*range(last, first - 1, -1), *range(last + 1, WEEK + 1), *range(first - 1, 0, -1)):
        date = start + dt.timedelta(days=day)
        if not calendar.is_closed_day(date):
            return date
    return start + dt.timedelta(days=WEEK)


def next_open_day(calendar: Calendar, date: dt.date) -> dt.date:
    """`date`, or the first open day after it."""
    return next((d for d in (date + dt.timedelta(days=n) for n in range(30)) if not calendar.is_closed_day(d)), date)


def opening_of(calendar: Calendar, date: dt.date) -> dt.datetime:
    """When `date` opens; its midnight on a closed day."""
    windows = calendar.windows(date)
    return windows[0][0] if windows else calendar.centre.at(date, dt.time())


def closing_of(calendar: Calendar, date: dt.date) -> dt.datetime:
    """When `date` closes; early evening on a closed day."""
    windows = calendar.windows(date)
    return windows[-1][1] if windows else calendar.centre.at(date, EVENING)


def channel_of(rule: FollowUpRule, work_order: WorkOrder) -> str:
    """How the customer is reached (M7.1-c): as the rule says, or by e-mail when there is no number."""
    if not work_order.customer.phone:
        return ContactChannel.EMAIL
    return CHANNELS.get(rule.channel, ContactChannel.PHONE)


def least_busy_agent(work_order: WorkOrder) -> User | None:
    """The centre's customer service agent with the fewest calls waiting; never the advisor who served."""
    return (
        User.objects.filter(
            is_active=True, memberships__centre_id=work_order.centre_id, memberships__role=Role.AGENT.value
        )
        .exclude(pk=work_order.advisor_id)
        .annotate(load=Count("follow_ups", filter=Q(follow_ups__state__in=WAITING), distinct=True))
        .order_by("load", "pk")
        .first()
    )


def served_lines(work_order: WorkOrder) -> list[str]:
    """What was done, for the caller: titles of the agreed labour."""
    lines = work_order.lines.top().filter(state__in=(LineState.APPROVED, LineState.DONE, LineState.CHECKED))
    return [line.title for line in lines.select_related("operation", "part").order_by("position", "id")]
