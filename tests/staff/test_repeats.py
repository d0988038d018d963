"""`perform`: one effect per form, and the same answer each time (C3's ground)."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from servicedesk.staff.models import ClosedDay, HandledRequest, User
from servicedesk.staff.repeats import REFUSAL_SESSION_KEY
from tests.fixtures.people import Person, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.urls_for_repeats")]
KEY = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def browser(advisor: User) -> Person:
    return client_of(advisor)


def said(browser: Person) -> str:
    return browser.get("/tests/told/").content.decode()


def test_the_first_time_acts_and_tells(browser: Person) -> None:
    answer = browser.act("/tests/act/", {"name": "Typhoon"})
    day = ClosedDay.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/tests/done/{day.pk}/")
    assert said(browser) == "Closed: Typhoon"


def test_a_repeat_gets_the_same_answer_and_does_nothing(browser: Person) -> None:
    first = browser.act("/tests/act/", {"name": "Typhoon"}, key=KEY)
    again = [browser.act("/tests/act/", {"name": "Typhoon"}, key=KEY) for _time in range(3)]
    assert {answer["Location"] for answer in again} == {first["Location"]}
    assert said(browser) == "|".join(["Closed: Typhoon"] * 4)
    assert (ClosedDay.objects.count(), HandledRequest.objects.count()) == (1, 1)


def test_another_form_is_another_effect(browser: Person) -> None:
    for _form in range(2):
        browser.act("/tests/act/", {"name": "Typhoon"})
    assert ClosedDay.objects.count() == 2


def test_two_people_may_hold_the_same_key(browser: Person, manager: User) -> None:
    browser.act("/tests/act/", {"name": "A"}, key=KEY)
    client_of(manager).act("/tests/act/", {"name": "B"}, key=KEY)
    assert sorted(ClosedDay.objects.values_list("name", flat=True)) == ["A", "B"]


@pytest.mark.usefixtures("centre")
def test_a_visitor_needs_no_account(client: Any) -> None:
    for _click in range(2):
        assert client.post("/tests/visit/", {"request_key": KEY})["Location"] == "/tests/thanks/"
    assert ClosedDay.objects.count() == 1


def test_a_refusal_rolls_back_and_keeps_all_reasons(browser: Person) -> None:
    answer = browser.act("/tests/act/", {"name": "no"}, key=KEY)
    assert (answer.status_code, answer["Location"]) == (302, "/tests/refused/")
    assert browser.session[REFUSAL_SESSION_KEY] == [
        {"text": "It is too late.", "url": "", "clause": ""},
        {"text": "The car is gone.", "url": "/mend/", "clause": "M6.1-a"},
    ]
    assert (ClosedDay.objects.count(), HandledRequest.objects.count()) == (0, 0)


def test_the_reasons_are_shown_once_on_the_next_page(browser: Person) -> None:
    browser.act("/tests/act/", {"name": "no"})
    page = browser.get("/").content.decode()
    assert ("It is too late." in page, 'href="/mend/"' in page, "M6.1-a" in page) == (True, True, True)
    assert "It is too late." not in browser.get("/").content.decode()


def test_what_was_refused_may_be_sent_again_when_mended(browser: Person) -> None:
    browser.act("/tests/act/", {"name": "no"}, key=KEY)
    assert browser.act("/tests/act/", {"name": "yes"}, key=KEY)["Location"].startswith("/tests/done/")


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "a b c d e f g h", "'; DROP TABLE", "\x00" * 12, "--------"])
def test_a_form_without_a_usable_key_is_400(browser: Person, key: str) -> None:
    assert browser.post("/tests/act/", {"request_key": key, "name": "x"}).status_code == 400
    assert ClosedDay.objects.count() == 0


def test_htmx_is_told_to_load_the_page(browser: Person) -> None:
    answer = browser.act("/tests/act/", {"name": "x"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"].startswith("/tests/done/")) == (204, True)


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_the_same_moment_act_once(advisor: User) -> None:
    start, places = threading.Barrier(8), []
    browsers = [client_of(advisor) for _click in range(8)]
    key = str(uuid.uuid4())

    def click(browser: Person) -> None:
        try:
            start.wait()
            places.append(browser.act("/tests/act/", {"name": "x"}, key=key)["Location"])
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert places == [f"/tests/done/{ClosedDay.objects.get().pk}/"] * 8
