"""Which times are free: the slot grid of the centre's opening hours, with a reception place and the workshop's hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from appointments.capacity.needs import Hours
from appointments.capacity.offer import Room
from appointments.models import Appointment, SlotPlace, TimeOffer
from appointments.refusals import SlotRefused, SlotTaken
from servicedesk.clock import now
from servicedesk.staff.calendar import Calendar, add_opening_minutes
from servicedesk.staff.models import ServiceCentre

HORIZON_DAYS = 60
"""How far ahead times are offered."""
LAST_SLOT_BEFORE_CLOSING = dt.timedelta(minutes=60)
SEARCH_DAYS = 14


@dataclass(frozen=True)
class Slot:
    """A time at which cars are received, and how many places are left: none when the workshop has no hours for the work."""

    at: dt.datetime
    free: int
    places: int = 0
    """Reception places left, whatever the workshop's hours."""

    @property
    def value(self) -> str:
        """How forms name it: ISO with offset."""
        return self.at.isoformat()


@dataclass(frozen=True)
class Day:
    """A date of the centre's calendar with its slots from now on."""

    date: dt.date
    closed: bool
    slots: list[Slot]

    @property
    def free(self) -> int:
        """Reception places still free from now on."""
        return sum(slot.free for slot in self.slots)

    @property
    def without_hours(self) -> list[Slot]:
        """Times that have a place, but for whose work the workshop has no hours."""
        return [slot for slot in self.slots if slot.places and not slot.free]

    @property
    def next(self) -> dt.datetime | None:
        """The next time with a free place."""
        return next((slot.at for slot in self.slots if slot.free), None)

    @property
    def state(self) -> str:
        """closed, past, full, few or free."""
        if self.closed:
            return "closed"
        if not self.slots:
            return "past"
        free = sum(1 for slot in self.slots if slot.free)
        return "full" if not free else "few" if free <= 3 else "free"


def grid(calendar: Calendar, date: dt.date) -> Iterator[dt.datetime]:
    """The times of `date` at which cars are received: from opening to an hour before the day ends.

    By the clock on the wall: one that it jumps over is left out, one that it shows twice is there once, the first time.
    """
    step = dt.timedelta(minutes=calendar.centre.slot_minutes)
    windows = calendar.windows(date)
    for number, (opens, closes) in enumerate(windows, start=1):
        last = closes - (LAST_SLOT_BEFORE_CLOSING if number == len(windows) else dt.timedelta())
        moment = opens
        while moment < closes and moment <= last:
            if calendar.centre.local(moment.astimezone(dt.UTC)) == moment:
                yield moment
            moment += step


def answered_by(centre: ServiceCentre, since: dt.datetime | None = None) -> dt.datetime:
    """By when an advisor answers what is asked for now (or `since`): within the centre's opening minutes (M1.2-a)."""
    return add_opening_minutes(centre, since or now(), centre.answer_minutes)


@dataclass(frozen=True)
class Wish:
    """What a time is looked for: any time with a reception place, unless more is said."""

    work: Hours | None = None
    """Hours by need that the workshop must have from the slot on."""
    online: bool = False
    """Leaves the hours that are kept for the telephone."""
    after: dt.datetime | None = None
    """Only times later than this; now when nothing is said."""
    besides: Appointment | None = None
    """What this booking holds itself counts as free."""


ANY = Wish()


class Outlook:
    """The times of some dates as they stand now: read once, then asked for any number of wishes.

    Three queries whatever the number of days, and six more for days whose hours are not kept yet. `besides`: what this
    booking holds counts as free.
    """

    def __init__(
        self,
        centre: ServiceCentre,
        since: dt.date,
        days: int,
        *,
        besides: Appointment | None = None,
        hours: bool = True,
    ) -> None:
        self.centre, self.calendar = centre, Calendar(centre)
        self.dates = [since + dt.timedelta(days=offset) for offset in range(days)]
        start = centre.at(since, dt.time())
        places = SlotPlace.objects.filter(
            centre=centre, starts_at__gte=start, starts_at__lt=start + dt.timedelta(days=days + 1)
        )
        self.held = dict(places.values_list("starts_at").annotate(Count("id")))
        self.room = Room(self.calendar, since, days, besides) if hours else None

    def day(self, date: dt.date, wish: Wish) -> Day:
        """The slots of `date` after now that lie ahead, free where `wish` can be met."""
        present, slots = wish.after or now(), []
        for at in grid(self.calendar, date):
            if at > present:
                places = max(0, places_for(self.centre, online=wish.online) - self.held.get(at.astimezone(dt.UTC), 0))
                short = bool(
                    places and self.room and wish.work and self.room.shortages(at, wish.work, online=wish.online)
                )
                slots.append(Slot(at, 0 if short else places, places))
        return Day(date, self.calendar.is_closed_day(date), slots)


def days_from(centre: ServiceCentre, since: dt.date, days: int, wish: Wish = ANY) -> list[Day]:
    """`days` dates from `since` with their slots that still lie ahead, free where `wish` can be met. Queries: `Outlook`."""
    outlook = Outlook(centre, since, days, besides=wish.besides, hours=bool(wish.work))
    return [outlook.day(date, wish) for date in outlook.dates]


