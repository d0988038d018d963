"""The eight chapters of the manual by number, with the manual's own names, and the visit line drawn from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from servicedesk import registry
from servicedesk.staff import formats

CHAPTERS = {
    1: _("Booking"),
    2: _("Reception"),
    3: _("Repair"),
    4: _("Quality"),
    5: _("Preparation"),
    6: _("Delivery"),
    7: _("Follow-up"),
    8: _("Complaints"),
}

CHAPTER_OF_STAGE = {
    "reception": 2,
    "authorised": 3,
    "repair": 3,
    "selfcheck": 4,
    "final": 4,
    "rework": 3,
    "preparation": 5,
    "ready": 6,
    "delivered": 7,
    "closed": 9,
    "cancelled": 9,
}
"""Stage value → chapter that has the car now; 9 when the visit is over. (A complaint may follow any visit.)"""


def visit_steps(work_order: Any, place: Any, now: dt.datetime) -> list[dict[str, Any]]:
    """Return the eight steps of a visit: number, label, state (done, now, next), who, when and note.

    Asks every room's `registry.visit_steps`: as many queries as the rooms need.
    """
    now_at = CHAPTER_OF_STAGE.get(str(work_order.stage), 9)
    steps = []
    for number, label in CHAPTERS.items():
        ask = registry.visit_steps.get(number)
        step = ask(work_order) if ask else registry.VisitStep()
        happened = bool(step.at and step.at <= now)
        if number < now_at <= 8 or (now_at == 9 and happened):
            state = "done"
        elif number == now_at:
            state = "now"
        else:
            state = "next"
        when = when_words(step, place, now, running=state == "now")
        steps.append(
            {"number": number, "label": label, "state": state, "who": step.who, "note": step.note, "when": when}
        )
    return steps


def when_words(step: registry.VisitStep, place: Any, now: dt.datetime, *, running: bool) -> str:
    """When a chapter happened: "08:52 – 09:18", "since 09:34", "21 Nov 14:05"."""
    if not step.at:
        return ""
    start = formats.format_moment(step.at, place, now=now)
    if step.until:
        return formats.format_span(step.at, step.until, place, now=now)
    if running and step.at <= now:
        return gettext("since %(time)s") % {"time": start}
    return start
