"""The tags of the house draw what the component sheet shows."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import translation

from servicedesk import registry
from servicedesk.staff.models import ServiceCentre

NOW = dt.datetime(2026, 11, 24, 2, 42, tzinfo=dt.UTC)  # 10:42 in Taipei
CENTRE = ServiceCentre(name="Neihu", time_zone="Asia/Taipei", currency="TWD")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def draw(source, **context):
    return Template(source).render(Context({"now": NOW, "current_centre": CENTRE, **context}))


def at(hour, minute=0, day=24):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=CENTRE.zone)


def test_icon_is_inline_and_decorative():
    html = draw('{% icon "clock" %}')
    assert html.startswith('<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><path')
    assert html.endswith("</svg>")


@pytest.mark.parametrize("name", ["no-such-icon", "../secret", ""])
def test_unknown_icon_is_an_error(name):
    with pytest.raises(ValueError, match="no icon"):
        draw("{% icon name %}", name=name)


def test_stage_badge_has_icon_and_word():
    order = SimpleNamespace(stage="repair", get_stage_display=lambda: "In repair")
    html = draw("{% stage_badge order %}", order=order)
    assert html.startswith('<span class="sd-stage" data-stage="repair"><svg')
    assert html.endswith("In repair</span>")


def test_hold_says_why_and_how_long():
    held = SimpleNamespace(cause="consent", get_cause_display=lambda: "Awaiting consent", since=at(10, 19))
    assert draw("{% hold held %}", held=held).endswith("</svg>Awaiting consent 23 min</span>")
    assert draw("{% hold held %}", held=None) == ""


@pytest.mark.parametrize(
    ("due", "state", "expected_state", "words"),
    [
        (at(11, 30), "pending", "pending", "48 min left"),
        (at(10, 30), "broken", "broken", "12 min over"),
        (at(10, 30), "", "broken", "12 min over"),
    ],
)
def test_promise_shows_time_then_distance(due, state, expected_state, words):
    html = draw("{% promise p %}", p=SimpleNamespace(due_at=due, state=state))
    assert f'data-state="{expected_state}"' in html
    assert f'data-due>{due:%H:%M}</time><span class="sd-left">{words}</span>' in html


def test_promise_with_its_own_words_does_not_tick():
    p = SimpleNamespace(due_at=at(16, 30), state="kept", distance="16:12 done")
    html = draw('{% promise p size="lg" %}', p=p)
    assert "data-due" not in html
    assert "16:12 done" in html
    assert ">Promised<" in html


def test_a_kept_promise_says_so_in_a_header():
    html = draw('{% promise p size="lg" %}', p=SimpleNamespace(due_at=at(16, 30), state="kept"))
    assert '<span class="sd-left">In time</span>' in html
    assert "<svg" in html


def test_plate_is_never_translated():
    assert draw("{% plate v %}", v=SimpleNamespace(plate="粤B·12345")) == (
        '<span class="sd-plate" translate="no">粤B·12345</span>'
    )
    assert 'class="c-plate c-plate--lg"' in draw('{% plate "BKQ-5821" size="lg" css="c-plate" %}')


def test_texts_are_escaped():
    assert "&lt;b&gt;" in draw("{% plate v %}", v="<b>")
    assert "<b>" not in draw("{% stage_badge s label=l %}", s="repair", l="<b>")


def test_visit_line_asks_the_registry(monkeypatch):
    steps = {
        2: lambda order: registry.VisitStep("Hsu Ya-ting", at(8, 52), at(9, 18)),
        3: lambda order: registry.VisitStep("Chen Chih-hao", at(9, 34)),
        6: lambda order: registry.VisitStep("Hsu Ya-ting", at(16, 30)),
    }
    monkeypatch.setattr(registry, "visit_steps", steps)
    html = draw("{% visit_line order %}", order=SimpleNamespace(stage="repair"))
    assert [html.count(f'class="is-{state}"') for state in ("done", "now", "next")] == [2, 1, 5]
    assert [words in html for words in ("08:52 – 09:18", "since 09:34", ">16:30<")] == [True, True, True]


@pytest.mark.parametrize(
    ("stage", "done", "label"),
    [
        ("reception", 1, "Chapter 2 of 8: Reception"),
        ("ready", 5, "Chapter 6 of 8: Delivery"),
        ("closed", 8, "Visit over"),
    ],
)
def test_visit_mini(stage, done, label):
    html = draw("{% visit_mini stage %}", stage=stage)
    assert html.count('<i class="d">') == done
    assert html.count("<i ") == 8
    assert f'aria-label="{label}"' in html


def test_filters():
    source = "{{ a|money:c }} {{ a|amount:'CNY' }} {{ t|hm:c }} {{ t|day:c }} {{ t|week_day:c }}"
    html = draw(source + " {{ h|hours }} {{ n|number }}", a=11277, c=CENTRE, t=NOW, h="2.7", n=41286)
    assert html == "NT$11,277 11,277.00 10:42 24 Nov Tue 24 Nov 2.7 h 41,286"


def test_filters_of_nothing_are_empty():
    assert (
        draw("{{ x|money:c }}{{ x|hm:c }}{{ x|day:c }}{{ x|ago }}{{ x|number }}{{ x|hours }}", x=None, c=CENTRE) == ""
    )


def test_telephone_link():
    assert draw("{{ p|tel }}", p="+886 2 5550-0188") == "+886255500188"


def test_capture_tells_empty_from_full():
    source = "{% capture as x %}  {% if full %}words{% endif %} {% endcapture %}{% if x %}[{{ x }}]{% endif %}"
    assert draw(source, full=True) == "[words]"
    assert draw(source, full=False) == ""


def test_request_keys_differ():
    assert draw("{% request_key %}") != draw("{% request_key %}")


@pytest.mark.parametrize(("language", "expected"), [("en", "en"), ("zh-hant", "zh-Hant"), ("zh-hans", "zh-Hans")])
def test_html_lang(language, expected):
    with translation.override(language):
        assert draw("{% html_lang %}") == expected


def test_telephone_numbers_are_grouped_as_their_country_writes_them():
    assert draw("{{ p|phone }}", p="+886225550100") == "02 2555 0100"
    assert draw("{{ p|phone }}", p="+8675566660100") == "0755 6666 0100"
    assert draw("{{ p|phone }}", p="ask at the desk") == "ask at the desk"
    assert draw("{{ p|phone }}", p=None) == ""


@pytest.mark.parametrize(("share", "words"), [(0.864, "86"), (-0.3, "−30"), (None, "")])
def test_points_of_a_hundred_are_no_percent(share, words):
    assert draw("{{ share|points }}", share=share) == words


def test_a_number_is_short_at_home_and_full_elsewhere():
    order = SimpleNamespace(number="W2611-0318", full_number="NH-W2611-0318", centre_id=7)
    home, away = (SimpleNamespace(pk=pk) for pk in (7, 8))
    shown = [draw("{% number_of order %}", order=order, current_centre=centre) for centre in (home, away)]
    assert shown == ["W2611-0318", "NH-W2611-0318"]
