"""Messages: what went to customers, what waits, what failed; and "send again"."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models.fields.json import KT
from django.http import HttpResponse
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
from servicedesk.staff.paging import page
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role

READERS = (Role.ADVISOR, Role.AGENT, Role.MANAGER)
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


@allow(*READERS)
@require_GET
def message_list(request: StaffRequest) -> HttpResponse:
    """The last queued first, which is the time that is shown; an unknown filter means all."""
    state = request.GET.get("state", "")
    states = FILTERS.get(state)
    rows = Message.objects.for_user(request.user).select_related("customer", "centre").defer("context", "body", "html")
    rows = rows.annotate(car=KT("context__plate"))
    if states:
        rows = rows.filter(state__in=states)
    about = outbox.plain(request.GET.get("about", ""))[:32]
    if about:
        rows = rows.filter(about=about)
    context = {
        "page": page(rows, order=("-created_at", "-id"), cursor=request.GET.get("after", "")),
        "state": state if state in FILTERS else "",
        "about": about,
        "tabs": [
            ("", _("All")),
            ("waiting", _("Waiting to be sent")),
            ("failed", _("Not sent")),
            ("sent", _("Sent")),
            ("cancelled", _("Cancelled")),
        ],
    }
    return render(request, "messaging/list.html", context)


def fetch_message(request: StaffRequest, pk: int) -> Message:
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


@allow(*READERS)
@require_GET
def message_detail(request: StaffRequest, pk: int) -> HttpResponse:
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


@allow(*READERS)
@require_GET
def message_preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The letter as the customer sees it. Its words were escaped when it was made; its sheet is linked, not inline."""
    message = fetch_message(request, pk)
    words = words_of(message)
    html = words.html or format_html(
        "<!doctype html><html><head><title>{}</title></head><body class='ground'><p>{}</p></body></html>",
        message.label,
        words.body,
    )
    link = message.link.path if message.link and shows_links() else "#"
    return as_page(str(html).replace(LINK_PLACEHOLDER, link))


def as_page(html: str) -> HttpResponse:
    """A letter as a page of its own: it has classes only, and its sheet is linked instead of written into it."""
    sheet = format_html('<link rel="stylesheet" href="{}"></head>', static("css/email.css"))
    return HttpResponse(html.replace("</head>", sheet, 1))


@allow(*READERS)
@require_POST
def send_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Try a failed message again."""
    message = fetch_message(request, pk)
    return perform(
        request,
        lambda: outbox.send_again(message, by=request.actor),
        by=request.actor,
        success=_("The message is on its way."),
        redirect=message.get_absolute_url(),
    )
