"""Messages: what went to customers, what waits, what failed; and "send again"."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from servicedesk.messaging import outbox
from servicedesk.messaging.models import LINK_PLACEHOLDER, Message
from servicedesk.messaging.rendering import Rendered
from servicedesk.messaging.rendering import render as render_message
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.staff.repeats import perform
from servicedesk.staff.roles import Role

READERS = (Role.ADVISOR, Role.AGENT, Role.MANAGER)
PAGE = 50
FILTERS: dict[str, tuple[str, ...]] = {
    "": (),
    "waiting": ("pending", "sending"),
    "failed": ("failed",),
    "sent": ("sent",),
    "cancelled": ("cancelled",),
}


def menu_counter(user: User, centre: ServiceCentre) -> tuple[str, list[Any]]:
    """Failed messages of the centre: all of them are late."""
    return (
        "SELECT count(*)::int, count(*)::int FROM messaging_message WHERE centre_id = %s AND state = 'failed'",
        [centre.pk],
    )


@require_GET
@allow(*READERS)
def message_list(request: HttpRequest) -> HttpResponse:
    """Newest first, 50 a page by keyset; unknown filters and positions mean all and the first page."""
    state = request.GET.get("state", "")
    states = FILTERS.get(state)
    rows = (
        Message.objects.for_user(cast(User, request.user))
        .select_related("customer", "centre")
        .defer("context", "body", "html")
    )
    if states:
        rows = rows.filter(state__in=states)
    about = outbox.plain(request.GET.get("about", ""))[:32]
    if about:
        rows = rows.filter(about=about)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows.order_by("-pk")[: PAGE + 1])
    context = {
        "page": page[:PAGE],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
        "paged": bool(before),
        "state": state if state in FILTERS else "",
        "about": about,
        "tabs": [
            ("", _("All")),
            ("waiting", _("Waiting")),
            ("failed", _("Not sent")),
            ("sent", _("Sent")),
            ("cancelled", _("Cancelled")),
        ],
    }
    return render(request, "messaging/list.html", context)


def fetch_message(request: HttpRequest, pk: int) -> Message:
    """The message, if the user may read it."""
    rows = Message.objects.select_related("customer", "centre", "link")
    message: Message = fetch(request, rows, pk=pk)
    return message


def words_of(message: Message) -> Rendered:
    """A message in words: as it was sent, or as it would be sent now."""
    if message.sent_at:
        return Rendered(message.subject, message.body, message.html)
    try:
        return render_message(message)
    except Exception as error:  # whatever makes the relay give up must not hide the message from staff
        return Rendered(subject=str(message.label), body=f"{type(error).__name__}: {error}")


def shows_links() -> bool:
    """Whether customers' links may be opened from here: only where nothing leaves the machine."""
    return settings.EMAIL_CHANNEL == "keep" and not settings.PRODUCTION


@require_GET
@allow(*READERS)
def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: its words, where it went, how often it was tried."""
    message = fetch_message(request, pk)
    words = words_of(message)
    before_link, _placeholder, after_link = words.body.partition(LINK_PLACEHOLDER)
    context = {
        "message": message,
        "words": words,
        "before_link": before_link,
        "after_link": after_link,
        "link_url": message.link.path if message.link and shows_links() else "",
        "files": [entry.get("name") or _("Paper") for entry in message.attachments],
    }
    return render(request, "messaging/detail.html", context)


@require_GET
@allow(*READERS)
def message_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as the customer sees it. Its words were escaped when it was made; its sheet is linked, not inline."""
    message = fetch_message(request, pk)
    words = words_of(message)
    html = words.html or format_html(
        "<!doctype html><html><head><title>{}</title></head><body class='ground'><p>{}</p></body></html>",
        message.label,
        words.body,
    )
    sheet = format_html('<link rel="stylesheet" href="{}"></head>', static("css/email.css"))
    link = message.link.path if message.link and shows_links() else "#"
    return HttpResponse(str(html).replace("</head>", sheet, 1).replace(LINK_PLACEHOLDER, link))


@require_POST
@allow(*READERS)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a failed message again."""
    message = fetch_message(request, pk)
    return perform(
        request,
        lambda: outbox.send_again(message, by=request.actor),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("The message is on its way."),
        redirect=message.get_absolute_url(),
    )
