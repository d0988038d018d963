"""C4: random walks over all stages and services; C2: two people move one car at once, against real processes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from servicedesk import registry
from servicedesk.staff.models import ServiceCentre, User
from tests.proofs.random_walk import Walk
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.wire import signed_in

CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.mark.proof("C4")
def test_whatever_people_do_no_illegal_step_is_taken(
    reference: None, centre: ServiceCentre, everyone: dict[str, User], second_technician: User, gm: User
) -> None:
    class Here(Walk):
        said_yes, said_no = {}, {}

        def teardown(self) -> None:
            assert [problem for check in registry.checks for problem in check.problems()] == []
            super().teardown()

    Here.centre, Here.people = centre, {**everyone, "technician2": second_technician, "gm": gm}
    Here.technicians = [everyone["technician"], second_technician]
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=6,
            stateful_step_count=22,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=CALM,
        ),
    )
    yes, no = sum(Here.said_yes.values()), sum(Here.said_no.values())
    print(f"C4: {yes} acts done, {no} refused; {Here.said_yes}")
    assert yes > 20
    assert no > 20


@pytest.mark.prove
@pytest.mark.proof("C4")
def test_c4_random_walks_against_a_running_service(service: Service) -> None:
    at_tuesday_ten(service)
    went = play(service, "random_walk", examples=12, steps=30)
    steps = service.one("SELECT count(*) FROM workorders_event WHERE kind = 'stage'")
    print(
        f"C4: {sum(went['yes'].values())} acts done, {sum(went['no'].values())} refused, {steps} steps between stages"
    )
    assert steps > 30


MOVES = [("authorise/", {"promised_at": "2026-11-24T17:00"}), ("give-back/", {"reason": "客戶改變主意"})]


@pytest.mark.prove
@pytest.mark.proof("C2")
def test_c2_two_people_move_one_car_at_once(service: Service) -> None:
    at_tuesday_ten(service)
    visits = play(service, "decided", number=12)
    advisor, manager = signed_in(service.port, "advisor"), signed_in(service.port, "manager")
    names = dict(service.rows("SELECT username, display_name FROM staff_user"))
    won = {"advisor": 0, "manager": 0}
    for number, visit in enumerate(visits):
        path, values = MOVES[number % 2]
        start = threading.Barrier(2)
        answers: dict[str, Any] = {}

        def move(name: str, wire: Any, url: str = f"/reception/{visit}/{path}", values: Any = values) -> None:
            start.wait()  # noqa: B023 - joined below
            answers[name] = wire.post(url, values)  # noqa: B023

        both = [threading.Thread(target=move, args=who) for who in (("advisor", advisor), ("manager", manager))]
        for one in both:
            one.start()
        for one in both:
            one.join()
        steps = service.rows("SELECT by_label FROM workorders_event WHERE kind = 'stage' AND work_order_id = %s", visit)
        assert len(steps) == 1, (visit, steps)
        winner = "advisor" if steps[0][0] == names["advisor"] else "manager"
        loser, wire = ("manager", manager) if winner == "advisor" else ("advisor", advisor)
        won[winner] += 1
        assert [answer.status for answer in answers.values()] == [302, 302], answers
        page = wire.get(answers[loser].location)
        assert names[winner] in page.text.split('id="main"')[1], page.text
        assert "data-miss" in page.text
    print(f"C2: {len(visits)} cars moved by two people at once: one step each, won by {won}; the other was told who")
