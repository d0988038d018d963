"""Chapters 5 to 8 as people do them."""

from __future__ import annotations

import io
from collections.abc import Callable

from pypdf import PdfReader

from tests.journeys.car import PLATE, stage
from tests.journeys.conftest import PHONE, House, Person


def prepare_delivery(house: House, person: Callable[..., Person], pk: int) -> str:
    """M5: washed part by part, looked at again; the bill issued with a gapless number, its differences agreed, paid."""
    detailer, cashier = person("detailer", screen=PHONE), person("cashier")
    detailer.go(f"/delivery/wash/{pk}/")
    for _part in range(3):
        detailer.page.locator(f'form[action="/delivery/wash/{pk}/tick/"] button').first.click()
        detailer.page.wait_for_load_state()
    detailer.answer_all("ok")
    detailer.next()
    cashier.go(f"/delivery/bills/{pk}/")
    cashier.next()
    number = str(house.one("SELECT number FROM delivery_bill WHERE work_order_id = %s AND state = 'issued'", pk))
    assert number == "NH-S26-000001"
    cashier.sees(number)
    cashier.choose("method", "card")
    cashier.fill(reference="4417")
    cashier.next()
    detailer.go(f"/delivery/wash/{pk}/")
    detailer.next()
    assert stage(house) == "ready"
    return number


def hand_over(house: House, advisor: Person, tablet: Person, customer: Person, pk: int) -> None:
    """M6.1: the advisor tells the customer, explains; the customer looks, accepts and signs."""
    advisor.go(f"/delivery/ready/{pk}/")
    advisor.next()
    customer.go(house.letter("pickup_ready").link)
    customer.sees(PLATE)
    tablet.go(f"/delivery/ready/{pk}/")
    for tick in tablet.page.locator('input[name="explained"], input[name="given"]').all():
        tick.check()
    tablet.fill(odometer_out="39812")
    tablet.draw_signature()
    tablet.fill(signature_name="王小明")
    tablet.page.locator(f'form[action="/delivery/ready/{pk}/hand-over/"] button[type="submit"]').click()
    tablet.page.wait_for_load_state()
    assert stage(house) == "delivered"


def read_the_bill(house: House, advisor: Person, number: str) -> None:
    """M5.2-b: the paper, read back: every line, the total, in the customer's language."""
    order = house.one("SELECT id FROM documents_paperorder WHERE number = %s AND kind = 'bill'", number)
    printed = "SELECT 1 FROM documents_paperorder WHERE id = %s AND state = 'printed'"
    house.wait("print the bill", lambda: bool(house.rows(printed, order)))
    response = advisor.page.request.get(f"{house.url}/documents/orders/{order}")
    assert response.ok
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.body())).pages)
    for words in (number, PLATE, "王小明", "更換前煞車來令片", "更換機油與機油芯", "更換前煞車來令片與碟盤"):
        assert words in text
    assert "MNT-070" not in text  # what was declined is not billed
    assert "明細" in text


def answer_the_survey(house: House, advisor: Person, customer: Person, pk: int) -> None:
    """M6.2: the advisor's tap arms the link; one tap a question; what was bad is passed on."""
    advisor.go(f"/delivery/ready/{pk}/")
    advisor.next()
    customer.go(house.letter("survey_invitation").link)
    for _question in range(20):
        taps = customer.page.locator('button[name="value"]')
        if not taps.count():
            break
        best = "button[name=value]:is([value='5'], [value='10'], [value='yes'])"
        customer.page.locator(best).first.click()
        customer.page.wait_for_load_state()
    assert house.one("SELECT count(*) FROM delivery_surveyanswer") > 5


