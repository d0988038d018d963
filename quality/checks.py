"""What must reconcile in chapter 4."""

from __future__ import annotations

from django.db import connection


def cars_beyond_inspection_were_passed() -> list[str]:
    """Every visit past final inspection has a passed report, signed by nobody who worked on it."""
    sql = """
        SELECT 'work order ' || w.id || ' is at ' || w.stage || ' without a passed final inspection'
        FROM workorders_workorder w WHERE w.stage IN ('preparation', 'ready', 'delivered', 'closed')
        AND NOT EXISTS (
            SELECT 1 FROM quality_finalinspection f WHERE f.work_order_id = w.id AND f.verdict = 'pass'
            AND NOT EXISTS (
                SELECT 1 FROM workshop_workspan s JOIN workshop_job j ON j.id = s.job_id
                WHERE j.work_order_id = w.id AND s.technician_id = f.inspector_id AND s.started_at < f.signed_at
            )
        )
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
