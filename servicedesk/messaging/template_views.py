"""Message templates: which messages there are, when each is sent, and how it reads, with invented values.

Rendered by the same code as what is sent. A letter is a page of its own, its sheet linked, because the site's own pages
allow no inline style.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from servicedesk.messaging import samples
from servicedesk.messaging.kinds import KINDS, Kind
from servicedesk.messaging.models import TOKEN_LENGTH, Message
from servicedesk.messaging.rendering import Rendered, parts
from servicedesk.messaging.rendering import render as render_message
from servicedesk.messaging.views import as_page
from servicedesk.staff.access import allow
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role

READERS = (Role.MANAGER, Role.ADMIN)
SAMPLE_TOKEN = "9kQ2vB7mXr4TzL1pWc8dNh"[:TOKEN_LENGTH]  # opens nothing; as long as a real one


def kind_of(key: str) -> Kind:
    """The kind of message, or 404."""
    if key not in KINDS:
        raise Http404
    return KINDS[key]


def sample(request: StaffRequest, kind: str, language: str, channel: str) -> Rendered:
    """The message in words, with sample values, as this centre would send it."""
    message = samples.message_of(kind, language=language, channel=channel, centre=request.centre)
    return render_message(message).with_link(f"{settings.LINK_URL}/{SAMPLE_TOKEN}")


@allow(*READERS)
@require_GET
def templates(request: StaffRequest) -> HttpResponse:
    """Every kind of message, in the order of a visit."""
    kinds = sorted(KINDS.items(), key=lambda entry: (entry[1].order, entry[0]))
    return render(request, "messaging/templates.html", {"kinds": kinds})


@allow(*READERS)
@require_GET
def template(request: StaffRequest, kind: str) -> HttpResponse:
    """One kind in each language: its text message with its length, its letter's subject and text."""
    found = kind_of(kind)
    return render(
        request,
        "messaging/template.html",
        {
            "key": kind,
            "kind": found,
            "samples": [_both(request, kind, code, name) for code, name in settings.LANGUAGES],
        },
    )


def _both(request: StaffRequest, kind: str, code: str, name: str) -> dict[str, Any]:
    sms = sample(request, kind, code, Message.Channel.SMS).body
    letter = sample(request, kind, code, Message.Channel.EMAIL)
    return {"code": code, "name": name, "sms": sms, "length": len(sms), "parts": parts(sms), "letter": letter}


@allow(*READERS)
@require_GET
def template_letter(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """The letter as a customer would see it."""
    kind_of(kind)
    if language not in dict(settings.LANGUAGES):
        raise Http404
    message = samples.message_of(kind, language=language, channel=Message.Channel.EMAIL, centre=request.centre)
    return as_page(render_message(message).with_link("#").html)
