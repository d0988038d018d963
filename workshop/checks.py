"""What must reconcile in chapter 3."""

from __future__ import annotations

from django.db import connection


def _sentences(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def running_jobs_have_a_clock() -> list[str]:
    """A job runs exactly when one of its clocks runs."""
    return _sentences(
        "SELECT 'job ' || j.id || ' is ' || j.state || ' with ' || count(s.id) || ' running clocks' FROM workshop_job j "
        "LEFT JOIN workshop_workspan s ON s.job_id = j.id AND s.ended_at IS NULL GROUP BY j.id "
        "HAVING (j.state = 'running') <> (count(s.id) = 1)"
    )


def agreed_lines_have_a_job() -> list[str]:
    """Every labour line agreed to on a car in the workshop or beyond has its job."""
    return _sentences(
        "SELECT 'line ' || l.id || ' was agreed to and has no job' FROM workorders_workorderline l "
        "JOIN workorders_workorder w ON w.id = l.work_order_id "
        "WHERE l.kind = 'labour' AND l.state = 'approved' "
        "AND w.stage IN ('authorised', 'repair', 'selfcheck', 'final', 'rework') "
        "AND NOT EXISTS (SELECT 1 FROM workshop_job j WHERE j.line_id = l.id AND j.kind = 'work')"
    )


def nobody_works_past_the_workshop() -> list[str]:
    """Beyond the workshop no agreed job is left undone."""
    return _sentences(
        "SELECT 'job ' || j.id || ' is ' || j.state || ' though its visit is at ' || w.stage FROM workshop_job j "
        "JOIN workorders_workorder w ON w.id = j.work_order_id LEFT JOIN workorders_workorderline l ON l.id = j.line_id "
        "WHERE j.state <> 'done' AND w.stage IN ('selfcheck', 'final', 'preparation', 'ready', 'delivered', 'closed') "
        "AND (l.id IS NULL OR l.state NOT IN ('proposed', 'declined', 'deferred'))"
    )
