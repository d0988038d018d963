"""What the reconciler asks of the central model."""

from __future__ import annotations

from django.db import connection

from servicedesk.workorders import events


def chains_verify() -> list[str]:
    """Every visit's event chain is whole."""
    return events.verify_all()


def each_step_has_one_event() -> list[str]:
    """The stage of every visit is the target of its last stage event, and its steps follow one another."""
    sql = """
        WITH steps AS (
            SELECT work_order_id, seq, data->>'from' AS source, data->>'to' AS target,
                   lag(data->>'to', 1, 'reception') OVER (PARTITION BY work_order_id ORDER BY seq) AS before
            FROM workorders_event WHERE kind = 'stage'
        ), last AS (
            SELECT DISTINCT ON (work_order_id) work_order_id, target FROM steps ORDER BY work_order_id, seq DESC
        )
        SELECT 'work order ' || work_order_id || ': step ' || source || ' → ' || target || ' does not follow ' || before
        FROM steps WHERE source <> before
        UNION ALL
        SELECT 'work order ' || w.id || ': stands at ' || w.stage || ', its events say ' || coalesce(l.target, 'reception')
        FROM workorders_workorder w LEFT JOIN last l ON l.work_order_id = w.id
        WHERE w.stage <> coalesce(l.target, 'reception')
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
