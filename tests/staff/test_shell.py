"""What surrounds every page: language, centre, counters, health, and the pages that say no."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from servicedesk import registry
from servicedesk.staff import context, views
from servicedesk.staff.models import Membership, ServiceCentre, User
from servicedesk.staff.roles import Role
from tests.fixtures.people import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.urls_for_repeats")]


def lang(answer: Any) -> str:
    return answer.content.decode().split('<html lang="')[1].split('"')[0]


def test_a_visitors_language_is_kept_in_a_cookie(client: Client) -> None:
    answer = client.post("/language/", {"language": "zh-hans", "next": "/sign-in/"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    cookie = answer.cookies["language"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert lang(client.get("/sign-in/")) == "zh-Hans"


def test_a_members_language_goes_with_the_account(advisor: User) -> None:
    client_of(advisor).post("/language/", {"language": "zh-hant"})
    assert User.objects.get(pk=advisor.pk).language == "zh-hant"
    assert lang(client_of(advisor).get("/")) == "zh-Hant"


def test_the_browsers_choice_goes_before_the_accounts(advisor: User) -> None:
    User.objects.filter(pk=advisor.pk).update(language="zh-hant")
    browser = client_of(advisor)
    browser.cookies["language"] = "zh-hans"
    assert lang(browser.get("/")) == "zh-Hans"


@pytest.mark.parametrize(
    "garbage", ["", "xx", "zh", "../../etc", "x" * 5000, "zh-hant\r\nSet-Cookie: a=b", "林", "\x00"]
)
def test_an_unknown_language_changes_nothing(advisor: User, garbage: str) -> None:
    User.objects.filter(pk=advisor.pk).update(language="zh-hant")
    browser = client_of(advisor)
    answer = browser.post("/language/", {"language": garbage})
    assert (answer.status_code, "language" in answer.cookies) == (302, False)
    assert User.objects.get(pk=advisor.pk).language == "zh-hant"


@pytest.mark.parametrize("garbage", ["xx", "x" * 500, "zh%0d%0a", '"'])
def test_a_garbled_cookie_leaves_the_account_its_language(advisor: User, garbage: str) -> None:
    User.objects.filter(pk=advisor.pk).update(language="zh-hant")
    browser = client_of(advisor)
    browser.cookies["language"] = garbage
    assert lang(browser.get("/")) == "zh-Hant"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""])
def test_changing_the_language_never_leads_away(client: Client, target: str) -> None:
    assert client.post("/language/", {"language": "en", "next": target})["Location"] == "/"


def test_choosing_ones_own_centre(advisor: User, other_centre: ServiceCentre) -> None:
    Membership.objects.create(user=advisor, centre=other_centre, role=Role.ADVISOR)
    browser = client_of(advisor)
    for code in ("KH", "NH", "KH"):
        pk = advisor.memberships.get(centre__code=code).centre_id
        assert browser.post("/centre/", {"centre": pk})["Location"] == "/"
        assert browser.get("/").context["current_centre"].code == code


@pytest.mark.parametrize("chosen", ["foreign", "", "0", "-1", "1.5", "１", "x", "9" * 5000, "\x00"])
def test_a_foreign_centre_changes_nothing(advisor: User, other_centre: ServiceCentre, chosen: str) -> None:
    browser = client_of(advisor)
    answer = browser.post("/centre/", {"centre": str(other_centre.pk) if chosen == "foreign" else chosen})
    assert (answer.status_code, "centre" in browser.session) == (302, False)
    assert browser.get("/").context["current_centre"].code == "NH"


def test_health(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"ok", "text/plain")
    assert "no-cache" in answer["Cache-Control"]
    assert client.post("/healthz").status_code == 405


def test_health_is_not_claimed_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise OperationalError("the connection is closed")

    monkeypatch.setattr(views, "connection", Gone())
    assert Client(raise_request_exception=False).get("/healthz").status_code == 500


def test_all_counters_are_one_query_and_then_none_for_a_while(manager: User, centre: ServiceCentre) -> None:
    items = [item for item in registry.menu if item.counter]
    assert len(items) >= 3
    manager.memberships_now()  # every page has read them
    with CaptureQueriesContext(connection) as asked:
        first = context.menu_counts(manager, centre, list(registry.menu))
        again = context.menu_counts(manager, centre, list(registry.menu))
    assert (len(asked), first == again, set(first)) == (1, True, {item.key for item in items})
    assert set(first.values()) == {(0, 0)}


def test_counters_are_kept_per_person_and_centre(
    manager: User, gm: User, centre: ServiceCentre, other_centre: ServiceCentre
) -> None:
    manager.memberships_now()
    gm.memberships_now()
    with CaptureQueriesContext(connection) as asked:
        for user, where in ((manager, centre), (gm, centre), (manager, other_centre), (manager, centre)):
            context.menu_counts(user, where, list(registry.menu))
    assert len(asked) == 3


def test_counters_come_afresh_when_the_cache_is_empty(manager: User, centre: ServiceCentre) -> None:
    context.menu_counts(manager, centre, list(registry.menu))
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        context.menu_counts(manager, centre, list(registry.menu))
    assert len(asked) == 1


def test_the_menu_shows_what_the_role_may_open(everyone: dict[str, User]) -> None:
    for role, user in everyone.items():
        groups = client_of(user).get("/").context["menu_groups"]
        shown = {line["url"] for _group, lines in groups for line in lines}
        for url in shown:
            assert client_of(user).get(url, follow=True).status_code == 200, (role, url)


def test_the_shell_of_a_stranger_is_bare(rf: RequestFactory) -> None:
    assert set(context.shell(rf.get("/"))) == {"languages", "demo", "now"}


def test_a_member_of_no_centre_is_refused_and_not_broken(db: None) -> None:
    nobody = User.objects.create(username="nobody")
    answer = client_of(nobody).get("/")
    assert answer.status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_a_page_that_breaks_says_so_in_our_look_and_tells_no_detail(language: str) -> None:
    browser = Client(raise_request_exception=False)
    browser.cookies["language"] = language
    answer = browser.get("/tests/broken/")
    assert (answer.status_code, "SECRET-DETAIL" in answer.content.decode()) == (500, False)
    assert "sd-errorpage" in answer.content.decode()


def test_pages_that_say_no_are_whole_for_signed_in_people(technician: User) -> None:
    browser = client_of(technician)
    for url, code in (("/tests/till/", 403), ("/nowhere/", 404), ("/work-orders/999/", 404)):
        answer = browser.get(url)
        assert (answer.status_code, "sd-errorpage" in answer.content.decode()) == (code, True)
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
