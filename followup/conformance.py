"""Which rows prove the clauses of chapter 7 for a visit, read in two queries; and the chapter's indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import Attempt, ContactChannel, FollowUp, FollowUpState, Problem
from followup.services.planning import WEEK
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.registry import Evidence
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.together import Rows

Judge = Callable[[Any], Evidence]


@dataclass(frozen=True)
class Call:
    """The visit's first follow-up, if it is planned, with what it was about and every try."""

    work_order: WorkOrder
    row: Any

    @classmethod
    def of(cls, work_order: WorkOrder) -> Call:
        """Read it. One query."""
        tries = Attempt.objects.filter(followup=OuterRef("pk")).order_by("at", "pk")
        row = (
            FollowUp.objects.filter(work_order=work_order, sequence=1)
            .select_related("rule", "agent", "feedback")
            .annotate(tries=Rows(tries, at="at", by="by_label", channel="channel"))
            .first()
        )
        return cls(work_order, row)


def of_call(judge: Judge) -> Judge:
    """A proof that looks at the first call; before the handover nothing is asked yet."""

    def prove(call: Call) -> Evidence:
        if call.row is not None:
            return judge(call)
        return Evidence("missing" if call.work_order.stage in (Stage.DELIVERED, Stage.CLOSED) else "open")

    return prove


def followed_up(call: Call) -> Evidence:
    """M7.1-a: customer service tried within the set time."""
    due_at = call.row.due_at
    if not call.row.tries:
        return Evidence("open" if now() <= due_at else "missing", due_at, str(call.row.agent or ""))
    first = call.row.tries[0]
    return Evidence("done" if first["at"] <= due_at else "late", first["at"], first["by"])


def within_the_week(call: Call) -> Evidence:
    """M7.1-b: a rule by the kind of repair, and a day within the week."""
    handed_over, due_at = call.work_order.delivered_at, call.row.due_at
    in_time = handed_over is not None and due_at <= handed_over + dt.timedelta(days=WEEK)
    return Evidence("done" if in_time else "missing", due_at, text=call.row.rule.name)


def by_channel(call: Call) -> Evidence:
    """M7.1-c: by telephone, text message or e-mail."""
    if not call.row.tries:
        return Evidence("open", text=call.row.get_channel_display())
    last = call.row.tries[-1]
    return Evidence("done", last["at"], last["by"], ContactChannel(last["channel"]).label)


def feedback_recorded(call: Call) -> Evidence:
    """M7.2-a: how the car runs, the repair, the service."""
    row = call.row
    said = getattr(row, "feedback", None)
    if said is not None:
        text = _("repair %(repair)d, service %(service)d of 5") % {
            "repair": said.repair_quality,
            "service": said.service,
        }
        return Evidence("done", row.settled_at, text=text)
    if row.state in (FollowUpState.UNREACHABLE, FollowUpState.REFUSED):
        return Evidence("not_needed", row.settled_at, text=row.get_state_display())
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
    counted = due.aggregate(reached=Count("pk", filter=Q(feedback__isnull=False)), due=Count("pk"))
    return counted["reached"], counted["due"]


def on_time_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
    """First tries made in time, of the calls due; those that a refusal spared are left out."""
    due = FollowUp.objects.filter(centre__in=centres, due_at__gte=since, due_at__lt=until)
    in_time = Count("pk", filter=Q(first__lte=F("due_at")))
    tried = due.annotate(first=Min("attempts__at")).exclude(state=FollowUpState.REFUSED, first=None)
    counted = tried.aggregate(in_time=in_time, due=Count("pk"))
    return counted["in_time"], counted["due"]


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    for clause, judge in {
        "M7.1-a": followed_up,
        "M7.1-b": within_the_week,
        "M7.1-c": by_channel,
        "M7.2-a": feedback_recorded,
    }.items():
        registry.evidence.register(clause, of_call(judge), Call.of)
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
