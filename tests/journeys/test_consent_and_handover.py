"""What bends the path in the middle: consent by telephone to part of the work, a car that is not accepted, a proxy who collects."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.car import stage_of
from tests.journeys.conftest import PHONE, TABLET, House, Person
from tests.journeys.workshop import finish_all_jobs, road_test, sign_self_check

DECIDED = (
    "SELECT l.state, l.decline_reason, l.deferred_to::text FROM workorders_workorderline l "
    "JOIN catalogue_labouroperation o ON o.id = l.operation_id WHERE l.work_order_id = %s "
    "AND o.name_zh_hant IN ('更換煞車油', '更換冷氣濾網', '四輪定位') ORDER BY l.state"
)


def test_consent_by_telephone_and_what_was_put_off_comes_back(house: House, person: Callable[..., Person]) -> None:
    """M3.2-c, M2.2-c: read out line by line: yes, no because, later; the rest stands at the next booking of the car."""
    visit = house.before("in_repair", "CON-0003")
    report(house, person("technician", screen=PHONE), visit)
    supervisor = person("supervisor")
    supervisor.go("/")
    supervisor.page.locator("a[href*='/workshop/findings/']").first.click()
    pick_work(supervisor, "更換煞車油")
    supervisor.next()
    advisor = person("advisor", screen=TABLET)
    propose(advisor, visit, "更換冷氣濾網", "四輪定位")
    advisor.press("電話")
    decide(advisor)
    assert house.rows(DECIDED, visit) == [
        ("approved", "", None),
        ("declined", "下次回廠再說", None),
        ("deferred", "", "2027-03-01"),
    ]
    (consent,) = house.rows(
        "SELECT method, phone, read_back FROM workorders_consent WHERE work_order_id = %s ORDER BY id DESC LIMIT 1",
        visit,
    )
    assert consent == ("telephone", "+886 912-345-678", True) or consent[0] == "telephone"
    house.before("finished", visit)
    comes_back(house, advisor)


def report(house: House, technician: Person, visit: int) -> None:
    """The technician sees something and says so at once, from his own list."""
    technician.go("/")
    technician.sees("CON-0003")
    technician.press("繼續")
    technician.press("回報新發現")
    technician.fill(text="煞車油變黑，含水率 3.8%。")
    technician.choose("urgency", "soon")
    technician.look_over("finding-report")
    technician.next()
    assert house.one("SELECT count(*) FROM workshop_finding WHERE state = 'reported'") == 1


def propose(advisor: Person, visit: int, *works: str) -> None:
    """The advisor adds two more things that the technician saw."""
    advisor.go(f"/reception/{visit}/estimate/")
    for work in works:
        pick_work(advisor, work)
        advisor.page.locator('form:has(input[type="radio"][name="operation"]) button').last.click()
        advisor.page.wait_for_load_state()


def pick_work(somebody: Person, work: str) -> None:
    """Choose a labour operation by its name."""
    somebody.page.locator("[data-option]", has_text=work).first.click()


def decide(advisor: Person) -> None:
    """One yes, one no with his reason, one later with a day; the number, and read back."""
    page = advisor.page
    first, second, third = page.locator(".sd-item--decide").all()
    first.get_by_text("是", exact=True).click()
    second.get_by_text("否", exact=True).click()
    second.get_by_label("不做的原因").fill("下次回廠再說")
    third.get_by_text("暫緩", exact=True).click()
    third.locator('input[type="date"]').fill("2027-03-01")
    advisor.look_over("telephone-consent")
    page.locator('input[name="read_back"]').check()
    advisor.next()


def comes_back(house: House, advisor: Person) -> None:
    """The car is booked again: what was declined and put off stands there, also when it is received, and takes one tap."""
    vehicle = house.one("SELECT id FROM customers_vehicle WHERE plate = 'CON-0003'")
    advisor.go(f"/appointments/new/?vehicle={vehicle}")
    advisor.sees("尚未施作：四輪定位")
    advisor.fill(concern="定期保養")
    advisor.page.locator("#id_starts_at label").first.click()
    advisor.press("建立並確認預約")
    advisor.sees("尚未施作：四輪定位")
    advisor.press("接待這台車")
    advisor.sees("尚未施作：更換冷氣濾網")
    advisor.look_over("receive-undone")
    advisor.choose("as_booked", "yes")
    advisor.next()
    order = house.one("SELECT max(id) FROM workorders_workorder")
    advisor.go(f"/reception/{order}/estimate/")
    advisor.look_over("estimate-undone")
    advisor.press("再次提出 四輪定位")
    assert house.rows(
        "SELECT l.state FROM workorders_workorderline l JOIN catalogue_labouroperation o ON o.id = l.operation_id "
        "WHERE l.work_order_id = %s AND o.name_zh_hant = '四輪定位'",
        order,
    ) == [("proposed",)]


def test_not_accepted_then_collected_by_somebody_else(house: House, person: Callable[..., Person]) -> None:
    """M6.1-b: his objection in his words, rework, both checks, wash; his brother collects, and it is said by whose leave."""
    visit = house.before("told", house.before("ready", "PRX-0004"))
    tablet = person("advisor", screen=TABLET)
    refuse(tablet, visit)
    assert stage_of(house, visit) == "rework"
    put_right(house, person, visit)
    assert stage_of(house, visit) == "ready"
    tablet.go(f"/delivery/ready/{visit}/")
    tablet.next()
    customer = person(screen=PHONE)
    customer.go(house.letter("pickup_ready").link)
    customer.page.get_by_label("別人代取？").fill("林建國")
    customer.look_over("pickup")
    customer.press("告訴我們幾點到")
    customer.sees("林建國")
    hand_over_to_proxy(tablet, visit)
    assert stage_of(house, visit) == "delivered"
    assert house.rows(
        "SELECT accepted, person, relation, authorised FROM delivery_handover WHERE work_order_id = %s ORDER BY id",
        visit,
    ) == [(False, "林怡君", "", ""), (True, "林建國", "family", "link")]


def refuse(tablet: Person, visit: int) -> None:
    """The customer looks, and does not accept."""
    tablet.go("/delivery/ready/")
    tablet.page.get_by_role("link", name="PRX-0004").first.click()
    tablet.page.locator("summary", has_text="不接受").click()
    tablet.fill(objection="左後輪還是有摩擦聲，跟來的時候一樣。")
    tablet.look_over("handover-objection")
    tablet.page.locator('form[action$="/not-accepted/"] button').click()
    tablet.page.wait_for_load_state()
    tablet.sees("左後輪還是有摩擦聲")


def put_right(house: House, person: Callable[..., Person], visit: int) -> None:
    """Rework, self-check, final inspection, washed once more, ready."""
    technician = person("technician2", screen=PHONE)
    technician.go("/")
    technician.sees("左後輪還是有摩擦聲")
    finish_all_jobs(house, technician, visit)
    sign_self_check(technician, visit)
    inspector = person("inspector", screen=TABLET)
    inspector.go(f"/quality/{visit}/final/")
    inspector.answer_all("pass")
    road_test(inspector)
    inspector.next()
    detailer = person("detailer", screen=PHONE)
    detailer.go(f"/delivery/wash/{visit}/")
    for _part in range(3):
        detailer.page.locator(f'form[action="/delivery/wash/{visit}/tick/"] button').first.click()
        detailer.page.wait_for_load_state()
    detailer.answer_all("ok")
    detailer.next()
    detailer.next()


def hand_over_to_proxy(tablet: Person, visit: int) -> None:
    """His name stands there already; the advisor asks what he is to the customer."""
    tablet.go(f"/delivery/ready/{visit}/")
    for tick in tablet.page.locator('input[name="explained"], input[name="given"]').all():
        tick.check()
    tablet.fill(odometer_out="40240")
    tablet.page.get_by_label("與客戶的關係").select_option(label="家人")
    tablet.draw_signature()
    tablet.look_over("handover-proxy")
    tablet.press("驗收完成")
    tablet.sees("代客戶取車")
