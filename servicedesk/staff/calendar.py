"""Opening hours arithmetic: "within 24 working hours", "within a week", "answer within 30 opening minutes".

All functions take and return aware moments; windows are the centre's opening hours minus closed days and public holidays.
Hazard: one query for hours and days off per call; loops should use one `Calendar`.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property, lru_cache

import holidays
from django.db import connection

from servicedesk.staff.models import Region, ServiceCentre

LOOKAHEAD_DAYS = 60
HOURS_AND_DAYS_OFF = """
SELECT weekday, opens, closes, NULL::date FROM staff_openinghours WHERE centre_id = %s
UNION ALL SELECT NULL, NULL, NULL, date FROM staff_closedday WHERE centre_id = %s ORDER BY 2
"""
COUNTRY = {Region.TAIWAN: "TW", Region.PRC: "CN"}


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[dt.date]:
    """Dates of the public holidays of `country` (ISO code) in `year`."""
    return frozenset(holidays.country_holidays(country, years=year))


class Calendar:
    """The opening calendar of one centre, read once."""

    def __init__(self, centre: ServiceCentre) -> None:
        self.centre = centre

    @cached_property
    def _read(self) -> tuple[dict[int, list[tuple[dt.time, dt.time]]], set[dt.date]]:
        """Windows by weekday, and days off."""
        hours: dict[int, list[tuple[dt.time, dt.time]]] = {}
        closed: set[dt.date] = set()
        with connection.cursor() as cursor:
            cursor.execute(HOURS_AND_DAYS_OFF, [self.centre.pk, self.centre.pk])
            for weekday, opens, closes, date in cursor.fetchall():
                if date:
                    closed.add(date)
                else:
                    hours.setdefault(weekday, []).append((opens, closes))
        return hours, closed

    @property
    def _hours(self) -> dict[int, list[tuple[dt.time, dt.time]]]:
        return self._read[0]

    @property
    def week(self) -> dict[int, list[tuple[dt.time, dt.time]]]:
        """Opening windows by weekday (0 is Monday), without regard to days off; closed weekdays are missing."""
        return self._hours

    @property
    def _closed(self) -> set[dt.date]:
        return self._read[1]

    def is_closed_day(self, date: dt.date) -> bool:
        """Whether the centre does not open on `date` at all."""
        if date in self._closed or not self._hours.get(date.weekday()):
            return True
        country = COUNTRY.get(Region(self.centre.region))
        return bool(country) and date in public_holidays(str(country), date.year)

    def windows(self, date: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        """Opening windows of `date`, in order; empty on a closed day."""
        if self.is_closed_day(date):
            return []
        at = self.centre.at
        return [(at(date, opens), at(date, closes)) for opens, closes in self._hours[date.weekday()]]

    def is_open(self, moment: dt.datetime) -> bool:
        """Whether the doors are open at `moment`."""
        return any(opens <= moment < closes for opens, closes in self.windows(self.centre.local(moment).date()))

    def next_opening(self, moment: dt.datetime) -> dt.datetime:
        """`moment` itself when open, else the next opening (or `moment` when none comes within 60 days)."""
        start = self.centre.local(moment).date()
        for day in range(LOOKAHEAD_DAYS):
            for opens, closes in self.windows(start + dt.timedelta(days=day)):
                if moment < closes:
                    return max(moment, opens)
        return moment

    def add_opening_time(self, moment: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """The moment when `length` of opening time has passed since `moment`; plain time when the centre never opens."""
        left = length
        start = self.centre.local(moment).date()
        for day in range(LOOKAHEAD_DAYS):
            for opens, closes in self.windows(start + dt.timedelta(days=day)):
                # in UTC: Python subtracts two times of one zone by the wall clock, an hour wrong when the clocks change
                begins, ends = max(moment, opens).astimezone(dt.UTC), closes.astimezone(dt.UTC)
                if begins >= ends:
                    continue
                if begins + left <= ends:
                    return begins + left
                left -= ends - begins
        return moment + length

    def opening_time_between(self, since: dt.datetime, until: dt.datetime) -> dt.timedelta:
        """How long the doors were open between two moments; plain time when they never were."""
        begins, ends, total = since.astimezone(dt.UTC), until.astimezone(dt.UTC), dt.timedelta()
        date, last = self.centre.local(since).date(), self.centre.local(until).date()
        while date <= last:
            for opens, closes in self.windows(date):
                total += max(
                    dt.timedelta(), min(ends, closes.astimezone(dt.UTC)) - max(begins, opens.astimezone(dt.UTC))
                )
            date += dt.timedelta(days=1)
        return total or max(dt.timedelta(), ends - begins)

    def last_opening_day_within(self, moment: dt.datetime, days: int) -> dt.date:
        """The last open date not later than `days` after `moment`'s date; that date itself when all are closed."""
        start = self.centre.local(moment).date()
        for day in range(days, 0, -1):
            date = start + dt.timedelta(days=day)
            if not self.is_closed_day(date):
                return date
        return start + dt.timedelta(days=days)


def add_opening_minutes(centre: ServiceCentre, moment: dt.datetime, minutes: int) -> dt.datetime:
    """The moment `minutes` opening minutes after `moment`."""
    return Calendar(centre).add_opening_time(moment, dt.timedelta(minutes=minutes))


def add_opening_hours(centre: ServiceCentre, moment: dt.datetime, hours: int) -> dt.datetime:
    """The moment `hours` opening hours after `moment`."""
    return Calendar(centre).add_opening_time(moment, dt.timedelta(hours=hours))
