"""F4: where clocks change, at midnight and at the turn of the year no slot is doubled or missed, and times keep their wall clock.

Every date of a year in zones of every kind: Europe's, America's, half an hour (Lord Howe), a change at midnight (Beirut,
Santiago), an odd offset (Chatham), and the house's own, which never changes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar import Calendar as File

from appointments import drafts, services, slots
from appointments.models import Appointment, DayLoad
from appointments.refusals import SlotRefused
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import OpeningHours, ServiceCentre, User
from servicedesk.staff.roles import Role
from tests.fixtures.appointments import confirmed, ensure_reference, requested
from tests.fixtures.people import make_centre, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.proof("F4")]
YEAR = 2027
ZONES = (
    "Asia/Taipei",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "America/Santiago",
    "Pacific/Chatham",
)
CHANGES = {
    "Europe/Berlin": (dt.date(2027, 3, 28), dt.date(2027, 10, 31)),
    "America/New_York": (dt.date(2027, 3, 14), dt.date(2027, 11, 7)),
    "Australia/Lord_Howe": (dt.date(2027, 10, 3), dt.date(2027, 4, 4)),
}
"""When the clock goes forward, and back."""
PHONE = "+886912345678"
ALL_NIGHT = ((dt.time(0), dt.time(23, 59)),)
DAY = ((dt.time(8, 30), dt.time(12, 0)), (dt.time(13, 0), dt.time(18, 30)))
WEEKS = {"day": DAY, "all night": ALL_NIGHT}


def centre_in(zone: str, windows: Any = DAY, **values: Any) -> ServiceCentre:
    """A centre in this zone with the same hours every day of the week, without holidays."""
    ensure_reference()
    centre = make_centre("ZZ", zone, time_zone=zone, **values)
    centre.region = "other"
    centre.save()
    OpeningHours.objects.filter(centre=centre).delete()
    for weekday in range(7):
        for opens, closes in windows:
            OpeningHours.objects.create(centre=centre, weekday=weekday, opens=opens, closes=closes)
    return centre


def set_clock(moved: Any, centre: ServiceCentre, date: dt.date, hour: int, minute: int = 0) -> None:
    """Let the centre's clock show this."""
    moved.move(seconds=math.ceil((centre.at(date, dt.time(hour, minute)) - slots.now()).total_seconds()))


def wall_times(zone: ZoneInfo, date: dt.date, windows: Any, step: int) -> list[dt.time]:
    """What the clock on the wall shows of the slots of `date`, each once, without those that it jumps over."""
    found = []
    for number, (opens, closes) in enumerate(windows, start=1):
        last = dt.datetime.combine(date, closes) - dt.timedelta(minutes=60 if number == len(windows) else 1)
        at = dt.datetime.combine(date, opens)
        while at <= last:
            there = at.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
            if there == at:
                found.append(at.time())
            at += dt.timedelta(minutes=step)
    return found


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("zone", ZONES)
def test_f4_every_day_of_a_year_has_each_slot_once(zone: str, week: str) -> None:
    for minutes in (15, 30, 45, 60):
        each_slot_once(zone, WEEKS[week], minutes, years=1)


def each_slot_once(zone: str, windows: Any, minutes: int, *, years: int) -> int:
    """Every date of these years has the slots its wall clock shows, each once; returns how many slots there were."""
    centre = ServiceCentre(code="ZZ", time_zone=zone, slot_minutes=minutes, region="other")
    calendar = Calendar(centre)
    calendar.__dict__["_read"] = ({weekday: list(windows) for weekday in range(7)}, set())
    moments: Counter[dt.datetime] = Counter()
    for offset in range(-1, 366 * years + 1):
        date = dt.date(YEAR, 1, 1) + dt.timedelta(days=offset)
        times = list(slots.grid(calendar, date))
        assert [at.time() for at in times] == wall_times(centre.zone, date, windows, minutes), (zone, date)
        assert {centre.local(at.astimezone(dt.UTC)).date() for at in times} == {date}
        moments.update(at.astimezone(dt.UTC) for at in times)
    assert max(moments.values()) == 1
    assert sorted(moments) == list(moments)
    return len(moments)


