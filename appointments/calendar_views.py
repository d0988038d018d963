"""Staff's calendar: the day and the week, moving a booking in them, the list to prepare, what must be moved (chapter 1)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from appointments import hooks, services, slots
from appointments.calendar import preparation
from appointments.calendar.board import WEEK, Board
from appointments.calendar.day import day_of
from appointments.calendar.loads import rows_of
from appointments.calendar.moving import Moving, asked_for, put_back
from appointments.calendar.to_move import to_move
from appointments.calendar.week import week_of
from appointments.forms import MoveForm, read_date
from appointments.models import Appointment
from appointments.refusals import SlotTaken
from appointments.views import DESK, when
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import Refusal, perform, reasons_of, refuse
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role

LIST_READERS = (*DESK, Role.PARTS, Role.SUPERVISOR)
BACK = {"day": "appointments:calendar", "week": "appointments:calendar_week", "to_move": "appointments:to_move"}
"""Pages that a move may lead back to: named, never an address."""


class CalendarMoveForm(MoveForm):
    """Another time, why, why although the workshop is full, and the page from which it is asked."""

    override = forms.CharField(
        label=gettext_lazy("Moved although the workshop is full, because"), max_length=200, required=False
    )
    back = forms.ChoiceField(choices=[("", ""), *((key, key) for key in BACK)], required=False)


@allow(*DESK)
@require_GET
def day(request: StaffRequest) -> HttpResponse:
    """One day by time and reception place, with its hours by skill; with `?move=`, free places are where the booking goes."""
    return day_page(request, asked_for(request))


@allow(*DESK)
@require_GET
def week(request: StaffRequest) -> HttpResponse:
    """The week by time and day, and its hours by skill and day."""
    return week_page(request, asked_for(request))


def day_page(request: StaffRequest, moving: Moving | None, *, status: int = 200, **more: Any) -> HttpResponse:
    """The day asked for, or the one to which a booking is being moved."""
    date = date_asked(request, moving)
    board = Board(request.centre, date, moving.booking if moving else None)
    rows = rows_of(request.centre, [date])
    return render(
        request,
        "appointments/calendar.html",
        {
            **frame(board, moving, "day"),
            "before": date - dt.timedelta(days=1),
            "after": date + dt.timedelta(days=1),
            "picture": day_of(board),
            "bars": [bar for row in rows if (bar := row.bars[0])],
            **more,
        },
        status=status,
    )


def week_page(request: StaffRequest, moving: Moving | None, *, status: int = 200, **more: Any) -> HttpResponse:
    """The week of the day asked for, or of the one to which a booking is being moved."""
    board = Board(request.centre, date_asked(request, moving), moving.booking if moving else None)
    return render(
        request,
        "appointments/calendar_week.html",
        {
            **frame(board, moving, "week"),
            "before": board.monday - dt.timedelta(days=WEEK),
            "after": board.monday + dt.timedelta(days=WEEK),
            "rows": week_of(board),
            "needs": rows_of(request.centre, board.dates),
            **more,
        },
        status=status,
    )


def date_asked(request: StaffRequest, moving: Moving | None) -> dt.date:
    """The date of the time chosen; else the one in the address, of the booking that is moved, or today."""
    centre = request.centre
    if moving and moving.to:
        return centre.local(moving.to).date()
    otherwise = centre.local(moving.booking.starts_at).date() if moving else centre.today()
    return read_date(request.GET.get("date", ""), otherwise)


def frame(board: Board, moving: Moving | None, view: str) -> dict[str, Any]:
    """What day and week share: the strip of days, the booking that is being moved, the papers of the day."""
    today = board.centre.today()
    return {
        "view": view,
        "here": reverse(BACK[view]),
        "date": board.date,
        "today": today,
        "strip": board.strip(),
        "moving": moving.placed(board) if moving else None,
        "keep": f"&{urlencode({'move': moving.booking.pk})}" if moving else "",
        "papers": list(hooks.day_papers) if board.date == today else [],
        "last": board.last,
    }


@allow(*DESK)
@require_POST
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Move a booking to another time; from the calendar a refusal comes back to it with everything that was entered."""
    appointment = fetch(request, Appointment.objects.select_related("vehicle", "customer"), pk=pk)
    form = CalendarMoveForm(request.POST)
    back = BACK.get(request.POST.get("back", ""), "")
    if not form.is_valid():
        return refuse(request, reasons_of(form), reverse(back) if back else appointment.get_absolute_url())
    values = form.cleaned_data

    def refused(refusal: Refusal) -> HttpResponse:
        moving = put_back(appointment, values, refusal)
        page = week_page if values["back"] == "week" else day_page
        return page(request, moving, status=422, refusal={"reasons": refusal.reasons}, nearest=nearest(moving, refusal))

    def onward(row: Appointment) -> str:
        if not back:
            return row.get_absolute_url()
        if values["back"] == "to_move":
            return reverse(back)
        return f"{reverse(back)}?{urlencode({'date': row.centre.local(row.starts_at).date().isoformat()})}"

    return perform(
        request,
        lambda: services.move(
            appointment,
            to=values["starts_at"],
            reason=values["reason"],
            override=values["override"],
            by=request.actor,
        ),
        by=request.actor,
        success=lambda row: _("%(plate)s is moved to %(time)s.") % {"plate": row.vehicle.plate, "time": when(row)},
        redirect=onward,
        on_refusal=refused if back and appointment.centre_id == request.centre.pk else appointment.get_absolute_url(),
    )


def nearest(moving: Moving | None, refusal: Refusal) -> list[slots.Slot]:
    """Free times near the one that is gone."""
    if moving is None or moving.to is None or not isinstance(refusal, SlotTaken):
        return []
    wanted = moving.to
    wish = slots.Wish(services.work_of(moving.booking), besides=moving.booking)
    found = slots.nearest_free(moving.booking.centre, wanted, wish, count=4)
    return [slot for slot in found if slot.at != moving.booking.starts_at][:3]


@allow(*LIST_READERS)
@require_GET
def preparation_list(request: StaffRequest) -> HttpResponse:
    """A day's bookings with the parts to prepare, printed now and not kept; the next open day unless `?date=` names one."""
    date = read_date(request.GET.get("date", ""), preparation.next_open_day(request.centre))
    response = HttpResponse(preparation.paper(request.centre, date), content_type="application/pdf")
    response["Cache-Control"] = "private, no-store"
    return response


@allow(*DESK)
@require_GET
def moves_due(request: StaffRequest) -> HttpResponse:
    """Bookings to move: days with more booked than there is since hours fell away, why, and who is booked."""
    return render(request, "appointments/calendar_to_move.html", {"days": to_move(request.centre)})


@allow(*DESK)
@require_GET
def move_times(request: HttpRequest, pk: int) -> HttpResponse:
    """The next free times of one booking, each a tap that moves it: a fragment, or a page for those without script."""
    rows = Appointment.objects.select_related("vehicle", "customer")
    appointment = fetch(request, rows, pk=pk)
    wish, centre, wanted = (
        slots.Wish(services.work_of(appointment), besides=appointment),
        appointment.centre,
        appointment.starts_at,
    )
    times = []
    if appointment.is_expected:
        times = slots.alternatives(centre, wanted, wish, days=4, per_day=1) or slots.nearest_free(centre, wanted, wish)
    fragment = getattr(request, "htmx", False)
    template = "appointments/_calendar_times.html" if fragment else "appointments/calendar_times.html"
    return render(request, template, {"booking": appointment, "times": times})
