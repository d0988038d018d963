"""The one door between stages. Nothing else writes `WorkOrder.stage`.

1. lock the row and read it again  2. look the step up in the table  3. ask who may  4. ask all gates
5. save  6. write the event  7. run the handlers of the stage entered, in order, in the same transaction
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.staff.actors import Actor, ActorKind
from servicedesk.staff.formats import joined
from servicedesk.staff.models import Membership
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.staff.roles import Role
from servicedesk.workorders import events, gates
from servicedesk.workorders.models import Event, WorkOrder
from servicedesk.workorders.stages import STEPS, Stage, Transition

Handler = Callable[[WorkOrder, Actor], Any]
_handlers: list[tuple[str, int, Handler]] = []
MOMENTS = {Stage.READY: "ready_at", Stage.DELIVERED: "delivered_at", Stage.CLOSED: "closed_at"}


class TransitionRefused(Refusal):
    """The step may not be taken; `reasons` lists everything in the way, each with its fix."""


def on_enter(stage: str, handler: Handler, *, order: int) -> None:
    """Run `handler(work_order, by)` whenever a visit enters `stage`.

    Handlers write only their own room's rows, never call `advance` and send nothing; an exception rolls the step back.
    """
    _handlers.append((stage, order, handler))


def handlers(stage: str) -> list[Handler]:
    """Handlers of `stage` in their declared order."""
    return [handler for _stage, _order, handler in sorted(_handlers, key=lambda entry: entry[1]) if _stage == stage]


def handler_table() -> list[tuple[str, int, str]]:
    """(stage, order, "module.function") of every handler: what docs/architecture.md must show."""
    return sorted((str(stage), order, f"{h.__module__}.{h.__qualname__}") for stage, order, h in _handlers)


def advance(work_order: WorkOrder, *, to: str, by: Actor, note: str = "") -> WorkOrder:
    """Move the visit to stage `to` and return it as it then stands; `work_order` itself is updated too.

    Raises `TransitionRefused` with all reasons: the step is not in the table (naming who moved the car meanwhile),
    the actor may not take it, or a gate lacks something. Queries: 4 plus those of gates and handlers; locks the row.
    """
    with transaction.atomic():
        locked = WorkOrder.objects.select_for_update(of=("self",)).select_related("centre").get(pk=work_order.pk)
        step = STEPS.get((Stage(locked.stage), Stage(to)))
        if step is None:
            raise TransitionRefused(_not_from_here(locked, Stage(to)))
        _ask_who(locked, step, by)
        missing = [
            Reason(requirement.text, requirement.url, requirement.clause)
            for requirement in gates.requirements(locked, to)
            if not requirement.ok
        ]
        if missing:
            raise TransitionRefused(*missing)
        source, moment = locked.stage, now()
        locked.stage = to
        locked.stage_since = moment
        if to in MOMENTS:
            setattr(locked, MOMENTS[Stage(to)], moment)
        locked.save(update_fields=["stage", "stage_since", *MOMENTS.values()])
        events.record(locked, "stage", by=by, text=note, data={"from": source, "to": str(to)})
        for handler in handlers(to):
            handler(locked, by)
    for field in ("stage", "stage_since", *MOMENTS.values()):
        setattr(work_order, field, getattr(locked, field))
    return locked


def may(work_order: WorkOrder, to: str, roles: frozenset[str]) -> bool:
    """Whether somebody with `roles` may take the step, gates aside."""
    step = STEPS.get((Stage(work_order.stage), Stage(to)))
    return bool(step and step.roles & roles)


def _ask_who(work_order: WorkOrder, step: Transition, by: Actor) -> None:
    if by.kind == ActorKind.LINK:
        allowed = step.link
    elif by.kind == ActorKind.SYSTEM:
        allowed = step.system
    else:
        staff = Membership.objects.filter(centre_id=work_order.centre_id, role__in=step.roles, user__is_active=True)
        allowed = by.user_id is not None and staff.filter(user_id=by.user_id).exists()
    if not allowed:
        who = joined(str(Role(role).label) for role in sorted(step.roles))
        raise TransitionRefused(
            _("“%(stage)s” is not yours to start. It can be done by: %(who)s.")
            % {"stage": step.target.label, "who": who}
        )


def last_move(work_order: WorkOrder) -> list[Reason]:
    """Who moved the car last, for the refusal of somebody who came too late; empty when nobody has."""
    last = Event.objects.filter(work_order=work_order, kind="stage").order_by("-seq").first()
    if last is None:
        return []
    text = _("%(who)s moved the car to “%(now)s” at %(time)s.") % {
        "who": last.by_label,
        "now": Stage(work_order.stage).label,
        "time": work_order.centre.local(last.at).strftime("%H:%M"),
    }
    return [Reason(text, work_order.get_absolute_url())]


def _not_from_here(work_order: WorkOrder, to: Stage) -> Reason:
    last = Event.objects.filter(work_order=work_order, kind="stage").order_by("-seq").first()
    stage = Stage(work_order.stage)
    if last is None:
        text = _("The car is at “%(now)s”; from there it cannot go to “%(to)s”.") % {"now": stage.label, "to": to.label}
    else:
        text = _("%(who)s moved the car to “%(now)s” at %(time)s; from there it cannot go to “%(to)s”.") % {
            "who": last.by_label,
            "now": stage.label,
            "time": work_order.centre.local(last.at).strftime("%H:%M"),
            "to": to.label,
        }
    return Reason(text, work_order.get_absolute_url())
