"""What happens at the front desk beside the straight path: a time that does not suit, a car without a booking."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, TABLET, House, Person
from tests.journeys.reception import all_good

WORDS = "冷車發動時引擎有喀喀聲，大概十秒後消失。"


def test_a_telephone_booking_is_negotiated(house: House, person: Callable[..., Person]) -> None:
    """M1.1-b, M1.2-b, M1.2-c: booked by keyboard while the customer talks; later the time no longer suits."""
    advisor = person("advisor")
    advisor.press("電話預約") if advisor.page.get_by_role("link", name="電話預約").count() else advisor.go(
        "/appointments/new/"
    )
    book_by_keyboard(advisor)
    advisor.sees("已確認")
    first = house.letter("appointment_confirmed")
    assert "B2611-0001" in first.body
    assert "11/24" in first.body
    offer_other_times(advisor)
    customer = person(screen=PHONE)
    customer.go(house.letter("appointment_alternatives").link)
    customer.look_over("booking-pick")
    customer.page.locator(".c-choice").nth(1).click()
    customer.press("就約這個時間")
    customer.look_over("booking-picked")
    assert house.rows(
        "SELECT state, starts_at = o.at FROM appointments_appointment, (SELECT starts_at AS at "
        "FROM appointments_timeoffer WHERE state = 'taken') o"
    ) == [("confirmed", True)]
    house.wait(
        "confirm anew",
        lambda: (
            house.one("SELECT count(*) FROM messaging_message WHERE kind = 'appointment_confirmed' AND state = 'sent'")
            == 2
        ),
    )
    advisor.go("/messages/")
    assert advisor.page.get_by_text("TEL-2026").count() >= 1 or advisor.page.get_by_text("B2611-0001").count() >= 3
    advisor.look_over("messages")


def book_by_keyboard(advisor: Person) -> None:
    """Everything on one page, without the mouse: somebody who was never here."""
    keys = advisor.page.keyboard
    advisor.look_over("booking-new")
    call(advisor, "0922 333 444")
    expect(advisor.page.locator("#id_name")).to_be_focused()
    keys.type("陳美玲")
    tabs = advisor.tab_to("plate")
    keys.type("TEL-2026")
    tabs += advisor.tab_to("model")
    keys.press("ArrowDown")
    tabs += advisor.tab_to("concern")
    keys.type(WORDS)
    tabs += advisor.tab_to("starts_at")
    keys.press("ArrowDown")
    keys.press("Enter")
    advisor.page.wait_for_url(re.compile(r"/appointments/[0-9]+/"))
    print(f"somebody new: {tabs} times Tab")
    assert tabs <= 18


def call(advisor: Person, typed: str) -> None:
    """The caller's number (or the end of it) is typed into the field that has the focus; Enter takes the first who fits."""
    keys = advisor.page.keyboard
    expect(advisor.page.locator("#caller")).to_be_focused()
    keys.type(typed)
    keys.press("Enter")
    expect(advisor.page.locator("[data-caller]").first).to_be_focused()
    assert "/appointments/new/" in advisor.page.url  # Enter sent nothing
    keys.press("Enter")


def test_a_caller_who_was_here_is_booked_with_few_keys(house: House, person: Callable[..., Person]) -> None:
    """M1.1-b: the end of his number finds him and his car; his words, a service, a time: the hand never leaves the keys."""
    house.before("delivered", "KEY-0005")
    advisor = person("advisor")
    advisor.go("/appointments/new/")
    page, keys = advisor.page, advisor.page.keyboard
    call(advisor, "KEY-0005")
    expect(page.locator("#id_concern")).to_be_focused()
    expect(page.locator("#known")).to_contain_text("上次進廠")
    keys.type(WORDS)
    tabs = advisor.tab_to("moments")
    keys.press("Space")
    tabs += advisor.tab_to("speed")
    keys.press("ArrowDown")
    while not page.evaluate("document.activeElement.matches('[data-find]')"):
        keys.press("Tab")
        tabs += 1
    keys.type("BRK-020")
    keys.press("Enter")
    expect(page.locator("#offer .sd-sums")).to_be_visible()
    tabs += advisor.tab_to("starts_at")
    keys.press("ArrowDown")
    advisor.look_over("booking-known")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/appointments/[0-9]+/"))
    print(f"a caller who was here: {tabs} times Tab")
    assert tabs <= 12
    advisor.sees("煞車時")
    row = "SELECT v.plate, a.state, a.symptoms FROM appointments_appointment a JOIN customers_vehicle v ON v.id = a.vehicle_id"
    assert house.rows(f"{row} WHERE v.plate = 'KEY-0005' ORDER BY a.id DESC LIMIT 1") == [
        ("KEY-0005", "confirmed", "煞車時、靜止時")
    ]


def offer_other_times(advisor: Person) -> None:
    """The customer called: the time does not suit any more; three others are offered from the booking's page."""
    for chip in advisor.page.locator('form[action$="/offer/"] .sd-chip').all()[2:5]:
        chip.click()
    advisor.press("請客戶")
    advisor.sees("已提供其他時間")
    advisor.look_over("booking-offered")


