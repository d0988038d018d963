"""What booking registers: menu, home list, search, visit step, links, messages, privacy, reconciler checks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments import comeback, conformance, letters, proof_of_work, services
from appointments.calendar import preparation
from appointments.calendar.to_move import days_short
from appointments.capacity import receivers as capacity
from appointments.models import Appointment, OnlineRequest, WaitingWish
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.matching import plate_key
from servicedesk.customers.models import Customer
from servicedesk.messaging import links
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.numbers import number_in
from servicedesk.workorders.stages import IN_HOUSE

DESK = frozenset({Role.ADVISOR.value, Role.MANAGER.value})
ONLINE_REQUESTS_KEPT = dt.timedelta(days=2)
SHOWN = 10


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    from appointments import worklist  # views are ready only now

    registry.menu.register(
        registry.MenuItem(
            "booking", _("Booking"), "appointments:list", DESK, chapter=1, order=1, counter=count, group="chapters"
        )
    )
    for role in sorted(DESK):
        registry.home.register(
            registry.HomeList(
                "booking_requests",
                role,
                _("Booking requests"),
                "appointments/_requests.html",
                requests,
                order=10,
                area="rail",
                owes=lambda request: Q(kind=Promise.Kind.BOOKING_ANSWER),
            )
        )
        registry.home.register(
            registry.HomeList(
                "bookings_astray",
                role,
                _("Did not come"),
                "appointments/_astray.html",
                worklist.astray,
                order=40,
                area="rail",
                lazy=True,
            )
        )
        registry.home_actions.register(
            registry.HomeAction(
                role,
                _("Book by telephone"),
                "appointments:new",
                icon="telephone-plus",
                order=1,
                for_strangers=True,
            )
        )
    registry.home.register(
        registry.HomeList(
            "to_prepare",
            Role.PARTS,
            _("Parts for the next open day"),
            "appointments/_calendar_parts.html",
            to_prepare,
            order=20,
            lazy=True,
        )
    )
    registry.home_actions.register(
        registry.HomeAction(Role.PARTS, _("Print the list of parts"), "appointments:preparation_list", icon="printer")
    )
    registry.panels.register(
        registry.Panel(
            "comeback", _("Comeback"), "appointments/_comeback_panel.html", comeback_panel, order=5, area="rail"
        )
    )
    registry.phrases.update(PHRASES)
    registry.search.register(search)
    registry.visit_steps[1] = visit_step
    registry.exports.register(export)
    registry.erasures.register(erase)
    registry.sweeps.register(registry.Sweep("old online requests", forget_online_requests))
    registry.sweeps.register(registry.Sweep("old proofs of work", proof_of_work.forget_old))
    registry.sweeps.register(registry.Sweep("offered times", services.expire_offers))
    registry.sweeps.register(registry.Sweep("booking reminders", services.remind))
    registry.sweeps.register(registry.Sweep("cars that did not come", services.give_up_missed))
    registry.sweeps.register(registry.Sweep("requests without an answer", services.expire_requests))
    registry.sweeps.register(registry.Sweep("places for the waiting list", services.offer_freed))
    registry.checks.register(registry.Check("held places belong to expected bookings", places_are_right))
    capacity.register()
    links.register(letters.PURPOSE, "appointments:mine")
    conformance.register()


PHRASES = {
    comeback.EVENT: registry.Phrase(_("The car comes back: booking %(booking)s"), "bad"),
    comeback.EVENT_NOT: registry.Phrase(_("Not a comeback after all: booking %(booking)s")),
}


def comeback_panel(request: HttpRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """On a visit's page: the earlier visit after which its car is back, or may be, so that the workshop starts from there."""
    linked = comeback.of_visit(work_order)
    hint = linked or (comeback.hint_for_visit(work_order) if work_order.stage in IN_HOUSE else None)
    if hint is None:
        return None
    return {"hint": hint, "is_asked": linked is None, "may_open": comeback.may_open(request.user, hint)}


def count(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: requests without an answer, and those whose answer is overdue."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE p.due_at < %s) FROM appointments_appointment a "
        "LEFT JOIN workorders_promise p ON p.kind = %s AND p.target_kind = %s AND p.target_id = a.id "
        "AND p.kept_at IS NULL AND p.withdrawn_at IS NULL WHERE a.centre_id = %s AND a.state = 'requested'",
        [now(), Promise.Kind.BOOKING_ANSWER.value, Appointment._meta.label_lower, centre.pk],
    )


def requests(request: HttpRequest) -> dict[str, Any]:
    """Home list: requests that wait for an answer, longest first; how many days have bookings to move. Two queries."""
    centre = request.centre  # type: ignore[attr-defined]
    rows = Appointment.objects.filter(centre=centre).for_cards().unanswered()
    return {"requests": list(rows[:SHOWN]), "days_short": days_short(centre)}


