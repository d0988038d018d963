"""What is found during the work, and what is sent back: findings, consent, rework."""

from __future__ import annotations

import pytest

from reception.services.proposals import add_operation
from servicedesk.catalogue.models import LabourOperation
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders.models import Hold, WorkOrder
from servicedesk.workorders.transitions import TransitionRefused
from tests.fixtures.workshop import agree, assigned, finish_jobs, measured
from workshop import services
from workshop.models import Finding, Job
from workshop.services import WorkRefused


def first_job(work_order: WorkOrder) -> Job:
    return Job.objects.filter(work_order=work_order).order_by("id")[0]


def test_a_finding_waits_for_consent_and_then_becomes_a_job(
    visit_in_repair: WorkOrder, technician: User, supervisor: User, advisor: User
) -> None:
    job, by = first_job(visit_in_repair), Actor.of(technician)
    found = services.report_finding(job, by=by, text="碟盤 21.4 mm，低於下限", urgency="now", blocks=True)
    job.refresh_from_db()
    assert job.state == "paused"
    operation = LabourOperation.objects.get(code="BRK-030")
    services.propose_from_finding(found, operation=operation, by=Actor.of(supervisor))
    with pytest.raises(WorkRefused):
        services.propose_from_finding(found, operation=operation, by=Actor.of(supervisor))
    services.start(job, by=by)
    for own in Job.objects.filter(work_order=visit_in_repair).order_by("id"):
        if own.state != "running":
            services.start(own, by=by)
        measured(own, technician)
        services.finish(own, by=by)
    visit_in_repair.refresh_from_db()
    assert visit_in_repair.stage == "repair"
    with pytest.raises(TransitionRefused) as refused:
        services.to_self_check(visit_in_repair, by=by)
    assert {reason.clause for reason in refused.value.reasons} == {"M3.2-c"}
    agree(visit_in_repair, advisor)
    found.refresh_from_db()
    extra = Job.objects.get(line__operation=operation)
    assert (found.state, extra.state, extra.line.origin) == ("decided", "waiting", "repair")
    assert not Hold.objects.filter(work_order=visit_in_repair, ended_at=None).exists()


def test_the_advisors_own_proposal_of_the_work_settles_the_finding_it_came_from(
    visit_in_repair: WorkOrder, technician: User, advisor: User
) -> None:
    job, by = first_job(visit_in_repair), Actor.of(technician)
    operation, other = (LabourOperation.objects.get(code=code) for code in ("BRK-030", "MNT-120"))
    named = services.report_finding(job, by=by, text="碟盤 21.4 mm", urgency="now", operation=operation)
    said = services.report_finding(job, by=by, text="雨刷裂", urgency="advice")
    unrelated = services.report_finding(job, by=by, text="胎紋 3 mm", urgency="soon")
    line = add_operation(visit_in_repair, by=Actor.of(advisor), operation=operation)
    second = add_operation(visit_in_repair, by=Actor.of(advisor), operation=other, finding="雨刷裂")
    for found, proposed in ((named, line), (said, second)):
        found.refresh_from_db()
        assert (found.state, found.line) == ("proposed", proposed)
    agree(visit_in_repair, advisor, "decline")
    states = dict(Finding.objects.values_list("text", "state"))
    assert states == {named.text: "decided", said.text: "decided", unrelated.text: "reported"}


def test_declined_extra_work_opens_no_job(
    visit_in_repair: WorkOrder, technician: User, supervisor: User, advisor: User
) -> None:
    found = services.report_finding(
        first_job(visit_in_repair), by=Actor.of(technician), text="雨刷裂", urgency="advice"
    )
    services.propose_from_finding(found, operation=LabourOperation.objects.get(code="MNT-120"), by=Actor.of(supervisor))
    agree(visit_in_repair, advisor, "decline")
    found.refresh_from_db()
    assert (found.state, Job.objects.filter(work_order=visit_in_repair).count()) == ("decided", 2)
    assert finish_jobs(visit_in_repair, technician).stage == "selfcheck"


def test_work_approved_at_self_check_brings_the_visit_back(
    visit_at_self_check: WorkOrder, technician: User, supervisor: User, advisor: User
) -> None:
    job = first_job(visit_at_self_check)
    found = services.report_finding(job, by=Actor.of(technician), text="冷氣濾網髒", urgency="soon")
    services.propose_from_finding(found, operation=LabourOperation.objects.get(code="MNT-050"), by=Actor.of(supervisor))
    agree(visit_at_self_check, advisor)
    visit_at_self_check.refresh_from_db()
    assert visit_at_self_check.stage == "repair"
    assigned(visit_at_self_check, technician, supervisor)
    assert finish_jobs(visit_at_self_check, technician).stage == "selfcheck"


def test_a_finding_is_settled_once_and_with_words(
    visit_in_repair: WorkOrder, technician: User, supervisor: User
) -> None:
    found = services.report_finding(first_job(visit_in_repair), by=Actor.of(technician), text="異音", urgency="soon")
    by = Actor.of(supervisor)
    with pytest.raises(WorkRefused):
        services.settle_finding(found, note="  ", by=by)
    services.settle_finding(found, note="屬正常", by=by)
    with pytest.raises(WorkRefused):
        services.settle_finding(found, note="屬正常", by=by)
    assert Finding.objects.reported().count() == 0


def test_rework_goes_to_who_did_the_line(visit_at_self_check: WorkOrder, technician: User, inspector: User) -> None:
    line = first_job(visit_at_self_check).line
    opened = services.open_rework(
        visit_at_self_check, [("煞車有異音", line), ("油漬未擦", None)], by=Actor.of(inspector)
    )
    line.refresh_from_db()
    assert [(job.kind, job.technician, job.state) for job in opened] == [("rework", technician, "assigned")] * 2
    assert line.state == "approved"


def test_rework_without_any_work_is_refused(authorised_visit: WorkOrder, inspector: User) -> None:
    with pytest.raises(WorkRefused):
        services.open_rework(authorised_visit, [("x", None)], by=Actor.of(inspector))
