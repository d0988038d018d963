"""Papers, photos and signatures for staff. Customers see theirs through the views of the chapter whose link they hold."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from servicedesk.documents.models import Paper, Photo, Signature
from servicedesk.documents.responses import paper_response, photo_response, signature_response
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.roles import PROCESS, Role

STAFF = [Role(value) for value in sorted(PROCESS)]


@require_safe
@allow(*STAFF)
def paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show an issued paper in the browser."""
    return paper_response(fetch(request, Paper, pk=pk))


@require_safe
@allow(*STAFF)
def photo(request: HttpRequest, pk: int, size: str) -> HttpResponseBase:
    """Show a photo, full or as thumbnail."""
    return photo_response(fetch(request, Photo, pk=pk), size)


@require_safe
@allow(*STAFF)
def signature(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a drawn signature."""
    return signature_response(fetch(request, Signature, pk=pk))
