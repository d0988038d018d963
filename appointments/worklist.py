"""The advisor's list of bookings that went astray: late now, given up without another time, waiting for one (M1.2-b)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from appointments import services, slots
from appointments.forms import MoveForm
from appointments.models import Appointment, TimeOffer, WaitingWish
from appointments.views import DESK, act, when
from servicedesk.clock import now
from servicedesk.staff.access import allow
from servicedesk.staff.models import ServiceCentre

LOOK_BACK = dt.timedelta(days=14)
"""So long somebody who did not come is asked whether he still wants the work."""
BACK = "appointments:worklist"
LONGEST = 50
SHOWN = 8


@allow(*DESK)
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """Who is late, who did not come or was not answered (with the next times, one click each), who waits for a time."""
    centre = request.centre  # type: ignore[attr-defined]
    rows = Appointment.objects.for_user(request.user).for_rows()  # type: ignore[arg-type]
    return render(
        request,
        "appointments/worklist.html",
        {
            "late": list(services.not_here(rows.late(centre))[:LONGEST]),
            "given_up": with_times(centre, list(rows.given_up(centre, now() - LOOK_BACK)[:LONGEST])),
            "wishes": list(wishes_at(centre)[:LONGEST]),
        },
    )


def with_times(centre: ServiceCentre, rows: list[Appointment]) -> list[tuple[Appointment, list[slots.Slot]]]:
    """Each with a time on the next three days that can be had, about the time of day it was. Queries: `slots.Outlook`."""
    if not rows:
        return []
    outlook = slots.Outlook(centre, centre.today(), slots.SEARCH_DAYS)
    found = []
    for row in rows:
        wish = slots.Wish(services.work_of(row))
        found.append((row, slots.alternatives(centre, row.starts_at, wish, per_day=1, outlook=outlook)))
    return found


def wishes_at(centre: ServiceCentre) -> Any:
    """Wishes that are open, the longest waiting first, with what lies before their customers as `on_offer`."""
    offers = TimeOffer.objects.filter(state=TimeOffer.State.OPEN, freed=True)
    return (
        WaitingWish.objects.filter(appointment__centre=centre, ended_at=None)
        .select_related("appointment__vehicle", "appointment__customer", "appointment__centre")
        .prefetch_related("appointment__items__operation", Prefetch("appointment__offers", offers, to_attr="on_offer"))
        .order_by("since", "pk")
    )


def astray(request: HttpRequest) -> dict[str, Any]:
    """Home list: who did not come and has no other time. One query."""
    centre = request.centre  # type: ignore[attr-defined]
    rows = Appointment.objects.filter(centre=centre).for_cards()
    return {"given_up": list(rows.given_up(centre, now() - LOOK_BACK)[:SHOWN])}


@allow(*DESK)
@require_POST
def rebook(request: HttpRequest, pk: int) -> HttpResponse:
    """Book again what was missed, at the chosen time."""
    return act(
        request,
        pk,
        MoveForm(request.POST),
        lambda row, values: services.rebook(row, to=values["starts_at"], by=request.actor),  # type: ignore[attr-defined]
        lambda row: (
            _("%(plate)s is booked again for %(time)s; the confirmation is on its way.")
            % {"plate": row.vehicle.plate, "time": when(row)}
        ),
        back=BACK,
    )


@allow(*DESK)
@require_POST
def stop_waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody off the waiting list."""
    return act(
        request,
        pk,
        None,
        lambda row, values: services.stop_waiting(row, by=request.actor),  # type: ignore[attr-defined]
        lambda row: _("%(plate)s is off the waiting list.") % {"plate": row.vehicle.plate},
        back=BACK,
    )
