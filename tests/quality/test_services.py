"""The verbs of chapter 4, and A10: nobody inspects his own work, nobody signs for somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.utils import Error

from quality import services
from quality.models import FinalInspection, SelfCheck
from quality.services import InspectionRefused, Mark
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import User
from servicedesk.staff.repeats import Refusal
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.transitions import TransitionRefused, advance
from tests.fixtures.quality import final_marks, inspected, self_check_marks, self_checked
from tests.fixtures.workshop import finish_jobs
from workshop.models import Job


def test_signing_the_self_check_moves_to_final(visit_at_self_check: WorkOrder, technician: User) -> None:
    report = self_checked(visit_at_self_check, technician)
    assert (report.round, report.passed, visit_at_self_check.stage) == (1, True, "final")


def test_who_did_not_work_cannot_sign_the_self_check(visit_at_self_check: WorkOrder, second_technician: User) -> None:
    with pytest.raises(InspectionRefused) as refused:
        services.sign_self_check(
            visit_at_self_check, by=Actor.of(second_technician), marks=self_check_marks(visit_at_self_check)
        )
    assert refused.value.reasons[0].clause == "M4.1-b"


def test_database_refuses_a_self_check_by_another(visit_at_self_check: WorkOrder, second_technician: User) -> None:
    with pytest.raises(Error, match="only who worked"), transaction.atomic():
        SelfCheck.objects.create(
            work_order=visit_at_self_check,
            round=1,
            technician=second_technician,
            passed=True,
            signed_at=now(),
            **actor_values(Actor.of(second_technician)),
        )


def test_every_item_is_asked(visit_at_self_check: WorkOrder, technician: User) -> None:
    with pytest.raises(InspectionRefused) as refused:
        services.sign_self_check(visit_at_self_check, by=Actor.of(technician), marks={})
    assert len(refused.value.reasons) == len(self_check_marks(visit_at_self_check))


def test_a_fault_needs_words(visit_at_self_check: WorkOrder, technician: User) -> None:
    marks = {pk: Mark("fail", " ") for pk in self_check_marks(visit_at_self_check)}
    with pytest.raises(InspectionRefused):
        services.sign_self_check(visit_at_self_check, by=Actor.of(technician), marks=marks)


def test_a_failed_self_check_goes_back_to_repair(visit_at_self_check: WorkOrder, technician: User) -> None:
    services.sign_self_check(
        visit_at_self_check, by=Actor.of(technician), marks=self_check_marks(visit_at_self_check, "SC-04")
    )
    visit_at_self_check.refresh_from_db()
    assert visit_at_self_check.stage == "repair"
    assert finish_jobs(visit_at_self_check, technician).stage == "selfcheck"
    assert self_checked(visit_at_self_check, technician).round == 2


def test_signing_the_self_check_twice_is_refused(visit_at_final: WorkOrder, technician: User) -> None:
    with pytest.raises(Refusal):
        services.sign_self_check(visit_at_final, by=Actor.of(technician), marks=self_check_marks(visit_at_final))


def test_final_needs_the_self_check(visit_at_self_check: WorkOrder, technician: User) -> None:
    with pytest.raises(TransitionRefused) as refused:
        advance(visit_at_self_check, to="final", by=Actor.of(technician))
    assert [reason.clause for reason in refused.value.reasons] == ["M4.1-b"]


def test_passing_checks_the_lines_and_moves_on(visit_at_final: WorkOrder, inspector: User) -> None:
    report = inspected(visit_at_final, inspector)
    assert (report.verdict, report.round, visit_at_final.stage) == ("pass", 1, "preparation")
    assert set(visit_at_final.lines.values_list("state", flat=True)) == {"checked"}
    assert set(report.items.filter(item__code__in=["FI-09", "FI-10"]).values_list("verdict", flat=True)) == {"pass"}
    assert events.verify(visit_at_final.pk) == []


def test_failing_sends_the_line_back_and_through_both_checks_again(
    visit_at_final: WorkOrder, inspector: User, technician: User
) -> None:
    report = inspected(visit_at_final, inspector, "FI-17")
    job = Job.objects.get(work_order=visit_at_final, kind="rework")
    assert (report.verdict, visit_at_final.stage, job.technician, job.state) == (
        "fail",
        "rework",
        technician,
        "assigned",
    )
    assert job.line.state == "approved"
    assert finish_jobs(visit_at_final, technician).stage == "selfcheck"
    self_checked(visit_at_final, technician)
    again = inspected(visit_at_final, inspector)
    assert (again.round, again.verdict, visit_at_final.stage) == (2, "pass", "preparation")


def test_a10_who_worked_cannot_inspect(visit_at_final: WorkOrder, technician: User, centre: Any) -> None:
    technician.memberships.create(centre=centre, role="inspector")
    with pytest.raises(InspectionRefused) as refused:
        services.sign_final(
            visit_at_final,
            by=Actor.of(technician),
            marks=final_marks(visit_at_final),
            odometer_before=40001,
            odometer_after=40007,
        )
    assert refused.value.reasons[0].clause == "M4.2-b"


def raw_final(work_order: WorkOrder, inspector: User, signer: User) -> FinalInspection:
    return FinalInspection.objects.create(
        work_order=work_order,
        round=1,
        inspector=inspector,
        verdict="pass",
        signed_at=now(),
        **actor_values(Actor.of(signer)),
    )


def test_a10_database_refuses_the_inspector_who_worked(visit_at_final: WorkOrder, technician: User) -> None:
    with pytest.raises(Error, match="cannot inspect it finally"), transaction.atomic():
        raw_final(visit_at_final, technician, technician)


def test_a10_database_refuses_signing_for_somebody_else(
    visit_at_final: WorkOrder, inspector: User, supervisor: User
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        raw_final(visit_at_final, inspector, supervisor)


def test_a_signed_report_is_kept(visit_in_preparation: WorkOrder) -> None:
    report = FinalInspection.objects.get(work_order=visit_in_preparation)
    for act in (
        lambda: FinalInspection.objects.filter(pk=report.pk).update(verdict="fail"),
        lambda: FinalInspection.objects.filter(pk=report.pk).delete(),
        lambda: report.items.update(note="x"),
        lambda: SelfCheck.objects.update(passed=False),
    ):
        with pytest.raises((InternalError, Error)), transaction.atomic():
            act()


def test_road_test_asks_for_a_plausible_odometer(visit_at_final: WorkOrder, inspector: User) -> None:
    WorkOrder.objects.filter(pk=visit_at_final.pk).update(odometer_in=41287)
    for before, after in ((None, None), (41290, 41280), (100, 41300)):
        with pytest.raises(InspectionRefused):
            services.sign_final(
                visit_at_final,
                by=Actor.of(inspector),
                marks=final_marks(visit_at_final),
                odometer_before=before,
                odometer_after=after,
            )


def test_a_line_of_another_car_cannot_go_back(visit_at_final: WorkOrder, inspector: User) -> None:
    marks = {pk: Mark("fail", "x", 10**9) for pk in final_marks(visit_at_final)}
    with pytest.raises(InspectionRefused):
        services.sign_final(
            visit_at_final, by=Actor.of(inspector), marks=marks, odometer_before=50000, odometer_after=50001
        )


def test_wrong_stage_and_repeat_are_refused(visit_in_preparation: WorkOrder, inspector: User) -> None:
    with pytest.raises(Refusal):
        inspected(visit_in_preparation, inspector)
    assert FinalInspection.objects.count() == 1


def test_the_self_check_says_what_became_of_the_concern(visit_at_self_check: WorkOrder, technician: User) -> None:
    concern = visit_at_self_check.concerns.get()
    services.sign_self_check(
        visit_at_self_check,
        by=Actor.of(technician),
        marks=self_check_marks(visit_at_self_check),
        outcomes={concern.pk: ("來令片磨到底", "更換前來令片並研磨")},
    )
    concern.refresh_from_db()
    assert (concern.cause, concern.correction) == ("來令片磨到底", "更換前來令片並研磨")
