"""What courtesy cars put on the shelves of the house: panel, next step, home list, alerts, words, privacy."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.models import Appointment
from reception.models import CourtesyLoan
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.models import Customer
from servicedesk.registry import Action
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_HOUSE, Stage

DESK = frozenset({Role.ADVISOR.value, Role.MANAGER.value})
SHOWN = 10


def loans_of(work_order: WorkOrder) -> list[CourtesyLoan]:
    """The visit's loans, the newest first. One query."""
    rows = CourtesyLoan.objects.filter(work_order=work_order).select_related("car", "signature")
    return list(rows.order_by("-lent_at", "-pk"))


def panel(request: HttpRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """The courtesy car of the visit: out, back, or asked for with the booking; while the car is here, one can be lent."""
    loans = loans_of(work_order)
    lends = work_order.stage in IN_HOUSE and not any(loan.returned_at is None for loan in loans)
    if not loans and not lends:
        return None
    booking = Appointment.objects.filter(work_order=work_order).only("transport").first()
    wished = booking is not None and booking.transport == Appointment.Transport.COURTESY_CAR
    waits = work_order.stage not in IN_HOUSE or work_order.stage == Stage.READY
    return {"loans": loans, "wished": wished and not loans, "lends": lends, "now": now(), "waits": waits}


def next_steps(request: HttpRequest, work_order: WorkOrder) -> list[Action]:
    """Take the courtesy car back, as soon as the customer's own is ready."""
    if work_order.stage in IN_HOUSE and work_order.stage != Stage.READY:
        return []
    if not work_order.happened("courtesy.lent"):
        return []  # most visits: the trail is read already
    out = work_order.once(loans_of)
    return [
        Action(_("Take the courtesy car back"), reverse("reception:courtesy_back", args=[loan.pk]), DESK, order=5)
        for loan in out
        if loan.returned_at is None
    ]


def due_back(request: HttpRequest) -> dict[str, Any]:
    """Home list: courtesy cars that are out, the longest overdue first. One query."""
    rows = CourtesyLoan.objects.filter(returned_at=None, car__centre=request.centre)  # type: ignore[attr-defined]
    related = rows.select_related("car", "work_order__customer", "work_order__vehicle", "work_order__centre")
    return {"loans": list(related.order_by("due_at", "pk")[:SHOWN]), "now": now()}


def alerts(customer: Any = None, vehicle: Any = None) -> list[registry.Alert]:
    """A courtesy car that this customer still has, told on his own page; a visit's page has it in its panel. One query."""
    if customer is None or vehicle is not None:
        return []
    rows = CourtesyLoan.objects.filter(returned_at=None, work_order__customer=customer)
    return [
        registry.Alert(
            "amber" if loan.due_at < now() else "info",
            _("Has the courtesy car %(plate)s, due back at %(time)s")
            % {"plate": loan.car.plate, "time": f"{loan.car.centre.local(loan.due_at):%Y-%m-%d %H:%M}"},
            reverse("reception:courtesy_back", args=[loan.pk]),
            loan.car.centre_id,
        )
        for loan in rows.select_related("car__centre").order_by("due_at", "pk")[:3]
    ]


def export(customer: Customer) -> dict[str, Any]:
    """The courtesy cars he was lent."""
    rows = CourtesyLoan.objects.filter(work_order__customer=customer).select_related("car", "work_order").order_by("pk")
    return {
        "courtesy_cars": [
            {
                "work_order": row.work_order.number,
                "car": str(row.car),
                "lent_at": row.lent_at,
                "due_at": row.due_at,
                "odometer_out": row.odometer_out,
                "condition_out": row.condition_out,
                "returned_at": row.returned_at,
                "odometer_in": row.odometer_in,
                "condition_in": row.condition_in,
            }
            for row in rows
        ]
    }


def erase(customer: Customer) -> None:
    """What was written about the car's condition may name him; who signed, when and for which car is evidence and stays."""
    CourtesyLoan.objects.filter(work_order__customer=customer).update(condition_out="", condition_in="")


PHRASES = {
    "courtesy.lent": registry.Phrase(gettext_lazy("Courtesy car %(plate)s handed out")),
    "courtesy.returned": registry.Phrase(gettext_lazy("Courtesy car %(plate)s taken back")),
}


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    title = gettext_lazy("Courtesy car")
    registry.panels.register(registry.Panel("courtesy", title, "reception/_courtesy.html", panel, order=25))
    for role in sorted(DESK):
        registry.home.register(
            registry.HomeList(
                "courtesy",
                role,
                gettext_lazy("Courtesy cars out"),
                "reception/_courtesy_out.html",
                due_back,
                order=40,
                area="rail",
                lazy=True,
            )
        )
    registry.actions.register(next_steps)
    registry.alerts.register(alerts)
    registry.exports.register(export)
    registry.erasures.register(erase)
    registry.phrases.update(PHRASES)
