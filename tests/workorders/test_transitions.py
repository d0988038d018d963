"""The table of stages: every step, allowed and forbidden, by the one door and by SQL."""

from __future__ import annotations

import threading
from itertools import product
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.staff.roles import Role
from servicedesk.workorders import checks, events, gates
from servicedesk.workorders import transitions as door
from servicedesk.workorders.models import Event, EventText, WorkOrder
from servicedesk.workorders.services import open_work_order
from servicedesk.workorders.stages import STEPS, TABLE, Stage
from servicedesk.workorders.transitions import TransitionRefused, advance

PAIRS = list(product(Stage, Stage))


@pytest.fixture
def no_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table alone: gates and handlers are each chapter's own tests."""
    monkeypatch.setattr(gates, "_gates", [])
    monkeypatch.setattr(door, "_handlers", [])


@pytest.fixture
def visit(centre: Any, customer: Any, vehicle: Any, advisor: User) -> WorkOrder:
    return open_work_order(
        by=Actor.of(advisor),
        centre=centre,
        customer=customer,
        vehicle=vehicle,
        advisor=advisor,
        source="walk_in",
        concern="踩煞車會吱吱叫",
    )


def standing_at(visit: WorkOrder, stage: Stage) -> WorkOrder:
    """The visit as if it stood at `stage`: written past the trigger."""
    with pgtrigger.ignore("workorders.WorkOrder:stage_follows_the_table"):
        WorkOrder.objects.filter(pk=visit.pk).update(stage=stage)
    visit.refresh_from_db()
    return visit


@pytest.mark.usefixtures("no_gates")
@pytest.mark.parametrize(("source", "target"), PAIRS, ids=lambda stage: str(stage))
def test_every_step_is_taken_exactly_when_the_table_has_it(
    source: Stage, target: Stage, visit: WorkOrder, everyone: dict[str, User]
) -> None:
    standing_at(visit, source)
    step = STEPS.get((source, target))
    who = everyone[min(step.roles)] if step else everyone["manager"]
    if step:
        assert advance(visit, to=target, by=Actor.of(who)).stage == target
        assert visit.stage == target
        assert list(visit.events.order_by("seq").values_list("kind", flat=True)) == ["opened", "stage"]
    else:
        with pytest.raises(TransitionRefused):
            advance(visit, to=target, by=Actor.of(who))
        visit.refresh_from_db()
        assert (visit.stage, visit.events.count()) == (source, 1)


@pytest.mark.parametrize(("source", "target"), [p for p in PAIRS if p[0] != p[1]], ids=lambda stage: str(stage))
def test_the_database_knows_the_same_table(source: Stage, target: Stage, visit: WorkOrder) -> None:
    standing_at(visit, source)
    rows = WorkOrder.objects.filter(pk=visit.pk)
    if (source, target) in STEPS:
        assert rows.update(stage=target) == 1
    else:
        with pytest.raises(IntegrityError, match="cannot go from"), transaction.atomic():
            rows.update(stage=target)


@pytest.mark.usefixtures("no_gates")
@pytest.mark.parametrize("step", TABLE, ids=lambda step: f"{step.source}-{step.target}")
def test_only_the_roles_of_a_step_may_take_it(
    step: Any, visit: WorkOrder, everyone: dict[str, User], outsider: User
) -> None:
    standing_at(visit, step.source)
    for role in Role.values:
        if role not in step.roles:
            with pytest.raises(TransitionRefused):
                advance(visit, to=step.target, by=Actor.of(everyone[role]))
    with pytest.raises(TransitionRefused):
        advance(visit, to=step.target, by=Actor.of(outsider))
    visit.refresh_from_db()
    assert visit.stage == step.source


@pytest.mark.usefixtures("no_gates")
def test_a_disabled_account_moves_nothing(visit: WorkOrder, advisor: User) -> None:
    User.objects.filter(pk=advisor.pk).update(is_active=False)
    with pytest.raises(TransitionRefused):
        advance(visit, to=Stage.CANCELLED, by=Actor.of(advisor))


