"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from servicedesk import registry


class MessagingConfig(AppConfig):
    name = "servicedesk.messaging"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from servicedesk.messaging import checks, panels, template_views, views

        readers = frozenset(role.value for role in views.READERS)
        registry.menu.register(
            registry.MenuItem(
                key="messages",
                label=_("Messages"),
                url_name="messaging:list",
                roles=readers,
                icon="envelope",
                order=60,
                counter=views.menu_counter,
                group="top",
                views=frozenset({"messaging:detail", "messaging:send_again"}),
            )
        )
        registry.menu.register(
            registry.MenuItem(
                key="message_templates",
                label=_("Message templates"),
                url_name="messaging:templates",
                roles=frozenset(role.value for role in template_views.READERS),
                icon="envelope-open",
                order=40,
                group="manage",
                views=frozenset({"messaging:template", "messaging:template_letter"}),
            )
        )
        registry.panels.register(
            registry.Panel(
                "messages",
                _("Told to the customer"),
                "messaging/_visit.html",
                panels.visit_messages,
                roles=readers,
                order=80,
                area="rail",
            )
        )
        registry.checks.register(registry.Check("messages", checks.outbox_problems))
        registry.checks.register(registry.Check("links", checks.link_problems))
