"""What a centre's days give: hours of its technicians and bays by need, from rosters, absences, licences and opening hours.

A centre whose technicians have no roster at all is not limited by hours: until rosters are entered only its reception
places count. Nor do bays limit one that has entered none.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain

from django.db.models import Exists, OuterRef

from appointments.capacity.needs import BAY, BAYS, LEVELS, Hours, holds, level
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import Absence, Bay, Certificate, Membership, ServiceCentre, Shift, User
from servicedesk.staff.roles import Role

Window = tuple[dt.datetime, dt.datetime]
HOUR = 3600
CENT = Decimal("0.01")
UNLIMITED = Decimal(9999)
"""Hours of bays where none is entered."""


def hours_of_days(centre: ServiceCentre, dates: Iterable[dt.date]) -> dict[dt.date, Hours] | None:
    """Hours by need for each of `dates`; None while nobody's roster is known. Six queries whatever the number of days."""
    wanted = sorted(set(dates))
    shifts = _shifts(centre)
    if not wanted or not shifts:
        return None if not shifts else {}
    people = [of_one[0].user for of_one in shifts.values()]
    calendar = Calendar(centre)
    absences = _absences(centre, people, wanted)
    licences = _licences(people)
    bays = _bays(centre)
    found = {}
    for date in wanted:
        open_windows = calendar.windows(date)
        hours: dict[str, Decimal] = defaultdict(Decimal)
        for person in people:
            worked = in_hours(_at_work(centre, date, shifts[person.pk], open_windows, absences[person.pk]))
            for key in _may_do(person, licences[person.pk], date):
                hours[key] += worked
        opened = in_hours(open_windows)
        for need in BAYS:
            hours[need] = bays.get(need, 0) * opened if bays else UNLIMITED
        found[date] = dict(hours)
    return found


def _shifts(centre: ServiceCentre) -> dict[int, list[Shift]]:
    """The technicians' shifts, by person."""
    members = Membership.objects.filter(user=OuterRef("user"), centre=centre, role=Role.TECHNICIAN)
    found: dict[int, list[Shift]] = defaultdict(list)
    for shift in Shift.objects.filter(Exists(members), centre=centre, user__is_active=True).select_related("user"):
        found[shift.user_id].append(shift)
    return found


def _absences(centre: ServiceCentre, people: Sequence[User], dates: Sequence[dt.date]) -> dict[int, list[Window]]:
    begins = centre.at(dates[0], dt.time())
    ends = centre.at(dates[-1] + dt.timedelta(days=1), dt.time())
    found: dict[int, list[Window]] = defaultdict(list)
    rows = Absence.objects.filter(user__in=people, starts_at__lt=ends, ends_at__gt=begins)
    for user, since, until in rows.values_list("user", "starts_at", "ends_at"):
        found[user].append((since, until))
    return found


def _licences(people: Sequence[User]) -> dict[int, list[tuple[str, dt.date]]]:
    found: dict[int, list[tuple[str, dt.date]]] = defaultdict(list)
    for user, kind, until in Certificate.objects.filter(user__in=people).values_list("user", "kind", "valid_until"):
        found[user].append((kind, until))
    return found


def _bays(centre: ServiceCentre) -> dict[str, int]:
    """How many bays of each need; empty while none is entered."""
    found: dict[str, int] = defaultdict(int)
    for kind in Bay.objects.filter(centre=centre).values_list("kind", flat=True):
        found[BAY + kind] += 1
    return found


def _may_do(person: User, licences: Iterable[tuple[str, dt.date]], date: dt.date) -> set[str]:
    able = {level(number) for number in LEVELS if number <= person.skill_level}
    return able.union(chain.from_iterable(holds(kind) for kind, until in licences if until >= date))


def _at_work(
    centre: ServiceCentre, date: dt.date, shifts: Iterable[Shift], opened: Sequence[Window], away: Sequence[Window]
) -> Iterator[Window]:
    """When somebody works on `date`: his shifts while the doors are open, without his absences."""
    for shift in shifts:
        if shift.weekday != date.weekday():
            continue
        roster = (centre.at(date, shift.starts), centre.at(date, shift.ends))
        for window in opened:
            yield from without(both(roster, window), away)


def both(one: Window, other: Window) -> Window:
    """What two windows share; empty when it ends before it begins."""
    return max(one[0], other[0]), min(one[1], other[1])


def without(window: Window, taken: Iterable[Window]) -> list[Window]:
    """What is left of `window` after `taken`."""
    left = [window] if window[0] < window[1] else []
    for since, until in taken:
        left = [
            part
            for begins, ends in left
            for part in ((begins, min(ends, since)), (max(begins, until), ends))
            if part[0] < part[1]
        ]
    return left


def in_hours(windows: Iterable[Window]) -> Decimal:
    """The length of `windows` together, in hours. In UTC: two moments of one zone are else subtracted by the wall clock."""
    seconds = sum((ends.astimezone(dt.UTC) - begins.astimezone(dt.UTC)).total_seconds() for begins, ends in windows)
    return (Decimal(max(0, int(seconds))) / HOUR).quantize(CENT)
