"""Send what is due in the outbox: at least once, each row under one Message-ID, and visibly given up after six tries.

1. Claim one row: lock it past other relays (SKIP LOCKED), count the attempt, lease it for two minutes, commit.
2. Render and send it, outside any transaction.
3. Mark it, unless the lease ran out and another relay has taken it over.

A worker killed between 1 and 3 leaves a row whose lease ends; it is claimed again. Killed after the mail server took
the letter but before 3, or cut off after the letter's last line and before its answer, the same letter goes out again
with the same Message-ID: never lost, at worst doubled and recognisable. A mail server that is down or hangs takes its
time once in a run, not once for each letter: the others wait without using up an attempt, and text messages go on.
The attempt is counted before the work, so a message that kills its worker ends too.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection

from django.db import transaction

from servicedesk.clock import now
from servicedesk.messaging.channels import NotYet, Permanent, Temporary, Unreachable, channel_of
from servicedesk.messaging.models import Message
from servicedesk.messaging.outbox import clean
from servicedesk.messaging.rendering import Rendered, render

log = logging.getLogger(__name__)
LEASE = dt.timedelta(seconds=120)
MAX_ATTEMPTS = 6
BACK_OFF = [dt.timedelta(seconds=s) for s in (30, 120, 600, 1800, 7200)]
"""Wait after the first, second … failed attempt."""
NOT_YET = dt.timedelta(seconds=15)
"""Wait for what a message takes along. It ends by itself: whatever is being made is done, or has failed visibly."""
LONGEST_ERROR = 1000


def run(limit: int = 200) -> int:
    """Send up to `limit` due messages, oldest due first; return how many were tried. Any number may run at once."""
    tried, resting = 0, set[str]()
    while tried < limit:
        message = claim(resting)
        if message is None:
            break
        tried += 1
        if message.state == Message.State.SENDING and not deliver(message):
            resting.add(message.channel)
    return tried


def claim(resting: Collection[str] = ()) -> Message | None:
    """Take the next due row of a channel that is not `resting`, with its attempt counted and committed. One that used all
    attempts comes back failed, one that has outlived its use cancelled."""
    with transaction.atomic():
        message = (
            Message.objects.due()
            .exclude(channel__in=resting)
            .select_related("customer", "centre", "link")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("next_try_at", "pk")
            .first()
        )
        if message is None:
            return None
        message.claimed_at = now()
        if message.useful_until is not None and message.claimed_at >= message.useful_until:
            message.state = Message.State.CANCELLED
            message.error = "it would have come too late"
        elif message.attempts >= MAX_ATTEMPTS:
            message.state = Message.State.FAILED
            message.error = message.error or "the worker ended each time while sending"
        else:
            message.state = Message.State.SENDING
            message.attempts += 1
            message.next_try_at = message.claimed_at + LEASE
        message.save(update_fields=["state", "attempts", "claimed_at", "next_try_at", "error"])
        return message


def deliver(message: Message) -> bool:
    """Render and send a claimed message, and mark how it went. False when its channel cannot be reached now."""
    try:
        rendered = render(message)
        channel_of(message).deliver(message, rendered.with_link(message.link.url) if message.link else rendered)
    except NotYet as error:
        wait(message, str(error))
    except Permanent as error:
        give_up(message, str(error))
    except Unreachable as error:
        put_back(message, str(error))
        return False
    except Temporary as error:
        put_back(message, str(error))
    except Exception as error:  # one poisonous message must not stop the others; it is counted, kept and shown
        log.exception("message %s could not be sent", message.pk)
        put_back(message, f"{type(error).__name__}: {error}")
    else:
        mark_sent(message, rendered)
    return True


def mark_sent(message: Message, rendered: Rendered) -> None:
    """Keep what was sent, with the placeholder for the link. True even of a row cancelled a moment ago."""
    Message.objects.filter(pk=message.pk, claimed_at=message.claimed_at).update(
        state=Message.State.SENT,
        sent_at=now(),
        error="",
        subject=rendered.subject,
        body=rendered.body,
        html=rendered.html,
    )


def kept(error: str) -> str:
    """What the row keeps of an error: other people's programs word it, with whatever characters they like."""
    return str(clean(error))[:LONGEST_ERROR] or "no reason was given"


def wait(message: Message, cause: str) -> None:
    """Let it be tried again in a moment, and give its attempt back."""
    Message.objects.filter(pk=message.pk, claimed_at=message.claimed_at, state=Message.State.SENDING).update(
        state=Message.State.PENDING,
        attempts=message.attempts - 1,
        next_try_at=now() + NOT_YET,
        error=kept(cause),
    )


def put_back(message: Message, error: str) -> None:
    """Let it be tried again later, or give up after the last attempt."""
    if message.attempts >= MAX_ATTEMPTS:
        give_up(message, error)
        return
    Message.objects.filter(pk=message.pk, claimed_at=message.claimed_at, state=Message.State.SENDING).update(
        state=Message.State.PENDING,
        next_try_at=now() + BACK_OFF[message.attempts - 1],
        error=kept(error),
    )


def give_up(message: Message, error: str) -> None:
    """Show it to staff as not sent."""
    Message.objects.filter(pk=message.pk, claimed_at=message.claimed_at, state=Message.State.SENDING).update(
        state=Message.State.FAILED, error=kept(error)
    )
