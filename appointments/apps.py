"""What this chapter tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppointmentsConfig(AppConfig):
    name = "appointments"
    verbose_name = _("Booking")

    def ready(self) -> None:
        from appointments import receivers

        receivers.register()
