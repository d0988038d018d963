"""Celery's way in."""

from celery import shared_task

from servicedesk.messaging import relay


@shared_task(name="messaging.relay")
def relay_outbox(limit: int = 200) -> int:
    """Send what is due. Rung after commit, and every 20 s by beat; any number may run at once."""
    return relay.run(limit)
