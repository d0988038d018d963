"""What this chapter tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from complaints import conformance, receivers, shelves

        receivers.register()
        shelves.register()
        conformance.register()