def to_prepare(request: HttpRequest) -> dict[str, Any]:
    """Home list of the parts counter: what the bookings of the next open day need. Four queries."""
    centre = request.centre  # type: ignore[attr-defined]
    date = preparation.next_open_day(centre)
    bookings = preparation.bookings_of(centre, date)
    return {"date": date, "bookings": bookings, "parts": preparation.all_parts(bookings)}


def search(user: Any, query: str) -> list[registry.Hit]:
    """Bookings ahead by number or plate."""
    number, key = number_in(query, "B"), plate_key(query)
    if not key:
        return []
    rows = Appointment.objects.for_user(user).open().select_related("vehicle", "customer", "centre")
    found = rows.filter(number=number) if number else rows.filter(vehicle__plate_key=key)
    return [
        registry.Hit(
            _("Booking"),
            f"{row.vehicle.plate} {row.customer.name}",
            f"{row.number} · {row.get_state_display()}"
            if row.state == Appointment.State.WAITING
            else f"{row.number} · {row.centre.local(row.starts_at):%Y-%m-%d %H:%M}",
            row.get_absolute_url(),
            rank=5,
        )
        for row in found.order_by("starts_at")[:SHOWN]
    ]


def visit_step(work_order: WorkOrder) -> registry.VisitStep:
    """Who confirmed the booking, and for when; a walk-in had none."""
    row = None
    if work_order.source == WorkOrder.Source.BOOKING:
        row = Appointment.objects.filter(work_order=work_order).select_related("confirmed_by").first()
    if row is None:
        return registry.VisitStep(note=_("Walk-in"))
    return registry.VisitStep(who=str(row.confirmed_by or row.by_label), at=row.starts_at, note=row.number)


def export(customer: Customer) -> dict[str, Any]:
    """Everything kept about the customer's bookings."""
    return {
        "appointments": [
            {
                "number": row.number,
                "state": row.state,
                "starts_at": row.starts_at,
                "concern": row.concern,
                "symptoms": row.symptoms,
                "estimate_total": str(row.estimate_total),
                "requested_at": row.requested_at,
            }
            for row in Appointment.objects.filter(customer=customer).order_by("pk")
        ]
    }


def erase(customer: Customer) -> None:
    """Forget what the customer wrote; numbers and times stay for the books."""
    rows = Appointment.objects.filter(customer=customer)
    for row in rows.only("number"):
        Promise.objects.about(row).update(about=row.number)
    WaitingWish.objects.filter(appointment__in=rows).update(by_label="")
    rows.update(concern="", symptoms="", by_label="", end_reason="")


def forget_online_requests() -> int:
    """Drop the (hashed) addresses of public requests after two days."""
    return OnlineRequest.objects.filter(at__lt=now() - ONLINE_REQUESTS_KEPT).delete()[0]


def places_are_right() -> list[str]:
    """Every expected booking holds a place at its time, and nobody else does."""
    sql = """
        SELECT 'booking ' || a.number || ': holds no place at its time' FROM appointments_appointment a
        LEFT JOIN appointments_slotplace s ON s.appointment_id = a.id AND s.starts_at = a.starts_at AND s.centre_id = a.centre_id
        WHERE a.state IN ('requested', 'proposed', 'confirmed') AND s.id IS NULL
        UNION ALL
        SELECT 'booking ' || a.number || ': is ' || a.state || ' but holds a place' FROM appointments_appointment a
        JOIN appointments_slotplace s ON s.appointment_id = a.id
        WHERE a.state IN ('cancelled', 'no_show', 'waiting', 'expired')
        UNION ALL
        SELECT 'booking ' || a.number || ': a time on offer holds no place, or one that ended holds one'
        FROM appointments_timeoffer o JOIN appointments_appointment a ON a.id = o.appointment_id
        LEFT JOIN appointments_slotplace s ON s.offer_id = o.id
        WHERE (o.state = 'open') = (s.id IS NULL)
        UNION ALL
        SELECT 'booking ' || a.number || ': times are on offer, but it is ' || a.state
        FROM appointments_timeoffer o JOIN appointments_appointment a ON a.id = o.appointment_id
        WHERE o.state = 'open' AND a.state <> 'proposed' AND NOT (o.freed AND a.state IN ('waiting', 'confirmed'))
        UNION ALL
        SELECT 'booking ' || a.number || ': is ' || a.state || ' but still waits for a freed place'
        FROM appointments_waitingwish w JOIN appointments_appointment a ON a.id = w.appointment_id
        WHERE w.ended_at IS NULL AND a.state NOT IN ('waiting', 'confirmed')
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
