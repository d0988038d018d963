"""What this chapter tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FollowupConfig(AppConfig):
    name = "followup"
    verbose_name = _("Follow-up")

    def ready(self) -> None:
        from followup import conformance, receivers, shelves

        receivers.register()
        shelves.register()
        conformance.register()
