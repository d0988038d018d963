"""Which rows prove the clauses of chapter 1 for a visit, and the chapter's indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from servicedesk import registry
from servicedesk.messaging.models import Message
from servicedesk.registry import Evidence
from servicedesk.workorders.models import Promise, WorkOrder

Proof = Callable[[Appointment], Evidence]


def of_booking(proof: Proof) -> Callable[[WorkOrder], Evidence]:
    """A proof that reads the visit's booking; a walk-in needs none."""

    def prove(work_order: WorkOrder) -> Evidence:
        appointment = booking_of(work_order)
        return proof(appointment) if appointment else Evidence("not_needed", text=_("Walk-in: there was no booking."))

    return prove


def booking_of(work_order: WorkOrder) -> Appointment | None:
    """The booking the visit came from; read once per work order object."""
    if not hasattr(work_order, "_booking"):
        work_order._booking = (  # type: ignore[attr-defined]
            Appointment.objects.filter(work_order=work_order)
            .select_related("confirmed_by", "customer", "vehicle")
            .first()
        )
    return work_order._booking  # type: ignore[attr-defined,no-any-return]


def booked_through(*sources: str) -> Proof:
    """The booking came through one of these channels and carries what that channel asks for."""

    def proof(row: Appointment) -> Evidence:
        if row.source not in sources:
            return Evidence("not_needed", text=row.get_source_display())
        complete = bool(row.vehicle.plate and (row.concern or row.work_hours))
        return Evidence("done" if complete else "missing", row.requested_at, row.by_label, row.number)

    return proof


def recorded_at_once(row: Appointment) -> Evidence:
    """M1.1-e: it has a number and a moment."""
    return Evidence("done", row.requested_at, row.by_label, row.number)


def confirmed(row: Appointment) -> Evidence:
    """M1.2-a: confirmed by an advisor, and within the promised minutes."""
    if row.confirmed_at is None:
        return Evidence("missing", text=_("Received without having been confirmed."))
    promise = Promise.objects.about(row, Promise.Kind.BOOKING_ANSWER).filter(kept_at__isnull=False).first()
    late = promise is not None and promise.state == "broken"
    return Evidence("late" if late else "done", row.confirmed_at, str(row.confirmed_by))


def negotiated(row: Appointment) -> Evidence:
    """M1.2-b: every change of time is on record, and who offered which others."""
    last = row.moves.order_by("-at").first()
    if last is None:
        return Evidence("not_needed", text=_("The wished time suited."))
    return Evidence("done", last.at, last.by_label, last.reason)


def confirmation_sent(row: Appointment) -> Evidence:
    """M1.2-c: the confirmation left the house."""
    sent = (
        Message.objects.filter(about=row.number, centre=row.centre_id, kind="appointment_confirmed")
        .order_by("-pk")
        .first()
    )
    if sent is None:
        return Evidence("missing")
    state = "done" if sent.state == Message.State.SENT else "missing" if sent.state == Message.State.FAILED else "open"
    return Evidence(state, sent.sent_at or sent.created_at, sent.by_label, sent.get_channel_display())


def appointment_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
    """Visits that began as bookings, of all visits."""
    visits = WorkOrder.objects.filter(centre__in=centres, opened_at__gte=since, opened_at__lt=until)
    return visits.filter(source=WorkOrder.Source.BOOKING).count(), visits.count()


def show_rate(centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
    """Bookings whose car came, of those that were due."""
    due = Appointment.objects.filter(centre__in=centres, starts_at__gte=since, starts_at__lt=until)
    return due.filter(state="arrived").count(), due.filter(state__in=("arrived", "no_show", "confirmed")).count()


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    source = Appointment.Source
    proofs: dict[str, Proof] = {
        "M1.1-a": booked_through(*source.values),
        "M1.1-b": booked_through(source.PHONE),
        "M1.1-c": booked_through(source.ONLINE),
        "M1.1-d": booked_through(source.SITE),
        "M1.1-e": recorded_at_once,
        "M1.2-a": confirmed,
        "M1.2-b": negotiated,
        "M1.2-c": confirmation_sent,
    }
    for clause, proof in proofs.items():
        registry.evidence.register(clause, of_booking(proof))
    registry.figures.register(
        registry.Figure(
            "appointment_rate",
            _("Appointment rate"),
            _("visits that began as bookings / all visits"),
            appointment_rate,
            "60%",
            1,
        )
    )
    registry.figures.register(
        registry.Figure("show_rate", _("Show rate"), _("bookings whose car came / bookings due"), show_rate, "90%", 2)
    )