@pytest.mark.prove
def test_f4_every_zone_of_the_world_for_three_years() -> None:
    kinds = {offsets_of(zone): zone for zone in sorted(available_timezones())}
    counted = sum(each_slot_once(zone, ALL_NIGHT, 30, years=3) for zone in kinds.values())
    print(f"F4: {len(kinds)} kinds of zone, three years, day and night: {counted} slots, none doubled, none missed")
    assert len(kinds) > 40


def offsets_of(zone: str) -> tuple[Any, ...]:
    """How the zone's clock stands through these three years: zones that agree in it need one look."""
    begins = dt.datetime(YEAR, 1, 1, tzinfo=dt.UTC)
    weeks = (begins + dt.timedelta(days=day) for day in range(0, 366 * 3, 2))
    return tuple(at.astimezone(ZoneInfo(zone)).utcoffset() for at in weeks)


@pytest.mark.parametrize("zone", CHANGES)
def test_f4_what_is_offered_can_be_booked_on_the_night_of_the_change(zone: str, at_tuesday_ten: Any) -> None:
    centre = centre_in(zone, ALL_NIGHT, reception_places=1)
    for turn, date in enumerate(CHANGES[zone]):
        set_clock(at_tuesday_ten, centre, date - dt.timedelta(days=1), 12)
        offered = [slot.at for slot in slots.free_slots(centre, date, 1)]
        night = [at for at in offered if at.hour < 5]
        for number, at in enumerate(night):
            sent = dt.datetime.fromisoformat(at.isoformat())  # as a form names it
            assert drafts.is_free(centre, sent, slots.ANY)
            row = requested(centre, plate=f"N{turn}T-{number:04}", phone=f"+8869140{turn}{number:04}", starts_at=sent)
            assert row.starts_at == sent
            with pytest.raises(SlotRefused):
                requested(centre, plate=f"N{turn}U-{number:04}", phone=f"+8869150{turn}{number:04}", starts_at=sent)
        left = [slot.at for slot in slots.free_slots(centre, date, 1)]
        assert [at.isoformat() for at in left] == [at.isoformat() for at in offered if at not in night]


@pytest.fixture
def abroad() -> tuple[ServiceCentre, User]:
    """A centre in Berlin and its advisor."""
    centre = centre_in("Europe/Berlin")
    return centre, make_user("berater", "Berater", centre, Role.ADVISOR)


@pytest.mark.parametrize("change", CHANGES["Europe/Berlin"])
def test_f4_a_booking_moved_across_the_change_keeps_its_time_of_day(
    abroad: tuple[ServiceCentre, User], change: dt.date, at_tuesday_ten: Any
) -> None:
    centre, advisor = abroad
    set_clock(at_tuesday_ten, centre, change - dt.timedelta(days=5), 10)
    before, after = (centre.at(change + dt.timedelta(days=n), dt.time(10)) for n in (-1, 1))
    booking = confirmed(centre, advisor, phone=PHONE, starts_at=before)
    near = slots.alternatives(centre, before, days=3, per_day=1)
    assert [f"{centre.local(slot.at):%m-%d %H:%M}" for slot in near][1:] == [
        f"{change + dt.timedelta(days=n):%m-%d} 10:00" for n in (0, 1)
    ]
    services.move(booking, to=after, by=Actor.of(advisor))
    booking.refresh_from_db()
    assert f"{centre.local(booking.starts_at):%F %H:%M}" == f"{change + dt.timedelta(days=1)} 10:00"
    assert (after.astimezone(dt.UTC) - before.astimezone(dt.UTC)) != dt.timedelta(days=2)

    for message in Message.objects.filter(kind__in=("appointment_confirmed", "appointment_moved")):
        event = File.from_ical(message.attachments[0]["text"]).walk("VEVENT")[0]
        wanted = before if message.kind == "appointment_confirmed" else after
        for name, at in (("dtstart", wanted), ("dtend", wanted + dt.timedelta(minutes=30))):
            told = event[name].dt
            assert (told.astimezone(dt.UTC), told.replace(tzinfo=None)) == (
                at.astimezone(dt.UTC),
                at.replace(tzinfo=None),
            )
            assert event[name].params["TZID"] == "Europe/Berlin"


