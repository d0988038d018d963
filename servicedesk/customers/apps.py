"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from servicedesk import registry


class CustomersConfig(AppConfig):
    name = "servicedesk.customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from servicedesk.customers import search

        registry.menu.register(
            registry.MenuItem(
                key="customers",
                label=_("Customers"),
                url_name="customers:list",
                roles=frozenset(role.value for role in search.READERS),
                icon="people",
                order=30,
                views=frozenset(f"customers:{name}" for name in ("detail", "edit", "vehicle_add", "vehicle_edit")),
            )
        )
        registry.search.register(search.hits)
        registry.alerts.register(search.alerts)
        registry.exports.register(search.export)
        registry.erasures.register(search.erase)
