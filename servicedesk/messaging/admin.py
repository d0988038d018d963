"""For superusers: read only, these rows are written by the process."""

from django.contrib import admin

from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.readonly import ReadOnly


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
