"""Celery's way in."""

from celery import shared_task

from servicedesk.documents import papers, printing


@shared_task(name=papers.PRINT_TASK)
def print_papers(limit: int = 200) -> int:
    """Print what is ordered. Rung after commit, and swept each minute; any number may run at once."""
    return printing.run(limit)
