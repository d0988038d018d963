"""Recording what came of a call (M7.1-c, M7.2-a)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import Attempt, ContactChannel, Feedback, FollowUp, FollowUpState, Outcome
from followup.services.closing import close_if_settled
from followup.services.planning import promise_call
from followup.services.problems import NewProblem, report_problem
from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events, promises
from servicedesk.workorders.models import Promise
from servicedesk.workorders.stages import Stage

TRIES = 3
PAUSE = dt.timedelta(hours=2)
"""Between two tries that nobody answered: they are meant to fall on different times of day. Until then others come first."""
FURTHEST = dt.timedelta(days=14)
SETTLED = {Outcome.WRONG_NUMBER: FollowUpState.UNREACHABLE, Outcome.REFUSED: FollowUpState.REFUSED}


class FollowUpRefused(Refusal):
    """The call cannot be recorded like this; the reasons say why."""


@dataclass(frozen=True)
class Said:
    """What the customer said on the telephone."""

    runs_well: bool
    repair_quality: int
    service: int
    words: str = ""
    checks: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def record_contact(
    followup: FollowUp,
    *,
    by: Actor,
    outcome: str,
    said: Said | None = None,
    problems: Sequence[NewProblem] = (),
    call_back_at: dt.datetime | None = None,
    channel: str = ContactChannel.PHONE,
    note: str = "",
) -> Attempt:
    """Keep one try and what came of it: the feedback, problems passed on, the next time, or the end of trying.

    A customer who wants no calls is spared the others of the visit too. With the first call settled and no problem open
    the visit closes. Raises `FollowUpRefused` when the call already has an
    outcome, when the caller served the car himself, or when something is missing.
    """
    call = (
        FollowUp.objects.select_for_update(of=("self",))
        .select_related("work_order__centre", "work_order__customer", "work_order__vehicle", "centre", "agent")
        .get(pk=followup.pk)
    )
    reasons = [*_why_not(call, by), *_what_lacks(call, outcome, said, problems, call_back_at)]
    if reasons:
        raise FollowUpRefused(*reasons)
    attempt = Attempt.objects.create(
        followup=call, at=now(), channel=channel, outcome=outcome, call_back_at=call_back_at, **actor_values(by)
    )
    events.record(
        call.work_order, f"followup.{outcome}", by=by, text=note, data={"sequence": call.sequence, "channel": channel}
    )
    if outcome == Outcome.REACHED and said is not None:
        _keep_feedback(call, attempt, said, problems, by)
    elif outcome in SETTLED:
        _settle(call, SETTLED[Outcome(outcome)])
        if outcome == Outcome.REFUSED:
            _spare_other_calls(call)
    elif outcome == Outcome.CALL_BACK and call_back_at is not None:
        call.state, call.next_at = FollowUpState.IN_CONTACT, call_back_at
        promise_call(call, call_back_at, by=by)
    elif call.attempts.filter(outcome=Outcome.NO_ANSWER).count() >= TRIES:
        _settle(call, FollowUpState.UNREACHABLE)
        _say_sorry(call, by)
    else:
        call.state, call.next_at = FollowUpState.IN_CONTACT, Calendar(call.centre).next_opening(now() + PAUSE)
    call.save(update_fields=["state", "next_at", "settled_at"])
    close_if_settled(call.work_order, by=by)
    return attempt


def _why_not(call: FollowUp, by: Actor) -> list[Reason]:
    url = call.get_absolute_url()
    reasons = []
    if not call.is_waiting:
        reasons.append(
            Reason(_("This call already has an outcome: %(state)s.") % {"state": call.get_state_display()}, url)
        )
    if by.user_id is not None and by.user_id == call.work_order.advisor_id:
        reasons.append(Reason(_("You served this car. Somebody else calls the customer."), url, "M7.1-a"))
    if call.work_order.stage not in (Stage.DELIVERED, Stage.CLOSED):
        reasons.append(Reason(_("The car has not been handed over."), call.work_order.get_absolute_url()))
    return reasons


def _what_lacks(
    call: FollowUp,
    outcome: str,
    said: Said | None,
    problems: Sequence[NewProblem],
    call_back_at: dt.datetime | None,
) -> list[Reason]:
    url, reasons = call.get_absolute_url(), []
    if outcome not in Outcome.values:
        reasons.append(Reason(_("Choose the outcome of the call."), url))
    if outcome == Outcome.REACHED and said is None:
        reasons.append(Reason(_("Record what the customer said."), url, "M7.2-a"))
    if said and not said.runs_well and not problems:
        reasons.append(
            Reason(_("Something is not right with the car: describe the problem and pass it on."), url, "M7.2-b")
        )
    if outcome == Outcome.CALL_BACK and (call_back_at is None or not now() < call_back_at <= now() + FURTHEST):
        reasons.append(Reason(_("Agree on a time to call back, within the next 14 days."), url))
    if outcome == Outcome.NO_ANSWER:
        last = call.attempts.filter(outcome=Outcome.NO_ANSWER).order_by("-at").first()
        if last and now() - last.at < PAUSE:
            after = f"{call.centre.local(last.at + PAUSE):%H:%M}"
            text = _("Nobody answered a moment ago. Try at another time of day, after %(time)s.") % {"time": after}
            reasons.append(Reason(text, url))
    return reasons


def _keep_feedback(call: FollowUp, attempt: Attempt, said: Said, problems: Sequence[NewProblem], by: Actor) -> None:
    Feedback.objects.create(
        attempt=attempt,
        followup=call,
        runs_well=said.runs_well,
        checks=said.checks,
        repair_quality=said.repair_quality,
        service=said.service,
        words=said.words.strip(),
    )
    for problem in problems:
        report_problem(call, problem, by=by)
    _settle(call, FollowUpState.ISSUE_OPEN if problems else FollowUpState.DONE)


def _settle(call: FollowUp, state: str) -> None:
    call.state, call.settled_at = state, now()
    promises.keep(Promise.Kind.FOLLOW_UP, call)


def _spare_other_calls(call: FollowUp) -> None:
    """No call of the visit is made any more; one that a colleague is recording this moment settles itself."""
    others = FollowUp.objects.filter(work_order=call.work_order_id).waiting().exclude(pk=call.pk)
    for other in others.select_for_update(skip_locked=True):
        other.state, other.settled_at = FollowUpState.REFUSED, now()
        other.save(update_fields=["state", "settled_at"])
        promises.withdraw(Promise.Kind.FOLLOW_UP, other)


def _say_sorry(call: FollowUp, by: Actor) -> None:
    order = call.work_order
    outbox.send(
        "followup_sorry_missed_you",
        customer=order.customer,
        centre=order.centre,
        by=by,
        about=order.number,
        context={
            "number": order.full_number,
            "plate": order.vehicle.plate,
            "vehicle": f"{order.vehicle.make} {order.vehicle.model_name}".strip(),
            "agent": by.label,
        },
        dedupe_key=f"followup.sorry:{call.pk}",
    )