def free_slots(centre: ServiceCentre, since: dt.date, days: int, wish: Wish = ANY) -> list[Slot]:
    """Slots that can be had on `days` dates from `since`, by time."""
    return [slot for day in days_from(centre, since, days, wish) for slot in day.slots if slot.free]


def first_free_date(centre: ServiceCentre, wish: Wish = ANY) -> dt.date:
    """The first date with a free slot; today when there is none for two weeks."""
    today = centre.today()
    days = days_from(centre, today, SEARCH_DAYS, wish)
    return next((day.date for day in days if any(slot.free for slot in day.slots)), today)


def nearest_free(centre: ServiceCentre, wanted: dt.datetime, wish: Wish = ANY, *, count: int = 3) -> list[Slot]:
    """The free slots nearest to `wanted`, by time: what is offered when it was taken (M1.2-b)."""
    since = max(centre.today(), centre.local(wanted).date() - dt.timedelta(days=2))
    slots = [slot for slot in free_slots(centre, since, SEARCH_DAYS, wish) if slot.at != wanted]
    return sorted(sorted(slots, key=lambda slot: abs(slot.at - wanted))[:count], key=lambda slot: slot.at)


def alternatives(
    centre: ServiceCentre,
    wanted: dt.datetime,
    wish: Wish = ANY,
    *,
    days: int = 3,
    per_day: int = 3,
    outlook: Outlook | None = None,
) -> list[Slot]:
    """Free slots beside `wanted`, on its own day and the next ones: of each the nearest to that time of day (M1.2-b).

    With an `outlook` that was read already there is no query.
    """

    def off(slot: Slot) -> int:
        at, to = centre.local(slot.at), centre.local(wanted)
        return abs((at.hour - to.hour) * 60 + at.minute - to.minute)

    since = max(centre.today(), centre.local(wanted).date())
    outlook = outlook or Outlook(centre, since, SEARCH_DAYS, besides=wish.besides, hours=bool(wish.work))
    by_day: dict[dt.date, list[Slot]] = {}
    for slot in (slot for date in outlook.dates for slot in outlook.day(date, wish).slots):
        if slot.free and slot.at != wanted:
            by_day.setdefault(centre.local(slot.at).date(), []).append(slot)
    chosen = [slot for date in sorted(by_day)[:days] for slot in sorted(by_day[date], key=off)[:per_day]]
    return sorted(chosen, key=lambda slot: slot.at)


def check_offered(
    centre: ServiceCentre, starts_at: dt.datetime, *, unanswered: bool = False, calendar: Calendar | None = None
) -> None:
    """Refuse a time that is past, too far ahead or off the grid of the opening hours; `unanswered`, one before our answer."""
    if starts_at <= now():
        raise SlotRefused(_("This time has passed. Choose a later one."))
    if unanswered and starts_at <= answered_by(centre):
        raise SlotRefused(_("We could not answer before this time. Choose a later one, or call us."))
    date = centre.local(starts_at).date()
    if date > centre.today() + dt.timedelta(days=HORIZON_DAYS):
        raise SlotRefused(_("Times can be booked up to %(days)d days ahead.") % {"days": HORIZON_DAYS})
    offered = {
        at.astimezone(dt.UTC) for at in grid(calendar or Calendar(centre), date)
    }  # zones compare unequal in a doubled hour
    if starts_at.astimezone(dt.UTC) not in offered:
        raise SlotRefused(
            _("%(centre)s receives no cars at this time. Choose one of the times offered.") % {"centre": centre}
        )


def places_for(centre: ServiceCentre, *, online: bool) -> int:
    """Reception places of a slot: all of them, or online those that are not kept for the telephone and walk-ins."""
    return max(0, centre.reception_places - centre.kept_places) if online else centre.reception_places


def lock_slots(centre: ServiceCentre, times: Iterable[dt.datetime]) -> None:
    """Let nobody else take a place of these slots until the transaction ends. Comes before any lock of a day's hours."""
    with connection.cursor() as cursor:
        for at in sorted(times):
            key = f"slot:{centre.pk}:{int(at.timestamp())}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [key])


def hold_place(
    centre: ServiceCentre, starts_at: dt.datetime, *, online: bool = False, **holder: Appointment | TimeOffer
) -> SlotPlace:
    """Give the holder (`appointment=` or `offer=`) a place of the slot, in the caller's transaction; raises SlotTaken.

    The advisory lock comes first, so that a crowd on one slot is refused politely; the unique key stays behind it.
    """
    lock_slots(centre, [starts_at])
    taken = set(SlotPlace.objects.filter(centre=centre, starts_at=starts_at).values_list("place", flat=True))
    place = next((number for number in range(1, centre.reception_places + 1) if number not in taken), None)
    if place is None or len(taken) >= places_for(centre, online=online):
        local = centre.local(starts_at)
        raise SlotTaken(
            _("%(time)s has just been taken. Your entries are kept: choose one of the nearest times.")
            % {"time": f"{local:%H:%M}"}
        )
    return SlotPlace.objects.create(centre=centre, starts_at=starts_at, place=place, **holder)
