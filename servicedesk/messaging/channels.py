"""How a message leaves the machine, or does not: e-mail by SMTP, text messages by one gateway, or kept here.

A channel says what went wrong by what it raises: `Temporary` is tried again, `Permanent` is given up at once, and after
`Unreachable` the relay leaves the channel's other messages for its next run. A
channel may be asked twice for one message (the worker died before it could mark the row): the Message-ID and the
gateway's Idempotency-Key are the same each time.
"""

from __future__ import annotations

import json
import smtplib
import urllib.error
import urllib.request
from email.utils import formataddr, parseaddr
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.utils.module_loading import import_string

from servicedesk.messaging import attachments
from servicedesk.messaging.models import Message
from servicedesk.messaging.outbox import plain
from servicedesk.messaging.rendering import Rendered, inlined

GATEWAY_TIMEOUT = 10  # seconds
SETUP_ERRORS = {401, 403, 404, 408, 425, 429}
"""Answers of a gateway that are about us or the moment, not about this message: tried again."""


class Temporary(Exception):
    """It did not work now; it may later."""


class NotYet(Temporary):
    """Something it takes along is still being made: tried again soon, and not counted as an attempt."""


class Unreachable(Temporary):
    """Whatever is behind the channel does not answer, or not us: the next message would only wait as long."""


class Permanent(Exception):
    """It will never work like this: a person must look."""


class Channel(Protocol):
    """Anything that can deliver a rendered message."""

    def deliver(self, message: Message, rendered: Rendered) -> None:
        """Send, or raise Temporary or Permanent."""


class KeptOnly:
    """Nothing leaves the machine: messages are readable under Messages. As production's SMS gateway it refuses."""

    def deliver(self, message: Message, rendered: Rendered) -> None:
        """Keep it."""
        if settings.PRODUCTION and message.channel == Message.Channel.SMS:
            raise Permanent("no SMS gateway is set up (SMS_GATEWAY)")


class EmailBySmtp:
    """E-mail through Django's configured server."""

    def deliver(self, message: Message, rendered: Rendered) -> None:
        """Send one multipart letter. A 5xx answer is about this letter, any other trouble about the moment."""
        try:
            validate_email(message.to)
        except ValidationError as error:
            raise Permanent(f"not an e-mail address: {message.to}") from error
        mail = EmailMultiAlternatives(
            subject=plain(rendered.subject),
            body=rendered.body,
            from_email=formataddr((plain(message.centre.name), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
            to=[message.to],
            headers={
                "Message-ID": message.message_id,
                "Auto-Submitted": "auto-generated",
                "Content-Language": message.language,
            },
            connection=(server := get_connection()),
        )
        if rendered.html:
            mail.attach_alternative(inlined(rendered.html), "text/html")
        for attachment in message.attachments:
            file = attachments.read(attachment)
            mail.attach(plain(file.name), file.content, file.type)
        try:
            server.open()
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable(f"the mail server refuses our sign-in: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            raise (Permanent if min(codes) >= 500 else Temporary)(str(error)) from error
        except smtplib.SMTPResponseException as error:
            raise (Permanent if error.smtp_code >= 500 else Temporary)(str(error)) from error
        except TimeoutError as error:
            raise Unreachable(str(error) or "the mail server stopped answering") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Temporary(str(error) or type(error).__name__) from error
        finally:
            server.close()


class HttpGateway:
    """Text messages as JSON to SMS_URL with the bearer token SMS_TOKEN: fits a small relay in front of any provider."""

    def deliver(self, message: Message, rendered: Rendered) -> None:
        """POST `{"to", "text", "reference"}`; 2xx accepts it, 4xx is about this message, the rest about the moment."""
        if not settings.SMS_URL.startswith(("https://", "http://")):
            raise Temporary("SMS_URL is not set")
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own setting, checked above
            settings.SMS_URL,
            data=json.dumps({"to": message.to, "text": rendered.body, "reference": message.message_id}).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.SMS_TOKEN}",
                "Idempotency-Key": message.message_id,
            },
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=GATEWAY_TIMEOUT):  # noqa: S310 - as above
                return
        except urllib.error.HTTPError as error:
            error.close()
            final = 400 <= error.code < 500 and error.code not in SETUP_ERRORS
            raise (Permanent if final else Temporary)(f"the gateway answered {error.code}") from error
        except OSError as error:
            raise Unreachable(str(error) or type(error).__name__) from error


def channel_of(message: Message) -> Channel:
    """Return what delivers `message` under the present settings."""
    if message.channel == Message.Channel.SMS:
        gateway: Channel = import_string(settings.SMS_GATEWAY)()
        return gateway
    return EmailBySmtp() if settings.EMAIL_CHANNEL == "smtp" else KeptOnly()
