"""How private files leave the house. The caller has checked that this person may see this one."""

from __future__ import annotations

import logging
from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from servicedesk.documents.models import Paper, PaperOrder, Photo, Signature

PRINTING_SECONDS = 2
"""How soon a page that waits for a paper asks again."""

log = logging.getLogger(__name__)


def paper_response(paper: Paper) -> HttpResponse:
    """Return the PDF, to be shown in the browser. Raises Http404 when the file is gone (and logs it)."""
    return _file(paper.file, "application/pdf", f"{paper.number}.pdf")


def order_response(request: HttpRequest, order: PaperOrder, waiting: str, **context: Any) -> HttpResponse:
    """Return the paper of an order; until it is printed the page `waiting`, which asks again by itself."""
    if order.paper is not None:
        return paper_response(order.paper)
    response = _private(render(request, waiting, {"order": order, **context}))
    if order.state == PaperOrder.State.PENDING:
        response["Refresh"] = str(PRINTING_SECONDS)
    return response


def photo_response(photo: Photo, size: str = "full") -> HttpResponse:
    """Return a photo; size: "full" (1600 px) or "thumb" (320 px)."""
    return _file(photo.thumbnail if size == "thumb" else photo.file, "image/jpeg", f"{photo.pk}.jpg")


def signature_response(signature: Signature) -> HttpResponse:
    """Return the drawn signature as PNG. Raises Http404 for a typed name."""
    if signature.typed:
        raise Http404
    return _private(HttpResponse(bytes(signature.drawing), content_type="image/png"))


def _file(file: FieldFile, content_type: str, filename: str) -> HttpResponse:
    try:
        with file.open("rb") as opened:
            content = opened.read()
    except OSError as error:
        log.error("private file %s is missing", file.name)
        raise Http404 from error
    disposition = content_disposition_header(False, filename) or "inline"
    return _private(HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition}))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
