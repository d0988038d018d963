"""A customer books online on his phone, the time does not suit the house, he picks another; and what a bad connection does."""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.journeys.conftest import PHONE, House, Person

WORDS = "低速煞車時前面有尖銳的聲音，下雨天更明顯。"
TAIPEI = ZoneInfo("Asia/Taipei")


def tell_about_the_car(customer: Person, plate: str) -> None:
    """Step 1."""
    customer.go("/appointments/book/")
    customer.fill(plate=plate, concern=WORDS, odometer="39,800")
    customer.page.locator('select[name="model"]').select_option("TOY-RAV")
    customer.choose("reasons", "noise")


def go_on(customer: Person, to: str) -> None:
    """Press the one button, and wait for the step it leads to."""
    customer.page.locator("button.btn-primary:visible").first.click()
    customer.page.wait_for_url(re.compile(f"/appointments/book/{to}/"))


def fill_in(customer: Person, plate: str, name: str, phone: str) -> None:
    """Everything up to the last step."""
    tell_about_the_car(customer, plate)
    go_on(customer, "services")
    go_on(customer, "time")
    customer.page.locator("label.c-slot").first.click()
    customer.choose("stay", "courtesy_car")
    go_on(customer, "contact")
    customer.fill(name=name, phone=phone, email=f"{plate.lower()}@example.com")
    customer.choose("channel", "email")
    customer.page.locator('label:has(input[name="agree"])').click()
    go_on(customer, "review")


def test_online_with_an_alternative_picked(house: House, person: Callable[..., Person]) -> None:
    """M1.1-c, M1.2-a, M1.2-b, M1.2-c: five steps and a proof of work; other times by link; confirmed; in his calendar."""
    customer = person(screen=PHONE)
    tell_about_the_car(customer, "ONL-2026")
    customer.look_over("online-1-car")
    go_on(customer, "services")
    customer.look_over("online-2-services")
    go_on(customer, "time")
    customer.page.locator("label.c-slot").first.click()
    customer.choose("stay", "courtesy_car")
    customer.look_over("online-3-time")
    go_on(customer, "contact")
    customer.fill(name="林雨澄", phone="0955 500 226", email="lin@example.com")
    customer.choose("channel", "email")
    customer.page.locator('label:has(input[name="agree"])').click()
    customer.look_over("online-4-contact")
    go_on(customer, "review")
    expect(customer.page.locator('input[name="proof"]')).not_to_have_value("")
    customer.look_over("online-5-review")
    go_on(customer, "received")
    customer.look_over("online-6-received")
    (pk, number, transport) = house.rows(
        "SELECT a.id, a.number, a.transport FROM appointments_appointment a "
        "JOIN customers_vehicle v ON v.id = a.vehicle_id WHERE v.plate = 'ONL-2026' AND a.state = 'requested'"
    )[0]
    assert transport == "courtesy_car"
    assert number in house.letter("appointment_received").body
    advisor = person("advisor")
    advisor.go(f"/appointments/{pk}/")
    for chip in advisor.page.locator('form[action$="/offer/"] .sd-chip').all()[2:5]:
        chip.click()
    advisor.press("請客戶")
    advisor.sees("已提供其他時間")
    customer.go(house.letter("appointment_alternatives").link)
    customer.page.locator(".c-choice").nth(1).click()
    customer.page.locator("button.btn-primary:visible").first.click()
    expect(customer.page.locator('a[href$="/calendar.ics"]')).to_be_visible()
    customer.look_over("online-7-confirmed")
    (state, starts_at) = house.rows("SELECT state, starts_at FROM appointments_appointment WHERE id = %s", pk)[0]
    assert state == "confirmed"
    confirmed = house.letter("appointment_confirmed")
    assert f"{starts_at.astimezone(TAIPEI):%H:%M}" in confirmed.body
    with customer.page.expect_download() as download:
        customer.page.locator('a[href$="/calendar.ics"]').click()
    file = download.value.path().read_text()
    assert download.value.suggested_filename == f"booking-{number}.ics"
    assert f"DTSTART;TZID=Asia/Taipei:{starts_at.astimezone(TAIPEI):%Y%m%dT%H%M}00" in file


@pytest.fixture
def walker(person: Callable[..., Person]) -> Person:
    """Somebody with a phone, in a lift."""
    return person(screen=PHONE)


def connection(customer: Person, *, on: bool) -> None:
    context: BrowserContext = customer.page.context
    context.set_offline(not on)


def test_without_a_connection_the_page_stays_and_goes_on_afterwards(house: House, walker: Person) -> None:
    tell_about_the_car(walker, "OFF-0001")
    connection(walker, on=False)
    walker.page.locator("button.btn-primary:visible").first.click()
    line = walker.page.locator("[data-tell]").first
    expect(line).to_have_text(line.get_attribute("data-offline") or "")
    assert walker.page.locator('[name="plate"]').input_value() == "OFF-0001"
    assert walker.page.locator("button.btn-primary").first.is_enabled()
    walker.page.locator("button.btn-primary:visible").first.click()  # impatient
    expect(line).not_to_be_empty()
    walker.look_over("online-no-connection")
    connection(walker, on=True)
    walker.page.wait_for_url(re.compile("/appointments/book/services/"))


