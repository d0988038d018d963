"""A1 against real processes: every URL × method × role + anonymous. Short form: tests/staff/test_access_matrix.py."""

from __future__ import annotations

import pytest

from servicedesk.staff.roles import Role
from tests.proofs.stack import Service
from tests.proofs.wire import Wire, signed_in
from tests.staff.test_access_matrix import METHODS, address, as_listed, matrix, urls

pytestmark = pytest.mark.prove
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.mark.proof("A1")
def test_a1_each_role_gets_what_the_matrix_says(service: Service) -> None:
    people = {str(role): signed_in(service.port, role) for role in Role.values} | {"anonymous": Wire(service.port)}
    people["anonymous"].get("/sign-in/")  # everybody holds the token of forms: it is not what refuses him
    access, found = matrix(), urls()
    assert found.keys() == access.keys()
    before, asked, wrong = service.one("SELECT count(*) FROM staff_handledrequest"), 0, []
    for name, pattern in found.items():
        if name == "staff:sign_out":
            continue
        for method in METHODS:
            for role, wire in people.items():
                token = {"X_CSRFToken": wire.cookies["csrftoken"]}
                body = None if method in ("get", "head", "options") else b"a=b"
                answer = wire.send(method.upper(), address(name, pattern), body, **FORM, **token)
                asked += 1
                if not as_listed(access[name], role, answer.status, answer.location):
                    wrong.append(f"{method} {name} as {role}: {answer.status} {answer.location}")
    assert wrong == []
    assert service.one("SELECT count(*) FROM staff_handledrequest") == before
    print(f"A1: {asked} requests, {len(found)} URLs × {len(METHODS)} methods × {len(people)} people: as listed")
