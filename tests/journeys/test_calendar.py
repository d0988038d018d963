"""The advisor's calendar in a browser: one booking is dragged to another time, another is moved by keyboard, a third by finger."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PHONE, House, Person

TOMORROW = "/appointments/calendar/?date=2026-11-25"
TIME_OF = (
    "SELECT to_char(starts_at AT TIME ZONE 'Asia/Taipei', 'MM/DD HH24:MI') FROM appointments_appointment WHERE id = %s"
)


def middle(place: Locator) -> tuple[float, float]:
    """Where the mouse aims at."""
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, card: Locator, place: Locator) -> None:
    """Take the card in hand and let go of it over the place."""
    card.scroll_into_view_if_needed()
    place.scroll_into_view_if_needed()
    page.mouse.move(*middle(card))
    page.mouse.down()
    page.mouse.move(*middle(place), steps=8)
    page.mouse.up()


def free(page: Page, time: str) -> Locator:
    """The first free place at this time of tomorrow."""
    return page.locator(f'td[data-free^="2026-11-25T{time}"]').first


def test_a_booking_is_dragged_to_another_time(house: House, person: Callable[..., Person]) -> None:
    """M1.2-b: dragged with the mouse, confirmed in the bar, the customer is told; nothing happens before the button."""
    pk = house.before("booked", "DRG-0001", "2026-11-25", "10:00")
    advisor = person("advisor")
    advisor.go("/appointments/")
    advisor.press("行事曆")
    advisor.go(TOMORROW)
    advisor.look_over("calendar-day")
    page = advisor.page
    drag(page, page.locator(f'[data-card="{pk}"]'), free(page, "13:00"))
    page.wait_for_url(re.compile(rf"move={pk}&"))
    advisor.sees("改為 13:00 並通知客戶")
    assert house.one(TIME_OF, pk) == "11/25 10:00"
    advisor.look_over("calendar-move")
    page.get_by_label("改期原因").fill("客戶上午要開會")
    advisor.next()
    expect(page.locator("tr", has_text="13:00").locator(".sd-plate", has_text="DRG-0001")).to_be_visible()
    assert house.one(TIME_OF, pk) == "11/25 13:00"
    assert (
        house.one("SELECT reason FROM appointments_appointmentmove WHERE appointment_id = %s", pk) == "客戶上午要開會"
    )
    letter = house.letter("appointment_moved")
    assert "11月25日（三）13:00" in letter.body
    assert "11月25日（三）10:00" in letter.body
    drag(page, page.locator(f'[data-card="{pk}"]'), page.locator("a[data-day='2026-11-26']"))
    page.wait_for_url(re.compile("date=2026-11-26"))
    advisor.sees("請點選空位")
    advisor.press("不改期")
    assert house.one(TIME_OF, pk) == "11/25 13:00"


def test_a_booking_is_moved_by_keyboard(house: House, person: Callable[..., Person]) -> None:
    """The same with the keys alone: Move on the card, a free place, the button. In the week it goes to another day."""
    pk = house.before("booked", "KEY-0002", "2026-11-25", "10:00")
    advisor = person("advisor")
    page = advisor.go(TOMORROW)
    page.locator(f'[data-card="{pk}"]').get_by_role("link", name="改期").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"move={pk}"))
    expect(page.locator(".sd-moving")).to_be_focused()
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('td[data-free^=\"2026-11-25T16:00\"]') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("to=2026-11-25T16"))
    advisor.tab_to("reason")
    page.keyboard.press("Enter")
    advisor.sees("KEY-0002 已改到")
    assert house.one(TIME_OF, pk) == "11/25 16:00"
    advisor.go("/appointments/calendar/week/?date=2026-11-25")
    advisor.look_over("calendar-week")
    drag(page, page.locator(f'[data-card="{pk}"]'), page.locator('td[data-free^="2026-11-27T15:00"]'))
    page.wait_for_url(re.compile("/week/.*to=2026-11-27T15"))
    advisor.next()
    advisor.sees("KEY-0002 已改到")
    assert house.one(TIME_OF, pk) == "11/27 15:00"


def test_on_a_telephone_the_day_is_a_list(house: House, person: Callable[..., Person]) -> None:
    """One day at a time by time, the week above; moved by two taps, then dragged by its grip with a finger."""
    pk = house.before("booked", "TAP-0003", "2026-11-25", "11:00")
    advisor = person("advisor", screen=PHONE)
    page = advisor.go(TOMORROW)
    advisor.look_over("calendar-phone")
    page.locator(f'[data-card="{pk}"]').get_by_role("link", name="改期").tap()
    page.wait_for_url(re.compile(f"move={pk}"))
    free(page, "15:30").locator("a").tap()
    page.wait_for_url(re.compile("to=2026-11-25T15"))
    advisor.look_over("calendar-phone-move")
    advisor.next()
    assert house.one(TIME_OF, pk) == "11/25 15:30"
    page.wait_for_url(re.compile(r"calendar/\?date=2026-11-25$"))
    drag_by_finger(page, page.locator(f'[data-card="{pk}"] [data-grip]'), free(page, "16:30"))
    page.wait_for_url(re.compile("to=2026-11-25T16"))
    advisor.sees("改為 16:30 並通知客戶")


def drag_by_finger(page: Page, grip: Locator, place: Locator) -> None:
    """Hold the grip and draw it onto the place."""
    place.scroll_into_view_if_needed()
    finger = page.context.new_cdp_session(page)
    (x, y), (to_x, to_y) = middle(grip), middle(place)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x + (to_x - x) * step / 8, "y": y + (to_y - y) * step / 8}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
