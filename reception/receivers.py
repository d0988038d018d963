"""What reception registers: gates, menu, home lists, panels, next steps, visit step, links, words of its events."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from appointments import hooks
from appointments.models import Appointment
from reception import arrivals, confirming, conformance, papers
from reception import desk_records as records
from reception.models import CarReturn, Inspection
from reception.services.estimates import DECIDABLE, PURPOSE
from reception.services.reminders import remind_of_estimates
from servicedesk import registry
from servicedesk.customers.models import Customer
from servicedesk.messaging import links
from servicedesk.registry import Action
from servicedesk.staff.roles import Role
from servicedesk.workorders.consents import after_consent
from servicedesk.workorders.gates import Requirement, gate
from servicedesk.workorders.models import LineState, WorkOrder
from servicedesk.workorders.stages import IN_HOUSE, Stage
from servicedesk.workorders.transitions import on_enter

DESK = frozenset({Role.ADVISOR.value, Role.MANAGER.value})


def inspection_of(work_order: WorkOrder) -> Inspection | None:
    """The joint inspection, as far as it is signed; None before it began. One query."""
    return Inspection.objects.filter(work_order=work_order).only("confirmed_at", "work_order").first()


@gate(Stage.AUTHORISED, order=10)
def may_be_authorised(work_order: WorkOrder) -> list[Requirement]:
    """The customer was heard, the car inspected and signed for, each line decided, the delivery promised (M2.1-c, M2.2)."""
    advisor = str(Role.ADVISOR.label)
    pk = work_order.pk
    inspection = work_order.once(inspection_of)
    states = [line.state for line in work_order.lines.all() if line.parent_id is None]
    open_lines = sum(1 for state in states if state == LineState.PROPOSED)
    answered = (
        ngettext(
            "%(count)d line waits for the customer's answer",
            "%(count)d lines wait for the customer's answer",
            open_lines,
        )
        % {"count": open_lines}
        if open_lines
        else _("No line waits for the customer's answer")
    )
    return [
        Requirement(
            any(concern.words for concern in work_order.concerns.all()),
            _("The concern is recorded in the customer's words"),
            "M2.1-c",
            reverse("reception:need", args=[pk]),
            advisor,
        ),
        Requirement(
            inspection is not None and inspection.confirmed_at is not None,
            _("The customer has signed the joint inspection"),
            "M2.2-b",
            reverse("reception:sign", args=[pk]),
            advisor,
        ),
        Requirement(
            any(state == LineState.APPROVED for state in states),
            _("At least one line is approved"),
            "M2.2-c",
            reverse("reception:estimate", args=[pk]),
            advisor,
        ),
        Requirement(
            open_lines == 0,
            answered,
            "M2.2-c",
            reverse("reception:decide", args=[pk]),
            advisor,
        ),
        Requirement(
            work_order.promised_at is not None,
            _("A delivery time is promised"),
            "",
            reverse("reception:authorise", args=[pk]),
            advisor,
        ),
    ]


@gate(Stage.CANCELLED, order=10)
def may_be_cancelled(work_order: WorkOrder) -> list[Requirement]:
    """A visit is cancelled only when the car went back."""
    return [
        Requirement(
            CarReturn.objects.filter(work_order=work_order).exists(),
            _("The car is given back"),
            "",
            reverse("reception:estimate", args=[work_order.pk]),
            str(Role.ADVISOR.label),
        )
    ]


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.menu.register(
        registry.MenuItem(
            "reception",
            gettext_lazy("Reception"),
            "reception:list",
            DESK,
            chapter=2,
            order=2,
            counter=count,
            group="chapters",
        )
    )
    for role in sorted(DESK):
        registry.home.register(
            registry.HomeList(
                "arrivals", role, gettext_lazy("Arrivals"), "reception/_arrivals.html", arrivals.timeline, order=5
            )
        )
        registry.home.register(
            registry.HomeList(
                "consents",
                role,
                gettext_lazy("Waiting for the customer's consent"),
                "reception/_waiting.html",
                arrivals.waiting_for_consent,
                order=20,
                area="rail",
            )
        )
        registry.home_actions.register(
            registry.HomeAction(
                role,
                gettext_lazy("Receive a car"),
                "reception:arrive",
                icon="plus-lg",
                primary=True,
                order=2,
                for_strangers=True,
            )
        )
    registry.panels.register(
        registry.Panel(
            "inspection", gettext_lazy("Joint inspection"), "reception/_inspection.html", confirming.panel, order=20
        )
    )
    registry.panels.register(
        registry.Panel(
            "desk", gettext_lazy("Arrival, key and place"), "reception/_desk.html", records.panel, order=10, area="rail"
        )
    )
    on_enter(Stage.AUTHORISED, papers.order_authorisation, order=20)
    after_consent(papers.order_addition, order=20)
    registry.actions.register(next_steps)
    hooks.next_steps.register(receive_step)
    hooks.at_the_desk.register(records.booked_and_waiting)
    registry.visit_steps[2] = visit_step
    registry.exports.register(export)
    registry.erasures.register(erase)
    links.register(PURPOSE, "reception:answer")
    registry.sweeps.register(registry.Sweep("estimate reminders", remind_of_estimates))
    registry.phrases.update(PHRASES)
    conformance.register()
    confirming.register()


PHRASES = {
    "reception.matched": registry.Phrase(gettext_lazy("Matched with booking %(booking)s")),
    "reception.need": registry.Phrase(gettext_lazy("Concern recorded")),
    "reception.concern_changed": registry.Phrase(gettext_lazy("Concern changed")),
    "reception.concern_removed": registry.Phrase(gettext_lazy("Concern taken back")),
    "reception.although_full": registry.Phrase(gettext_lazy("Received although nothing was free")),
    "reception.key_tag": registry.Phrase(gettext_lazy("Key tag: %(tag)s")),
    "reception.parked": registry.Phrase(gettext_lazy("Car moved")),
    "reception.proposed": registry.Phrase(gettext_lazy("Proposed: %(code)s")),
    "reception.set_aside": registry.Phrase(gettext_lazy("Finding left without work")),
    "reception.changed": registry.Phrase(gettext_lazy("Proposal changed: %(code)s")),
    "consent.other_signer": registry.Phrase(
        gettext_lazy("Version %(version)s was decided under another name than the customer's")
    ),
    "reception.withdrawn": registry.Phrase(gettext_lazy("Proposal withdrawn: %(code)s")),
    "inspection.signed": registry.Phrase(gettext_lazy("Customer signed the joint inspection"), "key"),
    "estimate.sent": registry.Phrase(gettext_lazy("Estimate version %(version)s sent by link")),
}


def count(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: cars in reception, and those past a promised time."""
    return (
        "SELECT count(*), 0 FROM workorders_workorder WHERE centre_id = %s AND stage = 'reception'",
        [centre.pk],
    )


