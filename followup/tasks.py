"""Celery entry points. The row is the truth: a task that runs twice plans once."""

from __future__ import annotations

from celery import shared_task

from followup import services
from servicedesk.staff.actors import Actor


@shared_task(name="followup.tasks.plan")
def plan(plan_id: int) -> int:
    """Plan the calls after one visit; returns how many were planned now."""
    return len(services.plan_calls(plan_id, by=Actor.system("followup.plan")))
