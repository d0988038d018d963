"""For superusers: read only, these rows are written by the process."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from servicedesk.messaging.models import Message, SignedLink


class ReadOnly(admin.ModelAdmin):
    """Shows rows; adds, changes and deletes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """The outbox."""

    list_display = ("id", "kind", "about", "channel", "state", "attempts", "due_at", "sent_at")
    list_filter = ("state", "channel", "kind")


@admin.register(SignedLink)
class SignedLinkAdmin(ReadOnly):
    """Customers' links, without what would open them."""

    list_display = ("id", "purpose", "target_kind", "target_id", "created_at", "expires_at", "used_at", "revoked_at")
    list_filter = ("purpose",)
    exclude = ("nonce", "token_hash")
