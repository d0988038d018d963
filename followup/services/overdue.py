"""What the minute sweep does: plans nobody worked off, promises of this chapter that were broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from followup.models import FollowUpPlan
from followup.services.planning import plan_calls
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.workorders import events
from servicedesk.workorders.models import Promise

GRACE = dt.timedelta(minutes=1)
AT_ONCE = 200


def plan_what_waits() -> int:
    """Work off plans older than a minute, whose ring was lost; returns how many calls were planned."""
    waiting = FollowUpPlan.objects.unplanned(GRACE).order_by("created_at").values_list("pk", flat=True)[:AT_ONCE]
    return sum(len(plan_calls(pk, by=Actor.system("followup.sweep"))) for pk in waiting)


def escalate(kinds: Iterable[str] = (Promise.Kind.FOLLOW_UP, Promise.Kind.SOLUTION)) -> int:
    """Flag overdue calls and solutions once, so that the manager sees them; returns how many."""
    with transaction.atomic():
        late = list(
            Promise.objects.overdue()
            .filter(kind__in=list(kinds), escalated_at=None)
            .select_related("work_order")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("due_at")[:AT_ONCE]
        )
        Promise.objects.filter(pk__in=[promise.pk for promise in late]).update(escalated_at=now())
        for promise in late:
            if promise.work_order is not None:
                events.record(
                    promise.work_order,
                    "followup.overdue",
                    by=Actor.system("followup.escalate"),
                    data={"kind": promise.kind},
                )
    return len(late)
