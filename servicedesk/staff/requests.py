"""The request as a staff view gets it: `@allow` has put user, centre and actor on it."""

from django.http import HttpRequest

from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User


class StaffRequest(HttpRequest):
    """For annotations only; Django makes plain requests."""

    user: User  # type: ignore[assignment]
    centre: ServiceCentre
    actor: Actor
