"""How money, dates and times are written for people, in the active language unless one is named.

Nothing here asks a clock: callers bring `now`. Places: a service centre, a zone name or a tzinfo.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext, ngettext, override, pgettext

SYMBOLS = {"TWD": "NT$", "CNY": "¥", "HKD": "HK$", "MOP": "MOP$", "JPY": "JP¥", "USD": "US$", "EUR": "€", "SGD": "S$"}
MINOR_UNITS = {"TWD": 0, "JPY": 0, "KRW": 0, "VND": 0}
"""Decimals written for a currency; two when it is not listed. (CLDR gives TWD two, which nobody in Taiwan writes.)"""

WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh-hant": ("週一", "週二", "週三", "週四", "週五", "週六", "週日"),
    "zh-hans": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def language_of(language: str | None) -> str:
    """Return "en", "zh-hant" or "zh-hans" for any language tag; the active language when None."""
    tag = (language or get_language() or "en").lower().replace("_", "-")
    if tag.startswith("zh"):
        return "zh-hans" if tag.endswith(("hans", "cn", "sg")) else "zh-hant"
    return "en"


@cache
def locale_of(language: str) -> Locale:
    """Return Babel's locale of one of our three languages."""
    return Locale.parse({"zh-hant": "zh_Hant_TW", "zh-hans": "zh_Hans_CN"}.get(language, "en_GB"))


def zone_of(place: Any) -> dt.tzinfo:
    """Return the time zone of a centre, of anything with `.centre`, of a zone name or of a tzinfo.

    Raises ValueError when nothing names a zone: a time of day without a place is a wrong time.
    """
    if isinstance(place, dt.tzinfo):
        return place
    if isinstance(place, str) and place:
        return ZoneInfo(place)
    if name := getattr(place, "time_zone", ""):
        return ZoneInfo(name)
    if centre := getattr(place, "centre", None):
        return zone_of(centre)
    raise ValueError("a time needs the service centre whose clock shows it")


def currency_of(place: Any) -> str:
    """Return the currency of a centre, of anything with `.centre`, or the code itself."""
    if isinstance(place, str):
        return place
    return str(getattr(place, "currency", "") or place.centre.currency)


def minor_units(currency: str) -> int:
    """Return how many decimals amounts in `currency` carry."""
    return MINOR_UNITS.get(currency, 2)


def format_amount(amount: Decimal | int | str, currency: str, language: str | None = None) -> str:
    """Return the bare number, rounded half up to the currency's decimals: 11,277. Minus is U+2212."""
    digits = minor_units(currency)
    rounded = Decimal(amount).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = format_decimal(
        abs(rounded), format="#,##0" + ("." + "0" * digits if digits else ""), locale=locale_of(language_of(language))
    )
    return f"−{text}" if rounded < 0 else text


def format_money(amount: Decimal | int | str, currency: str, language: str | None = None) -> str:
    """Return the amount with its currency: NT$11,277, ¥1,280.00, −HK$40.00."""
    text = format_amount(amount, currency, language)
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"−{symbol}{text[1:]}" if text.startswith("−") else f"{symbol}{text}"


def format_number(value: Decimal | int | str, language: str | None = None) -> str:
    """Return a quantity with thousands separators and no trailing zeros: 41,286 or 0.4."""
    return str(format_decimal(Decimal(value).normalize(), locale=locale_of(language_of(language))))


def format_time(moment: dt.datetime | dt.time, place: Any = None) -> str:
    """Return the 24 h clock time at `place`: 16:30. A bare `time` needs no place."""
    if isinstance(moment, dt.datetime):
        moment = moment.astimezone(zone_of(place))
    return f"{moment:%H:%M}"


def format_date(
    date: dt.date | dt.datetime,
    place: Any = None,
    *,
    language: str | None = None,
    year: bool = False,
    weekday: bool = False,
) -> str:
    """Return 24 Nov / 11/24; with `year` 24 Nov 2026 / 2026/11/24; with `weekday` Tue 24 Nov / 11月24日 週二."""
    if isinstance(date, dt.datetime):
        date = date.astimezone(zone_of(place)).date()
    language = language_of(language)
    day = WEEKDAYS[language][date.weekday()]
    if language == "en":
        text = f"{date.day} {MONTHS[date.month - 1]}" + (f" {date.year}" if year else "")
        return f"{day} {text}" if weekday else text
    if weekday:
        return (f"{date.year}年" if year else "") + f"{date.month}月{date.day}日 {day}"
    return (f"{date.year}/" if year else "") + f"{date.month}/{date.day}"


