"""A9: forms without their token are refused, and a browser runs, frames and sends nothing that a stranger smuggles in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from servicedesk.staff.models import User
from tests.fixtures.people import client_of
from tests.proofs.browser_tricks import attack, framed
from tests.proofs.stack import Service
from tests.proofs.wire import Wire, signed_in
from tests.staff.test_access_matrix import address, urls

ELSEWHERE = "http://evil.example"
REFUSALS = ("Content Security Policy", "frame-ancestors", "inline", "htmx:evalDisallowedError")


@pytest.mark.proof("A9")
def test_every_url_refuses_a_post_without_its_token(everyone: dict[str, User], reference: None) -> None:
    """Short form: refused before the view is asked, so whatever the URL, whoever posts."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(everyone["manager"], backend="servicedesk.staff.backends.StaffBackend")
    for browser in (strict, Client(enforce_csrf_checks=True)):
        codes = {name: browser.post(address(name, pattern), {"a": "b"}).status_code for name, pattern in urls().items()}
        assert {name: code for name, code in codes.items() if code != 403} == {}


@pytest.mark.proof("A9")
@pytest.mark.django_db
def test_the_policy_stands_on_every_page(everyone: dict[str, User]) -> None:
    for url in ("/", "/sign-in/", "/work-orders/", "/nowhere/", "/l/none", "/admin/login/", "/healthz"):
        answer = client_of(everyone["advisor"]).get(url)
        policy = {part.split()[0]: part.split()[1:] for part in answer["Content-Security-Policy"].split("; ")}
        assert (policy["default-src"], policy["script-src"], policy["style-src"]) == (
            ["'none'"],
            ["'self'"],
            ["'self'"],
        )
        assert (policy["frame-ancestors"], answer["X-Frame-Options"]) == (["'none'"], "DENY")
        assert (policy["form-action"], policy["base-uri"], policy["object-src"]) == (["'self'"], ["'none'"], ["'none'"])
        assert (answer["X-Content-Type-Options"], answer["Referrer-Policy"] in ("same-origin", "strict-origin")) == (
            "nosniff",
            True,
        )


@pytest.mark.proof("A9")
@pytest.mark.django_db(transaction=True)
def test_a_browser_runs_nothing_that_is_smuggled_in(live_server: Any, page: Any) -> None:
    """Short form, in Chromium, on the sign-in page."""
    url = live_server.url + reverse("staff:sign_in")
    said = attack(page, url, ELSEWHERE)
    assert any("Content Security Policy" in line for line in said)


@pytest.mark.proof("A9")
@pytest.mark.django_db(transaction=True)
def test_nobody_frames_us(live_server: Any, page: Any) -> None:
    assert framed(page, live_server.url + reverse("staff:sign_in"), ELSEWHERE) == ""


@pytest.mark.prove
@pytest.mark.proof("A9")
def test_a9_against_real_processes(service: Service, page: Any) -> None:
    wire = signed_in(service.port, "manager")
    anonymous = Wire(service.port)
    posted = 0
    before = service.rows(
        "SELECT (SELECT count(*) FROM staff_handledrequest), (SELECT count(*) FROM messaging_message)"
    )
    for name, pattern in urls().items():
        for browser in (wire, anonymous):
            for headers in ({}, {"Origin": ELSEWHERE}, {"Referer": f"{ELSEWHERE}/"}, {"Origin": "null"}):
                answer = browser.send(
                    "POST", address(name, pattern), b"a=b", Content_Type="application/x-www-form-urlencoded", **headers
                )
                posted += 1
                assert answer.status == 403, (name, headers, answer.status)
        token = wire.cookies["csrftoken"].encode()
        foreign = wire.send(
            "POST",
            address(name, pattern),
            b"csrfmiddlewaretoken=" + token,
            Content_Type="application/x-www-form-urlencoded",
            Origin=ELSEWHERE,
        )
        assert foreign.status == 403, name
        posted += 1
    assert (
        service.rows("SELECT (SELECT count(*) FROM staff_handledrequest), (SELECT count(*) FROM messaging_message)")
        == before
    )
    page.context.add_cookies(
        [{"name": name, "value": value, "url": service.url} for name, value in wire.cookies.items()]
    )
    said = []
    for path in ("/sign-in/", "/", "/work-orders/", "/customers/"):
        target = service.url + path
        if path == "/sign-in/":
            target = service.url + "/work-orders/promises/"
        fresh = page.context.new_page()
        said += attack(fresh, target, ELSEWHERE)
        fresh.close()
    for path in ("/", "/work-orders/", "/sign-in/"):
        fresh = page.context.new_page()
        assert framed(fresh, service.url + path, ELSEWHERE) == ""
        fresh.close()
    blocked = [line for line in said if "Content Security Policy" in line]
    assert len(blocked) >= 8, said
    print(
        f"A9: {posted} POSTs without token, or from elsewhere: all 403; {len(blocked)} tricks blocked; 3 frames refused"
    )
