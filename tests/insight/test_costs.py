"""What a visit's conformance and the indicators cost: at most 15 queries, at any point of the process, with any number of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments import services as appointments
from complaints import services as complaints
from delivery import services as delivery
from followup import services as followup
from reception import services as reception
from servicedesk import registry
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.models import WorkOrder
from tests.fixtures import appointments as a
from tests.fixtures import complaints as c
from tests.fixtures import delivery as d
from tests.fixtures import followup as f
from tests.fixtures import quality as q
from tests.fixtures import reception as r
from tests.fixtures import workshop as w
from tests.fixtures.people import MovableClock, client_of
from tests.proofs.town import decide
from workshop import services as workshop
from workshop.models import Job

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15

Walk = Callable[..., Iterator[tuple[str, WorkOrder]]]


def cost(user: User, url: str) -> int:
    """Queries of the page, with nothing cached."""
    browser = client_of(user)
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(url)
    assert answer.status_code == 200, url
    return len(asked)


def pages_of(visit: WorkOrder) -> tuple[str, str]:
    """The page of a visit's conformance, and its panel."""
    return f"/work-orders/{visit.pk}/conformance/", f"/work-orders/{visit.pk}/panel/conformance/"


@pytest.fixture
def walk(reference: None, centre: ServiceCentre, everyone: dict[str, User], at_tuesday_ten: MovableClock) -> Walk:
    """One visit through all eight chapters, with everything that leaves rows for a clause; `many` of those that can be many.

    Stops wherever the visit has become another one.
    """
    who, by = everyone, {role: Actor.of(user) for role, user in everyone.items()}

    def repaired(visit: WorkOrder) -> None:
        w.finish_jobs(visit, who["technician"])

    def go(many: int = 1, **booking: Any) -> Iterator[tuple[str, WorkOrder]]:
        booked = a.confirmed(centre, who["advisor"], starts_at=a.slot(centre, days=1), **booking)
        for turn in range(many):
            appointments.move(booked, to=a.slot(centre, 10 + turn, days=2), by=by["advisor"], reason="臨時有事")
            booked.refresh_from_db()
        visit = reception.receive(
            by=by["advisor"], advisor=who["advisor"], centre=centre, appointment=booked, as_booked=True
        )
        yield "received", visit
        r.sign(visit, who["advisor"])
        for operation in LabourOperation.objects.filter(code__in=("BRK-010", "MNT-010")[: 1 + (many > 1)]):
            reception.add_operation(visit, by=by["advisor"], operation=operation, urgency="now", finding="剩 2.1 mm")
        decide(reception.show_estimate(visit, by=by["advisor"]), visit, by["advisor"])
        yield "decided", visit
        reception.authorise(visit, by=by["advisor"], promised_at=now() + dt.timedelta(hours=6))
        w.in_repair(visit, who["technician"], who["supervisor"])
        for _turn in range(many):
            workshop.look_at_progress(visit, by=by["supervisor"], note="照計畫")
        job = Job.objects.get(work_order=visit, state="running")
        yield "repair", visit
        for _turn in range(many):
            found = workshop.report_finding(job, by=by["technician"], text="左後減震漏油", urgency="soon")
            workshop.settle_finding(found, note="屬正常", by=by["supervisor"])
        repaired(visit)
        q.self_checked(visit, who["technician"])
        q.inspected(visit, who["inspector"], "FI-17")
        yield "rework", visit
        repaired(visit)
        q.self_checked(visit, who["technician"])
        q.inspected(visit, who["inspector"])
        d.cleaned(visit, who["detailer"])
        for _turn in range(many):
            delivery.credit_bill(d.billed(visit, who["cashier"]), reason="抬頭有誤", by=by["cashier"])
        d.billed(visit, who["cashier"])
        yield "billed", visit
        delivery.make_ready(visit, by=by["detailer"])
        visit.refresh_from_db()
        for _turn in range(many):
            d.paid(visit, who["cashier"], Decimal(1))
        yield "ready", visit
        d.handed_over(visit, who["advisor"], who["cashier"])
        for _turn in range(many):
            delivery.record_opinion(visit, by=by["advisor"], text="休息室太冷", department="manager")
        d.surveyed(d.invited(visit, who["advisor"]), SV_08="2")
        call = f.planned(visit)
        yield "delivered", visit
        f.called(call, who["agent"], outcome="no_answer")
        at_tuesday_ten.move(hours=3)
        problems = [followup.NewProblem(f"異音 {turn}", "supervisor") for turn in range(many)]
        f.called(call, who["agent"], outcome="reached", said=f.SAID_ILL, problems=problems)
        for problem in visit.problems.order_by("pk"):
            f.solved(problem, who["supervisor"])
            followup.close_problem(problem, by=by["agent"])
        yield "called", visit
        for _turn in range(many):
            case = c.answered(c.investigated(c.taken(visit, who["agent"]), who["supervisor"]), who["supervisor"])
            complaints.record_decision(case, by=by["agent"], accepted=True, how="told")
            complaints.close(case, by=by["agent"])
        visit.refresh_from_db()
        yield visit.stage, visit

    return go


def test_the_conformance_of_a_visit_costs_the_same_at_every_stage_with_one_row_and_with_many(
    walk: Walk, manager: User, everyone: dict[str, User]
) -> None:
    few = {point: [cost(manager, url) for url in pages_of(visit)] for point, visit in walk()}
    other = {"plate": "AAA-0002", "phone": "0912000002", "name": "陳先生", "email": "two@example.com"}
    many = {point: [cost(manager, url) for url in pages_of(visit)] for point, visit in walk(many=4, **other)}
    assert list(few)[-1] == "closed"
    assert many == few
    assert {point: costs for point, costs in few.items() if max(costs) > MOST_QUERIES} == {}


def test_a_whole_visit_proves_every_clause_read_together_or_alone(walk: Walk, at_tuesday_ten: MovableClock) -> None:
    *_before, (_point, visit) = walk()
    together = registry.evidence.of(WorkOrder.objects.get(pk=visit.pk))
    alone = {clause: proof(WorkOrder.objects.get(pk=visit.pk)) for clause, proof in registry.evidence.by_clause.items()}
    assert together == {clause: alone[clause] for clause in sorted(alone)}
    states = {clause: found.state for clause, found in together.items()}
    unsent = dict.fromkeys(("M1.2-c", "M8.1-c"), "open")  # no worker sends letters here
    not_asked = dict.fromkeys(("M1.1-b", "M1.1-d", "M2.1-b"), "not_needed")
    assert states == dict.fromkeys(states, "done") | unsent | not_asked


def test_each_indicator_stands_there_once() -> None:
    keys = [figure.key for figure in registry.figures]
    assert keys == list(dict.fromkeys(keys))


def test_indicators_cost_the_same_with_one_visit_and_with_many(walk: Walk, manager: User, everyone: Any) -> None:
    empty = cost(manager, "/indicators/")
    for n in range(2):
        booking = {"plate": f"AAA-{n:04}", "phone": f"091200000{n}", "name": f"客戶{n}", "email": f"{n}@example.com"}
        *_before, (point, _visit) = walk(many=1 + 2 * n, **booking)
        assert point == "closed"
        assert cost(manager, "/indicators/") == empty <= MOST_QUERIES
