"""Opening time forwards and backwards, so that the demonstration's people work only while their doors are open."""

from __future__ import annotations

import datetime as dt

from servicedesk.staff.calendar import LOOKAHEAD_DAYS, Calendar
from servicedesk.staff.models import ServiceCentre

Window = tuple[dt.datetime, dt.datetime]
MINUTE = dt.timedelta(minutes=1)
HALF_HOUR = 30


class Hours:
    """The opening windows of one centre. Moments are aware; lengths are minutes of opening time."""

    def __init__(self, centre: ServiceCentre) -> None:
        self.centre = centre
        self.calendar = Calendar(centre)
        self._days: dict[dt.date, list[Window]] = {}

    def windows(self, date: dt.date) -> list[Window]:
        """Opening windows of a date, worked out once."""
        if date not in self._days:
            self._days[date] = self.calendar.windows(date)
        return self._days[date]

    def date(self, moment: dt.datetime) -> dt.date:
        """The date on the centre's clock."""
        return self.centre.local(moment).date()

    def last_open(self, moment: dt.datetime) -> dt.datetime:
        """`moment` itself while open, else the last closing before it: until then people have worked."""
        date = self.date(moment)
        for back in range(LOOKAHEAD_DAYS):
            for opens, closes in reversed(self.windows(date - dt.timedelta(days=back))):
                if opens < moment:
                    return min(moment, closes)
        return moment

    def next_open(self, moment: dt.datetime) -> dt.datetime:
        """`moment` itself while open, else the next opening."""
        return self.calendar.next_opening(moment)

    def forward(self, moment: dt.datetime, minutes: float) -> dt.datetime:
        """The moment when so much opening time has passed."""
        return self.calendar.add_opening_time(moment, MINUTE * minutes)

    def back(self, moment: dt.datetime, minutes: float) -> dt.datetime:
        """The moment so much opening time ago."""
        left, date = MINUTE * minutes, self.date(moment)
        for days in range(LOOKAHEAD_DAYS):
            for opens, closes in reversed(self.windows(date - dt.timedelta(days=days))):
                until = min(moment, closes)
                if until <= opens:
                    continue
                if until - left >= opens:
                    return until - left
                left -= until - opens
        return moment - left

    def window_end(self, moment: dt.datetime) -> dt.datetime:
        """When the window that holds `moment` closes; `moment` itself while closed."""
        return next((closes for opens, closes in self.windows(self.date(moment)) if opens <= moment < closes), moment)

    def next_day(self, date: dt.date, days: int = 1) -> dt.date:
        """The `days`-th open date after `date`."""
        for _day in range(LOOKAHEAD_DAYS * 2):
            date += dt.timedelta(days=1)
            days -= bool(self.windows(date))
            if days <= 0:
                return date
        return date

    def open_days(self, since: dt.date, until: dt.date) -> list[dt.date]:
        """Open dates from `since` up to `until`, both included."""
        dates = (since + dt.timedelta(days=n) for n in range((until - since).days + 1))
        return [date for date in dates if self.windows(date)]

    def rounded_up(self, moment: dt.datetime) -> dt.datetime:
        """The next half hour of the clock within opening hours: what people promise."""
        local = self.centre.local(moment).replace(second=0, microsecond=0)
        local += MINUTE * (-local.minute % HALF_HOUR or (HALF_HOUR if local < moment else 0))
        end = self.window_end(moment)
        if moment < end < local:
            return end
        return self.next_open(local)