def next_steps(request: HttpRequest, work_order: WorkOrder) -> list[Action]:
    """What the advisor does next: inspect, decide, authorise; later, ask about what was found, move the promise."""
    pk = work_order.pk
    if work_order.stage == Stage.RECEPTION:
        inspection = work_order.once(inspection_of)
        if inspection and not inspection.confirmed_at:
            return [Action(_("Inspect the car together"), reverse("reception:inspect", args=[pk]), DESK, order=1)]
        if any(line.state == LineState.PROPOSED for line in work_order.lines.all()):
            return [Action(_("Estimate and decision"), reverse("reception:estimate", args=[pk]), DESK, order=1)]
        return [Action(_("Promise delivery and authorise"), reverse("reception:authorise", args=[pk]), DESK, order=1)]
    steps = []
    if work_order.stage in DECIDABLE and any(line.state == LineState.PROPOSED for line in work_order.lines.all()):
        steps += [Action(_("Ask for the customer's decision"), reverse("reception:estimate", args=[pk]), DESK, order=1)]
    if work_order.stage in IN_HOUSE and work_order.promised_at and not work_order.ready_at:
        url = reverse("reception:promise", args=[pk])
        steps += [Action(_("Agree another delivery time"), url, DESK, primary=False, order=80)]
    return steps


def receive_step(appointment: Appointment) -> list[Action]:
    """On a booking's page: receive the car that has come."""
    if not appointment.may_arrive:
        return []
    url = f"{reverse('reception:receive')}?appointment={appointment.pk}"
    return [Action(_("Receive the car"), url, DESK)]


def visit_step(work_order: WorkOrder) -> registry.VisitStep:
    """Who received the car, and until when."""
    inspection = work_order.once(inspection_of)
    return registry.VisitStep(
        who=str(work_order.advisor),
        at=work_order.opened_at,
        until=inspection.confirmed_at if inspection and work_order.stage != Stage.RECEPTION else None,
    )


def export(customer: Customer) -> dict[str, Any]:
    """The joint inspections of the customer's visits, what he said, how he was received."""
    rows = Inspection.objects.filter(work_order__customer=customer).select_related("work_order").order_by("pk")
    return {
        "inspections": [
            {
                "work_order": row.work_order.number,
                "odometer": row.odometer,
                "note": row.note,
                "reservations": row.reservations,
                "belongings": row.belongings,
                "signed_at": row.confirmed_at,
            }
            for row in rows
        ],
        **records.export(customer),
    }


def erase(customer: Customer) -> None:
    """What the customer said stands in erasable rows elsewhere; a signed inspection names no person but the signature."""
    CarReturn.objects.filter(work_order__customer=customer).update(reason="—")
    records.erase(customer)
