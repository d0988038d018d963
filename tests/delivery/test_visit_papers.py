"""All papers of a visit, printed and read back: each language, hostile words, and nothing that changed since."""

import http.server
import threading

import pgtrigger
import pytest
from django.urls import reverse

from delivery.models import PickupNotice
from delivery.selections import papers_to_give
from quality.models import FinalInspection
from servicedesk.catalogue.models import ChecklistItem, LabourOperation, Part
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.documents import printing
from servicedesk.documents.models import PaperOrder
from servicedesk.messaging import relay
from servicedesk.messaging.models import Message
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.models import Concern, WorkOrder, WorkOrderLine
from tests.delivery.visits import printed, whole_visit
from tests.documents.reading import pages_of
from tests.fixtures.people import client_of
from workshop.models import Reading

pytestmark = pytest.mark.django_db

NUMBER = "NH-W2611-0001"
EXPECTED = [
    f"inspection {NUMBER} 1",
    f"authorisation {NUMBER} 1",
    f"authorisation {NUMBER} 2",
    f"selfcheck {NUMBER}-SC1 1",
    f"final {NUMBER}-FI1 1",
    f"selfcheck {NUMBER}-SC2 1",
    f"final {NUMBER}-FI2 1",
    "bill NH-S26-000001 1",
    f"handover {NUMBER} 1",
]
WORDS = {
    "zh-hant": {
        "inspection": ["環車檢查單", "前保險桿", "刮傷", "以上紀錄與實際相符", "現場平板簽名"],
        "authorisation": ["維修委託書", "更換前煞車來令片", "客戶反映問題", "同意總額", "約定事項", "許雅婷"],
        "selfcheck": ["自檢報告", "自檢合格", "SC-01", "陳志豪"],
        "final": ["終檢報告", "檢驗員與施工技師為不同人", "FI-17", "鄭文彬", "試車前里程"],
        "bill": ["結算明細單", "應付總額", "追加", "與估價的差異", "維修保固期間"],
        "handover": ["交車單", "完成，終檢合格", "已交給客戶", "未付金額", "出廠里程"],
    },
    "zh-hans": {
        "inspection": ["环车检查单", "以上记录与实际相符"],
        "authorisation": ["维修委托书", "更换前制动片", "约定事项"],
        "selfcheck": ["自检报告", "自检合格"],
        "final": ["终检报告", "检验员与施工技师为不同人"],
        "bill": ["结算明细单", "应付"],
        "handover": ["交车单", "完成，终检合格"],
    },
    "en": {
        "inspection": ["Joint inspection sheet", "Front bumper", "Scratch", "signed on the tablet"],
        "authorisation": ["Work authorisation", "Front brake pad replacement", "Agreed terms", "Agreed total"],
        "selfcheck": ["Self-check report", "All in order"],
        "final": ["Final inspection report", "The inspector did not work on this car.", "Before road test"],
        "bill": ["Itemised bill", "Total due", "Difference from the estimate"],
        "handover": ["Handover sheet", "Done and inspected", "Given to the customer"],
    },
}
CHINESE_ONLY = ("維修委託書", "工資", "客戶反映問題", "結算明細單")


@pytest.mark.parametrize("language", WORDS)
def test_every_paper_of_a_visit_in_the_customers_language(language, reference, centre, everyone):
    pages = printed(visit := whole_visit(centre, everyone, language=language))
    assert sorted(pages) == sorted(EXPECTED)
    for key, texts in pages.items():
        text = " ".join(texts)
        for word in WORDS[language][key.split()[0]]:
            assert word in text, (key, word)
        assert "BKQ-5821" in text
        assert NUMBER in text or key.startswith("bill")
        if language == "en":
            assert not any(word in text for word in CHINESE_ONLY), key
        for later in texts[1:]:
            assert "BKQ-5821" in later
            assert key.split()[1] in later  # number and plate run on later pages
    assert all(order.paper.size < 200_000 for order in PaperOrder.objects.select_related("paper"))
    first, second = (" ".join(pages[f"authorisation {NUMBER} {version}"]) for version in (1, 2))
    added = visit.lines.get(operation__code="MNT-070").operation.name_in(language)
    assert (added in first, added in second) == (False, True)
    assert "0912-345-678" in second  # agreed to by telephone
    rework = " ".join(pages[f"final {NUMBER}-FI2 1"])
    assert "左前輕踩有尖銳聲" in rework  # what the first round had sent back


