"""A paper is found by the number that is printed on it, by people of its centre."""

from __future__ import annotations

from typing import Any

import pytest

from servicedesk.documents import papers
from servicedesk.staff.models import User
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(by: Any, centre: Any, customer: Any) -> Any:
    def order(number: str, version: int = 1) -> Any:
        return papers.order(
            "bill",
            7,
            number=number,
            about="W2611-0318",
            centre=centre,
            customer=customer,
            language="zh-hant",
            by=by,
            version=version,
            facts={},
        )

    return order


@pytest.mark.parametrize("query", ["NH-S26-000296", "nh-s26-000296", " S26-000296 "])
def test_a_paper_by_its_number(query: str, bill: Any, advisor: User, outsider: User) -> None:
    bill("NH-S26-000295")
    old, new = bill("NH-S26-000296"), bill("NH-S26-000296", 2)
    answer = client_of(advisor).get("/search/", {"q": query})
    assert answer["Location"] == new.get_absolute_url() != old.get_absolute_url()
    assert client_of(outsider).get("/search/", {"q": query}).context["hits"] == []


@pytest.mark.parametrize("query", ["S26", "NH-S26", "W2611-0318", "NH-W2611-0318", "000296", "AB-CD"])
def test_what_is_no_papers_number_finds_none(query: str, bill: Any, advisor: User) -> None:
    bill("NH-S26-000296")
    bill("NH-W2611-0318")
    page = client_of(advisor).get("/search/", {"q": query})
    assert (page.status_code, page.context["hits"]) == (200, [])