def test_the_last_step_waits_for_the_finger_after_the_connection_came_back(house: House, walker: Person) -> None:
    fill_in(walker, "OFF-0002", "王小明", "0955 500 302")
    expect(walker.page.locator('[name="proof"]')).not_to_have_value("")  # else the press waits for it, and then sends
    connection(walker, on=False)
    walker.page.locator("button.btn-primary:visible").first.click()
    expect(walker.page.locator("[data-tell]").first).not_to_be_empty()
    connection(walker, on=True)
    expect(walker.page.locator("[data-tell]").first).to_be_empty()
    go_on(walker, "received")
    made = "SELECT count(*) FROM appointments_appointment a JOIN customers_vehicle v ON v.id = a.vehicle_id WHERE plate = %s"
    assert house.one(made, "OFF-0002") == 1
    walker.page.go_back()
    walker.page.wait_for_url(re.compile("/appointments/book/(received|review)/"))
    walker.page.reload()
    walker.page.wait_for_url(re.compile("/appointments/book/received/"))
    walker.go("/appointments/book/car/")
    expect(walker.page.locator('[name="plate"]')).to_have_value("")


def test_what_was_typed_survives_reload_and_the_way_back(house: House, walker: Person) -> None:
    tell_about_the_car(walker, "OFF-0003")
    walker.page.reload()
    expect(walker.page.locator('[name="concern"]')).to_have_value(WORDS)
    expect(walker.page.locator('input[name="reasons"][value="noise"]')).to_be_checked()
    go_on(walker, "services")
    walker.page.locator(".c-choice").nth(2).click()
    ticked = walker.page.locator("input:checked").evaluate_all("all => all.map(one => one.value)")
    walker.page.go_back()
    expect(walker.page.locator('[name="plate"]')).to_have_value("OFF-0003")
    walker.page.go_forward()
    assert walker.page.locator("input:checked").evaluate_all("all => all.map(one => one.value)") == ticked


def test_the_session_ends_but_not_what_was_typed(house: House, walker: Person) -> None:
    fill_in(walker, "OFF-0004", "張小華", "0955 500 304")
    walker.page.context.clear_cookies(name="sessionid")
    walker.page.locator("button.btn-primary:visible").first.click()
    walker.page.wait_for_url(re.compile("/appointments/book/car/"))
    expect(walker.page.locator('[name="plate"]')).to_have_value("OFF-0004")
    go_on(walker, "services")
    go_on(walker, "time")
    go_on(walker, "contact")
    expect(walker.page.locator('[name="name"]')).to_have_value("張小華")
    go_on(walker, "review")
    go_on(walker, "received")


def test_beginning_anew_forgets_what_somebody_else_typed(house: House, walker: Person) -> None:
    """A tablet in the showroom: the next visitor does not read the last one's number."""
    fill_in(walker, "OFF-0005", "陳先生", "0955 500 305")
    walker.go("/appointments/book/")
    expect(walker.page.locator('[name="plate"]')).to_have_value("")
    assert walker.page.evaluate("Object.keys(sessionStorage).filter(name => name.startsWith('typed:'))") == []


def test_two_tabs_send_only_what_was_read(house: House, walker: Person) -> None:
    """The second tab changes the car; the first may not send it unread."""
    fill_in(walker, "OFF-0006", "李小姐", "0955 500 306")
    second = walker.page.context.new_page()
    second.goto(f"{house.url}/appointments/book/car/")
    second.locator('[name="plate"]').fill("OFF-0007")
    second.locator("button.btn-primary:visible").first.click()
    second.wait_for_url(re.compile("/appointments/book/services/"))
    walker.page.locator("button.btn-primary:visible").first.click()
    expect(walker.page.locator(".c-note--amber").first).to_be_visible()
    expect(walker.page.locator(".c-plate").first).to_have_text("OFF-0007")
    made = "SELECT count(*) FROM appointments_appointment a JOIN customers_vehicle v ON v.id = a.vehicle_id WHERE plate = %s"
    assert (house.one(made, "OFF-0006"), house.one(made, "OFF-0007")) == (0, 0)
    go_on(walker, "received")
    assert (house.one(made, "OFF-0006"), house.one(made, "OFF-0007")) == (0, 1)


def test_faster_than_the_proof(house: House, walker: Person) -> None:
    """Who presses at once reads one line, and the request goes out by itself."""
    held: list[Route] = []
    walker.page.route("**/pbkdf2.js", lambda route: held.append(route))
    fill_in(walker, "OFF-0008", "林小弟", "0955 500 308")
    walker.page.locator("button.btn-primary:visible").first.click()
    line = walker.page.locator("[data-tell]").first
    expect(line).to_have_text(line.get_attribute("data-checking") or "")
    held[0].continue_()
    walker.page.wait_for_url(re.compile("/appointments/book/received/"))


def test_without_javascript_it_says_whom_to_call(house: House, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport=PHONE, locale="en-US", java_script_enabled=False).new_page()
    page.goto(f"{house.url}/appointments/book/")
    page.fill('[name="plate"]', "OFF-0009")
    page.select_option('[name="model"]', "TOY-RAV")
    page.fill('[name="concern"]', "It rattles")
    page.click('label:has(input[name="reasons"][value="noise"])')
    page.click("button.btn-primary")
    page.click("button.btn-primary")
    page.click("label.c-slot >> nth=0")
    page.click("button.btn-primary:visible")
    page.fill('[name="name"]', "Ann Lee")
    page.fill('[name="phone"]', "0955 500 309")
    page.click('label:has(input[name="agree"])')
    page.click("button.btn-primary")
    assert "needs JavaScript" in page.locator("noscript").inner_text()
    page.click("button.btn-primary")
    assert "with JavaScript switched on, or call us" in page.inner_text("main")
    assert "OFF-0009" in page.inner_text("main")
