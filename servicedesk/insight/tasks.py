"""The minute sweep: everything that is due by its row's `due_at`, room by room. Never a Celery ETA."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import DatabaseError

from servicedesk import registry

log = logging.getLogger(__name__)


@shared_task(name="insight.sweep")
def sweep() -> dict[str, int]:
    """Run every room's sweep; one that fails is logged and does not hold the others. Returns rows acted on, by name."""
    acted = {}
    for entry in registry.sweeps:
        try:
            acted[entry.name] = entry.run()
        except DatabaseError:
            log.exception("sweep %s failed; it runs again in a minute", entry.name)
    return acted
