"""The small marks of lists: stage, wait, promise, visit line. Plain functions under the template tags of `sd`.

A list of 50 draws 200 of them, so what looks the same for everybody is drawn once per language and process and then only
looked up: a label costs more than its mark (`get_…_display` and gettext), a template more than both.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from django.db.models import Model
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, override

from servicedesk.staff import formats, icons
from servicedesk.staff.chapters import CHAPTER_OF_STAGE, CHAPTERS


def language() -> str:
    """The active language, as a key of what was drawn."""
    return get_language() or "en"


def stage(thing: Any, label: Any = "") -> SafeString:
    """The stage of a work order, of a `Stage` member, or of a value with its `label`: icon and word."""
    value = str(getattr(thing, "stage", thing))
    if label:
        return _stage(value, label)
    if isinstance(thing, Model):
        return stage_of(type(thing), value, language())
    shown = getattr(thing, "get_stage_display", None)
    return _stage(value, shown() if shown else getattr(thing, "label", value))


@cache
def stage_of(model: type[Model], value: str, language: str) -> SafeString:
    """The mark of rows of `model` at stage `value`."""
    with override(language):
        return _stage(value, model(stage=value).get_stage_display())  # type: ignore[attr-defined]


def _stage(value: str, label: Any) -> SafeString:
    mark = icons.svg(icons.STAGES.get(value, "circle"))
    return format_html('<span class="sd-stage" data-stage="{}">{}{}</span>', value, mark, label)


def hold(cause: str, words: Any, since: dt.datetime | None, now: dt.datetime) -> SafeString:
    """Why a car waits, in `words`, and how long it has."""
    mark = icons.svg(icons.HOLDS.get(cause, "hourglass-split"))
    waited = f" {formats.format_duration(now - since)}" if since else ""
    return format_html('<span class="sd-hold">{}{}{}</span>', mark, words, waited)


def promise(due: dt.datetime, state: str, place: Any, now: dt.datetime, words: str = "") -> SafeString:
    """A promised time, then its distance, which ticks in the browser unless `words` stand there."""
    mark = icons.svg(icons.PROMISES.get(state, "clock"))
    time, words = promised_time(due, state, place, now, words)
    return SafeString(
        f'<span class="sd-promise" data-state="{escape(state)}">{mark}{time}<span class="sd-left">{escape(words)}</span></span>'
    )


def promised_time(due: dt.datetime, state: str, place: Any, now: dt.datetime, words: str) -> tuple[SafeString, str]:
    """The time itself, and the words for its distance."""
    ticks = not words and state != "kept"
    words = formats.distance(due, now) if ticks else words
    shown = escape(formats.format_moment(due, place, now=now))
    return SafeString(f'<time datetime="{due.isoformat()}"{" data-due" if ticks else ""}>{shown}</time>'), words


@cache
def ticking_words(language: str) -> SafeString:
    """Attributes that give the browser's ticking clock its sentences."""
    words = formats.duration_words(formats.language_of(language)).items()
    return format_html_join("", ' data-{}="{}"', ((key.replace("_", "-"), word) for key, word in words))


@cache
def visit_bars(stage: str, look: str, language: str) -> SafeString:
    """Eight small bars, the present one with the class `look`: n, h (held) or b (late)."""
    now_at = CHAPTER_OF_STAGE.get(stage, 9)
    looks = ("d" if number < now_at else look if number == now_at else "" for number in CHAPTERS)
    bars = format_html_join("", '<i class="{}"></i>', ((each,) for each in looks))
    with override(language):
        if now_at in CHAPTERS:
            words = gettext("Chapter %(number)d of 8: %(name)s") % {"number": now_at, "name": CHAPTERS[now_at]}
        else:
            words = gettext("Visit over")
        return format_html('<span class="sd-visit--mini" role="img" aria-label="{}">{}</span>', words, bars)
