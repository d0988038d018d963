"""Chapters 3 and 4 as people do them."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.journeys.car import CONCERN, LINES, NEXT_JOB, stage
from tests.journeys.conftest import PHONE, TABLET, House, Person


def repair(house: House, person: Callable[..., Person], customer: Person, pk: int) -> None:
    """M3: assigned from a ranked list, read, measured, a new problem consented to by link, done."""
    supervisor, technician = person("supervisor"), person("technician", screen=PHONE)
    supervisor.go(f"/workshop/{pk}/assign/")
    chosen = supervisor.page.locator(".sd-cand", has_text="陳志豪")
    chosen.click()
    supervisor.fill(reason="熟悉這個車型")
    supervisor.page.locator("footer .btn-primary").click()
    supervisor.page.wait_for_load_state()
    technician.go(f"/workshop/{pk}/read/")
    technician.sees(CONCERN)
    technician.page.locator('input[name="understood"]').check()
    technician.next()
    assert stage(house) == "repair"
    report_a_problem(house, technician, supervisor, person, customer, pk)
    finish_all_jobs(house, technician, pk)
    assert stage(house) == "selfcheck"


def report_a_problem(
    house: House, technician: Person, supervisor: Person, person: Callable[..., Person], customer: Person, pk: int
) -> None:
    """M3.2-c: reported at once, offered, and consented to on the customer's telephone before it starts."""
    job = house.one("SELECT id FROM workshop_job WHERE work_order_id = %s AND state = 'running'", pk)
    technician.go(f"/workshop/jobs/{job}/finding/")
    technician.fill(text="前碟盤厚度 21.4 mm，低於下限 22.0 mm。")
    technician.choose("urgency", "now")
    technician.next()
    supervisor.go("/")
    supervisor.page.locator("a[href*='/workshop/findings/']").first.click()
    supervisor.page.wait_for_load_state()
    supervisor.page.locator("[data-option]", has_text="更換前煞車來令片與碟盤").first.click()
    supervisor.next()
    advisor = person("advisor")
    advisor.go(f"/reception/{pk}/estimate/")
    advisor.page.locator(f'form[action="/reception/{pk}/send/"] button').click()
    advisor.page.wait_for_load_state()
    customer.go(house.letter("estimate_approval").link)
    customer.sees("更換前煞車來令片與碟盤")
    customer.page.locator('label:has(input[value="approve"])').first.click()
    customer.fill(signature_name="王小明")
    customer.next()
    assert house.rows(LINES.format("= 'repair'"), pk) == [("approved",)]
    if house.one("SELECT count(*) FROM workshop_job WHERE work_order_id = %s AND state = 'waiting'", pk):
        supervisor.go(f"/workshop/{pk}/assign/")
        supervisor.page.locator(".sd-cand", has_text="陳志豪").click()
        supervisor.fill(reason="同一位技師接續施工")
        supervisor.page.locator("footer .btn-primary").click()
        supervisor.page.wait_for_load_state()
        technician.go(f"/workshop/{pk}/read/")
        technician.page.locator('input[name="understood"]').check()
        technician.next()


def finish_all_jobs(house: House, technician: Person, pk: int) -> None:
    """One job after the other, until none is left."""
    while job := house.rows(NEXT_JOB, pk):
        work_on(technician, pk, *job[0])
        assert house.rows("SELECT state FROM workshop_job WHERE id = %s", job[0][0]) == [("done",)]


def work_on(technician: Person, pk: int, job: int, state: str) -> None:
    """M3.2-b: start, measure within the limits, finish."""
    if state == "assigned":
        technician.go(f"/workshop/{pk}/read/")
        technician.page.locator('input[name="understood"]').check()
        technician.next()
    technician.go(f"/workshop/jobs/{job}/")
    start = technician.page.locator(f'form[action="/workshop/jobs/{job}/start/"] button')
    if start.count():
        start.click()
        technician.page.wait_for_load_state()
        technician.go(f"/workshop/jobs/{job}/")
    for row in technician.page.locator(".sd-read").all():
        low = row.locator(".lim").inner_text()
        row.locator("input").fill(within(low))
    technician.page.locator("button.btn-primary:visible").last.click()
    technician.page.wait_for_load_state()


def within(limits: str) -> str:
    """A reading that fits what the page says: "≥ 3.0", "100 – 120", "≤ 2"."""
    numbers = [float(text) for text in re.findall(r"\d+(?:\.\d+)?", limits)]
    if len(numbers) >= 2:
        return f"{(numbers[0] + numbers[1]) / 2:.1f}"
    if numbers:
        return f"{numbers[0] * (0.5 if '≤' in limits or '<' in limits else 1.5):.1f}"
    return "1.0"


def inspect(house: House, person: Callable[..., Person], pk: int) -> None:
    """M4: self-check, a final inspection that fails one item, rework, self-check again, passed by another person."""
    technician, inspector = person("technician", screen=PHONE), person("inspector", screen=TABLET)
    sign_self_check(technician, pk)
    assert stage(house) == "final"
    inspector.go(f"/quality/{pk}/final/")
    inspector.answer_all("pass")
    failed = inspector.page.locator(".sd-item").nth(1)
    failed.locator('label:has(input[value="fail"])').click()
    failed.locator('input[name^="note-"]').fill("煞車仍有輕微異音")
    road_test(inspector)
    inspector.page.locator("button.btn-danger:visible").click()
    inspector.page.wait_for_load_state()
    assert stage(house) == "rework"
    finish_all_jobs(house, technician, pk)
    assert stage(house) == "selfcheck"
    sign_self_check(technician, pk)
    inspector.go(f"/quality/{pk}/final/")
    inspector.answer_all("pass")
    road_test(inspector)
    inspector.next()
    assert stage(house) == "preparation"


def sign_self_check(technician: Person, pk: int) -> None:
    technician.go(f"/quality/{pk}/self-check/")
    technician.answer_all("pass")
    technician.next()


def road_test(inspector: Person) -> None:
    if inspector.page.locator('[name="odometer_before"]').count():
        inspector.fill(odometer_before="39801", odometer_after="39805")
