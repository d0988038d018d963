"""A message's words, made when it is sent, in the customer's language.

Texts are plain (nothing is escaped); the HTML has classes only, and `inlined` writes the sheet `static/css/email.css`
into it at sending: mail programs drop linked sheets, and the site's own pages allow no inline style.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, loader
from django.utils import translation
from django.utils.translation import gettext as _

from servicedesk.messaging.models import LINK_PLACEHOLDER, Message
from servicedesk.messaging.outbox import plain

RULE = re.compile(r"\.([a-z0-9-]+)\s*\{([^}]*)\}")
CLASSES = re.compile(r'class="([^"]*)"')


@dataclass(frozen=True)
class Rendered:
    """A message in words, with the placeholder where the link goes."""

    subject: str
    body: str
    html: str = ""

    def with_link(self, url: str) -> Rendered:
        """The same with the link's address in place."""
        return Rendered(
            self.subject.replace(LINK_PLACEHOLDER, url),
            self.body.replace(LINK_PLACEHOLDER, url),
            self.html.replace(LINK_PLACEHOLDER, url),
        )


def render(message: Message) -> Rendered:
    """Return `message` in its customer's language; the names of the house win over names in its context."""
    context = {
        **message.context,
        "customer": message.customer,
        "centre": message.centre,
        "about": message.about,
        "message": message,
        "link_url": LINK_PLACEHOLDER if message.link_id else "",
    }
    with translation.override(message.language):
        context |= {"colon": _(": "), "comma": _(", ")}
        if message.channel == Message.Channel.SMS:
            return Rendered(subject="", body=plain(text_of(message.kind, "sms.txt", context)))
        return Rendered(
            subject=plain(text_of(message.kind, "subject.txt", context)),
            body=re.sub(r"\n{3,}", "\n\n", text_of(message.kind, "txt", context)).strip() + "\n",
            html=loader.get_template(f"messages/{message.kind}.html").render(context),
        )


def text_of(kind: str, ending: str, context: dict[str, Any]) -> str:
    """Render one plain-text template of `kind`, without HTML escaping."""
    template: Any = loader.get_template(f"messages/{kind}.{ending}")
    return template.template.render(Context(dict(context), autoescape=False))


@cache
def sheet() -> dict[str, str]:
    """Class → declarations, read once from the message sheet."""
    text = (settings.BASE_DIR / "static" / "css" / "email.css").read_text(encoding="utf-8")
    return {name: " ".join(body.split()) for name, body in RULE.findall(text)}


def inlined(html: str) -> str:
    """Return `html` with each class written out as a style. Typed text forms no attribute: its quotes are escaped."""
    rules = sheet()

    def style(match: re.Match[str]) -> str:
        return 'style="{}"'.format(" ".join(rules.get(name, "") for name in match[1].split()).strip())

    return CLASSES.sub(style, html)
