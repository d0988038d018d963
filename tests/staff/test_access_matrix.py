"""A1: every URL × method × role + anonymous against access_matrix.csv. A view without a row fails the build."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from servicedesk.staff.models import User
from servicedesk.staff.roles import Role
from tests.fixtures.people import client_of

MATRIX = Path(__file__).with_name("access_matrix.csv")
METHODS = ("get", "post", "put", "delete", "head", "options")
STRANGE = {
    "int": 999_999_999,
    "slug": "none",
    "str": "none",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "path": "none",
}
STRANGE_GROUPS = {"pk": "999999999", "size": "full"}
"""The same for addresses spelt as regular expressions."""

FOREIGN = ("admin:",)
"""Django admin guards itself: superusers only (tests/staff/test_admin.py)."""


def walk(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All named URLs of the house with their view."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


def urls() -> dict[str, URLPattern]:
    return {name: p for name, p in walk(get_resolver().url_patterns) if not name.startswith(FOREIGN)}


def declared(view: Any) -> str:
    """A view's declaration as the matrix spells it."""
    kind, what = getattr(view, "access", ("undeclared", ""))
    if kind == "roles":
        return " ".join(role for role in Role.values if role in what)
    return f"link:{what}" if kind == "link" else kind


def matrix() -> dict[str, str]:
    with MATRIX.open(encoding="utf-8") as rows:
        return {row["url"]: row["access"] for row in csv.DictReader(rows)}


@pytest.mark.proof("A1")
def test_every_url_stands_in_the_matrix_as_it_is_declared() -> None:
    assert {name: declared(pattern.callback) for name, pattern in urls().items()} == matrix()


def address(name: str, pattern: URLPattern) -> str:
    kwargs = {
        key: STRANGE[type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")]
        for key, converter in pattern.pattern.converters.items()
    }
    groups = pattern.pattern.regex.groupindex if isinstance(pattern.pattern, RegexPattern) else {}
    return reverse(name, kwargs=kwargs | {key: STRANGE_GROUPS[key] for key in groups})


@pytest.mark.proof("A1")
@pytest.mark.parametrize("method", METHODS)
def test_each_role_gets_exactly_what_the_matrix_says(method: str, everyone: dict[str, User], reference: None) -> None:
    wrong = []
    people = {role: client_of(user) for role, user in everyone.items()} | {"anonymous": client_of(None)}
    for name, pattern in urls().items():
        access = matrix()[name]
        url = address(name, pattern)
        for role, browser in people.items():
            if name == "staff:sign_out":
                continue
            status, sent_to = answer(browser, method, url)
            if not as_listed(access, role, status, sent_to):
                wrong.append(f"{method} {name} as {role}: {status} {sent_to}")
    assert wrong == []


def as_listed(access: str, role: str, status: int, sent_to: str) -> bool:
    """Whether `role` ("anonymous" too) got what a row of the matrix says."""
    if access == "public":
        return status not in (401, 403) and status < 500
    if access.startswith("link:"):
        return status in (404, 405)
    if role == "anonymous":
        return status == 302 and sent_to.startswith("/sign-in/")
    if role in access.split():
        return status != 403 and status < 500
    return status == 403


def answer(browser: Any, method: str, url: str) -> tuple[int, str]:
    response = browser.act(url) if method == "post" else getattr(browser, method)(url)
    return response.status_code, response.headers.get("Location", "")
