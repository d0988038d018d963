"""What this chapter knows about a customer's cars, for export and erasure."""

from __future__ import annotations

from typing import Any

from servicedesk.customers.models import Customer
from workshop.models import Finding, Job


def export(customer: Customer) -> dict[str, Any]:
    """Jobs, readings and findings of the customer's visits."""
    jobs = (
        Job.objects.filter(work_order__customer=customer).for_rows().prefetch_related("readings__spec").order_by("pk")
    )
    findings = Finding.objects.filter(work_order__customer=customer).select_related("work_order").order_by("pk")
    return {
        "jobs": [
            {
                "work_order": job.work_order.number,
                "job": job.title,
                "finished_at": job.finished_at,
                "readings": [f"{reading.spec.name}: {reading}" for reading in job.readings.all()],
            }
            for job in jobs
        ],
        "findings": [
            {"work_order": row.work_order.number, "text": row.text, "reported_at": row.reported_at} for row in findings
        ],
    }


def erase(customer: Customer) -> None:
    """Findings are facts about the car; only the note on how one was settled may quote the customer."""
    Finding.objects.filter(work_order__customer=customer).exclude(settled_note="").update(settled_note="—")
