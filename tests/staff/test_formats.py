"""Money, dates and times as people write them, in three languages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from servicedesk.staff import formats
from servicedesk.staff.models import ServiceCentre

NOW = dt.datetime(2026, 11, 24, 2, 42, tzinfo=dt.UTC)  # 10:42 in Taipei
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("11277", "TWD", "NT$11,277"),
        ("0.5", "TWD", "NT$1"),
        ("2.5", "TWD", "NT$3"),
        ("1280.005", "CNY", "¥1,280.01"),
        ("-40", "HKD", "−HK$40.00"),
        ("-0.4", "TWD", "NT$0"),
        ("7", "CHF", "CHF 7.00"),
    ],
)
def test_money(amount, currency, expected):
    assert formats.format_money(Decimal(amount), currency) == expected


def test_number_has_separators_and_no_idle_zeros():
    assert [formats.format_number(value) for value in (41286, Decimal("2.70"), 100)] == ["41,286", "2.7", "100"]


@pytest.mark.parametrize(
    ("language", "options", "expected"),
    [
        ("en", {}, "24 Nov"),
        ("zh-hant", {}, "11/24"),
        ("zh-hans", {"year": True}, "2026/11/24"),
        ("en", {"year": True, "weekday": True}, "Tue 24 Nov 2026"),
        ("zh-hant", {"weekday": True}, "11月24日 週二"),
        ("zh-hans", {"weekday": True, "year": True}, "2026年11月24日 周二"),
    ],
)
def test_date(language, options, expected):
    assert formats.format_date(dt.date(2026, 11, 24), language=language, **options) == expected


def test_a_moment_shows_on_the_centres_clock_and_day():
    late = dt.datetime(2026, 11, 24, 17, 5, tzinfo=dt.UTC)
    assert formats.format_time(late, ServiceCentre(time_zone="Asia/Taipei")) == "01:05"
    assert formats.format_date(late, "Asia/Taipei", language="en") == "25 Nov"
    assert formats.format_moment(NOW, "Asia/Taipei", now=NOW) == "10:42"
    assert formats.format_moment(late, "Asia/Taipei", now=NOW, language="en") == "25 Nov 01:05"


def test_a_time_without_a_place_is_an_error():
    with pytest.raises(ValueError, match="service centre"):
        formats.format_time(NOW)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (48, "48 min left"),
        (0, "0 min left"),
        (125, "2 h 5 min left"),
        (120, "2 h left"),
        (-12, "12 min over"),
        (24 * 60 + 5, "1 day left"),
        (31 * 60 + 52, "1 day 7 h left"),
        (3 * 24 * 60, "3 days left"),
    ],
)
def test_distance(minutes, expected):
    with translation.override("en"):
        assert formats.distance(NOW + minutes * MINUTE, NOW) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("en-gb", "en"), ("zh_Hant", "zh-hant"), ("zh-TW", "zh-hant"), ("zh-cn", "zh-hans"), ("zh-Hans", "zh-hans")],
)
def test_language_tags(tag, expected):
    assert formats.language_of(tag) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Mon–Fri 08:30–12:00 13:00–18:00, Sat 09:00–12:00, Sun closed"),
        ("zh-hant", "週一至週五 08:30–12:00 13:00–18:00、週六 09:00–12:00、週日公休"),
        ("zh-hans", "周一至周五 08:30–12:00 13:00–18:00、周六 09:00–12:00、周日休息"),
    ],
)
def test_a_week_reads_in_one_line(language, text):
    day = [(dt.time(8, 30), dt.time(12)), (dt.time(13), dt.time(18))]
    week = dict.fromkeys(range(5), day) | {5: [(dt.time(9), dt.time(12))]}
    assert formats.format_week(week, language) == text
    assert formats.format_week({}, language) == ""


@pytest.mark.parametrize(("language", "words"), [("en", "oil, filter"), ("zh-hant", "oil、filter")])
def test_words_are_joined_as_the_language_does(language, words):
    with translation.override(language):
        assert formats.joined(["oil", "filter"]) == words
