"""`@allow`, `@public`, undeclared views, and A4: a person who loses his role or account loses it at the next request."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from servicedesk.customers.models import Customer
from servicedesk.staff.models import Membership, ServiceCentre, User
from servicedesk.staff.roles import Role
from tests.fixtures.people import client_of, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.urls_for_repeats")]


def test_allowed_roles_get_in_and_know_where_they_are(cashier: User, centre: ServiceCentre) -> None:
    assert client_of(cashier).get("/tests/till/").content.decode() == f"NH [{centre.pk}] 蔡佩珊"


def test_other_roles_get_403(everyone: dict[str, User]) -> None:
    codes = {role: client_of(user).get("/tests/till/").status_code for role, user in everyone.items()}
    assert codes == {role: 200 if role == "cashier" else 403 for role in everyone}


def test_strangers_are_sent_to_sign_in() -> None:
    assert Client().get("/tests/till/?a=1")["Location"] == "/sign-in/?next=/tests/till/%3Fa%3D1"
    assert Client().post("/tests/till/?a=1")["Location"] == "/sign-in/?next=/"


def test_a_superuser_without_a_role_sees_nothing_of_the_process(db: None) -> None:
    root = User.objects.create(username="root", is_superuser=True, is_staff=True)
    assert client_of(root).get("/tests/till/").status_code == 403


def test_a_view_that_declares_nothing_is_not_served(cashier: User) -> None:
    for browser in (client_of(cashier), Client()):
        answer = browser.get("/tests/undeclared/")
        assert answer.status_code == 403
        assert b"secret" not in answer.content


def test_a_view_narrows_the_centres_to_those_where_he_holds_its_role(
    centre: ServiceCentre, other_centre: ServiceCentre
) -> None:
    both = make_user("both", "兩廠", centre, Role.ADVISOR)
    Membership.objects.create(user=both, centre=other_centre, role=Role.CASHIER)
    assert client_of(both).get("/tests/till/").content.decode() == f"KH [{other_centre.pk}] 兩廠"


def test_the_chosen_centre_counts_only_where_the_view_is_allowed(
    centre: ServiceCentre, other_centre: ServiceCentre
) -> None:
    both = make_user("both", "兩廠", centre, Role.ADVISOR, Role.CASHIER)
    Membership.objects.create(user=both, centre=other_centre, role=Role.CASHIER)
    browser = client_of(both)
    browser.post("/centre/", {"centre": other_centre.pk})
    assert browser.get("/tests/till/").content.decode().startswith("KH ")
    Membership.objects.filter(user=both, centre=other_centre).delete()
    assert browser.get("/tests/till/").content.decode().startswith("NH ")


@pytest.mark.parametrize("loss", ["disabled", "demoted", "moved", "deleted"])
def test_a4_who_loses_his_role_is_refused_at_the_next_request(
    loss: str, cashier: User, other_centre: ServiceCentre, customer: Customer
) -> None:
    browser = client_of(cashier)
    assert browser.get("/tests/till/").status_code == 200
    assert browser.get(f"/customers/{customer.pk}/").status_code == 200
    rows = Membership.objects.filter(user=cashier)
    lost: Any = {
        "disabled": lambda: User.objects.filter(pk=cashier.pk).update(is_active=False),
        "demoted": lambda: rows.update(role=Role.ADMIN),
        "moved": lambda: rows.update(centre=other_centre),
        "deleted": lambda: rows.delete(),
    }[loss]
    lost()
    if loss == "moved":
        assert browser.get("/tests/till/").content.decode().startswith("KH ")
        assert browser.get(f"/customers/{customer.pk}/").status_code == 404
    elif loss == "disabled":
        assert browser.get("/tests/till/")["Location"].startswith("/sign-in/")
        assert browser.act("/customers/1/edit/")["Location"].startswith("/sign-in/")
    else:
        assert browser.get("/tests/till/").status_code == 403
        assert browser.get(f"/customers/{customer.pk}/").status_code == 403


def test_a4_a_new_password_ends_the_other_sessions(cashier: User) -> None:
    browser = client_of(cashier)
    cashier.set_password("another one entirely")
    cashier.save()
    assert browser.get("/tests/till/")["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("pk", [10**9, 2**63, 10**30])
def test_an_id_beyond_all_rows_is_404(pk: int, advisor: User) -> None:
    for url in (f"/customers/{pk}/", f"/work-orders/{pk}/", f"/messages/{pk}/", f"/documents/papers/{pk}"):
        assert client_of(advisor).get(url).status_code == 404, url