def follow_up(house: House, person: Callable[..., Person], pk: int) -> None:
    """M7: Celery planned the call within seven days; a problem is recorded, passed on, solved, closed; so is the visit."""
    call = "SELECT id FROM followup_followup WHERE work_order_id = %s ORDER BY id LIMIT 1"
    house.wait("plan the follow-up", lambda: bool(house.rows(call, pk)))
    planned = house.one(
        "SELECT max(f.due_at::date) - min(w.delivered_at::date) FROM followup_followup f JOIN workorders_workorder w "
        "ON w.id = f.work_order_id WHERE f.id = %s",
        house.one(call, pk),
    )
    assert 0 < planned <= 7
    agent = person("agent")
    agent.go(f"/follow-up/calls/{house.one(call, pk)}/")
    agent.choose("outcome", "reached")
    agent.choose("runs_well", "no")
    for question in agent.page.locator('input[name^="check_"][value="yes"]').all():
        agent.choose(str(question.get_attribute("name")), "yes")
    agent.choose("repair_quality", "4")
    agent.choose("service", "5")
    agent.fill(words="高速時方向盤有點抖。", problem="高速時方向盤抖動")
    agent.page.locator('select[name="department"]').select_option("supervisor")
    agent.page.locator('form[action$="/record/"] button[type="submit"]').last.click()
    agent.page.wait_for_load_state()
    problem = house.one("SELECT id FROM followup_problem WHERE work_order_id = %s", pk)
    supervisor = person("supervisor")
    supervisor.go(f"/follow-up/problems/{problem}/")
    supervisor.fill(solution="重新做了車輪平衡，路試正常。")
    supervisor.page.locator('form[action$="/solve/"] button').click()
    supervisor.page.wait_for_load_state()
    agent.go(f"/follow-up/problems/{problem}/")
    agent.next()
    assert "車輪平衡" in house.letter("issue_solved").body
    if stage(house) != "closed":
        agent.go(f"/work-orders/{pk}/")
        agent.page.locator(f'form[action="/follow-up/visits/{pk}/close/"] button').click()
        agent.page.wait_for_load_state()
    assert stage(house) == "closed"


def complain(house: House, person: Callable[..., Person], customer: Person, pk: int) -> None:
    """M8: taken with an apology and a promise, investigated, answered, accepted by the complainant's link, closed."""
    agent = person("agent")
    agent.go(f"/complaints/take/?visit={pk}")
    agent.fill(matter="交車時沒有說明舊零件放在哪裡。", reason="舊零件未交代", wish="請說明並道歉")
    category = agent.page.locator('select[name="category"]')
    category.select_option(index=len(category.locator("option").all()) - 1)
    agent.page.locator('select[name="source"]').select_option("phone")
    agent.page.locator('input[name="apologised"]').check()
    agent.page.locator("form[method=post] button.btn-primary").last.click()
    agent.page.wait_for_load_state()
    case = house.one("SELECT id FROM complaints_complaint")
    assert house.one("SELECT count(*) FROM workorders_promise WHERE kind = 'complaint_answer' AND kept_at IS NULL") == 1
    received = house.letter("complaint_received")
    assert "C2611-0001" in received.subject + received.body
    owner = house.one("SELECT u.username FROM complaints_complaint c JOIN staff_user u ON u.id = c.owner_id")
    manager = person(str(owner))
    manager.go(f"/complaints/{case}/")
    manager.page.locator('select[name="cause_kind"]').select_option("communication")
    manager.fill(
        cause="交車時漏了說明", responsibility="服務顧問", remedy="致電說明並道歉", prevention="交車清單加上舊零件一項"
    )
    manager.page.locator('form[action$="/investigate/"] button').last.click()
    manager.page.wait_for_load_state()
    manager.go(f"/complaints/{case}/")
    manager.fill(answer="舊零件已放在後車廂的紙箱內，很抱歉沒有說明。")
    manager.page.locator('form[action$="/answer/"] button').last.click()
    manager.page.wait_for_load_state()
    customer.go(house.letter("complaint_answer").link)
    customer.sees("很抱歉沒有說明")
    customer.choose("decision", "accepted")
    customer.next()
    agent.go(f"/complaints/{case}/")
    agent.next()
    assert house.one("SELECT state FROM complaints_complaint") == "closed"
