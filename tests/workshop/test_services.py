"""The verbs of chapter 3: happy path, wrong person, wrong stage, repeated, incomplete. Findings: test_findings.py."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from servicedesk.catalogue.models import LabourOperation
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Absence, User
from servicedesk.workorders import consents, events
from servicedesk.workorders.models import Event, Hold, WorkOrder
from servicedesk.workorders.transitions import TransitionRefused, advance
from tests.fixtures.people import MovableClock
from tests.fixtures.workshop import agree, assigned, finish_jobs, in_repair, measured
from workshop import services
from workshop.candidates import candidates
from workshop.models import Job, WorkSpan
from workshop.querysets import technicians_of
from workshop.readings import specs_of
from workshop.services import WorkRefused


def first_job(work_order: WorkOrder) -> Job:
    return Job.objects.filter(work_order=work_order).order_by("id")[0]


def test_authorising_opens_a_waiting_job_per_approved_labour_line(authorised_visit: WorkOrder) -> None:
    jobs = Job.objects.filter(work_order=authorised_visit).order_by("id")
    assert [(job.line.operation.code, job.state) for job in jobs] == [("BRK-010", "waiting"), ("MNT-010", "waiting")]


def test_repair_needs_an_assignment_and_its_reading(authorised_visit: WorkOrder, technician: User) -> None:
    with pytest.raises(TransitionRefused) as refused:
        advance(authorised_visit, to="repair", by=Actor.of(technician))
    assert [reason.clause for reason in refused.value.reasons] == ["M3.1-a", "M3.1-c"]


def test_candidates_are_ranked_with_reasons(
    authorised_visit: WorkOrder, technician: User, second_technician: User, other_centre: Any
) -> None:
    junior = User.objects.create(username="junior", display_name="許家豪", skill_level=1)
    junior.memberships.create(centre=authorised_visit.centre, role="technician")
    ranked = candidates(authorised_visit)
    assert [(entry.user, entry.rank, entry.possible) for entry in ranked] == [
        (second_technician, 1, True),
        (technician, 2, True),
        (junior, 3, False),
    ]
    assert ranked[2].signs[0].mark == "no"


def test_absent_technician_comes_last_and_is_refused(
    authorised_visit: WorkOrder, technician: User, second_technician: User, supervisor: User
) -> None:
    start = dt.datetime(2026, 11, 24, 0, tzinfo=dt.UTC)
    Absence.objects.create(user=second_technician, starts_at=start, ends_at=start + dt.timedelta(days=1))
    ranked = candidates(authorised_visit)
    assert [entry.user for entry in ranked if entry.possible] == [technician]
    with pytest.raises(WorkRefused):
        assigned(authorised_visit, second_technician, supervisor)


def test_assigning_another_than_the_first_asks_for_a_reason(
    authorised_visit: WorkOrder, technician: User, second_technician: User, supervisor: User
) -> None:
    with pytest.raises(WorkRefused):
        assigned(authorised_visit, technician, supervisor, reason=" ")
    jobs = assigned(authorised_visit, technician, supervisor, reason="客戶指定")
    assert {(job.state, job.technician, job.rank, job.override_reason) for job in jobs} == {
        ("assigned", technician, 2, "客戶指定")
    }


def test_certificate_is_asked_for(
    reference: None, authorised_visit: WorkOrder, technician: User, supervisor: User, advisor: User
) -> None:
    operation = LabourOperation.objects.exclude(cert_required="").order_by("skill_level").first()
    User.objects.filter(pk=technician.pk).update(skill_level=5)
    consents.propose_operation(authorised_visit, operation, labour_rate=Decimal(1200), parts=[])
    agree(authorised_visit, advisor)
    ranked = candidates(authorised_visit)
    assert [entry.possible for entry in ranked] == [False]


def test_a_technician_of_another_centre_is_refused(
    authorised_visit: WorkOrder, outsider: User, supervisor: User, technician: User
) -> None:
    with pytest.raises(WorkRefused):
        assigned(authorised_visit, outsider, supervisor)


def test_begin_confirms_and_starts_and_moves_the_visit(
    authorised_visit: WorkOrder, technician: User, supervisor: User
) -> None:
    in_repair(authorised_visit, technician, supervisor)
    states = list(Job.objects.filter(work_order=authorised_visit).order_by("id").values_list("state", flat=True))
    assert (authorised_visit.stage, states) == ("repair", ["running", "acknowledged"])
    kinds = list(Event.objects.filter(work_order=authorised_visit).order_by("seq").values_list("kind", flat=True))
    assert kinds[-4:] == ["workshop.assigned", "workshop.acknowledged", "workshop.started", "stage"]
    assert events.verify(authorised_visit.pk) == []


def test_unread_work_cannot_be_started(authorised_visit: WorkOrder, technician: User, supervisor: User) -> None:
    job = assigned(authorised_visit, technician, supervisor)[0]
    with pytest.raises(WorkRefused) as refused:
        services.start(job, by=Actor.of(technician))
    assert refused.value.reasons[0].clause == "M3.1-c"


def test_another_technician_cannot_touch_the_job(
    visit_in_repair: WorkOrder, second_technician: User, technician: User
) -> None:
    job, by = first_job(visit_in_repair), Actor.of(second_technician)
    for act in (
        lambda: services.start(job, by=by),
        lambda: services.pause(job, cause="break", by=by),
        lambda: services.record_readings(job, {}, by=by),
        lambda: services.finish(job, by=by),
        lambda: services.report_finding(job, by=by, text="x", urgency="now"),
        lambda: services.acknowledge(visit_in_repair, by=by),
    ):
        with pytest.raises(WorkRefused):
            act()


def test_one_running_job_per_technician(visit_in_repair: WorkOrder, technician: User) -> None:
    second = Job.objects.filter(work_order=visit_in_repair, state="acknowledged").get()
    with pytest.raises(WorkRefused) as refused:
        services.start(second, by=Actor.of(technician))
    assert refused.value.reasons[0].url == first_job(visit_in_repair).get_absolute_url()


def test_starting_twice_is_refused_and_counts_once(visit_in_repair: WorkOrder, technician: User) -> None:
    with pytest.raises(WorkRefused):
        services.start(first_job(visit_in_repair), by=Actor.of(technician))
    assert WorkSpan.objects.filter(job__work_order=visit_in_repair).count() == 1


def test_pausing_for_parts_holds_the_visit_until_work_goes_on(
    visit_in_repair: WorkOrder, technician: User, at_tuesday_ten: MovableClock
) -> None:
    job, by = first_job(visit_in_repair), Actor.of(technician)
    at_tuesday_ten.move(minutes=20)
    services.pause(job, cause="parts", by=by, note="等來令片")
    assert Hold.objects.filter(work_order=visit_in_repair, cause="parts", ended_at=None).count() == 1
    at_tuesday_ten.move(minutes=40)
    services.start(job, by=by)
    assert Hold.objects.filter(work_order=visit_in_repair, ended_at=None).count() == 0
    first, second = WorkSpan.objects.filter(job=job).order_by("started_at")
    assert (first.seconds // 60, first.cause, second.ended_at) == (20, "parts", None)


def test_readings_are_judged_and_measured_again(visit_in_repair: WorkOrder, technician: User) -> None:
    job, by = first_job(visit_in_repair), Actor.of(technician)
    spec = next(spec for spec in specs_of(job) if spec.key == "pad_thickness_left")
    assert services.record_readings(job, {spec.pk: Decimal("2.1")}, by=by)[0].verdict == "low"
    assert services.record_readings(job, {spec.pk: Decimal("2.1")}, by=by) == []
    assert services.record_readings(job, {spec.pk: Decimal("11.5")}, by=by)[0].verdict == "within"
    assert job.readings.count() == 1
    assert Event.objects.filter(work_order=visit_in_repair, kind="workshop.reading").count() == 2


def test_a_field_saved_after_its_form_changes_nothing(visit_in_repair: WorkOrder, technician: User) -> None:
    job, by = first_job(visit_in_repair), Actor.of(technician)
    values = {spec.pk: spec.lower for spec in specs_of(job)}
    services.finish(job, by=by, readings=values)
    assert services.record_readings(job, values, by=by) == []


def test_a_reading_of_another_job_is_refused(visit_in_repair: WorkOrder, technician: User) -> None:
    with pytest.raises(WorkRefused):
        services.record_readings(first_job(visit_in_repair), {10**9: Decimal(1)}, by=Actor.of(technician))


def test_finishing_needs_the_mandatory_readings(visit_in_repair: WorkOrder, technician: User) -> None:
    with pytest.raises(WorkRefused) as refused:
        services.finish(first_job(visit_in_repair), by=Actor.of(technician))
    assert {reason.clause for reason in refused.value.reasons} == {"M3.2-b"}


def test_a_bad_reading_must_be_reported(visit_in_repair: WorkOrder, technician: User) -> None:
    job, by = first_job(visit_in_repair), Actor.of(technician)
    measured(job, technician)
    spec = next(spec for spec in specs_of(job) if spec.key == "wheel_torque")
    services.record_readings(job, {spec.pk: Decimal(12)}, by=by)
    with pytest.raises(WorkRefused) as refused:
        services.finish(job, by=by)
    assert [reason.clause for reason in refused.value.reasons] == ["M3.2-c"]
    services.report_finding(job, by=by, text="螺栓滑牙", urgency="now")
    assert services.finish(job, by=by).state == "done"


def test_the_last_job_moves_the_visit_to_self_check(visit_in_repair: WorkOrder, technician: User) -> None:
    finish_jobs(visit_in_repair, technician)
    assert visit_in_repair.stage == "selfcheck"
    assert set(visit_in_repair.lines.values_list("state", flat=True)) == {"done"}
    assert technicians_of(visit_in_repair) == {technician.pk}


def test_finishing_twice_is_refused(visit_in_repair: WorkOrder, technician: User) -> None:
    job = first_job(visit_in_repair)
    measured(job, technician)
    services.finish(job, by=Actor.of(technician))
    with pytest.raises(WorkRefused):
        services.finish(job, by=Actor.of(technician))


def test_wrong_stage_is_refused(visit_at_self_check: WorkOrder, technician: User, supervisor: User) -> None:
    job, by = first_job(visit_at_self_check), Actor.of(technician)
    for act in (
        lambda: assigned(visit_at_self_check, technician, supervisor),
        lambda: services.start(job, by=by),
        lambda: services.finish(job, by=by),
        lambda: services.begin(visit_at_self_check, by=by),
        lambda: services.record_readings(job, {}, by=by),
    ):
        with pytest.raises(WorkRefused):
            act()


def test_looking_at_progress_is_recorded(visit_in_repair: WorkOrder, supervisor: User, advisor: User) -> None:
    check = services.look_at_progress(visit_in_repair, by=Actor.of(supervisor), note="順利")
    assert (check.by_user, check.note) == (supervisor, "順利")


def test_database_refuses_two_running_clocks(visit_in_repair: WorkOrder, technician: User) -> None:
    from django.db import IntegrityError, transaction

    other = Job.objects.filter(work_order=visit_in_repair, state="acknowledged").get()
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkSpan.objects.create(job=other, technician=technician, started_at=other.acknowledged_at)


def test_cancelled_visit_is_out_of_reach(authorised_visit: WorkOrder, technician: User, supervisor: User) -> None:
    WorkOrder.objects.filter(pk=authorised_visit.pk).update(stage="cancelled")
    with pytest.raises(WorkRefused):
        assigned(authorised_visit, technician, supervisor)