@pytest.mark.usefixtures("no_gates")
def test_a_refusal_names_who_moved_the_car(visit: WorkOrder, advisor: User, manager: User) -> None:
    stale = WorkOrder.objects.get(pk=visit.pk)
    advance(visit, to=Stage.CANCELLED, by=Actor.of(advisor))
    with pytest.raises(TransitionRefused) as refused:
        advance(stale, to=Stage.AUTHORISED, by=Actor.of(manager))
    assert "許雅婷" in str(refused.value)


def test_a_gate_lists_everything_that_is_missing(
    visit: WorkOrder, advisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "_gates", [])
    gates.gate(Stage.CANCELLED)(
        lambda order: [
            gates.Requirement(False, "first", "M1"),
            gates.Requirement(True, "fine"),
            gates.Requirement(False, "second"),
        ]
    )
    with pytest.raises(TransitionRefused) as refused:
        advance(visit, to=Stage.CANCELLED, by=Actor.of(advisor))
    assert [(reason.text, reason.clause) for reason in refused.value.reasons] == [("first", "M1"), ("second", "")]


@pytest.mark.usefixtures("no_gates")
def test_a_failing_handler_rolls_the_step_back(visit: WorkOrder, advisor: User) -> None:
    def broken(work_order: WorkOrder, by: Actor) -> None:
        raise RuntimeError("no")

    door.on_enter(Stage.CANCELLED, broken, order=1)
    with pytest.raises(RuntimeError):
        advance(visit, to=Stage.CANCELLED, by=Actor.of(advisor))
    visit.refresh_from_db()
    assert (visit.stage, visit.events.count()) == (Stage.RECEPTION, 1)


@pytest.mark.usefixtures("no_gates")
@pytest.mark.django_db(transaction=True)
def test_two_at_once_one_wins_and_the_other_is_told(visit: WorkOrder, advisor: User, manager: User) -> None:
    """C2, short form."""
    start, outcomes = threading.Barrier(2), []

    def move(user: User, to: Stage) -> None:
        order = WorkOrder.objects.get(pk=visit.pk)
        start.wait()
        try:
            advance(order, to=to, by=Actor.of(user))
            outcomes.append("moved")
        except TransitionRefused as refused:
            outcomes.append("told" if "moved the car" in str(refused) else str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(user, Stage.CANCELLED)) for user in (advisor, manager)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["moved", "told"]
    assert visit.events.filter(kind="stage").count() == 1


def as_owner() -> None:
    """Become the schema's owner: the application may not even ask for what follows."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_the_chain_shows_a_change_and_a_cut(visit: WorkOrder, advisor: User) -> None:
    events.record(visit, "hold.started", by=Actor.of(advisor), text="料號 123", data={"cause": "parts"})
    assert events.verify(visit.pk) == []
    as_owner()
    with pgtrigger.ignore("workorders.Event:append_only"):
        Event.objects.filter(kind="hold.started").update(data={"cause": "bay"})
    assert events.verify(visit.pk) == [f"work order {visit.pk}: event 2 was changed"]
    assert checks.chains_verify() == events.verify(visit.pk)


def test_erasing_the_text_leaves_the_chain_whole(visit: WorkOrder, advisor: User) -> None:
    events.record(visit, "hold.started", by=Actor.of(advisor), text="客戶的私事")
    EventText.objects.all().delete()
    assert events.verify(visit.pk) == []


@pytest.mark.parametrize("statement", ["UPDATE workorders_event SET kind = 'x'", "DELETE FROM workorders_event"])
def test_events_refuse_change_by_sql(statement: str, visit: WorkOrder) -> None:
    as_owner()
    with (
        pytest.raises(Exception, match="Cannot update or delete rows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.count() == 1
