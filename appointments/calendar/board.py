"""A week's reception places, read once for the day, the week and the strip of days above them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from appointments import services
from appointments.capacity.ledger import Shortage
from appointments.capacity.needs import Hours
from appointments.capacity.offer import Room
from appointments.models import Appointment, SlotPlace
from appointments.slots import HORIZON_DAYS, grid
from servicedesk.clock import now
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.formats import WEEKDAYS, language_of
from servicedesk.staff.models import ServiceCentre

WEEK = 7


@dataclass(frozen=True)
class Held:
    """Who has a reception place: a booking, or a customer to whom the time is offered."""

    place: int
    booking_id: int
    plate: str = ""
    until: dt.datetime | None = None
    """For a time on offer: until when it is held."""


@dataclass(frozen=True)
class StripDay:
    """A day of the week above the calendar: how many come, how many could."""

    date: dt.date
    closed: bool
    booked: int
    free: int

    @property
    def weekday(self) -> str:
        """Its short name in the active language: Tue or 週二."""
        return WEEKDAYS[language_of(None)][self.date.weekday()]


class Board:
    """The places of the week around `date`: two queries; with a booking that is `moving` four more, and ten on far weeks."""

    def __init__(self, centre: ServiceCentre, date: dt.date, moving: Appointment | None = None) -> None:
        self.centre, self.date, self.moving = centre, date, moving
        self.monday = date - dt.timedelta(days=date.weekday())
        self.dates = [self.monday + dt.timedelta(days=n) for n in range(WEEK)]
        self.calendar = Calendar(centre)
        self.present = now()
        self.last = centre.today() + dt.timedelta(days=HORIZON_DAYS)
        self.held = self._read()
        self.work: Hours = services.work_of(moving) if moving else {}
        self.room = Room(self.calendar, max(self.monday, centre.today()), WEEK, moving) if moving else None

    def _read(self) -> dict[dt.datetime, list[Held]]:
        found: dict[dt.datetime, list[Held]] = {}
        begins = self.centre.at(self.monday, dt.time())
        ends = self.centre.at(self.monday + dt.timedelta(days=WEEK), dt.time())
        rows = SlotPlace.objects.filter(centre=self.centre, starts_at__gte=begins, starts_at__lt=ends)
        offered = ("offer__appointment_id", "offer__appointment__vehicle__plate", "offer__valid_until")
        for at, place, booking, asked, plate, until in rows.order_by("starts_at", "place").values_list(
            "starts_at", "place", "appointment_id", *offered
        ):
            found.setdefault(at, []).append(Held(place, booking or asked, plate or "", until))
        return found

    def held_at(self, at: dt.datetime) -> list[Held]:
        """Who holds a place of this slot, by place."""
        return self.held.get(at.astimezone(dt.UTC), [])

    def free_at(self, at: dt.datetime) -> int:
        """How many places can still be booked at this time of the grid; none of a time that is past or too far ahead."""
        if at <= self.present or self.centre.local(at).date() > self.last:
            return 0
        return max(0, self.centre.reception_places - len(self.held_at(at)))

    def shortages(self, at: dt.datetime) -> list[Shortage]:
        """Hours that the workshop lacks for the booking that is moved, if it came at this time."""
        return self.room.shortages(at, self.work) if self.room else []

    def strip(self) -> list[StripDay]:
        """The week's days with their counts."""
        booked = dict.fromkeys(self.dates, 0)
        for at, rows in self.held.items():
            booked[self.centre.local(at).date()] += sum(1 for one in rows if one.until is None)
        return [
            StripDay(
                date,
                self.calendar.is_closed_day(date),
                booked[date],
                sum(self.free_at(at) for at in grid(self.calendar, date)),
            )
            for date in self.dates
        ]
