"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkordersConfig(AppConfig):
    name = "servicedesk.workorders"
    label = "workorders"
    verbose_name = _("Work orders")

    def ready(self) -> None:
        from servicedesk import registry
        from servicedesk.workorders import checks, declined, home, search

        registry.checks.register(registry.Check("event chains verify", checks.chains_verify))
        registry.checks.register(registry.Check("each step has one event", checks.each_step_has_one_event))
        home.register()
        registry.search.register(search.hits)
        registry.alerts.register(declined.alerts)
