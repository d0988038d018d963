"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from servicedesk import clock, registry


class StaffConfig(AppConfig):
    name = "servicedesk.staff"
    label = "staff"
    verbose_name = _("Staff and centres")

    def ready(self) -> None:
        from servicedesk.staff import fields, repeats

        fields.name_remedies()
        registry.sweeps.register(registry.Sweep("old request keys", repeats.forget_old, order=99))
        if settings.CLOCK_IS_MOVABLE:
            from servicedesk.staff.models import ClockOffset

            clock.set_offset_source(ClockOffset.current)
