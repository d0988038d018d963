"""Signing in and out, demo accounts, and guessing passwords (A8, short form)."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.test import Client

from servicedesk.staff.models import User
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
URL = "/sign-in/"


@pytest.fixture(autouse=True)
def with_password(advisor: User, manager: User) -> None:
    for user in (advisor, manager):
        user.password = make_password(PASSWORD)
        user.save()


def sign_in(username: str = "advisor", password: str = PASSWORD, client: Client | None = None, **extra: Any) -> Any:
    return (client or Client()).post(URL, {"username": username, "password": password}, **extra)


def guess(times: int, username: str = "advisor", **extra: Any) -> list[int]:
    return [sign_in(username, f"wrong{n}", **extra).status_code for n in range(times)]


def test_the_right_password_leads_home() -> None:
    answer = sign_in()
    assert (answer.status_code, answer["Location"]) == (302, "/")
    cookie = answer.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_the_session_key_changes_at_sign_in(client: Client) -> None:
    client.session["x"] = 1
    before = client.session.session_key
    client.cookies["sessionid"] = before or "fixed-by-an-attacker"
    sign_in(client=client)
    assert client.cookies["sessionid"].value not in (before, "fixed-by-an-attacker")


@pytest.mark.parametrize("username", ["advisor", "nobody", "", "Advisor", "advisor\x00", "林" * 200, "' OR 1=1 --"])
def test_a_wrong_password_says_so_and_keeps_the_name(username: str) -> None:
    answer = sign_in(username, "wrong")
    assert answer.status_code == 200
    assert "wrong" not in answer.content.decode().split("<main")[1].split("</form>")[0].replace("text-wrong", "")


def test_a_disabled_account_cannot_sign_in(advisor: User) -> None:
    User.objects.filter(pk=advisor.pk).update(is_active=False)
    assert sign_in().status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil"]
)
def test_next_never_leads_away(target: str) -> None:
    answer = Client().post(f"{URL}?next={target}", {"username": "advisor", "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"


def test_next_leads_back_to_where_he_wanted_to_go() -> None:
    wanted = Client().get("/work-orders/?stage=repair")["Location"]
    assert wanted == "/sign-in/?next=/work-orders/%3Fstage%3Drepair"
    answer = Client().post(wanted, {"username": "advisor", "password": PASSWORD})
    assert answer["Location"] == "/work-orders/?stage=repair"


def test_signing_out_is_a_post_and_ends_the_session(advisor: User) -> None:
    browser = client_of(advisor)
    assert browser.get("/sign-out/").status_code == 405
    assert browser.get("/").status_code == 200
    assert browser.post("/sign-out/")["Location"] == URL
    assert browser.get("/")["Location"].startswith(URL)


def test_who_is_signed_in_is_sent_home(advisor: User) -> None:
    assert client_of(advisor).get(URL)["Location"] == "/"


def test_demo_accounts_are_offered_in_demo_mode_only(settings: Any, everyone: dict[str, User]) -> None:
    settings.DEMO = False
    assert 'value="demo"' not in Client().get(URL).content.decode()
    settings.DEMO = True
    page = Client().get(URL)
    assert [account["username"] for account in page.context["demo_accounts"]] == list(everyone)
    assert page.content.decode().count('name="password" value="demo"') == 10


def test_guessing_is_stopped_after_ten_tries() -> None:
    assert guess(12) == [200] * 9 + [429] * 3
    assert sign_in().status_code == 429


def test_guesses_from_made_up_addresses_are_stopped_and_hurt_nobody_else() -> None:
    """A8, short form."""
    codes = [
        sign_in(
            password=f"wrong{n}", HTTP_X_FORWARDED_FOR=f"10.1.{n // 250}.{n % 250}", HTTP_USER_AGENT=f"bot {n}"
        ).status_code
        for n in range(40)
    ]
    assert codes == [200] * 9 + [429] * 31
    assert sign_in("manager").status_code == 302
    assert sign_in(REMOTE_ADDR="192.0.2.7").status_code == 302
    page = sign_in()
    assert (page.status_code, "15" in page.content.decode()) == (429, True)


@pytest.mark.parametrize("forged", ["", "1.2.3.{n}, ", "1.2.3.{n}, 5.6.7.{n}, "])
def test_behind_our_proxy_only_its_own_entry_counts(settings: Any, forged: str) -> None:
    settings.TRUSTED_PROXIES = 1
    codes = [
        sign_in(
            password="wrong", REMOTE_ADDR="172.18.0.2", HTTP_X_FORWARDED_FOR=forged.format(n=n) + "203.0.113.9"
        ).status_code
        for n in range(20)
    ]
    assert codes == [200] * 9 + [429] * 11
    neighbour = sign_in(REMOTE_ADDR="172.18.0.2", HTTP_X_FORWARDED_FOR="203.0.113.10")
    assert neighbour.status_code == 302


def test_an_ipv6_household_is_one_address() -> None:
    codes = [sign_in(password="wrong", REMOTE_ADDR=f"2001:db8::{n + 1:x}").status_code for n in range(12)]
    assert codes == [200] * 9 + [429] * 3
    assert sign_in(REMOTE_ADDR="2001:db8:1::1").status_code == 302


def test_a_locked_out_person_may_try_again_after_a_quarter_of_an_hour() -> None:
    guess(10)
    AccessAttempt.objects.update(attempt_time="2026-01-01T00:00:00Z")
    assert sign_in().status_code == 302


def test_guessed_passwords_are_not_kept() -> None:
    sign_in(password="my-real-password-elsewhere")
    assert "my-real-password-elsewhere" not in str(list(AccessAttempt.objects.values()))


def test_sign_in_needs_its_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(client=strict).status_code == 403
