"""A message's words, made when it is sent, in the customer's language.

A letter has one template, read as HTML and as plain text (nothing is escaped there). The HTML has classes only:
`inlined` writes the sheet `static/css/email.css` into it at sending, because mail programs drop linked sheets and the
site's own pages allow no inline style. A text message is the shop, one matter, and the link last, in one part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.template import Context, loader
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from servicedesk.messaging.kinds import KINDS
from servicedesk.messaging.models import LINK_PLACEHOLDER, TOKEN_LENGTH, Message
from servicedesk.messaging.outbox import plain
from servicedesk.messaging.templatetags.message_text import BREAK, END_SPARE, OWN_LINE, SPARE

LAST_SPARE = re.compile(f"{SPARE}[^{SPARE}]*?{END_SPARE}(?!.*{SPARE})", re.DOTALL)
PARAGRAPHS = re.compile(rf"\n*{BREAK}[{BREAK}\n]*")
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("^{}\\[~]|€")
"""Characters of the text message's own alphabet, and those of them that take two places."""


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
    kind = KINDS.get(message.kind)
    context = {
        **message.context,
        "customer": message.customer,
        "centre": message.centre,
        "about": message.about,
        "message": message,
        "signed": bool(message.link_id),
        "link_url": LINK_PLACEHOLDER
        if message.link_id
        else settings.SITE_URL + reverse(kind.page)
        if kind and kind.page
        else "",
    }
    with translation.override(message.language):
        context["colon"] = _(": ")
        if message.channel == Message.Channel.SMS:
            return Rendered(subject="", body=text_message(message.kind, context))
        return Rendered(
            subject=plain(text_of(f"{message.kind}.subject.txt", context)),
            body=laid_out(text_of(f"{message.kind}.html", context | {"base": "messages/base.txt"})),
            html=loader.get_template(f"messages/{message.kind}.html").render(context | {"base": "messages/base.html"}),
        )


def text_of(name: str, context: dict[str, Any]) -> str:
    """Render one template as plain text, without HTML escaping."""
    template: Any = loader.get_template(f"messages/{name}")
    return template.template.render(Context(dict(context), autoescape=False))


def laid_out(text: str) -> str:
    """Return the plain text of a letter in lines and paragraphs; the template's own white space does not count."""
    lines = (line.strip(" \t\r") for line in text.split("\n"))
    words = "\n".join(line for line in lines if line)
    return PARAGRAPHS.sub("\n\n", words).replace(OWN_LINE, "\n").strip() + "\n"


# ---- text messages -----------------------------------------------------------------------------------------------


def text_message(kind: str, context: dict[str, Any]) -> str:
    """The shop, the matter and the link, without what does not fit one part."""
    matter = text_of(f"{kind}.sms.txt", context)
    link = context["link_url"]
    length = link_length() if link == LINK_PLACEHOLDER else len(link)
    shop = _("%(centre)s: ") % {"centre": context["centre"].name}
    while True:
        bare = plain(shop + matter.replace(SPARE, "").replace(END_SPARE, ""))
        words = f"{bare} {link}" if link else bare
        fewer = LAST_SPARE.sub("", matter, count=1)
        if fewer == matter or parts(words.replace(LINK_PLACEHOLDER, "x" * length)) == 1:
            return words
        matter = fewer


def link_length() -> int:
    """How long a signed link's address is."""
    return len(settings.LINK_URL) + 1 + TOKEN_LENGTH


def parts(text: str) -> int:
    """How many text messages `text` takes: 160 characters in one (153 in each of several), 70 (67) when any is Chinese."""
    simple = all(letter in GSM or letter in TWICE for letter in text)
    length = len(text) + sum(letter in TWICE for letter in text) if simple else len(text.encode("utf-16-le")) // 2
    one, several = (160, 153) if simple else (70, 67)
    return 1 if length <= one else -(-length // several)


# ---- the sheet of letters ----------------------------------------------------------------------------------------


@cache
def inliner() -> CSSInliner:
    """What writes the sheet into letters. Its rules for dark screens stay a sheet in the head: they cannot be inline."""
    sheet = (settings.BASE_DIR / "static" / "css" / "email.css").read_text(encoding="utf-8")
    return CSSInliner(extra_css=sheet, keep_at_rules=True, load_remote_stylesheets=False)


def inlined(html: str) -> str:
    """Return `html` with the sheet written into each element."""
    return inliner().inline(html)
