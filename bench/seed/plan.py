"""Who comes when: a plan that can be computed for any visit alone, so that processes share the work without talking.

Visits of a centre are counted by `k`, in order of arrival, spread evenly over its open days (Monday to Saturday) of the
last years; three turns a day, as many technicians as it takes. From `k` follow the day, the month's running number of the
work order and the year's number of the bill, without gaps. Today's open visits come after them, all in the first centre.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

TURNS = 3
TURN_MINUTES = 150
OPENS = dt.time(8, 30)
SETTLED_DAYS = 10  # history ends so long ago: every call of it has been made
CENTRES = (
    ("NH", "台北內湖廠"),
    ("BQ", "新北板橋廠"),
    ("ZL", "桃園中壢廠"),
    ("HC", "新竹竹北廠"),
    ("TC", "台中西屯廠"),
    ("CH", "彰化員林廠"),
    ("CY", "嘉義東區廠"),
    ("TN", "台南永康廠"),
    ("KS", "高雄左營廠"),
    ("PT", "屏東潮州廠"),
)
"""Codes of centres; the first is the demonstration's own."""


def centres_for(visits: int) -> int:
    """How many centres so many visits come to: about 100,000 each."""
    return max(1, min(len(CENTRES), visits // 100_000))


def years_for(visits: int) -> int:
    """Over how many years: two, or five from 100,000 visits on."""
    return 5 if visits >= 100_000 else 2


def shares(total: int, parts: int) -> list[int]:
    """`total` in `parts` as equal as can be."""
    return [total // parts + (place < total % parts) for place in range(parts)]


@dataclass
class Calendar:
    """The history of one centre: `count` visits over the open `days`."""

    count: int
    days: list[dt.date]
    zone: Any
    months: dict[str, int] = field(default_factory=dict)
    years: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number of visits before each month and year: where their numbers start."""
        for place, day in enumerate(self.days):
            for starts, key in ((self.months, f"{day:%y%m}"), (self.years, f"{day:%y}")):
                starts.setdefault(key, self.first_of(place))

    def first_of(self, place: int) -> int:
        """The first `k` of the day at `place`."""
        return -(-place * self.count // len(self.days))

    @property
    def most(self) -> int:
        """The most visits of a day."""
        return -(-self.count // len(self.days))

    def technicians(self) -> int:
        """How many it takes to serve the fullest day."""
        return max(3, -(-self.most // TURNS))

    def arrival(self, k: int, technicians: int) -> tuple[dt.datetime, int]:
        """When visit `k` arrives (UTC), and its technician's place."""
        place = k * len(self.days) // self.count
        turn, technician = divmod(k - self.first_of(place), technicians)
        opened = dt.datetime.combine(self.days[place], OPENS, self.zone) + dt.timedelta(
            minutes=turn * TURN_MINUTES, seconds=(k * 37) % 240
        )
        return opened.astimezone(dt.UTC), technician

    def number(self, k: int, day: dt.date) -> tuple[str, int]:
        """Period and running number of the work order."""
        period = f"{day:%y%m}"
        return period, k - self.months[period] + 1

    def bill(self, k: int, day: dt.date) -> tuple[str, int]:
        """Period and number of the bill."""
        period = f"{day:%y}"
        return period, k - self.years[period] + 1

    def counters(self) -> tuple[dict[str, int], dict[str, int]]:
        """The last number of each month (work orders) and year (bills)."""
        return tuple(  # type: ignore[return-value]
            {
                period: (edges[place + 1] if place + 1 < len(edges) else self.count) - start
                for place, (period, start) in enumerate(starts.items())
            }
            for starts, edges in ((self.months, list(self.months.values())), (self.years, list(self.years.values())))
        )


def open_days(today: dt.date, years: int) -> list[dt.date]:
    """Mondays to Saturdays of the last `years`, up to a week and a half ago."""
    last = today - dt.timedelta(days=SETTLED_DAYS)
    first = today.replace(day=1) - dt.timedelta(days=365 * years)
    days = (first + dt.timedelta(days=n) for n in range((last - first).days))
    return [day for day in days if day.weekday() < 6]
