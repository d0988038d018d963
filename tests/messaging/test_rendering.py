"""Every kind of message in every language: complete, escaped where it must be, and short where it must be."""

import pytest
from django.conf import settings

from servicedesk.messaging import relay, rendering
from servicedesk.messaging.kinds import KINDS
from servicedesk.messaging.models import LINK_PLACEHOLDER, Message
from servicedesk.messaging.rendering import inlined, render, sheet
from servicedesk.staff.models import ServiceCentre

pytestmark = pytest.mark.django_db

FULL = {
    "number": "NH-W2611-0318",
    "starts_at": "2026-11-26T01:30:00+00:00",
    "ready_by": "2026-11-26T08:00:00+00:00",
    "was": "2026-11-26T07:00:00+00:00",
    "answer_by": "2026-11-26T04:30:00+00:00",
    "until": "2026-11-26T10:30:00+00:00",
    "next_call_at": "2026-11-27T02:00:00+00:00",
    "paid_at": "2026-11-26T09:00:00+00:00",
    "items": ["大保養", "全車健檢"],
    "approved": ["前煞車來令片"],
    "declined": ["更換雨刷片"],
    "work": ["大保養"],
    "papers": ["帳單"],
    "lines": [{"text": "前煞車來令片", "amount": "5418"}, {"text": "煞車油", "amount": "1200"}],
    "estimate": "6854",
    "total": "6618",
    "due": "10184",
    "amount": "10184",
    "balance": "1",
    "plate": "BKQ-5821",
    "vehicle": "Toyota RAV4",
    "advisor": "許雅婷",
    "agent": "簡嘉玲",
    "owner": "簡嘉玲",
    "reason": "等零件",
    "bill": "NH-S26-000296",
    "method": "現金",
    "matter": "等太久 <b>&",
    "answer": "已補件",
    "remedy": "工資折讓",
    "problem": "異音",
    "solution": "已換",
    "calendar_name": "booking.ics",
}
LANGUAGES = [code for code, _name in settings.LANGUAGES]
EVERY = [(kind, language) for kind in KINDS for language in LANGUAGES]
SHORT_URL = "https://s.homu.example/9kQ2"


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_letter_is_whole(queue, link, customer, kind, language):
    customer.language = language
    words = render(queue(kind, context=FULL, link=link, about="NH-W2611-0318"))
    assert "\n" not in words.subject
    assert words.subject.strip() == words.subject != ""
    for text in (words.body, words.html):
        assert text.count(LINK_PLACEHOLDER) == 1
        assert "台北內湖廠" in text
        assert "+886255500188" in text
        assert "None" not in text
    assert "<b>&" not in words.html
    assert f'lang="{language}"'.lower() in words.html.lower()


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_letter_without_anything_extra_still_reads(queue, kind, language, customer):
    customer.language = language
    few = {"number": "W1", "plate": "BKQ-5821", "starts_at": FULL["starts_at"], "ready_by": FULL["ready_by"]}
    words = render(queue(kind, context=few))
    assert LINK_PLACEHOLDER not in words.body + words.html
    assert "None" not in words.body + words.html


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_text_message_is_one_matter_shop_first_link_last(queue, link, customer, kind, language):
    customer.language = language
    centre = ServiceCentre.objects.get()
    centre.name = "內湖廠"
    number = "B2611-0427" if kind.startswith("appointment") else FULL["number"]
    message = queue(kind, context=FULL | {"number": number}, link=link, channel="sms", centre=centre)
    text = render(message).with_link(SHORT_URL).body
    assert text.lstrip("【").startswith("內湖廠")
    assert text.endswith(SHORT_URL)
    assert "\n" not in text
    if text.startswith("【"):
        assert len(text) <= 70, text


def test_the_confirmation_names_number_time_place_items_and_estimate(queue, link):
    words = render(queue(link=link))
    for text in (words.body, words.html):
        for part in ("B2611-0427", "09:30", "台北內湖廠", "台北市內湖區示範路88號", "Multi-point inspection", "6,854"):
            assert part in text
    text = render(queue(channel="sms", link=link)).body
    for part in ("B2611-0427", "09:30", "台北內湖廠"):
        assert part in text


def test_names_of_the_house_win_over_the_context(queue, customer):
    words = render(queue(context=FULL | {"centre": "elsewhere", "link_url": "https://evil.example", "customer": "x"}))
    assert "elsewhere" not in words.body
    assert "evil" not in words.body + words.html


def test_garbage_in_the_context_does_not_stop_a_letter(queue):
    bad = {"starts_at": "tomorrow", "items": "one", "ready_by": 12, "number": {"a": 1}, "estimate": None}
    message = queue(context=bad)
    relay.run()
    message.refresh_from_db()
    assert message.state == Message.State.SENT


def test_every_class_of_the_letters_has_a_style():
    used = set()
    for path in (settings.BASE_DIR / "templates" / "messages").glob("*.html"):
        for names in rendering.CLASSES.findall(path.read_text()):
            used |= set(names.split())
    assert used - set(sheet()) == set()
    assert inlined('<p class="nb">x</p>') == '<p style="white-space: nowrap;">x</p>'
