"""The outbox, the customers' signed links, and who tried links that do not exist."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from itertools import product
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from servicedesk.clock import now
from servicedesk.messaging.kinds import label_of
from servicedesk.messaging.querysets import MessageQuerySet, SignedLinkQuerySet
from servicedesk.staff.actors import ActorFields

LINK_PLACEHOLDER = "⟦link⟧"
"""Stands for the link's address in every stored text: the token itself is never kept."""
TOKEN_LENGTH = 16  # characters of base64url: 96 bits, and short enough for a text message of one part
EARLIER_LENGTHS = (22,)  # of tokens that were given out before
LATE = dt.timedelta(minutes=10)


def token_hash(token: str) -> str:
    """Return what the database keeps of `token`."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make_token(purpose: str, nonce: str, secret: str | bytes, length: int = TOKEN_LENGTH) -> str:
    """Derive a link's token: nobody can without the site's secret, and with it the sending worker can again."""
    digest = salted_hmac("servicedesk.messaging.link", f"{purpose}|{nonce}", secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode()[:length]


class SignedLink(models.Model):
    """A customer's way in, without an account, to one thing for one purpose. The database holds only the token's hash.

    Opening it (GET) changes nothing, not even here: mail scanners open links too. `used_at` is set by the service
    that acts, through `use()`.
    """

    purpose = models.CharField(max_length=40)
    target_kind = models.CharField(max_length=40)
    target_id = models.BigIntegerField()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="links")
    centre = models.ForeignKey("staff.ServiceCentre", on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    nonce = models.CharField(max_length=32, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SignedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer's link")
        verbose_name_plural = _("customers' links")
        constraints = [
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("created_at")), name="link_lasts")
        ]
        indexes = [models.Index(fields=["target_kind", "target_id"], name="link_target")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.target_kind} {self.target_id}"

    @property
    def token(self) -> str:
        """The token, derived again. Raises ValueError when the site's secret was changed without a fallback."""
        for secret, length in product(
            (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), (TOKEN_LENGTH, *EARLIER_LENGTHS)
        ):
            token = make_token(self.purpose, self.nonce, secret, length)
            if token_hash(token) == self.token_hash:
                return token
        raise ValueError("The secret key has changed since this link was issued.")

    @property
    def path(self) -> str:
        """Local address of the link."""
        return reverse("links:open", args=[self.token])

    @property
    def url(self) -> str:
        """Address for a message: always of this site, whatever Host a request named."""
        return f"{settings.LINK_URL}/{self.token}"

    @property
    def is_open(self) -> bool:
        """Whether it still lets its holder in. A used link does: it shows what was recorded."""
        return self.revoked_at is None and self.expires_at > now()

    def use(self) -> bool:
        """Note that its holder acted; return True the first time. Call it inside the service's transaction."""
        moment = now()
        first = type(self).objects.filter(pk=self.pk, used_at=None).update(used_at=moment) == 1
        if first:
            self.used_at = moment
        else:
            self.refresh_from_db(fields=["used_at"])
        return first

    @classmethod
    def new_nonce(cls) -> str:
        """Return 128 random bits as text."""
        return secrets.token_hex(16)


class Message(ActorFields):
    """A message to a customer: written in the transaction that causes it, sent by the relay, kept as it was sent."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        CANCELLED = "cancelled", _("Cancelled")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    to = models.CharField(max_length=254, blank=True, help_text=_("Address when it was queued."))
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="messages")
    centre = models.ForeignKey("staff.ServiceCentre", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    about = models.CharField(max_length=32, blank=True, help_text=_("Number of the booking, visit or case."))
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    link = models.ForeignKey(SignedLink, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    attachments = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField(help_text=_("While it is being sent: when another worker may take it over."))
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    useful_until = models.DateTimeField(
        null=True, blank=True, help_text=_("After this it is not sent any more: a reminder of what has been.")
    )
    error = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    dedupe_key = models.CharField(max_length=120, null=True, blank=True, unique=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "sending", "sent", "failed", "cancelled"]),
                name="message_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="message_sent_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=models.Q(state__in=["pending", "sending"]),
                name="message_due",
            ),
            models.Index(fields=["centre", "-created_at", "-id"], name="message_newest"),
            models.Index(fields=["centre", "state", "-created_at", "-id"], name="message_by_state"),
            models.Index(fields=["about"], name="message_about"),
            models.Index(fields=["customer", "-id"], name="message_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}".strip()

    def get_absolute_url(self) -> str:
        """Its page under Messages."""
        return reverse("messaging:detail", args=[self.pk])

    @property
    def label(self) -> Any:
        """What kind of message it is, for staff."""
        return label_of(self.kind)

    @property
    def plate(self) -> str:
        """The plate of the car it is about; "" when it is about none."""
        return str(self.context.get("plate") or "")

    @property
    def message_id(self) -> str:
        """The Message-ID header, the same each time this row is sent: a mailbox can tell a repeat from a new letter."""
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        return f"<message.{self.pk}.{self.created_at:%Y%m%d%H%M%S%f}@{host}>"

    @property
    def was_late(self) -> bool:
        """Whether it went out long after it was due (the house was down, or the address was wrong at first)."""
        return self.sent_at is not None and self.sent_at - self.due_at > LATE


class LinkMiss(models.Model):
    """How often an address asked for links that do not exist, since `since`."""

    address = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["since"], name="link_miss_age")]

    def __str__(self) -> str:
        return f"{self.address} {self.count}"
