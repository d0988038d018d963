"""What this room puts on home pages and into the menu."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Prefetch, Window
from django.utils.translation import gettext_lazy as _

from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.models import Customer
from servicedesk.staff.formats import format_moment
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import PROCESS, Role
from servicedesk.workorders import papers
from servicedesk.workorders.models import Hold, LineKind, LineState, Promise, WorkOrder, WorkOrderLine
from servicedesk.workorders.rows import work_list
from servicedesk.workorders.stages import OPEN

LONGEST = 50
VISITS_OF_CUSTOMER = 10


def in_house(request: StaffRequest) -> dict[str, Any]:
    """Cars in the house, most endangered promise first."""
    orders = WorkOrder.objects.filter(centre=request.centre).in_house().by_risk().for_list()
    return {"rows": work_list(orders[:LONGEST], request.centre)}


def waiting_for_parts(request: StaffRequest) -> dict[str, Any]:
    """Cars that wait for parts, the longest first, each with the parts that are still to be fitted. Two queries."""
    still_due = WorkOrderLine.objects.filter(kind=LineKind.PART, state=LineState.APPROVED).select_related("part")
    parts = Prefetch("work_order__lines", still_due.order_by("position", "id"), to_attr="parts_due")
    holds = Hold.objects.filter(work_order__centre=request.centre, cause=Hold.Cause.PARTS, ended_at=None)
    rows = holds.select_related("work_order__vehicle", "work_order__customer").order_by("started_at", "pk")
    return {"holds": list(rows.prefetch_related(parts)[:LONGEST])}


def due_promises(request: StaffRequest) -> dict[str, Any]:
    """Promises of the user, or of his roles where nobody owns them, soonest first; without those that stand in another
    list of his home page. `total`: how many there are."""
    roles = request.user.roles_in(request.centre.pk)
    rows = Promise.objects.filter(centre=request.centre).pending()
    for entry in registry.home:
        if entry.owes and entry.role in roles:
            rows = rows.exclude(entry.owes(request))
    if Role.MANAGER not in roles:
        rows = rows.filter(owner=request.user) | rows.filter(owner=None, owner_role__in=roles)
    rows = rows.select_related("work_order__vehicle", "work_order__customer").order_by("due_at", "pk")
    shown: list[Any] = list(rows.annotate(total=Window(Count("pk")))[:8])
    return {"promises": shown, "total": shown[0].total if shown else 0}


def count_open(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: open visits, and those past their promised time."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE promised_at < %s AND ready_at IS NULL) "
        "FROM workorders_workorder WHERE centre_id = %s AND stage = ANY(%s)",
        [now(), centre.pk, [stage.value for stage in OPEN]],
    )


def count_promises(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: promises pending, and those overdue."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE due_at < %s) FROM workorders_promise "
        "WHERE centre_id = %s AND kept_at IS NULL AND withdrawn_at IS NULL",
        [now(), centre.pk],
    )


def visits_of(request: StaffRequest, customer: Customer) -> dict[str, Any]:
    """The customer's last visits to the user's centres, on his page. One query."""
    rows = WorkOrder.objects.for_user(request.user).filter(customer=customer).for_rows()
    return {"visits": list(rows.order_by("-opened_at", "-pk")[:VISITS_OF_CUSTOMER])}


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.menu.register(
        registry.MenuItem(
            "orders",
            _("Work orders"),
            "workorders:list",
            PROCESS,
            icon="card-list",
            order=1,
            counter=count_open,
            views=frozenset({"workorders:detail", "workorders:paper_again"}),
        )
    )
    registry.menu.register(
        registry.MenuItem(
            "promises",
            _("Promise ledger"),
            "workorders:promises",
            PROCESS,
            icon="journal-check",
            order=20,
            counter=count_promises,
            group="manage",
        )
    )
    for role in (Role.ADVISOR, Role.MANAGER):
        registry.home.register(
            registry.HomeList(
                "in_house", role, _("Cars in the workshop"), "workorders/_in_house.html", in_house, order=50
            )
        )
    waiting = ("waiting_parts", _("Cars waiting for parts"), "workorders/_waiting_parts.html", waiting_for_parts)
    for role, order in ((Role.PARTS, 10), (Role.SUPERVISOR, 40)):
        key, title, template, context = waiting
        registry.home.register(registry.HomeList(key, role, title, template, context, order=order))
    for key in sorted(PROCESS):
        registry.home.register(
            registry.HomeList(
                "promises",
                key,
                _("Promises due"),
                "workorders/_promises.html",
                due_promises,
                order=90,
                area="rail",
                lazy=True,
            )
        )
    registry.panels.register(
        registry.Panel("papers", _("Papers"), "workorders/_papers.html", papers.panel, order=70, area="rail")
    )
    registry.customer_panels.register(
        registry.Panel("visits", _("Visits"), "workorders/_of_customer.html", visits_of, order=10)
    )
    for kind, phrase in PHRASES.items():
        registry.phrases[kind] = phrase


def _due(work_order: WorkOrder, data: dict[str, Any]) -> str:
    return format_moment(dt.datetime.fromisoformat(data["due"]), work_order.centre, now=now())


def _cause(work_order: WorkOrder, data: dict[str, Any]) -> str:
    return str(Hold.Cause(data["cause"]).label)


PHRASES = {
    "opened": registry.Phrase(_("Work order opened")),
    "estimate.issued": registry.Phrase(_("Estimate version %(version)s: %(total)s")),
    "consent.recorded": registry.Phrase(_("Customer decided on version %(version)s"), "key"),
    "promise.made": registry.Phrase(_("Delivery time promised"), about=_due),
    "promise.moved": registry.Phrase(_("Promised delivery time moved"), "bad", about=_due),
    "paper.duplicated": registry.Phrase(_("Duplicate of %(number)s given out")),
    "paper.tried_again": registry.Phrase(_("Paper %(number)s ordered again")),
    "hold.started": registry.Phrase(_("Waiting began"), about=_cause),
    "hold.ended": registry.Phrase(_("Waiting ended"), about=_cause),
}
