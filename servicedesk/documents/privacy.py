"""A customer's papers: what he may take with him, and what is forgotten when he asks.

Papers that were given out stay, as the books require. What a paper was composed from is forgotten once it is printed.
"""

from __future__ import annotations

from typing import Any

from servicedesk.customers.models import Customer
from servicedesk.documents.models import Paper, PaperOrder


def export(customer: Customer) -> dict[str, Any]:
    """The papers that were made for him."""
    rows = Paper.objects.filter(customer=customer).order_by("pk")
    return {
        "papers": [
            {"kind": row.kind, "number": row.number, "version": row.version, "at": row.created_at} for row in rows
        ]
    }


def erase(customer: Customer) -> None:
    """Forget what his papers were composed from. What still waits is printed first: it will be given to him."""
    done = PaperOrder.objects.filter(customer=customer).exclude(state=PaperOrder.State.PENDING)
    done.update(facts={"erased": True})
