"""The workshop's hours: what a day gives, what bookings hold of it, and what is refused (chapter 1)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from appointments import services, slots
from appointments.capacity import house, ledger
from appointments.capacity.hours import hours_of_days
from appointments.capacity.models import DayLoad, LoadHold, LoadOverride
from appointments.capacity.needs import demand_of, keys_of
from appointments.capacity.receivers import hours_are_right
from appointments.refusals import HoursTaken
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import Absence, Certificate, ServiceCentre, Shift, User
from servicedesk.staff.roles import Role
from tests.fixtures.appointments import confirmed, ensure_reference, operations, requested, slot
from tests.fixtures.people import client_of, make_user
from tests.fixtures.reception import authorised

pytestmark = pytest.mark.django_db
BIG = ("ENG-080",)
"""A radiator: 1.7 hours."""


def load(centre: ServiceCentre, need: str = "L1", days: int = 0) -> DayLoad:
    return DayLoad.objects.get(centre=centre, need=need, date=centre.today() + dt.timedelta(days=days))


def book(centre: ServiceCentre, number: int, by: Actor | None = None, **more: Any) -> Any:
    """A request by another customer each time, at another slot."""
    at = more.pop("starts_at", None) or slot(centre, 11 + number // 4, 30 * (number // 2 % 2))
    return requested(
        centre, plate=f"AAA-{number:04}", phone=f"0912000{number:03}", name=f"客{number}", starts_at=at, by=by, **more
    )


def test_an_hour_of_a_level_fills_the_levels_below_and_a_licence_what_it_includes(db: None) -> None:
    assert keys_of(3) == ["L1", "L2", "L3"]
    assert keys_of(2, "hv", "hv") == ["L1", "L2", "hv", "hv_aware", "bay:hv"]
    assert keys_of(1, "paint") == ["L1", "paint"]
    asked = demand_of(operations(["MNT-010", "CHS-030"]))
    assert (asked["L1"], asked["L3"]) == (Decimal("2.00"), Decimal("1.50"))


def test_a_day_gives_the_hours_of_rosters_inside_opening_hours_by_level_and_licence(
    centre: Any, technician: Any, second_technician: Any
) -> None:
    today, sunday = centre.today(), centre.today() + dt.timedelta(days=5)
    Certificate.objects.create(user=technician, kind="hv", valid_until=today)
    Shift.objects.filter(user=second_technician).update(starts=dt.time(7), ends=dt.time(13))
    days = [today, today + dt.timedelta(days=1), sunday]
    found = hours_of_days(centre, days)
    assert found is not None
    assert (found[today]["L1"], found[today]["L2"], found[today]["L3"]) == (
        Decimal("14.50"),
        Decimal("14.50"),
        Decimal(10),
    )
    assert (found[today]["hv"], found[today]["hv_aware"]) == (Decimal(10), Decimal(10))
    assert "hv" not in found[days[1]], "the licence has run out"
    assert found[sunday].get("L1", 0) == 0, "closed"


def test_an_absence_takes_its_hours_only(centre: Any, technician: Any) -> None:
    today = centre.today()
    Absence.objects.create(
        user=technician, starts_at=centre.at(today, dt.time(15)), ends_at=centre.at(today, dt.time(22)), cause="leave"
    )
    found = hours_of_days(centre, [today])
    assert found is not None
    assert found[today]["L4"] == Decimal("6.50")


def test_hours_are_counted_on_the_day_the_clocks_change(technician: Any, centre: Any) -> None:
    centre.time_zone, centre.region = "Europe/Berlin", "other"
    centre.save()
    centre.opening_hours.all().delete()
    centre.opening_hours.create(weekday=6, opens=dt.time(0), closes=dt.time(12))
    Shift.objects.filter(user=technician).delete()
    Shift.objects.create(user=technician, centre=centre, weekday=6, starts=dt.time(0), ends=dt.time(12))
    spring, autumn = dt.date(2027, 3, 28), dt.date(2027, 10, 31)
    found = hours_of_days(centre, [spring, autumn])
    assert found is not None
    assert (found[spring]["L1"], found[autumn]["L1"]) == (Decimal(11), Decimal(13))


def test_without_any_roster_only_places_limit(centre: Any) -> None:
    assert hours_of_days(centre, [centre.today()]) is None
    requested(centre, codes=BIG)
    assert not DayLoad.objects.exists()


def test_a_booking_holds_its_hours_and_gives_them_back(centre: Any, technician: Any, advisor: Any) -> None:
    row = confirmed(centre, advisor, codes=BIG)
    assert (load(centre).booked, load(centre).capacity) == (Decimal("1.70"), Decimal(10))
    services.move(row, to=slot(centre, 11, days=1), by=Actor.of(advisor))
    assert (load(centre).booked, load(centre, days=1).booked) == (0, Decimal("1.70"))
    services.cancel(row, by=Actor.of(advisor))
    assert (load(centre, days=1).booked, LoadHold.objects.count(), hours_are_right()) == (0, 0, [])


def test_offered_times_hold_hours_until_they_end(centre: Any, technician: Any, advisor: Any) -> None:
    row = requested(centre, codes=BIG)
    times = [slot(centre, 15), slot(centre, 16)]
    services.offer_times(row, times=times, by=Actor.of(advisor))
    assert load(centre).booked == Decimal("5.10")
    services.decline_offers(row, by=Actor.of(advisor))
    assert load(centre).booked == Decimal("1.70")
    services.offer_times(row, times=times, by=Actor.of(advisor))
    services.take_offer(row, offer_id=row.offers.get(state="open", starts_at=times[1]).pk, by=Actor.of(advisor))
    assert (load(centre).booked, hours_are_right()) == (Decimal("1.70"), [])


def test_when_the_hours_are_taken_a_free_place_is_not_offered(centre: Any, technician: Any) -> None:
    for number in range(3):
        book(centre, number, codes=BIG)
    work = demand_of(operations(BIG))
    with pytest.raises(HoursTaken, match="no hours left for this work on 11/24"):
        book(centre, 3, codes=BIG)
    today = slots.days_from(centre, centre.today(), 1, slots.Wish(work, online=True))[0]
    assert today.state == "full"
    assert any(one.places for one in today.slots)
    near = slots.nearest_free(centre, slot(centre), slots.Wish(work, online=True))
    assert len(near) == 3
    assert {centre.local(one.at).date() for one in near} == {centre.today() + dt.timedelta(days=1)}


def test_work_of_a_high_level_is_refused_where_only_low_hours_are_left(
    centre: Any, technician: Any, second_technician: Any
) -> None:
    Absence.objects.create(user=technician, starts_at=slot(centre, 8), ends_at=slot(centre, 20), cause="training")
    with pytest.raises(HoursTaken):
        book(centre, 0, codes=["CHS-030"])
    assert book(centre, 1, codes=["MNT-010"]).pk


def test_staff_may_book_what_online_bookings_leave(centre: Any, technician: Any, advisor: Any) -> None:
    for number in range(3):
        book(centre, number, codes=BIG)
    with pytest.raises(HoursTaken):
        book(centre, 3, codes=BIG)
    assert book(centre, 3, by=Actor.of(advisor), codes=["MNT-060"]).pk


def test_an_override_says_why_and_is_kept(centre: Any, technician: Any, advisor: Any) -> None:
    row = book(centre, 0, by=Actor.of(advisor), codes=["ENG-100"], override="Agreed with the supervisor")
    kept = LoadOverride.objects.filter(appointment=row)
    assert {(one.cause, one.reason, one.by_label) for one in kept} == {("word", "Agreed with the supervisor", "許雅婷")}
    assert not [one for one in DayLoad.objects.all() if one.booked > one.capacity + one.overridden]
    with pytest.raises(DatabaseError), transaction.atomic():
        kept.update(reason="")


def test_long_work_falls_on_the_days_after(centre: Any, technician: Any, advisor: Any) -> None:
    Certificate.objects.create(user=technician, kind="hv", valid_until=dt.date(2030, 1, 1))
    User.objects.filter(pk=technician.pk).update(skill_level=5)
    row = book(centre, 0, by=Actor.of(advisor), codes=["DRV-010"], starts_at=slot(centre, 15), override="x")
    held = {one.load.date: one.hours for one in LoadHold.objects.filter(appointment=row, load__need="L1")}
    today = centre.today()
    assert held == {
        today: Decimal("3.50"),
        today + dt.timedelta(days=1): Decimal(10),
        today + dt.timedelta(days=2): Decimal("0.50"),
    }


def test_the_database_refuses_what_python_let_through(centre: Any, technician: Any) -> None:
    row = book(centre, 0, codes=BIG)
    hold = LoadHold.objects.filter(appointment=row, load__need="L1")
    with pytest.raises(IntegrityError, match="a_day_is_not_oversold"), transaction.atomic():
        hold.update(hours=Decimal(11))
    with pytest.raises(IntegrityError, match="a_day_is_not_oversold"), transaction.atomic():
        DayLoad.objects.filter(pk=hold.get().load_id).update(capacity=1)
    assert load(centre).booked == Decimal("1.70")


def test_an_absence_is_always_taken_and_says_what_no_longer_fits(centre: Any, technician: Any, advisor: Any) -> None:
    row = confirmed(centre, advisor, codes=BIG)
    Absence.objects.create(user=technician, starts_at=slot(centre, 8), ends_at=slot(centre, 20), cause="flu")
    today = load(centre)
    assert (today.capacity, today.booked, today.overridden) == (0, Decimal("1.70"), Decimal("1.70"))
    kept = LoadOverride.objects.get(load=today)
    assert (kept.cause, kept.hours) == ("fell_away", Decimal("1.70"))
    assert "flu" in kept.reason
    ledger.refresh(centre)
    assert LoadOverride.objects.filter(load=today).count() == 1, "said once"
    services.cancel(row, by=Actor.of(advisor))
    assert load(centre).booked == 0


def test_cars_in_the_house_come_first(centre: Any, technician: Any, advisor: Any) -> None:
    ensure_reference()
    visit = authorised(centre, advisor)
    assert house.hours_in_house(centre)["L1"] > 0
    house.bring_up_to_date(centre)
    carried = load(centre).carried
    assert carried == house.hours_in_house(centre)["L1"]
    assert load(centre, days=20).capacity == 10
    visit.lines.update(state="done")
    house.bring_up_to_date(centre)
    assert load(centre).carried == 0


def test_free_times_take_the_same_queries_for_any_number_of_days_and_bookings(
    centre: Any, technician: Any, django_assert_num_queries: Any
) -> None:
    house.bring_up_to_date(centre)
    work = demand_of(operations(BIG))
    with django_assert_num_queries(3):
        slots.days_from(centre, centre.today(), 2, slots.Wish(work))
    for number in range(2):
        book(centre, number, codes=BIG)
    with django_assert_num_queries(3):
        slots.days_from(centre, centre.today(), 14, slots.Wish(work))


def test_bookings_taken_before_hours_counted_are_adopted(centre: Any, advisor: Any) -> None:
    row = requested(centre, codes=BIG)
    assert not LoadHold.objects.exists()
    make_user("technician", "陳志豪", centre, Role.TECHNICIAN, skill=4)
    assert house.sweep() > 0
    assert load(centre).booked == Decimal("1.70")
    assert (house.sweep(), LoadHold.objects.filter(appointment=row, load__need="L1").count()) == (0, 1)


def test_the_day_shows_hours_taken_and_free_of_each_skill(
    centre: Any, advisor: Any, technician: Any, second_technician: Any
) -> None:
    Certificate.objects.create(user=technician, kind="hv", valid_until=dt.date(2030, 1, 1))
    confirmed(centre, advisor, codes=BIG)
    page = client_of(advisor).get(reverse("appointments:list"))
    shown = [(bar.label, bar.taken, bar.load.capacity) for bar in page.context["bars"]]
    assert shown == [
        ("All work", Decimal("1.70"), Decimal(20)),
        ("Level 3 and above", 0, Decimal(10)),
        ("Level 5 and above", 0, 0),
        ("High voltage", 0, Decimal(10)),
    ]
    assert "1.7 / 20" in page.content.decode()


def test_a_licence_that_nobody_holds_is_refused_not_unlimited(centre: Any, technician: Any) -> None:
    hours = operations(["MNT-010"])[0].std_hours
    row = requested(centre, codes=["MNT-060"])
    for licence in ("airbag", "something new"):
        work = dict.fromkeys(keys_of(1, licence), hours)
        assert slots.days_from(centre, centre.today(), 1, slots.Wish(work))[0].state == "full"
        with pytest.raises(HoursTaken), transaction.atomic():
            ledger.hold(Calendar(centre), slot(centre, 15), work, by=Actor.system("test"), appointment=row)


def test_the_sweep_sees_rosters_that_changed_in_bulk(centre: Any, technician: Any) -> None:
    house.sweep()
    Shift.objects.filter(user=technician).update(ends=dt.time(13, 30))
    assert load(centre).capacity == 10
    house.sweep()
    assert load(centre).capacity == 5
