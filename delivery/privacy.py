"""A customer's data in these chapters: what he may take with him, and what is forgotten when he asks.

Issued bills, payments and signed handovers stay, as the books require; they are ledgers the database does not let change.
"""

from __future__ import annotations

from typing import Any

from delivery.models import Bill, Handover, Opinion, Payment, PickupNotice, SurveyResponse
from servicedesk import registry
from servicedesk.customers.models import Customer


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.exports.register(export)
    registry.erasures.register(erase)


def export(customer: Customer) -> dict[str, Any]:
    """Bills, payments, handovers, the survey and what he said."""
    mine = {"work_order__customer": customer}
    answers = SurveyResponse.objects.filter(**mine).select_related("work_order").prefetch_related("answers__question")
    return {
        "bills": [
            {"number": bill.number, "total": bill.total, "currency": bill.currency, "issued_at": bill.issued_at}
            for bill in Bill.objects.issued().filter(**mine).order_by("issued_at")
        ],
        "payments": [
            {"amount": row.amount, "method": row.method, "at": row.at}
            for row in Payment.objects.filter(**mine).order_by("at")
        ],
        "handovers": [
            {
                "at": row.at,
                "person": row.person,
                "relation": row.relation,
                "authorised": row.authorised,
                "accepted": row.accepted,
                "objection": row.objection,
            }
            for row in Handover.objects.filter(**mine).order_by("at")
        ],
        "surveys": [
            {
                "visit": row.work_order.number,
                "completed_at": row.completed_at,
                "comment": row.comment,
                "answers": {answer.question.code: answer.value for answer in row.answers.all()},
            }
            for row in answers.order_by("pk")
        ],
        "opinions": [
            {"at": row.at, "text": row.text, "answer": row.answer}
            for row in Opinion.objects.filter(**mine).order_by("at")
        ],
    }


def erase(customer: Customer) -> None:
    """Forget his words and who came for him; marks, states and times stay for the figures."""
    SurveyResponse.objects.filter(work_order__customer=customer).update(comment="")
    Opinion.objects.filter(work_order__customer=customer).update(text="")
    PickupNotice.objects.filter(work_order__customer=customer).update(collector="")
