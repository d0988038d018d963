"""Tags of the house, built into every template. docs/components.md lists them with their parameters.

They draw; they decide nothing and, apart from `visit_line`, query nothing. Long, because a tag library is one module.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any, cast

from django import template
from django.template import Context, loader
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, to_locale

from servicedesk import clock
from servicedesk.staff import formats, icons, marks
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.chapters import visit_steps

register = template.Library()


# ---- forms and page ----------------------------------------------------------------------------------------------


@register.simple_tag
def request_key() -> SafeString:
    """The hidden field that makes a form act once."""
    return format_html('<input type="hidden" name="request_key" value="{}">', uuid.uuid4())


@register.simple_block_tag
def capture(content: str) -> SafeString:
    """`{% capture as name %}…{% endcapture %}`: render once, use in several places, or find out that it is empty."""
    return SafeString(content.strip())


@register.simple_tag
def html_lang() -> str:
    """The active language for `<html lang>`: en, zh-Hant, zh-Hans."""
    return to_locale(get_language() or "en").replace("_", "-")


@register.simple_tag
def ticking_words() -> SafeString:
    """Attributes that give the browser's ticking clock the sentences of the active language."""
    return marks.ticking_words(marks.language())


@register.simple_tag
def opening_hours(centre: Any) -> str:
    """A centre's week in one line; "" without a centre. One query."""
    return formats.format_week(Calendar(centre).week) if centre and centre.pk else ""


@register.filter
def initial(name: Any) -> str:
    """The first character of a name, for the round badge beside it."""
    return str(name or "").strip()[:1].upper() or "?"


# ---- marks -------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, css: str = "i") -> SafeString:
    """A vendored bootstrap icon as inline SVG. Raises ValueError for an unknown one."""
    return icons.svg(name, css)


@register.simple_tag
def stage_badge(thing: Any, label: Any = "") -> SafeString:
    """The stage of a work order: icon and word. Takes the order, a `Stage` member, or a value with its `label`."""
    return marks.stage(thing, label)


@register.simple_tag(takes_context=True)
def hold(context: Context, held: Any, label: Any = "") -> SafeString:
    """Why a car waits, and since when: an object with `.cause`, `.get_cause_display()` and `.since`."""
    if not held:
        return SafeString()
    cause = str(getattr(held, "cause", held))
    shown = getattr(held, "get_cause_display", None)
    words = label or (shown() if shown else getattr(held, "label", cause))
    since = getattr(held, "since", None) or getattr(held, "started_at", None)
    return marks.hold(cause, words, since, present(context))


@register.simple_tag(takes_context=True)
def number_of(context: Context, thing: Any) -> str:
    """The number of a visit, booking or case: short within the user's own centre, with the centre's code elsewhere."""
    own = getattr(context.get("current_centre"), "pk", None)
    return str(thing.number if thing.centre_id == own else thing.full_number)


@register.simple_tag(takes_context=True)
def promise(context: Context, promised: Any, size: str = "", centre: Any = None, label: Any = "") -> SafeString:
    """A promised time, then its distance. Object with `.due_at`, `.state` and optionally `.distance` (its own words).

    `size="lg"` is the form for page headers, with `label` ("Promised") above the distance.
    """
    if not promised:
        return SafeString()
    due: dt.datetime = promised.due_at
    now = present(context)
    state = str(getattr(promised, "state", "") or ("pending" if due >= now else "broken"))
    place = place_of(context, centre, promised)
    words = str(getattr(promised, "distance", "") or "")
    if size != "lg":
        return marks.promise(due, state, place, now, words)
    if state == "kept" and not words:
        words = gettext("In time")
    time, words = marks.promised_time(due, state, place, now, words)
    return format_html(
        '<span class="sd-promise sd-promise--lg" data-state="{}">{}<span class="sd-xs sd-muted">{}</span>'
        '<span class="sd-strong">{} <span class="sd-left">{}</span></span></span>',
        state,
        time,
        label or gettext("Promised"),
        icons.svg(icons.PROMISES.get(state, "clock")),
        words,
    )


@register.simple_tag
def urgency(value: str, label: Any = "") -> SafeString:
    """How urgent advised work is: now, soon or advice."""
    words = {"now": gettext("Now"), "soon": gettext("Soon"), "advice": gettext("Advice")}
    return format_html(
        '<span class="sd-urg" data-u="{}">{}{}</span>',
        value,
        icons.svg(icons.URGENCIES.get(value, "info-circle")),
        label or words.get(value, value),
    )


@register.simple_tag
def verdict(value: str, label: Any = "") -> SafeString:
    """The verdict of an inspected item: green, amber, red or na. Colour and shape and word."""
    words = {"green": gettext("Good"), "amber": gettext("Watch"), "red": gettext("Bad"), "na": gettext("Not tested")}
    return format_html(
        '<span class="sd-verdict" data-v="{}">{}{}</span>',
        value,
        icons.svg(icons.VERDICTS.get(value, "dash-circle")),
        label or words.get(value, value),
    )


@register.simple_tag
def plate(vehicle: Any, size: str = "", css: str = "sd-plate") -> SafeString:
    """A number plate: never translated, never broken. Takes a vehicle, anything with `.vehicle`, or the text.

    `size="lg"` draws the edge; `css="c-plate"` on customers' pages.
    """
    text = getattr(getattr(vehicle, "vehicle", vehicle), "plate", vehicle)
    return format_html(
        '<span class="{}{}" translate="no">{}</span>', css, f" {css}--{size}" if size else "", text or "—"
    )


