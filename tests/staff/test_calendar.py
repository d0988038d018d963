"""Opening hours arithmetic: breaks, closed days, holidays, the year's end, clock changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from servicedesk.staff.calendar import Calendar, add_opening_hours, add_opening_minutes
from servicedesk.staff.models import ClosedDay, OpeningHours, ServiceCentre

pytestmark = pytest.mark.django_db


def with_hours(code: str, windows: list[tuple[dt.time, dt.time]], days: Any = range(6), **values: Any) -> ServiceCentre:
    """A centre that opens in `windows` on `days` (0 is Monday); in Taiwan unless said otherwise."""
    given = {"name": code, "address": "x", "phone": "1", "region": "tw"} | values
    centre = ServiceCentre.objects.create(code=code, **given)
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=day, opens=opens, closes=closes)
        for day in days
        for opens, closes in windows
    )
    return centre


@pytest.fixture
def lunch() -> ServiceCentre:
    """Open 08:30–12:00 and 13:00–18:00, Monday to Saturday, in Taipei."""
    return with_hours("L", [(dt.time(8, 30), dt.time(12)), (dt.time(13), dt.time(18))])


def at(centre: ServiceCentre, text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=centre.zone)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-24 08:29", False),
        ("2026-11-24 08:30", True),
        ("2026-11-24 11:59", True),
        ("2026-11-24 12:00", False),
        ("2026-11-24 13:00", True),
        ("2026-11-24 18:00", False),
        ("2026-11-29 10:00", False),  # a Sunday
        ("2027-01-01 10:00", False),  # New Year's Day, a Friday
    ],
)
def test_is_open(lunch: ServiceCentre, moment: str, is_open: bool) -> None:
    assert Calendar(lunch).is_open(at(lunch, moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-24 10:00", "2026-11-24 10:00"),
        ("2026-11-24 12:00", "2026-11-24 13:00"),
        ("2026-11-24 18:00", "2026-11-25 08:30"),
        ("2026-11-28 18:00", "2026-11-30 08:30"),
        ("2026-12-31 18:00", "2027-01-02 08:30"),
    ],
)
def test_next_opening(lunch: ServiceCentre, moment: str, opening: str) -> None:
    assert Calendar(lunch).next_opening(at(lunch, moment)) == at(lunch, opening)


@pytest.mark.parametrize(
    ("moment", "minutes", "due"),
    [
        ("2026-11-24 10:00", 30, "2026-11-24 10:30"),
        ("2026-11-24 11:30", 30, "2026-11-24 12:00"),
        ("2026-11-24 11:45", 30, "2026-11-24 13:15"),
        ("2026-11-24 12:30", 30, "2026-11-24 13:30"),
        ("2026-11-24 17:50", 30, "2026-11-25 08:50"),
        ("2026-11-28 17:50", 30, "2026-11-30 08:50"),
        ("2026-12-31 17:50", 30, "2027-01-02 08:50"),
        ("2026-11-24 03:00", 0, "2026-11-24 08:30"),
    ],
)
def test_opening_minutes(lunch: ServiceCentre, moment: str, minutes: int, due: str) -> None:
    assert add_opening_minutes(lunch, at(lunch, moment), minutes) == at(lunch, due)


def test_twenty_four_opening_hours(lunch: ServiceCentre) -> None:
    """8.5 h a day: Tuesday 10:00 has 7 h left, Wednesday and Thursday 8.5 each."""
    assert add_opening_hours(lunch, at(lunch, "2026-11-24 10:00"), 24) == at(lunch, "2026-11-26 18:00")
    assert add_opening_hours(lunch, at(lunch, "2026-11-24 10:00"), 25) == at(lunch, "2026-11-27 09:30")


def test_a_closed_day_does_not_count(lunch: ServiceCentre) -> None:
    ClosedDay.objects.create(centre=lunch, date="2026-11-25", name="颱風")
    calendar = Calendar(lunch)
    assert calendar.windows(dt.date(2026, 11, 25)) == []
    assert calendar.next_opening(at(lunch, "2026-11-24 18:00")) == at(lunch, "2026-11-26 08:30")


@pytest.mark.parametrize(
    ("region", "zone", "date", "closed"),
    [
        ("tw", "Asia/Taipei", dt.date(2026, 10, 10), True),  # Double Tenth
        ("cn", "Asia/Shanghai", dt.date(2026, 10, 1), True),  # National Day
        ("tw", "Asia/Taipei", dt.date(2026, 10, 1), False),
        ("cn", "Asia/Shanghai", dt.date(2026, 10, 10), False),
        ("other", "Europe/Berlin", dt.date(2026, 10, 10), False),
    ],
)
def test_holidays_are_the_regions(region: str, zone: str, date: dt.date, closed: bool) -> None:
    centre = with_hours("R", [(dt.time(8), dt.time(17))], days=range(7), region=region, time_zone=zone)
    assert Calendar(centre).is_closed_day(date) is closed


def test_a_centre_that_never_opens_counts_plain_time() -> None:
    centre = with_hours("N", [])
    moment = at(centre, "2026-11-24 10:00")
    assert Calendar(centre).next_opening(moment) == moment
    assert add_opening_hours(centre, moment, 24) == moment + dt.timedelta(hours=24)


@pytest.mark.parametrize(
    ("moment", "days", "last"),
    [
        ("2026-11-24 10:00", 7, dt.date(2026, 12, 1)),
        ("2026-11-24 10:00", 5, dt.date(2026, 11, 28)),  # the 29th is a Sunday
        ("2026-12-25 10:00", 7, dt.date(2026, 12, 31)),  # 1 January is a holiday
        ("2026-11-24 23:59", 1, dt.date(2026, 11, 25)),
    ],
)
def test_the_last_open_day_within_a_week(lunch: ServiceCentre, moment: str, days: int, last: dt.date) -> None:
    assert Calendar(lunch).last_opening_day_within(at(lunch, moment), days) == last


def test_the_centres_day_is_not_utcs(lunch: ServiceCentre) -> None:
    """23:30 UTC on Monday is Tuesday 07:30 in Taipei."""
    late = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)
    assert Calendar(lunch).next_opening(late) == at(lunch, "2026-11-24 08:30")
    assert Calendar(lunch).last_opening_day_within(late, 1) == dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("moment", "hours", "due"),
    [
        ("2027-03-14T06:00:00+00:00", 3, "2027-03-14T09:00:00+00:00"),  # 01:00 EST, then 02:00 is skipped
        ("2027-11-07T05:00:00+00:00", 3, "2027-11-07T08:00:00+00:00"),  # 01:00 EDT, and 01:00 again
        ("2027-03-14T04:00:00+00:00", 23, "2027-03-15T03:00:00+00:00"),  # from 23:00 the day before
    ],
)
def test_an_hour_is_an_hour_when_the_clocks_change(moment: str, hours: int, due: str) -> None:
    centre = with_hours(
        "NY", [(dt.time(0), dt.time(23, 59))], days=range(7), region="other", time_zone="America/New_York"
    )
    length = dt.timedelta(hours=hours)
    got = Calendar(centre).add_opening_time(dt.datetime.fromisoformat(moment), length)
    minute = dt.timedelta(minutes=1)
    assert got in (dt.datetime.fromisoformat(due), dt.datetime.fromisoformat(due) + minute)  # 23:59–24:00 is closed


def test_opening_windows_keep_the_wall_clock_when_the_clocks_change() -> None:
    centre = with_hours("NY", [(dt.time(8), dt.time(17))], days=range(7), region="other", time_zone="America/New_York")
    summer, winter = (Calendar(centre).windows(dt.date(2027, 11, day))[0][0] for day in (6, 7))
    assert (summer.astimezone(dt.UTC).hour, winter.astimezone(dt.UTC).hour) == (12, 13)
    assert add_opening_hours(centre, summer, 9) == summer + dt.timedelta(hours=9)
    assert add_opening_hours(centre, summer, 10).astimezone(dt.UTC) == dt.datetime(2027, 11, 7, 14, tzinfo=dt.UTC)


def test_one_calendar_asks_the_database_once(lunch: ServiceCentre, django_assert_num_queries: Any) -> None:
    calendar = Calendar(lunch)
    with django_assert_num_queries(1):
        for day in range(1, 29):
            calendar.windows(dt.date(2026, 11, day))


def test_opening_time_between_leaves_nights_and_breaks_out(lunch: ServiceCentre) -> None:
    calendar = Calendar(lunch)
    evening, morning = at(lunch, "2026-11-24 17:30"), at(lunch, "2026-11-25 09:30")
    assert calendar.opening_time_between(evening, morning) == dt.timedelta(hours=1, minutes=30)
    assert calendar.opening_time_between(at(lunch, "2026-11-24 11:30"), at(lunch, "2026-11-24 13:30")) == dt.timedelta(
        hours=1
    )
    assert calendar.opening_time_between(evening, evening) == dt.timedelta()
