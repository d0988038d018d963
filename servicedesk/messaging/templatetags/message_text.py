"""What letters and text messages are made of. One template of a letter gives both its HTML and its plain text.

HTML is wanted where the context escapes, plain text where it does not. Plain text is marked with form feeds where a
paragraph ends and with vertical tabs for line breaks of people's own; `rendering.laid_out` makes lines of it, so that
the white space of templates does not count. The context of messages is JSON: moments are ISO text, amounts text.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.template import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from servicedesk.staff.formats import WEEKDAYS, format_date, format_phone, format_time, language_of
from servicedesk.staff.templatetags.sd import money, tel

register = template.Library()

BREAK, OWN_LINE = "\f", "\v"
SPARE, END_SPARE = "\ue000", "\ue001"
"""Around what a text message can do without when it would not fit."""


# ---- parts of a letter -------------------------------------------------------------------------------------------


@register.simple_block_tag(takes_context=True)
def para(context: Context, content: str, css: str = "p") -> str:
    """`{% para %}…{% endpara %}`: a paragraph; nothing when it is empty."""
    words = content.strip()
    if not words:
        return ""
    return format_html('<p class="{}">{}</p>', css, mark_safe(words)) if context.autoescape else f"\f{words}\f"  # noqa: S308 - rendered by the template engine, which escaped it


@register.simple_tag(takes_context=True)
def fact(context: Context, label: Any, *values: Any, strong: bool = False) -> str:
    """`{% fact _("Car") plate vehicle %}`: a row of the box, each value (or item of a list) a line. Nothing without a value."""
    is_list = len(values) == 1 and isinstance(values[0], list | tuple)
    words = [word for word in map(text_of, values[0] if is_list else values) if word]
    if not words:
        return ""
    if context.autoescape:
        lines = mark_safe("<br>".join(conditional_escape(word).replace("\n", "<br>") for word in words))  # noqa: S308 - escaped here
        return row(label, format_html("<strong>{}</strong>", lines) if strong else lines)
    joint, colon = gettext(", ") if is_list else " ", gettext(": ")
    return f"\n{label}{colon}{joint.join(words).replace(chr(10), OWN_LINE)}\n"


@register.simple_tag(takes_context=True)
def priced(context: Context, label: Any, lines: Any) -> str:
    """`{% priced _("For you to decide") lines %}`: a list of {text, amount}, each with its price."""
    centre = context["centre"]
    rows = [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    pairs = [(text_of(line.get("text")), money(line.get("amount"), centre)) for line in rows]
    if context.autoescape and pairs:
        return row(label, format_html_join(mark_safe("<br>"), '{} <span class="nb">{}</span>', pairs))
    return str(fact(context, label, [f"{words} {price}" for words, price in pairs]))


@register.simple_tag(takes_context=True)
def clock_box(context: Context, moment: Any, small: bool = False) -> str:
    """`{% clock_box starts_at %}`: the time that a letter is about, loudest in its box."""
    centre = context["centre"]
    day, time = iso_day(moment, centre), iso_time(moment, centre)
    if not day:
        return ""
    if not context.autoescape:
        return f"\n{iso_moment(moment, centre)}\n"
    shape = (
        '<tr><td class="box-top" colspan="2">{} <strong>{}</strong></td></tr>'
        if small
        else '<tr><td class="box-top" colspan="2">{}<br><strong class="box-time">{}</strong></td></tr>'
    )
    return format_html(shape, day, time)


@register.simple_tag(takes_context=True)
def place(context: Context) -> str:
    """`{% place %}`: the centre with its address, and its map in the HTML."""
    centre = context["centre"]
    if not context.autoescape:
        return str(fact(context, gettext("Place"), centre.name, centre.address))
    words = format_html("{}<br>{}", centre.name, centre.address)
    if centre.map_url:
        words += format_html('<br><a class="a" href="{}">{}</a>', centre.map_url, gettext("Open the map"))
    return row(gettext("Place"), words)


@register.simple_tag(takes_context=True)
def our_number(context: Context) -> str:
    """`{% our_number %}`: the centre's number, one tap away in the HTML."""
    number = context["centre"].phone
    if not context.autoescape:
        return readable(number)
    return format_html('<a class="a nb" href="tel:{}">{}</a>', tel(number), readable(number))


@register.simple_tag(takes_context=True)
def gap(context: Context) -> str:
    """`{% gap %}`: a paragraph ends here, in plain text."""
    return "" if context.autoescape else BREAK


def row(label: Any, value: SafeString) -> SafeString:
    """A row of the box."""
    return format_html('<tr><th class="th" scope="row">{}</th><td class="td">{}</td></tr>', label, value)


def text_of(value: Any) -> str:
    """A value of the context as words."""
    return "" if value is None else str(value).strip()


# ---- text messages -----------------------------------------------------------------------------------------------


@register.simple_block_tag
def spare(content: str) -> str:
    """`{% spare %}…{% endspare %}`: left out, the last one first, when the text message would take a second part."""
    return SafeString(f"{SPARE}{content}{END_SPARE}")  # text messages are not escaped


# ---- dates, times, numbers ---------------------------------------------------------------------------------------


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
    moment = moment_of(value)
    return day_of(centre.local(moment).date()) if moment else ""


@register.filter
def iso_date(value: Any) -> str:
    """A day without a time, from ISO text: Thu 26 Nov, 11月26日（四）."""
    try:
        return day_of(dt.date.fromisoformat(str(value)))
    except ValueError:
        return ""


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
    """Day and time for a text message: Thu 26 Nov 09:30, 11/26（四）09:30, 11/26周四09:30."""
    moment, language = moment_of(value), language_of(None)
    if moment is None:
        return ""
    if language == "en":
        return iso_moment(moment, centre)
    local = centre.local(moment)
    weekday = WEEKDAYS[language][local.weekday()]
    weekday = weekday if language == "zh-hans" else f"（{weekday[-1]}）"
    return f"{local.month}/{local.day}{weekday}{format_time(moment, centre)}"


@register.filter
def iso_shortest(value: Any, centre: Any) -> str:
    """The same without the weekday: 26 Nov 09:30, 11/26 09:30."""
    moment = moment_of(value)
    return f"{format_date(moment, centre)} {format_time(moment, centre)}" if moment else ""


@register.filter
def iso_shortest_date(value: Any) -> str:
    """A day without a time for a text message, from ISO text: 26 Nov, 11/26."""
    try:
        return format_date(dt.date.fromisoformat(str(value)))
    except ValueError:
        return ""


@register.filter
def readable(number: Any) -> str:
    """A centre's telephone number as people of its country write it; as typed if it is none."""
    return format_phone(number)


def day_of(date: dt.date) -> str:
    """A day with its weekday in the active language."""
    language = language_of(None)
    if language == "en":
        return format_date(date, weekday=True)
    weekday = WEEKDAYS[language][date.weekday()]
    return f"{date.month}月{date.day}日（{weekday if language == 'zh-hans' else weekday[-1]}）"