# ---- the visit line ----------------------------------------------------------------------------------------------


@register.inclusion_tag("includes/_visit_line.html", takes_context=True)
def visit_line(context: Context, visit: Any) -> dict[str, Any]:
    """The eight chapters of a visit, with who and when under each. Takes a work order, or ready steps.

    For a work order it asks the registry's `visit_steps`: as many queries as the rooms need.
    """
    if not hasattr(visit, "stage"):
        return {"steps": list(visit)}
    return {"steps": visit_steps(visit, place_of(context, None, visit), present(context))}


@register.simple_tag
def visit_mini(visit: Any, held: Any = False, broken: bool = False) -> SafeString:
    """Eight small bars for a list row. Takes a work order or a stage value; `held`, `broken` colour the present one."""
    stage = str(getattr(visit, "stage", visit))
    return marks.visit_bars(stage, "b" if broken else "h" if held else "n", marks.language())


# ---- money, numbers, times ---------------------------------------------------------------------------------------


@register.filter
def money(amount: Any, centre: Any) -> str:
    """`{{ total|money:centre }}`: NT$11,277. Takes a centre, anything with `.centre`, or a currency code."""
    return "" if amount in (None, "") else formats.format_money(amount, formats.currency_of(centre))


@register.filter
def amount(value: Any, centre: Any) -> str:
    """`{{ price|amount:centre }}`: 11,277, for table columns whose head names the currency."""
    return "" if value in (None, "") else formats.format_amount(value, formats.currency_of(centre))


@register.filter
def number(value: Any) -> str:
    """`{{ km|number }}`: 41,286."""
    return "" if value in (None, "") else formats.format_number(value)


@register.filter
def hours(value: Any) -> str:
    """`{{ line.std_hours|hours }}`: 2.7 h."""
    return "" if value in (None, "") else f"{Decimal(str(value)).quantize(Decimal('0.1'))} h"


@register.filter
def hm(moment: Any, centre: Any = None) -> str:
    """`{{ at|hm:centre }}`: 16:30 on the centre's clock. A bare time needs no centre."""
    return formats.format_time(moment, centre) if moment else ""


@register.filter
def day(date: Any, centre: Any = None) -> str:
    """`{{ date|day }}`, `{{ at|day:centre }}`: 24 Nov or 11/24."""
    return formats.format_date(date, centre) if date else ""


@register.filter
def long_day(date: Any, centre: Any = None) -> str:
    """`{{ date|long_day }}`: Tue 24 Nov 2026 or 2026年11月24日 週二."""
    return formats.format_date(date, centre, year=True, weekday=True) if date else ""


@register.filter
def week_day(date: Any, centre: Any = None) -> str:
    """`{{ date|week_day }}`: Tue 24 Nov or 11月24日 週二."""
    return formats.format_date(date, centre, weekday=True) if date else ""


@register.filter
def moment(at: Any, centre: Any) -> str:
    """`{{ at|moment:centre }}`: 16:30 today, else 27 Nov 16:30."""
    return formats.format_moment(at, centre, now=clock.now()) if at else ""


@register.filter
def ago(at: Any) -> str:
    """`{{ since|ago }}`: the time gone by, 23 min."""
    return formats.format_duration(clock.now() - at) if at else ""


@register.filter
def distance(due: Any) -> str:
    """`{{ due_at|distance }}`: 48 min left, 12 min over."""
    return formats.distance(due, clock.now()) if due else ""


@register.filter
def phone(value: Any) -> str:
    """A telephone number as people of its country write it."""
    return formats.format_phone(value)


@register.filter
def tel(value: Any) -> str:
    """A telephone number for a `tel:` link: digits and a leading plus only."""
    text = str(getattr(value, "as_e164", "") or value or "")
    return re.sub(r"(?!^\+)\D", "", text)


# ---- helpers -----------------------------------------------------------------------------------------------------


def present(context: Context) -> dt.datetime:
    """Now, as the page's context read it once, else from the clock."""
    now = context.get("now")
    return now if isinstance(now, dt.datetime) else clock.now()


def place_of(context: Context, centre: Any, thing: Any) -> Any:
    """The centre whose clock shows a thing: the one named, the thing's own, else the page's."""
    if centre:
        return centre
    for owner in (thing, getattr(thing, "work_order", None)):
        if owner is not None and "centre" in getattr(getattr(owner, "_state", None), "fields_cache", {}):
            return owner.centre
    return context.get("centre") or context.get("current_centre") or getattr(thing, "centre", None) or thing


@register.simple_tag(takes_context=True)
def include_with(context: Context, template_name: str, values: dict[str, Any]) -> SafeString:
    """Render a fragment whose name and context a room registered, on top of the page's own context."""
    return SafeString(loader.render_to_string(template_name, cast(dict[str, Any], context.flatten()) | values))


@register.filter
def percent(share: Any) -> str:
    """`{{ share|percent }}`: 94 % of a fraction between 0 and 1."""
    return "" if share is None else f"{Decimal(str(share)) * 100:.0f} %"


@register.filter
def points(share: Any) -> str:
    """`{{ share|points }}`: 86 of a fraction, for what is counted in points of a hundred; 30 below nothing is −30."""
    return "" if share is None else f"{Decimal(str(share)) * 100:.0f}".replace("-", "−")
