"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from servicedesk import registry


class CatalogueConfig(AppConfig):
    name = "servicedesk.catalogue"
    verbose_name = _("Reference data")

    def ready(self) -> None:
        from servicedesk.staff.roles import Role

        manager = frozenset({Role.MANAGER.value})
        pages = ("checklist", "add", "preview", "item", "retire", "restore", "move", "move_group")
        registry.menu.register(
            registry.MenuItem(
                "checklists",
                _("Checklists"),
                "catalogue:checklists",
                manager,
                icon="list-check",
                order=42,
                group="manage",
                views=frozenset(f"catalogue:{page}" for page in pages),
            )
        )
        registry.menu.register(
            registry.MenuItem(
                "rules",
                _("Rules of the centre"),
                "catalogue:rules",
                manager,
                icon="gear",
                order=44,
                group="manage",
                views=frozenset({"catalogue:centre_rules", "catalogue:centre_profile"}),
            )
        )
