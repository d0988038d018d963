"""The complainant's page: what he told us, by when he hears from us, our answer, and his yes or no."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from complaints import services
from complaints.forms import DecisionForm
from complaints.models import Complaint, ComplaintState, Decision
from servicedesk.messaging.links import customer_link
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import perform


class LinkRequest(HttpRequest):
    """For annotations: what `@customer_link` puts on a request."""

    link: SignedLink
    centre: ServiceCentre
    actor: Actor


@customer_link(services.PURPOSE)
@require_GET
def mine(request: LinkRequest) -> HttpResponse:
    """The case as its complainant sees it."""
    return _page(request, _case(request), DecisionForm())


@customer_link(services.PURPOSE)
@require_POST
def decide(request: LinkRequest) -> HttpResponse:
    """Take his yes or no to the answer he was shown. Saying the same again changes nothing."""
    row = _case(request)
    form = DecisionForm(request.POST)
    if form.is_valid():
        return perform(
            request,
            lambda: _decide(request, row, form),
            by=request.actor,
            success=_("Your answer is recorded. Thank you."),
            redirect="complaints:mine",
        )
    return _page(request, row, form, status=422)


def _decide(request: LinkRequest, row: Complaint, form: DecisionForm) -> Complaint:
    request.link.use()
    return services.record_decision(
        row,
        by=request.actor,
        accepted=form.cleaned_data["decision"] == Decision.ACCEPTED,
        words=form.cleaned_data["words"],
    )


def _case(request: LinkRequest) -> Complaint:
    rows: Any = Complaint.objects.for_rows().filter(customer=request.link.customer)
    return get_object_or_404(rows, pk=request.link.target_id)


def _page(request: LinkRequest, row: Complaint, form: DecisionForm, status: int = 200) -> HttpResponse:
    context = {
        "complaint": row,
        "centre": row.centre,
        "form": form,
        "route": route(row),
        "may_decide": row.state == ComplaintState.ANSWERED,
        "decided": bool(row.decision),
    }
    return render(request, "complaints/mine.html", context, status=status)


def route(row: Complaint) -> list[dict[str, Any]]:
    """Where the case is, in the complainant's words: (words, state, when)."""
    accepted = row.decision == Decision.ACCEPTED
    done = [
        True,
        row.answered_at is not None,
        row.answered_at is not None,
        accepted or row.state == ComplaintState.CLOSED,
    ]
    words = [_("Received"), _("Finding the cause"), _("Our answer to you"), _("Closed once you agree")]
    when = [row.received_at, None, row.answered_at, row.decided_at if accepted else None]
    present = done.index(False) if False in done else None
    return [
        {
            "number": number + 1,
            "words": words[number],
            "state": "done" if done[number] else "now" if number == present else "todo",
            "at": when[number],
        }
        for number in range(len(words))
    ]