@pytest.mark.parametrize("change", CHANGES["Europe/Berlin"])
def test_f4_reminders_and_no_show_go_by_the_wall_clock(
    abroad: tuple[ServiceCentre, User], change: dt.date, at_tuesday_ten: Any
) -> None:
    """The day before at the same time of day, though 23 or 25 hours lie between; then two real hours and a quarter."""
    centre, advisor = abroad
    set_clock(at_tuesday_ten, centre, change - dt.timedelta(days=5), 10)
    booking = confirmed(centre, advisor, phone=PHONE, starts_at=centre.at(change, dt.time(10)))

    def at(date: dt.date, hour: int, minute: int) -> int:
        set_clock(at_tuesday_ten, centre, date, hour, minute)
        return services.remind()

    eve = change - dt.timedelta(days=1)
    assert [at(eve, 9, 59), at(eve, 10, 1), at(change, 7, 59), at(change, 8, 1)] == [0, 1, 0, 1]
    kinds = Message.objects.filter(kind__startswith="appointment_reminder").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["appointment_reminder_day", "appointment_reminder_2h"]
    set_clock(at_tuesday_ten, centre, change, 10, 14)
    with pytest.raises(services.AppointmentRefused):
        services.mark_no_show(booking, by=Actor.of(advisor))
    set_clock(at_tuesday_ten, centre, change, 10, 16)
    assert services.mark_no_show(booking, by=Actor.of(advisor)).state == Appointment.State.NO_SHOW


def test_f4_hours_of_a_short_and_a_long_night(at_tuesday_ten: Any) -> None:
    """Who is open all night has 22.98 hours in March and 24.98 in October, each booked on its own date."""
    centre = centre_in("Europe/Berlin", ALL_NIGHT)
    technician = make_user("mechanik", "Mechanik", centre, Role.TECHNICIAN, skill=5)
    technician.shifts.update(starts=dt.time(0), ends=dt.time(23, 59))
    for weekday in (6,):
        technician.shifts.create(centre=centre, weekday=weekday, starts=dt.time(0), ends=dt.time(23, 59))
    hours = {}
    for number, date in enumerate(CHANGES["Europe/Berlin"]):
        set_clock(at_tuesday_ten, centre, date - dt.timedelta(days=2), 12)
        requested(centre, plate=f"NHT-{number}", phone=f"+88691600000{number}", starts_at=centre.at(date, dt.time(0)))
        load = DayLoad.objects.get(centre=centre, need="L1", booked__gt=0, date=date)
        hours[date.month] = float(load.capacity)
    assert hours == {3: 22.98, 10: 24.98}


@pytest.mark.parametrize("zone", ["Asia/Taipei", "America/New_York", "Pacific/Chatham"])
def test_f4_midnight_and_the_turn_of_the_year(zone: str, at_tuesday_ten: Any) -> None:
    """The last slot of the year and the first of the next: each on its date, in its list, with its own year's number."""
    centre = centre_in(zone, ALL_NIGHT)
    eve, first = dt.date(YEAR, 12, 31), dt.date(YEAR + 1, 1, 1)
    advisor = make_user("night", "Night", centre, Role.ADVISOR)
    set_clock(at_tuesday_ten, centre, eve, 21)
    late, early = centre.at(eve, dt.time(22, 30)), centre.at(first, dt.time(0))
    times = [slot.at for slot in slots.free_slots(centre, eve, 2) if late <= slot.at <= early]
    assert times == [late, early]
    rows = [
        confirmed(centre, advisor, plate=f"NYE-{number}", phone=f"+88691700000{number}", starts_at=at)
        for number, at in enumerate((late, early))
    ]
    for row, date in zip(rows, (eve, first), strict=True):
        assert list(Appointment.objects.on_day(centre, date)) == [row]
        assert row.number.startswith(f"B{YEAR % 100}12-")
    set_clock(at_tuesday_ten, centre, first, 0, 0)
    new = requested(centre, plate="NYE-9", phone="+886917000009", starts_at=centre.at(first, dt.time(9)))
    assert new.number == f"B{(YEAR + 1) % 100}01-0001"
    assert list(Appointment.objects.on_day(centre, first)) == [rows[1], new]
