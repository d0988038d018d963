"""What becomes of bookings: reminded, moved, cancelled, missed and booked again, waited for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, TUESDAY_TEN, House, Person

WEDNESDAY, THURSDAY = "2026-11-25", "2026-11-26"


@pytest.fixture(autouse=True)
def at_ten(house: House) -> None:
    """Each journey begins on Tuesday at ten."""
    house.set_clock(TUESDAY_TEN)


def state_of(house: House, pk: int) -> str:
    return str(house.one("SELECT state FROM appointments_appointment WHERE id = %s", pk))


def test_reminded_moved_and_cancelled_by_his_link(house: House, person: Callable[..., Person]) -> None:
    """M1.2-b, M1.2-c: a reminder the day before leads to his page; he moves, then cancels; nothing of the old time is sent."""
    pk = house.before("booked", "REM-7001", THURSDAY, "11:00")
    house.letter("appointment_confirmed")
    house.set_clock(TUESDAY_TEN + dt.timedelta(hours=25, minutes=1))  # a day before its time
    customer = person(screen=PHONE)
    customer.go(link_of(house, "appointment_reminder_day", pk))
    customer.sees("REM-7001")
    customer.press("改期")
    customer.look_over("mine-move")
    times = customer.page.locator(".c-slot:has(input)")
    times.nth(times.count() - 1).click()
    customer.next()
    house.letter("appointment_moved")
    moves = "SELECT count(*) FROM appointments_appointmentmove WHERE appointment_id = %s"
    assert house.one(moves, pk) == 1
    customer.look_over("mine-moved")
    customer.press("取消預約")
    house.letter("appointment_cancelled")
    assert state_of(house, pk) == "cancelled"
    late = "SELECT count(*) FROM messaging_message WHERE about = %s AND state = 'pending'"
    number = house.one("SELECT number FROM appointments_appointment WHERE id = %s", pk)
    house.wait("leave nothing of it to send", lambda: house.one(late, number) == 0)


def test_who_does_not_come_is_booked_again_in_one_click(house: House, person: Callable[..., Person]) -> None:
    """M1.2-b: late at a quarter past, given up half an hour after its time by the worker, booked again by one click."""
    pk = house.before("booked", "MIS-7002", "2026-11-24", "14:00")
    advisor = person("advisor")
    house.set_clock(TUESDAY_TEN + dt.timedelta(hours=4, minutes=20))
    advisor.go("/appointments/worklist/")
    advisor.sees("MIS-7002")
    advisor.look_over("worklist-late")
    house.set_clock(TUESDAY_TEN + dt.timedelta(hours=4, minutes=31))
    house.ring("insight.sweep")  # as beat does every minute
    house.wait("give it up", lambda: state_of(house, pk) == "no_show", 90)
    link_of(house, "appointment_missed", pk)
    advisor.go("/appointments/worklist/")
    advisor.look_over("worklist-missed")
    row = advisor.page.locator("tr", has_text="MIS-7002")
    row.get_by_role("button").first.click()
    advisor.sees("已重新預約")
    again = "SELECT state FROM appointments_appointment WHERE rebooked_from_id = %s"
    assert house.one(again, pk) == "confirmed"
    expect(advisor.page.locator("tr", has_text="MIS-7002")).to_have_count(0)


def test_a_freed_place_goes_to_who_waits(house: House, person: Callable[..., Person]) -> None:
    """M1.2-b: he would rather come in the morning, which is full; somebody cancels; he is written, and takes it."""
    first = house.before("full_morning", THURSDAY)
    pk = house.before("booked", "WAI-7003", THURSDAY, "16:00")
    customer = person(screen=PHONE)
    customer.go(link_of(house, "appointment_confirmed", pk))
    customer.press("想提早")
    customer.fill(from_date=THURSDAY, until_date=THURSDAY)
    customer.page.locator('label:has(input[name="part"][value="morning"])').click()
    customer.look_over("mine-earlier")
    customer.next()
    customer.sees("我們會")
    advisor = person("advisor")
    advisor.go("/appointments/worklist/")
    advisor.sees("WAI-7003")
    advisor.look_over("worklist-waiting")
    advisor.go(f"/appointments/{first}/")
    advisor.press("取消並通知客戶")
    customer.go(link_of(house, "waitlist_offer", pk))
    customer.look_over("mine-freed")
    customer.page.locator(".c-choice").first.click()
    customer.next()
    at = "SELECT state, starts_at FROM appointments_appointment WHERE id = %s"
    cancelled = house.one("SELECT starts_at FROM appointments_appointment WHERE id = %s", first)
    assert house.rows(at, pk) == [("confirmed", cancelled)]
    house.reconcile()


def link_of(house: House, kind: str, pk: int) -> str:
    """The link of the booking's own letter, once a worker has sent it; a sweep (beat's, every minute) may have to write it."""
    sent = (
        "SELECT m.link_id FROM messaging_message m JOIN appointments_appointment a ON a.number = m.about "
        "WHERE m.kind = %s AND a.id = %s AND m.state = 'sent'"
    )
    house.ring("insight.sweep")
    house.wait(f"send {kind}", lambda: bool(house.rows(sent, kind, pk)), 120)
    code = f"from servicedesk.messaging.models import SignedLink as S; print(S.objects.get(pk={house.one(sent, kind, pk)}).url)"
    return house.manage("shell", "-v", "0", "-c", code).strip().splitlines()[-1]
