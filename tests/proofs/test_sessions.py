"""A4 and A8 against real processes: who lost his role, who guesses passwords. Short forms: tests/staff/."""

from __future__ import annotations

import pytest

from tests.proofs.stack import Service
from tests.proofs.wire import Wire, signed_in

pytestmark = pytest.mark.prove
DESK = "/work-orders/"


@pytest.mark.proof("A4")
def test_a4_a_person_demoted_or_disabled_is_refused_at_the_next_request(service: Service) -> None:
    people = {name: signed_in(service.port, name) for name in ("advisor", "cashier", "manager", "agent")}
    assert {name: wire.get(DESK).status for name, wire in people.items()} == dict.fromkeys(people, 200)
    of = "(SELECT id FROM staff_user WHERE username = %s)"
    service.rows(f"UPDATE staff_membership SET role = 'admin' WHERE user_id = {of}", "advisor")  # noqa: S608
    service.rows(f"DELETE FROM staff_membership WHERE user_id = {of}", "cashier")  # noqa: S608
    service.rows("UPDATE staff_user SET is_active = false WHERE username = 'manager'")
    assert people["advisor"].get(DESK).status == 403
    assert people["cashier"].get(DESK).status == 403
    gone = people["manager"].get(DESK)
    assert (gone.status, gone.location.startswith("/sign-in/")) == (302, True)
    customer = service.one("SELECT min(id) FROM customers_customer")
    before = service.rows("SELECT * FROM customers_customer ORDER BY id")
    for name in ("advisor", "manager"):
        refused = people[name].post(f"/customers/{customer}/edit/", {"name": "x", "phone": "0911111111"})
        assert (refused.status, refused.location) in {(403, ""), (302, "/sign-in/?next=/")}
    assert service.rows("SELECT * FROM customers_customer ORDER BY id") == before
    assert people["agent"].get(DESK).status == 200
    assert Wire(service.port).sign_in("manager").status == 200
    print("A4: demoted 403, deleted 403, disabled sent to sign in; nothing changed; a colleague works on")


@pytest.mark.proof("A8")
def test_a8_guessing_is_throttled_and_hurts_nobody_else(service: Service) -> None:
    guesser = Wire(service.port)
    codes = [
        guesser.sign_in(
            "advisor", f"wrong{n}", X_Forwarded_For=f"10.9.{n // 250}.{n % 250}", User_Agent=f"bot {n}"
        ).status
        for n in range(200)
    ]
    assert codes == [200] * 9 + [429] * 191
    assert Wire(service.port).sign_in("advisor").status == 429
    assert Wire(service.port).sign_in("cashier").status == 302
    assert Wire(service.port, address="127.0.0.2").sign_in("advisor").status == 302
    print(f"A8: 200 guesses: {codes.count(200)} answered, {codes.count(429)} throttled; others and elsewhere get in")


@pytest.mark.proof("A8")
def test_a8_behind_a_proxy_only_the_proxys_word_counts(service: Service) -> None:
    service.web.stop()
    service.settings["TRUSTED_PROXIES"] = "1"
    service.start_web()
    service.wait_for_web()
    https = {"X_Forwarded_Proto": "http"}
    guesser = Wire(service.port)
    codes = [
        guesser.sign_in("advisor", "wrong", X_Forwarded_For=f"10.9.{n}.1, 203.0.113.9", **https).status
        for n in range(200)
    ]
    assert codes == [200] * 9 + [429] * 191
    neighbour = Wire(service.port).sign_in("advisor", X_Forwarded_For="203.0.113.10", **https)
    assert neighbour.status == 302
    print(f"A8 behind a proxy: {codes.count(429)} of 200 throttled; the same account gets in from another address")
