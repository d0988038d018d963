"""Chapters 1 and 2 as people do them."""

from __future__ import annotations

from tests.journeys.car import CONCERN, LINES, PLATE, VISIT, stage
from tests.journeys.conftest import House, Person


def book_online(customer: Person) -> None:
    """M1.1-c: five steps on a telephone, without an account."""
    customer.go("/appointments/book/")
    customer.choose("reasons", "noise")
    customer.fill(plate=PLATE, odometer="39800", concern=CONCERN)
    customer.page.locator('select[name="model"]').select_option(label="RAV4")
    customer.choose("moments", "braking")
    customer.next()
    for box in customer.page.locator('input[name="operations"]').all():
        code = str(box.get_attribute("value"))
        if box.is_checked() != (code in ("BRK-010", "MNT-010")):
            customer.choose("operations", code)
    customer.next()
    customer.page.locator('.c-slot:has(input[name="starts_at"])').first.click()
    customer.next()
    customer.fill(name="王小明", phone="0912 345 678", email="wang@example.com")
    customer.choose("channel", "email")
    customer.choose("language", "zh-hant")
    customer.choose("agree", "on") if customer.page.locator(
        'input[name="agree"][value="on"]'
    ).count() else customer.page.locator('label:has(input[name="agree"])').click()
    customer.next()
    customer.sees("王小明")
    customer.sees(CONCERN)
    customer.next()
    customer.sees("B2611-0001")


def confirm(house: House, advisor: Person, customer: Person) -> None:
    """M1.2-a, M1.2-c: the advisor confirms; Celery sends number, time, place, items and estimate."""
    received = house.letter("appointment_received")
    assert PLATE in received.body or "B2611" in received.body
    advisor.go("/appointments/")
    advisor.page.get_by_role("link", name=PLATE).first.click()
    advisor.sees(CONCERN)
    advisor.next()
    letter = house.letter("appointment_confirmed")
    for words in ("B2611-0001", "台北內湖廠", "台北市內湖區示範路88號", "更換前煞車來令片", "NT$"):
        assert words in letter.subject + letter.body
    customer.go(letter.link)
    customer.sees(PLATE)
    assert "/l/" not in customer.page.url


def receive_and_inspect(house: House, tablet: Person) -> int:
    """M2.1, M2.2: the arrival is matched with the booking; both walk round the car; the customer signs the result."""
    tablet.go("/reception/")
    tablet.page.locator(f'a[href*="appointment="]:has-text("{PLATE}")').first.click()
    tablet.choose("as_booked", "yes")
    tablet.next()
    pk = int(house.one(f"SELECT w.id {VISIT}"))
    tablet.go(f"/reception/{pk}/inspect/")
    tablet.fill(odometer="39800", keys="2")
    tablet.choose("fuel", "1/2")
    all_good(tablet)
    sign_result(tablet, "王小明")
    assert (
        house.one("SELECT count(*) FROM reception_inspection WHERE work_order_id = %s AND confirmed_at IS NOT NULL", pk)
        == 1
    )
    return pk


def all_good(tablet: Person) -> None:
    """Group after group, nothing is wrong; then on to the signature, once all is saved."""
    for link in tablet.page.locator("[data-to]").all():
        link.click()
        tablet.page.locator("[data-all-good]").click()
    tablet.page.locator("[data-next]").click()
    tablet.page.wait_for_url("**/sign/")


def sign_result(tablet: Person, name: str) -> None:
    """The customer chooses, hears what the inspection is for, and signs."""
    for label in tablet.page.locator(".sd-opts li").all():
        label.locator("label").first.click()
    for tick in tablet.page.locator('.sd-cf input[type="checkbox"]').all():
        tick.check()
    tablet.draw_signature()
    tablet.fill(signature_name=name)
    tablet.next()


def agree_on_work(house: House, advisor: Person, tablet: Person, pk: int) -> None:
    """M2.2-c: two lines approved, one declined, signed on the tablet; delivery promised; the workshop may begin."""
    advisor.go(f"/reception/{pk}/estimate/")
    advisor.page.locator("[data-option]", has_text="更換煞車油").first.click()
    advisor.fill(finding="煞車油含水率 3.5%")
    advisor.page.locator('form:has(input[type="radio"][name="operation"]) button').last.click()
    advisor.page.wait_for_load_state()
    tablet.go(f"/reception/{pk}/estimate/")
    tablet.next()
    questions = tablet.page.locator(".sd-item--decide")
    assert questions.count() == 3
    for question in questions.all():
        declined = "煞車油" in question.inner_text()
        question.locator(f'label:has(input[value="{"decline" if declined else "approve"}"])').click()
    tablet.draw_signature()
    tablet.fill(signature_name="王小明")
    tablet.next()
    advisor.go(f"/reception/{pk}/authorise/")
    advisor.next()
    assert stage(house) == "authorised"
    assert house.rows(LINES.format("<> 'repair'"), pk) == [("approved",), ("approved",), ("declined",)]
