"""What this room puts on home pages and into the menu."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.models import Customer
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import PROCESS, Role
from servicedesk.workorders import papers
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.rows import work_list
from servicedesk.workorders.stages import OPEN

LONGEST = 50
VISITS_OF_CUSTOMER = 10


def in_house(request: StaffRequest) -> dict[str, Any]:
    """Cars in the house, most endangered promise first."""
    orders = WorkOrder.objects.filter(centre=request.centre).in_house().by_risk().for_list()
    return {"rows": work_list(orders[:LONGEST], request.centre)}


def due_promises(request: StaffRequest) -> dict[str, Any]:
    """Promises of the user, or of his roles where nobody owns them, soonest first."""
    roles = request.user.roles_in(request.centre.pk)
    rows = Promise.objects.filter(centre=request.centre).pending()
    if Role.MANAGER not in roles:
        rows = rows.filter(owner=request.user) | rows.filter(owner=None, owner_role__in=roles)
    rows = rows.select_related("work_order__vehicle", "work_order__customer").order_by("due_at", "pk")
    return {"promises": list(rows[:8])}


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
            registry.HomeList("in_house", role, _("Cars in the house"), "workorders/_in_house.html", in_house, order=50)
        )
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


PHRASES = {
    "opened": registry.Phrase(_("Work order opened")),
    "estimate.issued": registry.Phrase(_("Estimate version %(version)s: %(total)s")),
    "consent.recorded": registry.Phrase(_("Customer decided on version %(version)s"), "key"),
    "promise.made": registry.Phrase(_("Delivery time promised")),
    "promise.moved": registry.Phrase(_("Promised delivery time moved"), "bad"),
    "paper.duplicated": registry.Phrase(_("Duplicate of %(number)s given out")),
    "paper.tried_again": registry.Phrase(_("Paper %(number)s ordered again")),
    "hold.started": registry.Phrase(_("Waiting began")),
    "hold.ended": registry.Phrase(_("Waiting ended")),
}
