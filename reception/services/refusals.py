"""Why reception says no at the desk."""

from __future__ import annotations

from django.db import connection

from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal


class NotReceived(Refusal):
    """The car cannot be received like this; the reasons say why."""


class WorkshopFull(NotReceived):
    """No place or no hours are left today for a car without a booking; with a reason it is received all the same."""


def one_by_one(centre: ServiceCentre, what: str) -> None:
    """Let nobody else do `what` at this centre until the transaction ends: numbers and tags are given once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [f"{what}:{centre.pk}"])
