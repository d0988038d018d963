"""Which rows prove the clauses of chapter 1 for a visit, read in one query; and the chapter's indicator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Count, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, AppointmentMove
from servicedesk import registry
from servicedesk.messaging.models import Message
from servicedesk.registry import Evidence
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.together import First

Judge = Callable[[Any], Evidence]
CONFIRMATIONS = ("appointment_confirmed", "appointment_moved")
"""The letters that state number, time and place; a move confirms anew."""


def booking_of(work_order: WorkOrder) -> Any:
    """The booking the visit came from, or None; with its kept answer, last move and last letter. One query."""
    answers = Promise.objects.filter(
        kind=Promise.Kind.BOOKING_ANSWER,
        target_kind=Appointment._meta.label_lower,
        target_id=OuterRef("pk"),
        kept_at__isnull=False,
    )
    moves = AppointmentMove.objects.filter(appointment=OuterRef("pk"))
    letters = Message.objects.filter(about=OuterRef("number"), centre=OuterRef("centre"), kind__in=CONFIRMATIONS)
    times = {name: name for name in ("due_at", "kept_at", "withdrawn_at")}
    return (
        Appointment.objects.filter(work_order=work_order)
        .select_related("confirmed_by", "vehicle")
        .annotate(
            answer_kept=First(answers.order_by("pk"), **times),
            last_move=First(moves.order_by("-at"), at="at", by="by_label", reason="reason"),
            letter=First(
                letters.order_by("-pk"),
                state="state",
                channel="channel",
                by="by_label",
                sent_at="sent_at",
                created_at="created_at",
            ),
        )
        .first()
    )


def of_booking(judge: Judge) -> Judge:
    """A proof that looks at the visit's booking; a walk-in needs none."""

    def prove(booking: Any) -> Evidence:
        return judge(booking) if booking else Evidence("not_needed", text=_("Walk-in: there was no booking."))

    return prove


def booked_through(*sources: str) -> Judge:
    """The booking came through one of these channels and carries what that channel asks for."""

    def judge(row: Appointment) -> Evidence:
        if row.source not in sources:
            return Evidence("not_needed", text=row.get_source_display())
        complete = bool(row.vehicle.plate and (row.concern or row.work_hours))
        return Evidence("done" if complete else "missing", row.requested_at, row.by_label, row.number)

    return judge


def recorded_at_once(row: Appointment) -> Evidence:
    """M1.1-e: it has a number and a moment."""
    return Evidence("done", row.requested_at, row.by_label, row.number)


def confirmed(row: Any) -> Evidence:
    """M1.2-a: confirmed by an advisor, and within the promised minutes."""
    if row.confirmed_at is None:
        return Evidence("missing", text=_("Received without having been confirmed."))
    late = row.answer_kept is not None and Promise(**row.answer_kept).state == "broken"
    return Evidence("late" if late else "done", row.confirmed_at, str(row.confirmed_by))


def negotiated(row: Any) -> Evidence:
    """M1.2-b: every change of time is on record, and who agreed to it."""
    last = row.last_move
    if last is None:
        return Evidence("not_needed", text=_("The wished time suited."))
    return Evidence("done", last["at"], last["by"], last["reason"])


def confirmation_sent(row: Any) -> Evidence:
    """M1.2-c: the confirmation left the house."""
    sent = row.letter
    if sent is None:
        return Evidence("missing")
    state = {Message.State.SENT: "done", Message.State.FAILED: "missing"}.get(sent["state"], "open")
    channel = Message.Channel(sent["channel"]).label
    return Evidence(state, sent["sent_at"] or sent["created_at"], sent["by"], channel)


def show_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Bookings whose car came, of those that were due."""
    due = Appointment.objects.filter(centre__in=centres, starts_at__gte=since, starts_at__lt=until)
    counted = due.aggregate(
        came=Count("pk", filter=Q(state="arrived")),
        due=Count("pk", filter=Q(state__in=("arrived", "no_show", "confirmed"))),
    )
    return counted["came"], counted["due"]


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    source = Appointment.Source
    judges: dict[str, Judge] = {
        "M1.1-a": booked_through(*source.values),
        "M1.1-b": booked_through(source.PHONE),
        "M1.1-c": booked_through(source.ONLINE),
        "M1.1-d": booked_through(source.SITE),
        "M1.1-e": recorded_at_once,
        "M1.2-a": confirmed,
        "M1.2-b": negotiated,
        "M1.2-c": confirmation_sent,
    }
    for clause, judge in judges.items():
        registry.evidence.register(clause, of_booking(judge), booking_of)
    registry.figures.register(
        registry.Figure("show_rate", _("Show rate"), _("bookings whose car came / bookings due"), show_rate, "90%", 2)
    )
