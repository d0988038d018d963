"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.conf import settings

from servicedesk import clock


class StaffConfig(AppConfig):
    name = "servicedesk.staff"
    label = "staff"

    def ready(self) -> None:
        if settings.CLOCK_IS_MOVABLE:
            from servicedesk.staff.models import ClockOffset

            clock.set_offset_source(ClockOffset.current)
