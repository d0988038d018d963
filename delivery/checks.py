"""What the reconciler asks of these chapters: numbers without gaps, sums that add up, payments that fit."""

from __future__ import annotations

from django.db import connection

from servicedesk import registry

GAPS = """
    WITH issued AS (
        SELECT centre_id, split_part(number, '-S', 2) AS tail, number FROM delivery_bill WHERE number IS NOT NULL
    ), series AS (
        SELECT centre_id, split_part(tail, '-', 1) AS year, split_part(tail, '-', 2)::int AS n FROM issued
    ), counted AS (
        SELECT centre_id, year, count(*) AS count, max(n) AS last FROM series GROUP BY centre_id, year
    )
    SELECT 'bills of centre ' || coalesce(c.centre_id, k.centre_id) || ' in ' || coalesce(c.year, k.period) || ': '
        || coalesce(c.count, 0) || ' bills, highest ' || coalesce(c.last, 0) || ', counter ' || coalesce(k.last, 0)
    FROM counted c FULL JOIN (SELECT * FROM workorders_numbercounter WHERE kind = 'S') k
        ON k.centre_id = c.centre_id AND k.period = c.year
    WHERE c.count IS DISTINCT FROM c.last OR c.last IS DISTINCT FROM k.last
"""
SUMS = """
    SELECT 'bill ' || coalesce(b.number, b.id::text) || ': lines add up to ' || coalesce(l.sum, 0) || ', the bill says '
        || CASE WHEN b.tax_inclusive THEN b.total ELSE b.net END
    FROM delivery_bill b LEFT JOIN (SELECT bill_id, sum(amount) AS sum FROM delivery_billline GROUP BY bill_id) l
        ON l.bill_id = b.id
    WHERE coalesce(l.sum, 0) <> CASE WHEN b.tax_inclusive THEN b.total ELSE b.net END
"""
CREDITS = """
    SELECT 'credit note ' || c.number || ' does not mirror ' || b.number
    FROM delivery_bill c JOIN delivery_bill b ON b.id = c.corrects_id
    WHERE c.total <> -b.total OR b.state <> 'issued'
"""
PAYMENTS = """
    SELECT 'work order ' || p.work_order_id || ': paid ' || p.paid || ', billed ' || coalesce(b.billed, 0)
    FROM (SELECT work_order_id, sum(amount) AS paid FROM delivery_payment GROUP BY work_order_id) p
    LEFT JOIN (
        SELECT work_order_id, sum(total) AS billed FROM delivery_bill
        WHERE state = 'issued' AND kind = 'bill' GROUP BY work_order_id
    ) b USING (work_order_id)
    WHERE p.paid > coalesce(b.billed, 0) OR p.paid < 0
    UNION ALL
    SELECT 'payment ' || r.id || ' does not mirror payment ' || p.id
    FROM delivery_payment r JOIN delivery_payment p ON p.id = r.reversal_of_id
    WHERE r.amount <> -p.amount OR r.work_order_id <> p.work_order_id
"""
ORDERED = """
    SELECT 'bill ' || b.number || ' has the paper of ' || o.kind || ' ' || o.number
    FROM delivery_bill b JOIN documents_paperorder o ON o.id = b.paper_order_id
    WHERE (o.kind, o.number, o.centre_id, o.target_id) <> (b.kind, b.number, b.centre_id, b.id)
        OR o.duplicate_of_id IS NOT NULL
    UNION ALL
    SELECT 'bill ' || number || ' is issued without a paper' FROM delivery_bill
    WHERE state = 'issued' AND paper_order_id IS NULL
"""
HANDED_OVER = """
    SELECT 'work order ' || w.id || ': delivered without an accepted handover'
    FROM workorders_workorder w
    WHERE w.stage IN ('delivered', 'closed')
        AND NOT EXISTS (SELECT 1 FROM delivery_handover h WHERE h.work_order_id = w.id AND h.accepted)
    UNION ALL
    SELECT 'work order ' || w.id || ': delivered without an issued bill'
    FROM workorders_workorder w
    WHERE w.stage IN ('delivered', 'closed')
        AND NOT EXISTS (SELECT 1 FROM delivery_bill b WHERE b.work_order_id = w.id AND b.state = 'issued')
"""


def register() -> None:
    """Put these questions on the reconciler's list."""
    for name, sql in (
        ("bill numbers have no gaps", GAPS),
        ("bills are the sum of their lines", SUMS),
        ("credit notes mirror their bills", CREDITS),
        ("payments fit the bills", PAYMENTS),
        ("issued bills have their paper", ORDERED),
        ("delivered cars were billed and accepted", HANDED_OVER),
    ):
        registry.checks.register(registry.Check(name, lambda sql=sql: ask(sql)))  # type: ignore[misc]


def ask(sql: str) -> list[str]:
    """One sentence per row that does not add up. `sql` is one of ours."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
