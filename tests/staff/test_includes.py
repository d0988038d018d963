"""The fragments under templates/includes say what their comments promise."""

import datetime as dt

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from servicedesk.staff.models import ServiceCentre

CENTRE = ServiceCentre(name="Neihu", time_zone="Asia/Taipei", currency="TWD")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


class BookingForm(forms.Form):
    plate = forms.CharField(label="Number plate", help_text="Letters and digits.")
    channel = forms.ChoiceField(label="Channel", choices=[("e", "E-mail"), ("s", "SMS")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False)
    agreed = forms.BooleanField(label="Agreed")

    def __init__(self, *args):
        super().__init__(*args)
        self.helper = FormHelper()
        self.helper.form_tag = False


def test_crispy_form_shows_a_summary_and_named_errors():
    html = render_crispy_form(BookingForm({"plate": ""}))
    assert "3 entries to complete or correct" in html
    assert '<a href="#id_plate">Number plate: Fill this in.</a>' in html
    assert 'aria-describedby="id_plate_helptext id_plate_error"' in html or (
        'aria-describedby="id_plate_error id_plate_helptext"' in html
    )
    assert [f'id="{name}"' in html for name in ("id_plate", "id_plate_error", "id_plate_helptext", "id_channel")] == [
        True
    ] * 4
    assert html.count("data-bad") == 3
    assert html.count("optional") >= 1


def test_crispy_form_without_errors_has_no_summary():
    html = render_crispy_form(BookingForm())
    assert "sd-errsum" not in html
    assert "invalid-feedback" not in html


def test_gate_lists_what_is_missing_first():
    rows = [
        {"ok": True, "text": "Parts issued"},
        {"ok": False, "text": "No consent", "clause": "M3.2-c", "url": "/fix/"},
    ]
    html = render_to_string("includes/_gate.html", {"title": "1 thing", "requirements": rows})
    assert html.index("No consent") < html.index("Parts issued")
    assert '<a href="/fix/">Open it<span' in html
    assert "M3.2-c" in html


def test_refusal_lists_every_reason():
    reasons = [{"text": "A", "url": "", "clause": ""}, {"text": "B", "url": "/b/", "clause": "M2.2-a"}]
    html = render_to_string("includes/_refusal.html", {"refusal": {"reasons": reasons}})
    assert html.count("<li data-miss>") == 2
    assert "2 reasons" in html


def test_timeline_uses_the_centres_clock():
    events = [{"at": dt.datetime(2026, 11, 24, 2, 42, tzinfo=dt.UTC), "text": "Signed", "by": "Hsu", "key": True}]
    html = render_to_string("includes/_timeline.html", {"events": events, "centre": CENTRE})
    assert ">10:42</time>" in html
    assert "is-key" in html


def test_checklist_item_is_made_of_radio_buttons():
    choices = [("ok", "Good", "green"), ("bad", "Bad", "red")]
    html = render_to_string(
        "includes/_checklist_item.html",
        {"name": "ac", "label": "Air conditioning", "choices": choices, "value": "bad", "note_name": "ac_note"},
    )
    assert html.count('type="radio"') == 2
    assert 'value="bad" checked' in html
    assert 'name="ac_note"' in html


def test_lines_table():
    lines = [
        {"name": "Discs", "unit_price": 1200, "amount": 480, "state": "proposed", "new": True, "consent_text": "Sent"}
    ]
    html = render_to_string("includes/_lines.html", {"lines": lines, "centre": CENTRE, "total": 11277})
    assert "is-new" in html
    assert '<td class="sd-num" data-at="sum">NT$11,277</td>' in html


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_error_pages_need_no_context(code, language):
    with translation.override(language):
        html = render_to_string(f"{code}.html")
    assert 'href="/"' in html


@pytest.mark.django_db
def test_sign_in_offers_demo_accounts_as_post_forms():
    request = RequestFactory().get("/sign-in/")
    request.user = AnonymousUser()
    accounts = [{"username": "advisor", "role": "Service advisor", "name": "Hsu"}]
    html = render_to_string("staff/sign_in.html", {"form": forms.Form(), "demo_accounts": accounts}, request)
    assert html.count('name="csrfmiddlewaretoken"') == 3
    assert '<input type="hidden" name="username" value="advisor">' in html
