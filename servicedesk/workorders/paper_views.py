"""What staff do with a visit's papers: give one out again, have a failed one printed after all."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from servicedesk.documents.models import PaperOrder
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.workorders import papers


@allow(*papers.GIVING)
@require_POST
def duplicate(request: StaffRequest, pk: int) -> HttpResponse:
    """Print the paper once more, marked as a duplicate."""
    order = fetch(request, PaperOrder, pk=pk)
    return perform(
        request,
        lambda: papers.give_again(order, by=request.actor),
        by=request.actor,
        success=_("The duplicate is being printed. It stands under Papers."),
        redirect=papers.visit_of(order),
    )


@allow(*papers.GIVING)
@require_POST
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Print a paper that could not be printed."""
    order = fetch(request, PaperOrder, pk=pk)
    return perform(
        request,
        lambda: papers.try_again(order, by=request.actor),
        by=request.actor,
        success=_("Ordered again. It takes a few seconds."),
        redirect=papers.visit_of(order),
    )
