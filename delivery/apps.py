"""What these chapters tell the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "delivery"
    verbose_name = _("Delivery")

    def ready(self) -> None:
        from delivery import checks, conformance, figures, handover_paper, paper, privacy, receivers, shelves
        from servicedesk.messaging import links

        links.register("pickup", "delivery:pickup", path="/delivery/")
        links.register("survey", "delivery:survey", path="/delivery/")
        paper.register()
        handover_paper.register()
        receivers.register()
        conformance.register()
        checks.register()
        shelves.register()
        figures.register()
        privacy.register()
