"""Every kind of message in every language, with usual and with the longest values: complete, plain in tone, short."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.test import override_settings
from django.utils import translation

from servicedesk.customers.models import Customer
from servicedesk.messaging import relay, rendering, samples
from servicedesk.messaging.kinds import KINDS
from servicedesk.messaging.models import LINK_PLACEHOLDER, TOKEN_LENGTH, Message
from servicedesk.messaging.rendering import Rendered, inlined, parts, render
from servicedesk.messaging.templatetags.message_text import END_SPARE, SPARE
from servicedesk.staff.models import ServiceCentre

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _name in settings.LANGUAGES]
EVERY = [(kind, language) for kind in KINDS for language in LANGUAGES]
SHORT = "https://s.hm.test"
LATEST = "2026-12-30T08:30:00+00:00"  # Wednesday 30 December, 16:30
MOMENTS = ("starts_at", "was", "valid_until", "change_until", "ready_by", "answer_by", "until", "next_call_at")
LONGEST = dict.fromkeys(MOMENTS, LATEST) | {
    "plate": "ABC-1234",
    "amount": "110184",
    "due": "110184",
    "balance": "110184",
    "estimate": "110184",
}
CENTRES = {
    "en": ("Homu Neihu", "Homu Motors Taipei Neihu Service Centre"),
    "zh-hant": ("內湖廠", "台北內湖服務廠"),
    "zh-hans": ("内湖店", "台北内湖服务店"),
}
OWNER = {"en": "Ouyang Fei-fei", "zh-hant": "歐陽菲菲", "zh-hans": "欧阳菲菲"}
BOASTS = re.compile(r"success|[!！]|親愛|亲爱|[親亲](?!自)|成功", re.IGNORECASE)
"""What no message says (親自, in person, is another word)."""
TRAP = "⟪missing %s⟫"


def a_centre(name: str = "台北內湖廠") -> ServiceCentre:
    """A centre that is in no database."""
    return ServiceCentre(
        code="NH",
        name=name,
        address="台北市內湖區示範路88號",
        phone="+886255500188",
        time_zone="Asia/Taipei",
        currency="TWD",
        map_url="https://maps.example/neihu",
    )


def read(kind: str, language: str, channel: str = "email", *, longest: bool = False, **values: Any) -> Rendered:
    """The sample message of a kind, its link in place; a variable that its template lacks shows in it."""
    centre = a_centre(CENTRES[language][longest])
    context = samples.context_of(kind, language, centre)
    if longest:
        context |= {name: value for name, value in LONGEST.items() if name in context and name != "due"}
        context |= {"owner": OWNER[language]} | ({} if kind in samples.DATES else {"due": "110184"})
    context |= values
    message = samples.message_of(kind, language=language, channel=channel, centre=centre, context=context)
    engine = settings.TEMPLATES[0] | {"OPTIONS": settings.TEMPLATES[0]["OPTIONS"] | {"string_if_invalid": TRAP}}
    with override_settings(TEMPLATES=[engine], LINK_URL=SHORT):
        return render(message).with_link(f"{SHORT}/{'x' * TOKEN_LENGTH}")


def next_step(kind: str) -> str:
    """What must stand in every form of the message: its link, or our number."""
    if KINDS[kind].page:
        return f"{settings.SITE_URL}/appointments/book/"
    return "5550 0188" if kind in samples.WITHOUT_LINK else f"{SHORT}/{'x' * TOKEN_LENGTH}"


def test_the_trap_sees_a_missing_variable():
    engine = settings.TEMPLATES[0] | {"OPTIONS": settings.TEMPLATES[0]["OPTIONS"] | {"string_if_invalid": TRAP}}
    words = "{% load message_text %}{{ a }}{% fact 'x' b %}{% blocktrans with c=d|upper %}{{ c }}{% endblocktrans %}"
    with override_settings(TEMPLATES=[engine]):
        shown = engines["django"].from_string(words).render({})
    assert [name in shown for name in (TRAP % "a", TRAP % "b", TRAP % "d")] == [True, True, True]


def test_every_kind_of_the_list_is_there():
    wanted = """
        appointment_received appointment_confirmed appointment_reminder_day appointment_reminder_2h appointment_moved
        appointment_cancelled appointment_alternatives appointment_missed inspection_to_confirm estimate_approval
        inspection_signed
        estimate_reminder estimate_recorded promise_moved parts_arrived pickup_ready payment_receipt refund_receipt
        delivered_papers survey_invitation survey_reminder followup_sorry_missed_you followup_questions declined_reminder
        next_service complaint_received complaint_progress complaint_answer complaint_escalated complaint_decision
        complaint_check issue_solved new_link waitlist_offer waitlist_joined waitlist_over appointment_expired
    """
    assert sorted(KINDS) == sorted(wanted.split())
    assert all(kind.when for kind in KINDS.values())


@pytest.mark.parametrize("longest", [False, True])
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_letter_is_whole(kind, language, longest):
    words = read(kind, language, longest=longest)
    assert "\n" not in words.subject
    assert words.subject.strip() == words.subject != ""
    for text in (words.subject, words.body, words.html):
        assert "missing" not in text, text
        assert "None" not in text
    for text in (words.body, words.html):
        assert next_step(kind) in text
        assert CENTRES[language][longest] in text
        assert "02 5550 0188" in text
    assert 'href="tel:+886255500188"' in words.html
    for text in (words.subject, words.body, re.sub(r"<!doctype html>", "", words.html)):
        assert BOASTS.findall(text) == []
    assert f'lang="{language}"' in words.html.lower()
    assert "<img" not in words.html


@pytest.mark.parametrize("longest", [False, True])
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_text_message_is_one_part_shop_first_link_last(kind, language, longest):
    text = read(kind, language, "sms", longest=longest).body
    assert text.startswith(
        f"【{CENTRES[language][longest]}】" if language != "en" else f"{CENTRES[language][longest]}: "
    )
    assert text.endswith(next_step(kind)) or (kind in samples.WITHOUT_LINK and text.count("5550 0188") == 1)
    assert "\n" not in text
    assert not {SPARE, END_SPARE} & set(text)
    assert "missing" not in text, text
    assert "None" not in text
    assert BOASTS.findall(text) == []
    assert parts(text) == 1, text
    assert len(text) <= (160 if language == "en" else 70), text


WITHOUT_A_TIME = ("waitlist_joined", "waitlist_over")
"""Letters to people who wait for one."""


@pytest.mark.parametrize(
    ("kind", "language"), [pair for pair in EVERY if pair[0].startswith(("appointment", "waitlist"))]
)
def test_a_booking_has_day_time_place_and_number_in_its_subject(kind, language):
    subject = read(kind, language).subject
    day = {"en": "Thu 26 Nov 09:30", "zh-hant": "11月26日（四）09:30", "zh-hans": "11月26日（周四）09:30"}[language]
    day = "" if kind in WITHOUT_A_TIME else day
    for part in (day, CENTRES[language][0], "B2611-0427"):
        assert part in subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complaint_that_went_up_says_what_was_promised(language):
    late = read("complaint_escalated", language, was=LATEST, answer_by="")
    assert "16:30" in late.body
    assert OWNER[language] not in late.subject
    sms = read("complaint_escalated", language, "sms", longest=True, was=LATEST, answer_by="").body
    assert parts(sms) == 1
    assert OWNER[language] in sms


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_letter_without_anything_extra_still_reads(queue, kind, language, customer):
    customer.language = language
    few = {"number": "W1", "plate": "BKQ-5821", "starts_at": LATEST, "ready_by": LATEST}
    words = render(queue(kind, context=few))
    assert LINK_PLACEHOLDER not in words.body + words.html
    assert "None" not in words.body + words.html
    assert "02 5550 0188" in words.body


def test_what_does_not_fit_a_text_message_is_left_out_last_first():
    assert (
        read("pickup_ready", "zh-hant", "sms").body
        == f"【內湖廠】DEM-0526好了，11/26 18:30前取 {SHORT}/{'x' * TOKEN_LENGTH}"
    )
    short = read("pickup_ready", "zh-hant", "sms", until="").body
    assert short == f"【內湖廠】DEM-0526好了，付NT$10,184 {SHORT}/{'x' * TOKEN_LENGTH}"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("林" * 70, 1),
        ("林" * 71, 2),
        ("😀" * 36, 2),
    ],
)
def test_how_many_text_messages_it_takes(text, count):
    assert parts(text) == count


def test_the_confirmation_names_number_time_place_items_and_estimate(queue, link):
    words = render(queue(link=link))
    for text in (words.body, words.html):
        for part in ("B2611-0427", "09:30", "台北內湖廠", "台北市內湖區示範路88號", "Multi-point inspection", "6,854"):
            assert part in text
    text = render(queue(channel="sms", link=link)).body
    for part in ("B2611-0427", "09:30", "台北內湖廠"):
        assert part in text


def test_the_plain_text_is_laid_out_in_lines_and_paragraphs(queue, link, customer):
    customer.language = "en"
    context = {"number": "C1", "matter": "first line\n\n  second line", "answer_by": LATEST, "owner": "Chien"}
    assert render(queue("complaint_received", context=context, link=link)).body == (
        "Ms 林怡君, we are sorry\n\n"
        "Thank you for telling us. We look into it and answer by this time.\n\n"
        "Wed 30 Dec 16:30\nCase number: C1\nYou said: first line\n\n  second line\nLooked after by: Chien\n\n"
        f"Follow your case:\n{LINK_PLACEHOLDER}\n\n"
        "Questions? Call 02 5550 0188\n\n"
        "The link is meant for you alone. Please do not pass it on.\n\n"
        "台北內湖廠\n台北市內湖區示範路88號\n"
    )


def test_names_of_the_house_win_over_the_context(queue):
    words = render(queue(context={"centre": "elsewhere", "link_url": "https://evil.example", "customer": "x"}))
    assert "elsewhere" not in words.body
    assert "evil" not in words.body + words.html


def test_typed_words_are_escaped_in_html_only(queue):
    context = {"number": "C1", "matter": 'too long <b>& "so"', "answer_by": LATEST, "owner": "<i>"}
    words = render(queue("complaint_received", context=context))
    assert 'too long <b>& "so"' in words.body
    assert "too long &lt;b&gt;&amp; &quot;so&quot;" in words.html
    assert "<i>" not in words.html


def test_garbage_in_the_context_does_not_stop_a_letter(queue):
    bad = {"starts_at": "tomorrow", "items": "one", "ready_by": 12, "number": {"a": 1}, "estimate": None}
    message = queue(context=bad)
    asked = queue("estimate_approval", context={"lines": "none", "total": ""})
    put_off = queue("declined_reminder", context={"due": "soon", "items": [None, 3]})
    relay.run()
    for row in (message, asked, put_off):
        row.refresh_from_db()
        assert row.state == Message.State.SENT, row.error


def test_the_sheet_is_written_into_each_element_but_for_dark_screens(queue, link):
    html = inlined(render(queue(link=link)).with_link("https://s.hm.test/x?a=1&b=2").html)
    assert 'href="https://s.hm.test/x?a=1&amp;b=2" style="display: block;' in html
    assert "<link" not in html
    head, _, body = html.partition("<body")
    assert "prefers-color-scheme: dark" in head
    assert "background: #F5F7F8" in body.partition(">")[0]
    tags = re.findall(r"<[a-z][^>]*\bclass=[^>]*>", body)
    assert len(tags) > 20
    assert [tag for tag in tags if 'style="' not in tag] == []


def test_every_class_of_the_letters_is_in_the_sheet():
    sheet = (settings.BASE_DIR / "static" / "css" / "email.css").read_text(encoding="utf-8")
    used = set()
    for kind, language in EVERY:
        for names in re.findall(r'class="([^"]*)"', read(kind, language).html):
            used |= set(names.split())
    assert used - set(re.findall(r"\.([a-z0-9-]+)", sheet)) == set()


def test_samples_need_no_database(django_assert_num_queries):
    with django_assert_num_queries(0), translation.override("en"):
        for kind in KINDS:
            read(kind, "zh-hant")
            read(kind, "en", "sms")
    assert Customer.objects.count() == 0
    assert rendering.link_length() == len(settings.LINK_URL) + 1 + TOKEN_LENGTH
