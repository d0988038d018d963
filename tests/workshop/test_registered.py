"""What chapters 3 and 4 tell the house: evidence for each clause, checks that find faults, figures, visit steps, export."""

from __future__ import annotations

import datetime as dt
from typing import Any

from quality import checks as quality_checks
from quality import conformance as quality_conformance
from quality import home as quality_home
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.quality import inspected, self_checked
from tests.fixtures.workshop import finish_jobs
from workshop import checks, conformance, home, privacy, services
from workshop.models import Job, WorkSpan

CLAUSES = [
    f"M{clause}"
    for clause in ("3.1-a", "3.1-b", "3.1-c", "3.2-a", "3.2-b", "3.2-c", "4.1-a", "4.1-b", "4.2-a", "4.2-b", "4.2-c")
]


def states(work_order: WorkOrder) -> list[str]:
    """The state of each clause of chapters 3 and 4."""
    return [registry.evidence.by_clause[clause](work_order).state for clause in CLAUSES]


def test_evidence_is_open_before_and_done_after(
    authorised_visit: WorkOrder, technician: User, supervisor: User, inspector: User
) -> None:
    assert states(authorised_visit) == ["open"] * 5 + ["not_needed"] + ["open"] * 4 + ["not_needed"]
    from tests.fixtures.workshop import in_repair

    in_repair(authorised_visit, technician, supervisor)
    services.look_at_progress(authorised_visit, by=Actor.of(supervisor))
    found = services.report_finding(
        Job.objects.filter(state="running").get(), by=Actor.of(technician), text="異音", urgency="soon"
    )
    services.settle_finding(found, note="屬正常", by=Actor.of(supervisor))
    finish_jobs(authorised_visit, technician)
    self_checked(authorised_visit, technician)
    inspected(authorised_visit, inspector, "FI-17")
    finish_jobs(authorised_visit, technician)
    self_checked(authorised_visit, technician)
    inspected(authorised_visit, inspector)
    assert states(authorised_visit) == ["done"] * 11


def test_what_was_skipped_is_missing(visit_in_preparation: WorkOrder) -> None:
    assert conformance.looked_at(visit_in_preparation).state == "missing"


def test_checks_are_clean_and_find_faults(visit_in_repair: WorkOrder, technician: User) -> None:
    for check in (
        checks.running_jobs_have_a_clock,
        checks.agreed_lines_have_a_job,
        checks.nobody_works_past_the_workshop,
        quality_checks.cars_beyond_inspection_were_passed,
    ):
        assert check() == []
    WorkSpan.objects.update(ended_at=now())
    assert len(checks.running_jobs_have_a_clock()) == 1
    Job.objects.filter(state="acknowledged").delete()
    assert len(checks.agreed_lines_have_a_job()) == 1
    for stage in ("selfcheck", "final", "preparation"):
        WorkOrder.objects.filter(pk=visit_in_repair.pk).update(stage=stage)
    assert len(checks.nobody_works_past_the_workshop()) == 1
    assert len(quality_checks.cars_beyond_inspection_were_passed()) == 1


def test_visit_steps_name_who_and_when(visit_in_preparation: WorkOrder, technician: User, inspector: User) -> None:
    repair, quality = home.visit_step(visit_in_preparation), quality_home.visit_step(visit_in_preparation)
    assert (repair.who, quality.who) == ("陳志豪", "鄭文彬")
    assert repair.until is not None
    assert quality.until == visit_in_preparation.happened("quality.final_signed")[-1].at


def test_next_steps_follow_the_stage(visit_at_final: WorkOrder, inspector: User, technician: User) -> None:
    class Request:
        def __init__(self, user: User) -> None:
            self.user = user

    request: Any = Request(inspector)
    assert [str(step.url) for step in quality_home.next_steps(request, visit_at_final)] == [
        f"/quality/{visit_at_final.pk}/final/"
    ]
    assert quality_home.next_steps(Request(technician), visit_at_final) == []  # type: ignore[arg-type]


def test_figures(visit_in_rework: WorkOrder, at_tuesday_ten: Any) -> None:
    centres, since = [visit_in_rework.centre_id], now() - dt.timedelta(days=1)
    assert quality_conformance.internal_rework(centres, since, now()) == (1, 1)
    planned, clocked = conformance.efficiency(centres, since, now())
    assert planned == sum(job.line.quantity for job in Job.objects.filter(kind="work"))
    assert 0 <= clocked < 1
    assert conformance.additional_approval(centres, since, now()) == (0, 0)


def test_export_holds_the_customers_jobs_and_findings(visit_in_repair: WorkOrder, technician: User) -> None:
    services.report_finding(
        Job.objects.filter(state="running").get(), by=Actor.of(technician), text="異音", urgency="soon"
    )
    held = privacy.export(visit_in_repair.customer)
    assert (len(held["jobs"]), [row["text"] for row in held["findings"]]) == (2, ["異音"])