def test_totals_stand_once_and_add_up(reference, centre, everyone):
    pages = printed(whole_visit(centre, everyone))
    bill = " ".join(pages["bill NH-S26-000001 1"])
    assert bill.count("應付總額") == 1
    assert bill.count("NT$8,100") == 2  # the total, and beside what was agreed
    assert "−" in bill
    assert "6,871" in " ".join(pages[f"authorisation {NUMBER} 1"])


def test_hostile_words_are_printed_as_words_and_fetch_nothing(reference, centre, everyone):
    asked = []

    class Trap(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    trap = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    threading.Thread(target=trap.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{trap.server_port}/x"
    words = f'<img src="{address}"><link rel=stylesheet href="{address}"><img src="file:///etc/passwd">&amp;'
    try:
        pages = printed(whole_visit(centre, everyone, words=words, name='<img src="file:///etc/passwd">'))
    finally:
        trap.shutdown()
        trap.server_close()
    assert asked == []
    for key, texts in pages.items():
        text = "".join(texts).replace(" ", "")
        assert "root:x:0" not in text
        assert '<imgsrc="file:///etc/passwd">' in text, key
    assert "&amp;" in " ".join(pages[f"handover {NUMBER} 1"])


def test_a_duplicate_says_what_the_first_one_said(reference, centre, everyone, at_tuesday_ten):
    visit = whole_visit(centre, everyone)
    before = printed(visit)
    Customer.objects.update(name="ZWRONG", phone="+886900000000")
    Vehicle.objects.update(plate="ZWRONG", make="ZWRONG")
    ServiceCentre.objects.update(name="ZWRONG", address="ZWRONG", guarantee_days=1, tax_rate="0.2")
    Concern.objects.update(words="ZWRONG", cause="ZWRONG", correction="ZWRONG")
    WorkOrderLine.objects.update(description="ZWRONG", amount=1)
    WorkOrder.objects.update(odometer_in=1, old_parts_wanted=True, wash_wanted=False)
    Reading.objects.update(value=1)
    User.objects.update(display_name="ZWRONG")
    with pgtrigger.ignore("catalogue.ChecklistItem:words_are_kept"):
        for model in (ChecklistItem, LabourOperation, Part):
            model.objects.update(name_en="ZWRONG", name_zh_hant="ZWRONG", name_zh_hans="ZWRONG")
    at_tuesday_ten.move(days=3)
    desk = client_of(everyone["advisor"])
    for order in PaperOrder.objects.filter(duplicate_of=None):
        assert desk.act(reverse("workorders:paper_duplicate", args=[order.pk])).status_code == 302
    while printing.run():
        pass
    for copy in PaperOrder.objects.exclude(duplicate_of=None).select_related("paper", "duplicate_of"):
        first = copy.duplicate_of
        said = "".join(pages_of(copy.paper)).replace("副本，2026/11/27補發。", "").replace("副本", "")
        assert squeezed(said) == squeezed("".join(before[f"{first.kind} {first.number} {first.version}"])), copy
        assert "副本" in "".join(pages_of(copy.paper))
    assert PaperOrder.objects.exclude(duplicate_of=None).count() == len(EXPECTED)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_customer_gets_his_papers_by_letter_and_by_link(reference, centre, everyone):
    visit = whole_visit(centre, everyone)
    letter = Message.objects.get(kind="delivered_papers")
    given = [order.kind for order in papers_to_give(visit)]
    assert sorted(given) == ["authorisation", "bill", "final", "handover", "inspection"]
    assert [entry["opener"] for entry in letter.attachments] == ["paper_order"] * 3
    guest = client_of(None)
    page = guest.get(letter.link.path, follow=True)
    newest = FinalInspection.objects.order_by("-round").first()
    final = PaperOrder.objects.get(kind="final", target_id=newest.pk)
    address = reverse("delivery:pickup_paper", args=[final.pk])
    assert address in page.content.decode()
    assert guest.get(address)["Refresh"] == "2"
    printed(visit)
    assert guest.get(address)["Content-Type"] == "application/pdf"
    failed = PaperOrder.objects.filter(kind="final").exclude(pk=final.pk).get()
    internal = PaperOrder.objects.filter(kind="selfcheck").first()
    for order in (failed, internal):
        assert guest.get(reverse("delivery:pickup_paper", args=[order.pk])).status_code == 404
    assert client_of(None).get(address).status_code == 404
    assert relay.run() > 0
    assert PickupNotice.objects.count() == 1
