"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from servicedesk import registry


class MessagingConfig(AppConfig):
    name = "servicedesk.messaging"

    def ready(self) -> None:
        from servicedesk.messaging import checks, views
        from servicedesk.staff.roles import Role

        registry.menu.register(
            registry.MenuItem(
                key="messages",
                label=_("Messages"),
                url_name="messaging:list",
                roles=frozenset({Role.ADVISOR.value, Role.AGENT.value, Role.MANAGER.value}),
                icon="envelope",
                order=60,
                counter=views.menu_counter,
                group="top",
            )
        )
        registry.checks.register(registry.Check("messages", checks.outbox_problems))
        registry.checks.register(registry.Check("links", checks.link_problems))
