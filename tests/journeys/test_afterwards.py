"""After delivery: a customer who cannot be reached, a complaint that is not accepted, one that is late. The clock moves on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.journeys.car import stage_of
from tests.journeys.conftest import PHONE, TUESDAY_TEN, House, Person

SORRY = "SELECT count(*) FROM messaging_message WHERE kind = 'followup_sorry_missed_you'"


def test_a_customer_who_cannot_be_reached(house: House, person: Callable[..., Person]) -> None:
    """M7.1: three tries at different times of different days, then a letter; the call ends as not reached, the visit closes."""
    house.set_clock(TUESDAY_TEN)
    visit = house.before("delivered", "UNR-0001")
    planned = "SELECT 1 FROM followup_followup WHERE work_order_id = %s"
    house.wait(
        "plan the call", lambda: bool(house.rows(planned, visit)), seconds=150
    )  # a lost ring waits for the sweep
    opens = house.one("SELECT min(opens_at) FROM followup_followup WHERE work_order_id = %s", visit)
    first_day = opens.astimezone(dt.UTC).replace(hour=2, minute=30)
    agent = person("agent")
    for tries, (days, hours) in enumerate(((0, 0), (1, 4), (2, 7)), start=1):
        house.set_clock(first_day + dt.timedelta(days=days, hours=hours))
        agent.go("/")
        agent.page.get_by_role("link", name="UNR-0001").first.click()
        agent.look_over(f"call-{tries}")
        agent.page.get_by_text("無人接聽", exact=True).click()
        agent.page.locator('form[action$="/record/"] button[type="submit"]').click()
        agent.page.wait_for_load_state()
        assert house.one(SORRY) == (tries == 3)
    letter = house.letter("followup_sorry_missed_you")
    assert "UNR-0001" in letter.subject + letter.body
    agent.go("/follow-up/")
    agent.press("無法聯繫")
    agent.page.locator(".sd-desk .q").get_by_text("UNR-0001").click()
    agent.sees("未聯繫上客戶")
    agent.look_over("unreachable")
    assert stage_of(house, visit) == "closed"


def test_a_complaint_goes_up_until_it_is_accepted(house: House, person: Callable[..., Person]) -> None:
    """M8 in 简体中文: promised, investigated, answered, not accepted by his link; a manager decides; accepted and closed."""
    house.set_clock(TUESDAY_TEN)
    visit = house.before("delivered", "CPL-0001")
    agent = person("agent", language="zh-CN")
    take(agent, visit)
    case = house.one("SELECT max(id) FROM complaints_complaint")
    first = owner(house, case)
    answer(person(first, language="zh-CN"), case, "已重新紧固螺栓，并致电说明。", "handled")
    customer = person(screen=PHONE, language="zh-CN")
    customer.go(house.letter("complaint_answer").link)
    customer.look_over("complaint-mine")
    customer.choose("decision", "not_accepted")
    customer.fill(words="这不是我要的答复，请主管处理。")
    customer.next()
    customer.look_over("complaint-not-accepted")
    assert house.rows("SELECT state, layer, decision FROM complaints_complaint WHERE id = %s", case) == [
        ("escalated", 2, "not_accepted")
    ]
    promised = (
        "SELECT count(*) FROM workorders_promise WHERE kind = 'complaint_answer' AND target_id = %s AND kept_at IS NULL"
    )
    assert house.one(promised, case) == 1
    second = owner(house, case)
    assert second != first
    answer(person(second, language="zh-CN"), case, "这次工时费全免，并安排资深技师复检。", "decided")
    customer.go(house.letter("complaint_answer").link)
    customer.sees("工时费全免")
    customer.choose("decision", "accepted")
    customer.next()
    agent.go(f"/complaints/{case}/")
    agent.next()
    agent.look_over("complaint-closed")
    assert house.one("SELECT state FROM complaints_complaint WHERE id = %s", case) == "closed"


def take(agent: Person, visit: int) -> None:
    """M8.1: listened to, apologised for, promised."""
    agent.go(f"/work-orders/{visit}/")
    agent.page.locator(f'a[href="/complaints/take/?visit={visit}"]').first.click()
    agent.look_over("complaint-take")
    agent.fill(matter="换完机油第二天，车库地上有一滩油。", reason="漏油", wish="查明原因并负责")
    agent.page.locator('select[name="category"]').select_option(index=4)
    agent.page.locator('select[name="source"]').select_option("phone")
    agent.page.locator('input[name="apologised"]').check()
    agent.press("受理")
    agent.look_over("complaint-case")


def owner(house: House, case: int) -> str:
    """Whose the case is now."""
    return str(
        house.one(
            "SELECT u.username FROM complaints_complaint c JOIN staff_user u ON u.id = c.owner_id WHERE c.id = %s", case
        )
    )


def answer(handler: Person, case: int, words: str, shot: str) -> None:
    """M8.2: what was found, and the answer; found on his own list."""
    handler.go("/")
    handler.page.locator(f'a[href="/complaints/{case}/"]').first.click()
    findings = handler.page.locator('form[action$="/investigate/"]')
    if findings.locator('[name="cause"]').is_visible():
        findings.locator('[name="cause_kind"]').select_option("workmanship")
        handler.fill(cause="放油螺栓未按扭力锁紧", responsibility="施工", remedy="免费重做", prevention="扭力扳手复核")
        findings.locator("button").last.click()
        handler.page.wait_for_load_state()
    handler.look_over(f"complaint-{shot}")
    handler.fill(answer=words)
    handler.page.locator('form[action$="/answer/"] button').last.click()
    handler.page.wait_for_load_state()


def test_a_late_answer_goes_up_by_itself(house: House, person: Callable[..., Person]) -> None:
    """M8.2-c: the promised time passes; the sweep hands the case to the manager, who sees it on his home page."""
    house.set_clock(TUESDAY_TEN)
    case = house.before("complained", house.before("delivered", "LAT-0001"))
    due = house.one("SELECT answer_due_at FROM complaints_complaint WHERE id = %s", case)
    house.set_clock(due + dt.timedelta(minutes=5))
    house.ring("insight.sweep")  # as beat does every minute
    house.wait("escalate", lambda: house.one("SELECT layer FROM complaints_complaint WHERE id = %s", case) == 2, 90)
    manager = person(owner(house, case))
    manager.go("/")
    manager.look_over("manager-home")
    manager.page.locator(f'a[href="/complaints/{case}/"]').first.click()
    manager.sees("LAT-0001")
    manager.look_over("complaint-late")