def test_a_walk_in_in_english(house: House, person: Callable[..., Person]) -> None:
    """M2.1-b, M2.1-c, M2.2: no booking; his words, the dials, a scratch on the outline, his signature. The next is booked."""
    advisor = person("advisor", screen=TABLET, language="en-US")
    advisor.go("/reception/")
    page = advisor.page
    page.get_by_label("Who has come? Plate, or its end").fill("wlk 0007")
    page.keyboard.press("Enter")  # as a scanner does
    page.wait_for_url("**/reception/?plate=*")
    advisor.press("Here: give a number")
    advisor.sees("has number 1.")
    advisor.look_over("arrivals")
    page.get_by_role("link", name="Receive WLK 0007").click()
    advisor.look_over("walk-in")
    page.get_by_label("Plate number").fill("WLK-0007")
    page.get_by_label("Make and model", exact=True).select_option(label="Corolla Cross")
    page.get_by_label("Name", exact=True).fill("David Brown")
    page.get_by_label("Mobile").fill("0933 555 777")
    page.get_by_label("In the customer's own words").fill("It pulls to the left when I brake hard.")
    page.get_by_text("When braking", exact=True).click()
    advisor.press("Receive, and write another concern")
    page.get_by_label("In the customer's own words").fill("The wipers leave streaks.")
    page.get_by_text("In rain", exact=True).click()
    advisor.press("Add this concern")
    advisor.look_over("concerns")
    advisor.press("Next: inspect the car")
    inspect(advisor)
    pk = house.one(
        "SELECT w.id FROM workorders_workorder w JOIN customers_vehicle v ON v.id = w.vehicle_id "
        "WHERE v.plate = 'WLK-0007'"
    )
    assert house.rows(
        "SELECT number, kind, m.note FROM reception_damagemark m JOIN reception_inspection i "
        "ON i.id = m.inspection_id WHERE i.work_order_id = %s",
        pk,
    ) == [(1, "scratch", "5 cm")]
    assert house.rows(
        "SELECT words, symptoms FROM workorders_concern WHERE work_order_id = %s ORDER BY position", pk
    ) == [
        ("It pulls to the left when I brake hard.", "煞車時"),
        ("The wipers leave streaks.", "下雨天"),
    ]
    assert house.one("SELECT number FROM reception_arrival WHERE work_order_id = %s", pk) == 1
    book_for_another_day(advisor)
    assert house.one("SELECT source FROM appointments_appointment ORDER BY id DESC LIMIT 1") == "site"


def inspect(advisor: Person) -> None:
    """Both walk round the car."""
    page = advisor.page
    page.get_by_label("Odometer (km)").fill("30 412")
    page.get_by_text("1/2", exact=True).click()
    page.get_by_label("Number of keys and remotes").fill("2")
    advisor.look_over("dials")
    page.locator("[data-damage] svg").click(position={"x": 150, "y": 120})
    page.get_by_role("radiogroup", name="Kind of damage").get_by_text("Scratch").click()
    page.get_by_label("Size or remark").fill("5 cm")
    page.get_by_label("Size or remark").blur()
    advisor.look_over("walkaround")
    all_good(advisor)
    for wish in page.locator(".sd-opts li").all():
        wish.locator("label").first.click()
    for tick in page.locator('.sd-cf input[type="checkbox"]').all():
        tick.check()
    advisor.draw_signature()
    advisor.look_over("sign")
    advisor.press("Confirm and lock")
    advisor.sees("The inspection is signed and locked.")
    advisor.look_over("estimate")


def book_for_another_day(advisor: Person) -> None:
    """The next customer has no time today: he is booked from the reception page for another day (M1.1-d)."""
    page = advisor.page
    advisor.go("/reception/")
    advisor.press("Book for another time")
    page.get_by_label("Plate number", exact=True).fill("WLK-0008")
    page.get_by_label("Mobile").fill("0933 555 778")
    page.get_by_label("Name", exact=True).fill("Sarah Lee")
    page.get_by_label("Make and model", exact=True).select_option(label="Yaris Cross")
    page.get_by_label("What the customer says").fill("Service, and the wipers leave streaks.")
    page.get_by_label("All times of another date").fill("2026-11-27")
    times = page.locator('#id_starts_at label:has(input[value^="2026-11-27"])')
    expect(times.nth(5)).to_be_visible()
    times.nth(1).click()
    advisor.press("Book and confirm")
    advisor.sees("is booked for")


def test_changing_the_language_keeps_what_was_typed(house: House, person: Callable[..., Person]) -> None:
    """M1.1-c: a visitor who finds the page in another language does not begin again."""
    visitor = person(screen=PHONE)
    visitor.go("/appointments/book/")
    visitor.fill(plate="LAN-2026", concern=WORDS)
    visitor.page.locator('label:has(input[name="reasons"][value="noise"])').click()
    visitor.page.locator('select[name="model"]').select_option("TOY-RAV")
    visitor.page.get_by_role("button", name="English").click()
    expect(visitor.page).to_have_title(re.compile("What is the matter"))
    typed = {name: visitor.page.locator(f'[name="{name}"]').input_value() for name in ("plate", "concern", "model")}
    assert typed == {"plate": "LAN-2026", "concern": WORDS, "model": "TOY-RAV"}
    assert visitor.page.locator('input[name="reasons"][value="noise"]').is_checked()
    visitor.go("/appointments/book/")
    expect(visitor.page.locator('[name="plate"]')).to_have_value("")
