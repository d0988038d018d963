"""C1: two hundred at once want the last place, or the last hours: one has it, the others are told and offered others."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections

from appointments import services, slots
from appointments.capacity.models import DayLoad
from appointments.capacity.needs import work_for
from appointments.capacity.receivers import hours_are_right
from appointments.models import Appointment, SlotPlace
from appointments.refusals import HoursTaken, SlotTaken
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.roles import Role
from tests.fixtures.appointments import ensure_reference, operations, requested, slot
from tests.fixtures.people import make_centre, make_user

ATTEMPTS, HANDS = 200, 8
KEY = "a_place_is_held_once"
RADIATOR = ("ENG-080",)
"""1.7 hours: at ten, a technician's day has 8.5 left, and 3 are kept for the telephone and walk-ins: room for three."""


@pytest.fixture
def house(transactional_db: None) -> ServiceCentre:
    ensure_reference()
    centre = make_centre("NH", "台北內湖廠", reception_places=1)
    make_user("technician", "陳志豪", centre, Role.TECHNICIAN, skill=5)
    return centre


def crowd(book: Callable[[int], object]) -> Counter[str]:
    """Let everybody try at once; counts what each was told."""

    start = threading.Barrier(HANDS)

    def attempt(number: int) -> str:
        try:
            if number < HANDS:  # nobody is late because his connection was not made yet
                connection.ensure_connection()
                start.wait(timeout=30)
            book(number)
            return "booked"
        except HoursTaken:
            return "no hours"
        except SlotTaken:
            return "no place"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as hands:
        return Counter(hands.map(attempt, range(ATTEMPTS)))


def customer(centre: ServiceCentre, number: int, starts_at: dt.datetime, **more: Any) -> Appointment:
    """A request of somebody else each time."""
    return requested(
        centre,
        plate=f"CRW-{number:04}",
        phone=f"0913{number:06}",
        name=f"客{number}",
        email="",
        starts_at=starts_at,
        **more,
    )


@contextmanager
def without_the_guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Book as a careless program would: look whether a place is free, then take it; no lock and no unique key."""

    def look_then_take(
        centre: ServiceCentre, starts_at: dt.datetime, *, online: bool = False, **holder: Any
    ) -> SlotPlace | None:
        taken = SlotPlace.objects.filter(centre=centre, starts_at=starts_at).count()
        time.sleep(0.02)  # what the page needs meanwhile
        if taken >= centre.reception_places:
            raise SlotTaken("full")
        return SlotPlace.objects.create(centre=centre, starts_at=starts_at, place=taken + 1, **holder)

    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE appointments_slotplace DROP CONSTRAINT {KEY}")
    monkeypatch.setattr(slots, "hold_place", look_then_take)
    try:
        yield
    finally:
        monkeypatch.undo()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE appointments_slotplace")
            cursor.execute(
                f"ALTER TABLE appointments_slotplace ADD CONSTRAINT {KEY} UNIQUE (centre_id, starts_at, place)"
            )


@pytest.mark.proof("C1")
def test_c1_the_last_place_is_sold_once_and_the_others_are_offered_three(house: ServiceCentre) -> None:
    at = slot(house)
    told = crowd(lambda number: customer(house, number, at, codes=["MNT-060"]))
    near = slots.nearest_free(house, at, slots.Wish(work_for(operations(["MNT-060"])), online=True))
    print(
        f"C1: {ATTEMPTS} attempts on the last place: {dict(told)}; nearest {[f'{house.local(one.at):%H:%M}' for one in near]}"
    )
    assert told == {"booked": 1, "no place": ATTEMPTS - 1}
    assert len(near) == 3
    assert Appointment.objects.count() == 1


@pytest.mark.proof("C1")
def test_c1_the_last_hours_are_sold_once_although_places_are_free(house: ServiceCentre) -> None:
    house.reception_places = ATTEMPTS
    house.save()
    at = slot(house, 11)
    for number in range(900, 902):
        customer(house, number, at, codes=RADIATOR)
    told = crowd(lambda number: customer(house, number, at, codes=RADIATOR))
    load = DayLoad.objects.get(centre=house, date=house.today(), need="L1")
    print(f"C1: {ATTEMPTS} attempts on the last hours: {dict(told)}; {load}")
    assert told == {"booked": 1, "no hours": ATTEMPTS - 1}
    assert load.booked == Decimal("5.10")


@pytest.mark.proof("C1")
def test_c1_the_control_without_the_guard_oversells(house: ServiceCentre, monkeypatch: pytest.MonkeyPatch) -> None:
    at = slot(house)
    with without_the_guard(monkeypatch):
        told = crowd(lambda number: customer(house, number, at, codes=["MNT-060"]))
        sold = SlotPlace.objects.filter(starts_at=at).count()
    print(f"C1: control without lock and key: {dict(told)}, {sold} sold of one place")
    assert sold > 1


@pytest.mark.proof("C1")
def test_c1_bookings_that_change_days_with_each_other_never_block(house: ServiceCentre) -> None:
    house.reception_places = 50
    house.save()
    days = [slot(house, 15, days=number) for number in (0, 1)]
    rows = [customer(house, number, days[number % 2], codes=["MNT-060"]) for number in range(HANDS)]

    def swap(number: int) -> None:
        try:
            for turn in range(6):
                services.move(rows[number], to=days[(number + turn + 1) % 2], by=Actor.system("test"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(swap, range(HANDS)))
    assert hours_are_right() == []
