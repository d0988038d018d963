"""The public form's other third step: no time suits, so the visitor waits for one that does (M1.1-c, M1.2-b)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from appointments.drafts import DAYS_SHOWN, Draft, drop, keep, needs, quote_of, step_page
from appointments.forms import WishForm
from servicedesk.staff.access import public
from servicedesk.staff.models import ServiceCentre


@public
@require_http_methods(["GET", "POST"])
@needs("time")
def book_wait(request: HttpRequest, draft: Draft, centre: ServiceCentre) -> HttpResponse:
    """Which days would suit, when none of the times offered does."""
    today = centre.today()
    until = today + dt.timedelta(days=DAYS_SHOWN - 1)
    initial = {"from_date": today.isoformat(), "until_date": until.isoformat(), **draft.get("wait", {})}
    form = WishForm(request.POST or None, initial=initial, centre=centre)
    if request.method == "POST" and form.is_valid():
        drop(request, "starts_at")
        keep(request, centre=centre.pk, wait={name: str(value) for name, value in form.cleaned_data.items()})
        return redirect("appointments:book_contact")
    context = {"form": form, "quote": quote_of(draft, centre)}
    return step_page(request, "wait", context, centre, status=422 if form.errors else 200)


def wish_in(draft: Draft) -> dict[str, Any]:
    """The days and the part of them that were chosen, as `services.wait_for_a_time` takes them; empty for a booking."""
    wait = draft.get("wait")
    if not wait:
        return {}
    days = {name: dt.date.fromisoformat(wait[name]) for name in ("from_date", "until_date")}
    return {**days, "part": wait["part"]}
