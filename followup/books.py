"""Chapter 7 towards the books: what is kept of a customer, what is forgotten, and whether the calls add up."""

from __future__ import annotations

from typing import Any

from django.db import connection

from followup.models import Feedback, FollowUp, Problem
from servicedesk.customers.models import Customer


def export(customer: Customer) -> dict[str, Any]:
    """Everything kept of the customer's follow-ups."""
    calls = FollowUp.objects.filter(work_order__customer=customer).select_related("work_order", "feedback")
    return {
        "follow_ups": [
            {
                "visit": call.work_order.number,
                "due_at": call.due_at,
                "state": call.state,
                "repair_quality": said.repair_quality if said else None,
                "service": said.service if said else None,
                "words": said.words if said else "",
                "answers": [f"{about}: {words}" for about, words in said.answers] if said else [],
            }
            for call in calls.order_by("pk")
            for said in [getattr(call, "feedback", None)]
        ],
        "problems": [
            {"reported_at": row.reported_at, "text": row.text, "solution": row.solution, "state": row.state}
            for row in Problem.objects.filter(work_order__customer=customer).order_by("pk")
        ],
    }


def erase(customer: Customer) -> None:
    """Forget what the customer said; scores, states and times stay for the books."""
    said = Feedback.objects.filter(followup__work_order__customer=customer)
    for row in said.filter(checks__contains=[{"kind": "text"}]):
        checks = [{**check, "answer": ""} if check.get("kind") == "text" else check for check in row.checks]
        Feedback.objects.filter(pk=row.pk).update(checks=checks)
    said.update(words="")
    Problem.objects.filter(work_order__customer=customer).update(text="—")


def calls_add_up() -> list[str]:
    """Every visit handed over has one plan; a planned one has its first call, within seven days; a settled call an attempt.

    The calls that a refusal spared the customer rest on the attempt in which he refused.
    """
    sql = """
        SELECT 'work order ' || w.id || ': handed over without a follow-up plan' FROM workorders_workorder w
        LEFT JOIN followup_followupplan p ON p.work_order_id = w.id
        WHERE w.stage IN ('delivered', 'closed') AND p.id IS NULL
        UNION ALL
        SELECT 'work order ' || p.work_order_id || ': planned without a first call' FROM followup_followupplan p
        LEFT JOIN followup_followup f ON f.work_order_id = p.work_order_id AND f.sequence = 1
        WHERE p.planned_at IS NOT NULL AND f.id IS NULL
        UNION ALL
        SELECT 'follow-up ' || f.id || ': due later than a week after the handover' FROM followup_followup f
        JOIN workorders_workorder w ON w.id = f.work_order_id
        WHERE f.sequence = 1 AND f.due_at > w.delivered_at + interval '7 days'
        UNION ALL
        SELECT 'follow-up ' || f.id || ': has an outcome but nobody tried' FROM followup_followup f
        WHERE f.settled_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM followup_attempt a WHERE a.followup_id = f.id)
        AND NOT (f.state = 'refused' AND EXISTS (
            SELECT 1 FROM followup_attempt a JOIN followup_followup g ON g.id = a.followup_id
            WHERE g.work_order_id = f.work_order_id AND a.outcome = 'refused'
        ))
        UNION ALL
        SELECT 'work order ' || w.id || ': closed with a call or problem open' FROM workorders_workorder w
        WHERE w.stage IN ('closed') AND EXISTS (
            SELECT 1 FROM followup_followup f
            WHERE f.work_order_id = w.id AND f.sequence = 1 AND f.settled_at IS NULL
        )
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
