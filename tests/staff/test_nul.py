"""A NUL in what is sent never reaches the database, by whichever way it comes."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import reverse

from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.middleware import without_nul
from servicedesk.staff.models import User
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db


def test_a_query_and_its_names_lose_their_nuls() -> None:
    given = QueryDict("a=1%00&a=%002&b%00=x")
    assert without_nul(given).dict() == {"a": "2", "b": "x"}
    assert without_nul(given).getlist("a") == ["1", "2"]
    clean = QueryDict("a=1")
    assert without_nul(clean) is clean


def test_a_sessions_key_may_be_anything() -> None:
    stranger = client_of()
    stranger.cookies["sessionid"] = "\x00" * 16
    assert stranger.get("/").status_code == 302


@pytest.mark.parametrize("url", ["/customers/?q=%00", "/messages/?about=%00x", "/work-orders/?stage=%00"])
def test_a_filter_finds_something_or_nothing(url: str, advisor: User) -> None:
    assert client_of(advisor).get(url).status_code == 200


def test_a_form_keeps_the_rest_of_what_was_typed(advisor: User, customer: Customer, vehicle: Vehicle) -> None:
    url = reverse("customers:vehicle_edit", args=[vehicle.pk])
    form = {"plate": "BKQ-\x005821", "powertrain": "hybrid", "colour": "藍\x00"}
    assert client_of(advisor).act(url, form).status_code == 302
    vehicle.refresh_from_db()
    assert (vehicle.plate, vehicle.colour) == ("BKQ-5821", "藍")
