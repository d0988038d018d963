"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "servicedesk.insight"
    label = "insight"

    def ready(self) -> None:
        from servicedesk import registry
        from servicedesk.insight import figures, panels
        from servicedesk.staff.roles import EVERYONE, Role

        lists = frozenset({"home_list"})
        home = registry.MenuItem("home", _("Today"), "home", EVERYONE, icon="sun", order=0, views=lists)
        registry.menu.register(home)
        registry.menu.register(
            registry.MenuItem(
                "figures",
                _("Indicators"),
                "insight:figures",
                frozenset({Role.MANAGER.value}),
                icon="graph-up",
                order=21,
                group="manage",
            )
        )
        registry.marked_by["insight:conformance"] = "orders"
        figures.register()
        panels.register()
