"""Which rows prove the clauses of chapter 7 for a visit, and the chapter's indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import F, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import FollowUp, FollowUpState, Problem
from followup.services.planning import WEEK
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.registry import Evidence
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage

Proof = Callable[[FollowUp], Evidence]


def first_call(work_order: WorkOrder) -> FollowUp | None:
    """The visit's first follow-up with its tries; read once per work order object."""
    if not hasattr(work_order, "_first_call"):
        work_order._first_call = (  # type: ignore[attr-defined]
            FollowUp.objects.filter(work_order=work_order, sequence=1)
            .select_related("rule", "agent", "feedback", "work_order")
            .prefetch_related("attempts")
            .first()
        )
    return work_order._first_call  # type: ignore[attr-defined,no-any-return]


def of_call(proof: Proof) -> Callable[[WorkOrder], Evidence]:
    """A proof that reads the first call; before the handover nothing is asked yet."""

    def prove(work_order: WorkOrder) -> Evidence:
        call = first_call(work_order)
        if call is not None:
            return proof(call)
        return Evidence("missing" if work_order.stage in (Stage.DELIVERED, Stage.CLOSED) else "open")

    return prove


def followed_up(call: FollowUp) -> Evidence:
    """M7.1-a: customer service tried within the set time."""
    first = min(call.attempts.all(), key=lambda attempt: attempt.at, default=None)
    if first is None:
        return Evidence("open" if now() <= call.due_at else "missing", call.due_at, str(call.agent or ""))
    return Evidence("done" if first.at <= call.due_at else "late", first.at, first.by_label)


def within_the_week(call: FollowUp) -> Evidence:
    """M7.1-b: a rule by the kind of repair, and a day within the week."""
    handed_over = call.work_order.delivered_at
    in_time = handed_over is not None and call.due_at <= handed_over + dt.timedelta(days=WEEK)
    return Evidence("done" if in_time else "missing", call.due_at, text=call.rule.name)


def by_channel(call: FollowUp) -> Evidence:
    """M7.1-c: by telephone, text message or e-mail."""
    last = max(call.attempts.all(), key=lambda attempt: attempt.at, default=None)
    if last is None:
        return Evidence("open", text=call.get_channel_display())
    return Evidence("done", last.at, last.by_label, last.get_channel_display())


def feedback_recorded(call: FollowUp) -> Evidence:
    """M7.2-a: how the car runs, the repair, the service."""
    said = getattr(call, "feedback", None)
    if said is not None:
        text = _("repair %(repair)d, service %(service)d of 5") % {
            "repair": said.repair_quality,
            "service": said.service,
        }
        return Evidence("done", call.settled_at, text=text)
    if call.state in (FollowUpState.UNREACHABLE, FollowUpState.REFUSED):
        return Evidence("not_needed", call.settled_at, text=call.get_state_display())
    return Evidence("open")


def problems_tracked(work_order: WorkOrder) -> Evidence:
    """M7.2-b: everything passed on was solved and told, in time."""
    rows = list(Problem.objects.filter(work_order=work_order).order_by("pk"))
    if not rows:
        return Evidence("not_needed", text=_("Nothing had to be passed on."))
    still_open = [row for row in rows if row.closed_at is None]
    if still_open:
        late = any(row.due_at < now() for row in still_open)
        return Evidence("missing" if late else "open", text=_("%(n)d open") % {"n": len(still_open)})
    late = any(row.closed_at > row.due_at for row in rows if row.closed_at)
    return Evidence("late" if late else "done", max(row.closed_at for row in rows if row.closed_at))


def completion_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
    """Customers reached, of the calls due; refusals and wrong numbers are left out."""
    due = FollowUp.objects.filter(centre__in=centres, due_at__gte=since, due_at__lt=until)
    due = due.exclude(state=FollowUpState.REFUSED).exclude(attempts__outcome="wrong_number")
    return due.filter(feedback__isnull=False).count(), due.count()


def on_time_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
    """First tries made in time, of the calls due."""
    due = FollowUp.objects.filter(centre__in=centres, due_at__gte=since, due_at__lt=until)
    in_time = due.annotate(first=Min("attempts__at")).filter(first__lte=F("due_at"))
    return in_time.count(), due.count()


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    for clause, proof in {
        "M7.1-a": followed_up,
        "M7.1-b": within_the_week,
        "M7.1-c": by_channel,
        "M7.2-a": feedback_recorded,
    }.items():
        registry.evidence.register(clause, of_call(proof))
    registry.evidence.register("M7.2-b", problems_tracked)
    registry.figures.register(
        registry.Figure(
            "followup_completion",
            gettext_lazy("Follow-up completion rate"),
            gettext_lazy("customers reached / follow-ups due, without refusals and wrong numbers"),
            completion_rate,
            "80%",
            70,
        )
    )
    registry.figures.register(
        registry.Figure(
            "followup_on_time",
            gettext_lazy("Follow-up on-time rate"),
            gettext_lazy("first tries made in time / follow-ups due"),
            on_time_rate,
            "95%",
            71,
        )
    )
