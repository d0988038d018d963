"""What this room tells the rest of the house."""

import datetime as dt

from django.apps import AppConfig
from django.conf import settings

from servicedesk import clock


class StaffConfig(AppConfig):
    name = "servicedesk.staff"
    label = "staff"

    def ready(self) -> None:
        if settings.CLOCK_IS_MOVABLE:
            from servicedesk.staff.models import ClockOffset

            def offset() -> dt.timedelta:
                return dt.timedelta(seconds=ClockOffset.objects.values_list("seconds", flat=True).first() or 0)

            clock.set_offset_source(offset)
