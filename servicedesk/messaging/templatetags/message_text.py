"""Dates and times in messages: their context is JSON, so moments are ISO text. (Amounts, as text: `|money:centre`.)"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template

from servicedesk.staff.formats import WEEKDAYS, format_date, format_time, language_of

register = template.Library()


def moment_of(value: Any) -> dt.datetime | None:
    """Return the moment that `value` (ISO text or a datetime) means, or None."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, dt.datetime) and value.tzinfo else None


@register.filter
def iso_day(value: Any, centre: Any) -> str:
    """The day on the centre's calendar: Thu 26 Nov, 11月26日（四）, 11月26日（周四）."""
    return _day(value, centre, short=False)


@register.filter
def iso_short_day(value: Any, centre: Any) -> str:
    """The day for a text message: Thu 26 Nov, 11/26（四）, 11/26周四."""
    return _day(value, centre, short=True)


@register.filter
def iso_time(value: Any, centre: Any) -> str:
    """The time on the centre's clock: 09:30."""
    moment = moment_of(value)
    return format_time(moment, centre) if moment else ""


@register.filter
def iso_moment(value: Any, centre: Any) -> str:
    """Day and time: Thu 26 Nov 09:30, 11月26日（四）09:30."""
    separator = " " if language_of(None) == "en" else ""
    return f"{iso_day(value, centre)}{separator}{iso_time(value, centre)}"


@register.filter
def iso_short(value: Any, centre: Any) -> str:
    """Day and time for a text message: Thu 26 Nov 09:30, 11/26（四）09:30."""
    separator = " " if language_of(None) == "en" else ""
    return f"{iso_short_day(value, centre)}{separator}{iso_time(value, centre)}"


def _day(value: Any, centre: Any, *, short: bool) -> str:
    moment = moment_of(value)
    if moment is None:
        return ""
    language = language_of(None)
    if language == "en":
        return format_date(moment, centre, weekday=True)
    local = centre.local(moment)
    weekday = WEEKDAYS[language][local.weekday()]
    if short:
        return f"{local.month}/{local.day}" + (weekday if language == "zh-hans" else f"（{weekday[-1]}）")
    return f"{local.month}月{local.day}日（{weekday if language == 'zh-hans' else weekday[-1]}）"
