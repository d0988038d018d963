"""Service desk: the after-sales process of a dealership, from booking to complaint."""

from servicedesk.celery import app as celery_app

__all__ = ["celery_app"]
