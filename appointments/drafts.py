"""What a visitor entered so far in the public booking form: kept in his session, read by every step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from phonenumber_field.phonenumber import PhoneNumber

from appointments import offers, slots
from appointments.capacity.needs import work_for
from appointments.quotes import Quote, quote
from servicedesk.catalogue.models import VehicleModel
from servicedesk.staff.formats import WEEKDAYS, joined, language_of
from servicedesk.staff.models import ServiceCentre

SESSION_KEY, DONE_KEY = "booking", "booking_done"
STEPS = ("car", "services", "time", "contact", "review")
DAYS_SHOWN = 14
Draft = dict[str, Any]


def draft_of(request: HttpRequest) -> Draft:
    """What was entered so far in this browser."""
    return request.session.get(SESSION_KEY, {})


def keep(request: HttpRequest, **values: Any) -> None:
    """Keep entries until the form is sent."""
    request.session[SESSION_KEY] = draft_of(request) | values


def drop(request: HttpRequest, *names: str) -> None:
    """Forget some entries: another choice took their place."""
    request.session[SESSION_KEY] = {name: value for name, value in draft_of(request).items() if name not in names}


def centre_of(draft: Draft) -> ServiceCentre | None:
    """The centre chosen so far, else the first."""
    return (
        ServiceCentre.objects.filter(pk=draft.get("centre") or 0).first()
        or ServiceCentre.objects.order_by("code").first()
    )


def quote_of(draft: Draft, centre: ServiceCentre) -> Quote:
    """The expected cost of the services chosen so far."""
    return quote([row for row in offers.offered() if row.code in draft.get("operations", [])], centre)


def model_words(draft: Draft) -> str:
    """Make and model as the customer reads them."""
    model = VehicleModel.objects.filter(code=draft.get("model", "")).first()
    return model.full_name if model else draft.get("other_model", "")


def first_gap(draft: Draft) -> str:
    """The first step that still lacks its answer."""
    needed = {"car": "plate", "services": "operations", "time": "starts_at", "contact": "phone"}
    waits = {"starts_at"} if draft.get("wait") else set()
    return next((step for step, key in needed.items() if key not in draft and key not in waits), "review")


def step_page(
    request: HttpRequest, step: str, context: dict[str, Any], centre: ServiceCentre, *, status: int = 200
) -> HttpResponse:
    """Render one step with its place in the row and the summary of what is known."""
    draft = draft_of(request)
    number = STEPS.index("time" if step == "wait" else step) + 1
    return render(
        request,
        f"appointments/book_{step}.html",
        {
            "centre": centre,
            "draft": draft,
            "step": number,
            "steps": "12345",
            "back": f"appointments:book_{STEPS[number - 2]}" if number > 1 else "",
            "car_words": model_words(draft),
            "phone": PhoneNumber.from_string(draft["phone"]) if draft.get("phone") else "",
            **context,
        },
        status=status,
    )


def needs(step: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Send people who jumped ahead to the first step that lacks its answer; without any centre there is no booking."""

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def stepped(request: HttpRequest) -> HttpResponse:
            draft = draft_of(request)
            gap = first_gap(draft)
            if STEPS.index(gap) < STEPS.index(step):
                return redirect(f"appointments:book_{gap}")
            centre = centre_of(draft)
            if centre is None:
                return render(request, "appointments/book_closed.html", {"centre": None}, status=503)
            return view(request, draft, centre)

        stepped.__module__, stepped.__name__, stepped.__doc__ = view.__module__, view.__name__, view.__doc__
        return stepped

    return declare


def sent_already(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead a browser whose request is in (by the back button, a reload, a second tab) to what became of it."""

    def looked_up(request: HttpRequest) -> HttpResponse:
        if not draft_of(request) and DONE_KEY in request.session:
            return redirect("appointments:book_received")
        return view(request)

    looked_up.__module__, looked_up.__name__, looked_up.__doc__ = view.__module__, view.__name__, view.__doc__
    return looked_up


def chosen_list(data: Any, name: str) -> list[str]:
    """The values ticked under `name`, from a posted form or the draft."""
    return data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])


def wish_of(draft: Draft, centre: ServiceCentre) -> slots.Wish:
    """What a time must have for the services chosen so far, asked for online; it comes after our answer."""
    chosen = [row for row in offers.offered() if row.code in draft.get("operations", [])]
    return slots.Wish(work_for(chosen), online=True, after=slots.answered_by(centre))


def is_free(centre: ServiceCentre, at: dt.datetime, wish: slots.Wish) -> bool:
    """Whether this time can still be had."""
    free = slots.free_slots(centre, centre.local(at).date(), 1, wish)
    return any(slot.at.astimezone(dt.UTC) == at.astimezone(dt.UTC) for slot in free)


def weeks_of(days: list[slots.Day]) -> list[slots.Day | None]:
    """The days with empty cells before the first, so that columns are weekdays from Monday."""
    return [*([None] * days[0].date.weekday()), *days]


def symptoms(draft: Draft) -> str:
    """Reasons and moments in the customer's language, as one line."""
    words = {**dict(offers.Reason.choices), **dict(offers.Moment.choices)}
    return joined(str(words[key]) for key in (*draft.get("reasons", []), *draft.get("moments", [])) if key in words)


def weekday_heads() -> list[str]:
    """Heads of a calendar's columns from Monday, in the active language."""
    language = language_of(get_language())
    return [name if language == "en" else name[-1] for name in WEEKDAYS[language]]
