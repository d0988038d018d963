"""The only way anything is sent to a customer: a row in the transaction that causes it; the relay sends it after."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.clock import now
from servicedesk.messaging import doorbell
from servicedesk.messaging.kinds import KINDS
from servicedesk.messaging.models import LINK_PLACEHOLDER, Message, SignedLink
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Refusal

if TYPE_CHECKING:
    from servicedesk.customers.models import Customer
    from servicedesk.staff.models import ServiceCentre

RELAY_TASK = "messaging.relay"
NO_ADDRESS = "no address"


def send(
    kind: str,
    *,
    customer: Customer,
    centre: ServiceCentre,
    by: Actor,
    context: dict[str, Any] | None = None,
    link: SignedLink | None = None,
    channel: str | None = None,
    due_at: dt.datetime | None = None,
    useful_until: dt.datetime | None = None,
    about: str = "",
    attachments: Iterable[dict[str, Any]] = (),
    dedupe_key: str | None = None,
) -> Message:
    """Queue the message `kind` to `customer` in the current transaction and return its row.

    It goes by `channel`, else by the customer's own, else by the other one he has an address for; without any address
    the row is kept as failed, where staff see it. `context` is kept as JSON (dates as ISO text, amounts as text).
    Not sent by `useful_until`, it is cancelled. `attachments`: see `messaging.attachments`. A repeat with the same
    `dedupe_key` returns the first row and queues nothing. Raises ValueError for an unknown kind: that is a mistake in our code.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no message {kind!r}")
    moment = now()
    chosen, address = address_of(customer, channel)
    values = {
        "kind": kind,
        "channel": chosen,
        "to": address,
        "customer": customer,
        "centre": centre,
        "language": known_language(customer.language or centre.language),
        "about": plain(about),
        "context": clean(context or {}),
        "link": link,
        "attachments": clean(list(attachments)),
        "state": Message.State.PENDING if address else Message.State.FAILED,
        "error": "" if address else NO_ADDRESS,
        "created_at": moment,
        "due_at": due_at or moment,
        "next_try_at": due_at or moment,
        "useful_until": useful_until,
        **actor_values(by),
    }
    with transaction.atomic(savepoint=False):
        if dedupe_key is None:
            message = Message.objects.create(**values)
        else:
            message, created = Message.objects.get_or_create(dedupe_key=dedupe_key, defaults=values)
            if not created:
                return message
        if message.next_try_at <= moment:
            doorbell.ring(RELAY_TASK)
    return message


def queued(keys: Iterable[str]) -> set[str]:
    """Return those of `keys` under which a message was queued before, whatever became of it; one query."""
    return set(Message.objects.filter(dedupe_key__in=list(keys)).values_list("dedupe_key", flat=True))


def send_again(message: Message, *, by: Actor) -> Message:
    """Try a failed message again, to the customer's address of today.

    Raises Refusal when it is not failed, or when there is still no address.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update(of=("self",)).select_related("customer").get(pk=message.pk)
        if message.state != Message.State.FAILED:
            raise Refusal(_("This message is not waiting for a decision: it was sent, cancelled or is on its way."))
        channel, address = address_of(message.customer, message.channel)
        if not address:
            raise Refusal(_("This customer has no address. Enter a telephone number or an e-mail address first."))
        moment = now()
        message.channel, message.to = channel, address
        message.state, message.attempts, message.error = Message.State.PENDING, 0, ""
        message.next_try_at, message.claimed_at = moment, None
        for name, value in actor_values(by).items():
            setattr(message, name, value)
        message.save()
        doorbell.ring(RELAY_TASK)
    return message


def address_of(customer: Customer, channel: str | None = None) -> tuple[str, str]:
    """Return (channel, address): the wished one, or the other when there is no address for it."""
    addresses = {"email": plain(customer.email or ""), "sms": plain(str(customer.phone or ""))}
    wished = channel or customer.channel
    if wished not in addresses:
        wished = "email"
    other = "sms" if wished == "email" else "email"
    chosen = wished if addresses[wished] or not addresses[other] else other
    return chosen, addresses[chosen][:254]


def known_language(language: str) -> str:
    """Return `language` if the house speaks it, else its first language."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def plain(text: str) -> str:
    """Return `text` on one line without control characters: fit for a header."""
    return " ".join("".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in {"Cc", "Cs"}).split())


def clean(value: Any) -> Any:
    """Return `value` as JSON can keep it: no NULs or lone surrogates, no placeholder smuggled in, lazy text as text."""
    if isinstance(value, dict):
        return {str(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, Promise):
        value = str(value)
    if isinstance(value, str):
        value = value.replace("\x00", "").replace(LINK_PLACEHOLDER, "")
        return value.encode("utf-8", "replace").decode()
    return value