def format_moment(moment: dt.datetime, place: Any, *, now: dt.datetime, language: str | None = None) -> str:
    """Return the time alone when `moment` is on the same day as `now` at `place`, else date and time."""
    zone = zone_of(place)
    time = format_time(moment, zone)
    here, present = moment.astimezone(zone), now.astimezone(zone)
    if here.date() == present.date():
        return time
    return f"{format_date(here, zone, language=language, year=here.year != present.year)} {time}"


def format_span(start: dt.datetime, end: dt.datetime | None, place: Any, *, now: dt.datetime) -> str:
    """Return both ends, the day once when they share it: "21 Nov 09:40 – 10:06"; one moment when they read the same."""
    first = format_moment(start, place, now=now)
    if end is None:
        return first
    zone = zone_of(place)
    same_day = start.astimezone(zone).date() == end.astimezone(zone).date()
    last = format_time(end, zone) if same_day else format_moment(end, place, now=now)
    return first if first.endswith(last) and same_day else f"{first} – {last}"


@cache
def duration_words(language: str) -> dict[str, str]:
    """The sentences `format_duration` and `distance` fill in: the ticking clock of the browser uses the same ones."""
    with override(language):
        return {
            "minutes": gettext("%(minutes)d min"),
            "hours": gettext("%(hours)d h"),
            "both": gettext("%(hours)d h %(minutes)d min"),
            "day": ngettext("%(days)d day", "%(days)d days", 1) % {"days": 1},
            "day_and": gettext("1 day %(hours)d h"),
            "left": gettext("%(time)s left"),
            "over": gettext("%(time)s over"),
        }


def format_duration(length: dt.timedelta, language: str | None = None) -> str:
    """Return a length, cut: 48 min, 2 h 5 min; within the second day 1 day 7 h; from two days on in days."""
    minutes, language = int(abs(length.total_seconds()) // 60), language_of(language)
    days, beyond = divmod(minutes, 24 * 60)
    if days >= 2:
        with override(language):
            return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    hours, rest = divmod(beyond, 60)
    key = "minutes" if not hours else "both" if rest else "hours"
    if days:
        key = "day_and" if hours else "day"
    return duration_words(language)[key] % {"hours": hours, "minutes": rest}


def distance(due: dt.datetime, now: dt.datetime, language: str | None = None) -> str:
    """Return how far a promise is: "48 min left", "2 h 5 min left", "12 min over"."""
    language = language_of(language)
    words = duration_words(language)
    return words["left" if due >= now else "over"] % {"time": format_duration(due - now, language)}


def format_phone(number: Any) -> str:
    """Write a telephone number as people of its country do, "02 5550 0188"; return it as typed when it is none."""
    try:
        parsed = phonenumbers.parse(str(number), None)
    except phonenumbers.NumberParseException:
        return str(number or "")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def joined(words: Iterable[str]) -> str:
    """An enumeration as the active language writes it: "oil, filter" or 「機油、濾芯」."""
    return pgettext("between items of a list", ", ").join(words)


def format_week(week: dict[int, list[tuple[dt.time, dt.time]]], language: str | None = None) -> str:
    """Write opening hours by weekday in one line: "Mon–Sat 08:30–18:30, Sun closed"; "" when there are none."""
    language = language_of(language)
    runs: list[tuple[int, int]] = []
    for day in range(7):
        if runs and week.get(day) == week.get(runs[-1][0]):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    with override(language):
        between, closed, to = (
            pgettext("between items of a list", ", "),
            gettext("closed"),
            gettext("%(first)s–%(last)s"),
        )
    names = WEEKDAYS[language]
    parts = []
    for first, last in runs:
        days = names[first] if first == last else to % {"first": names[first], "last": names[last]}
        times = " ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in week.get(first, ()))
        parts.append(f"{days} {times}" if times else f"{days} {closed}" if language == "en" else f"{days}{closed}")
    return between.join(parts) if week else ""
