"""What the work order page shows at once: the visit line, the gate of the next stage, the timeline in words.

Everything here reads; the page may cost 15 queries in all, so past chapters come from the stage events (one query) and
only the present one, the booking and the follow-up ask their rooms.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.chapters import CHAPTER_OF_STAGE, CHAPTERS
from servicedesk.staff.formats import format_money, format_span
from servicedesk.workorders import gates
from servicedesk.workorders.models import Event, Hold, WorkOrder
from servicedesk.workorders.stages import Stage

SUMS = frozenset({"amount", "total"})
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z", re.ASCII)
NEXT = {
    Stage.RECEPTION: Stage.AUTHORISED,
    Stage.AUTHORISED: Stage.REPAIR,
    Stage.REPAIR: Stage.SELFCHECK,
    Stage.SELFCHECK: Stage.FINAL,
    Stage.FINAL: Stage.PREPARATION,
    Stage.REWORK: Stage.SELFCHECK,
    Stage.PREPARATION: Stage.READY,
    Stage.READY: Stage.DELIVERED,
    Stage.DELIVERED: Stage.CLOSED,
}
"""The way forward from each stage: whose gate the page shows."""

NEXT_STEP = {
    Stage.RECEPTION: pgettext_lazy("next step", "Estimate, sign"),
    Stage.AUTHORISED: pgettext_lazy("next step", "Assign"),
    Stage.REPAIR: pgettext_lazy("next step", "Carry out repair"),
    Stage.SELFCHECK: pgettext_lazy("next step", "Self-check"),
    Stage.FINAL: pgettext_lazy("next step", "Inspect"),
    Stage.REWORK: pgettext_lazy("next step", "Rework"),
    Stage.PREPARATION: pgettext_lazy("next step", "Wash and bill"),
    Stage.READY: pgettext_lazy("next step", "Hand over"),
    Stage.DELIVERED: pgettext_lazy("next step", "Call"),
    Stage.CLOSED: "",
    Stage.CANCELLED: "",
}
"""What a list row says is next, unless the car waits for something or a room knows better (`registry.row_steps`)."""

NEXT_STEP_WAITING = {
    Hold.Cause.PARTS: pgettext_lazy("next step", "Wait for parts"),
    Hold.Cause.CONSENT: pgettext_lazy("next step", "Get the consent"),
    Hold.Cause.BAY: pgettext_lazy("next step", "Wait for a bay"),
    Hold.Cause.SUBLET: pgettext_lazy("next step", "Wait for outside work"),
}
"""What a list row says is next while the car waits."""

NEVER: tuple[dt.datetime | None, dt.datetime | None, str] = (None, None, "")


@dataclass(frozen=True)
class GateView:
    """The gate of the way forward: what is missing first, then what is done."""

    target: str
    label: Any
    missing: list[gates.Requirement]
    done: list[gates.Requirement]


def gate_of(work_order: WorkOrder) -> GateView | None:
    """The gate before the next stage, or None when the visit is over."""
    target = NEXT.get(Stage(work_order.stage))
    if target is None:
        return None
    asked = gates.requirements(work_order, target)
    return GateView(target, target.label, [r for r in asked if not r.ok], [r for r in asked if r.ok])


def visit_steps(work_order: WorkOrder) -> list[dict[str, Any]]:
    """The eight chapters with who and when, for `{% visit_line %}`."""
    stage_events = work_order.happened("opened", "stage")
    spans: dict[int, tuple[dt.datetime | None, dt.datetime | None, str]] = {}
    for index, event in enumerate(stage_events):
        stage = Stage(event.data["to"]) if event.kind == "stage" else Stage.RECEPTION
        number = CHAPTER_OF_STAGE[stage]
        following = stage_events[index + 1] if index + 1 < len(stage_events) else None
        began = spans[number][0] if number in spans else event.at
        spans[number] = (began, following.at if following else None, (following or event).by_label)
    here = CHAPTER_OF_STAGE[work_order.stage]
    moment, steps = now(), []
    for number, label in CHAPTERS.items():
        ask = registry.visit_steps.get(number) if number in (1, here, 7, 8) else None
        told = ask(work_order) if ask else registry.VisitStep()
        began, ended, who = spans.get(number) or NEVER
        past = ended and number < here
        state = "now" if number == here else "done" if past or (number == 1 and told.at) else "next"
        start = told.at or (began if state != "next" else None)
        end = told.until or (ended if state == "done" else None)
        steps.append(
            {
                "number": number,
                "label": label,
                "state": state,
                "who": told.who or (who if state == "done" else ""),
                "note": told.note,
                "when": format_span(start, end, work_order.centre, now=moment) if start else "",
            }
        )
    return steps


def _readable(name: str, value: Any, work_order: WorkOrder) -> Any:
    """A fact of an event as people read it: sums (some are kept in words) with their currency, a true minus."""
    if name in SUMS and PLAIN.match(str(value)):
        return format_money(value, work_order.centre.currency)
    return f"−{value[1:]}" if isinstance(value, str) and value.startswith("-") else value


def timeline(work_order: WorkOrder, limit: int | None = None) -> list[dict[str, Any]]:
    """Events in words, newest first, as `includes/_timeline.html` wants them. Needs a visit with its trail (`for_page`).

    `day` stands where the day is another than that of the entry above, or than today.
    """
    rows = sorted(work_order.happened(), key=lambda event: (event.at, event.seq), reverse=True)
    told, centre = [], work_order.centre
    day = centre.today()
    for event in rows[:limit]:
        entry = describe(event, work_order)
        before, day = day, centre.local(event.at).date()
        told.append(entry | {"day": day if day != before else None})
    return told


def describe(event: Event, work_order: WorkOrder) -> dict[str, Any]:
    """One event in the active language. Rooms register the phrase of each kind; free text stands below it."""
    phrase = registry.phrases.get(event.kind)
    if event.kind == "stage":
        text = _("Stage: %(to)s") % {"to": Stage(event.data["to"]).label}
    elif phrase is not None:
        data = {name: _readable(name, value, work_order) for name, value in event.data.items()}
        text = phrase.text(data) if callable(phrase.text) else str(phrase.text) % data
    else:
        text = event.kind
    about = phrase.about(work_order, event.data) if phrase and phrase.about else ""
    if about:
        text = _("%(what)s: %(about)s") % {"what": text, "about": about}
    level = "key" if event.kind == "stage" else (phrase.level if phrase else "")
    return {
        "at": event.at,
        "text": text,
        "by": " · ".join(filter(None, (event.by_name, event.words))),
        "key": level == "key",
        "bad": level == "bad",
    }
