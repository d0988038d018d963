"""Papers, photos and signatures for staff. Customers see theirs through views of the chapter whose link they hold."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from servicedesk.documents.models import Paper, PaperOrder, Photo, Signature
from servicedesk.documents.papers import title_of
from servicedesk.documents.responses import order_response, paper_response, photo_response, signature_response
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.roles import PROCESS, Role

STAFF = [Role(value) for value in sorted(PROCESS)]


@allow(*STAFF)
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an issued paper in the browser."""
    return paper_response(fetch(request, Paper, pk=pk))


@allow(*STAFF)
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of an order; while it is being printed a page that asks again by itself, and when it failed, what to do."""
    row = fetch(request, PaperOrder.objects.select_related("paper", "centre"), pk=pk)
    return order_response(request, row, "documents/order.html", title=title_of(row.kind))


@allow(*STAFF)
@require_safe
def photo(request: HttpRequest, pk: int, size: str) -> HttpResponse:
    """Show a photo, full or as thumbnail."""
    return photo_response(fetch(request, Photo, pk=pk), size)


@allow(*STAFF)
@require_safe
def signature(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a drawn signature."""
    return signature_response(fetch(request, Signature, pk=pk))
