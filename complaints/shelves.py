"""What chapter 8 puts on the shelves of the house: menu, home lists, panel, alerts, search, words, privacy, checks."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint, ComplaintEntry, EntryKind
from complaints.pages import TAKERS, with_promises
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.matching import plate_key
from servicedesk.customers.models import Customer
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.numbers import number_in

HANDLERS = frozenset(
    {Role.AGENT.value, Role.MANAGER.value, Role.SUPERVISOR.value, Role.ADVISOR.value, Role.PARTS.value}
)
SHOWN = 8
SHORTEST_PLATE = 3
APPEARS = gettext_lazy(
    "A complaint appears when customer service takes it, and stays until the complainant has accepted our answer."
)


def count_open(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: open cases, and those in which what is owed now is late."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE owed_at < %s) "
        "FROM complaints_complaint WHERE centre_id = %s AND state <> 'closed'",
        [now(), centre.pk],
    )


def open_here(request: StaffRequest) -> dict[str, Any]:
    """Home list of customer service: open cases, what is owed first at the top."""
    rows = Complaint.objects.filter(centre=request.centre).open().for_rows().by_urgency()
    return {"rows": with_promises(list(rows[:SHOWN])), "nothing": _("No complaint is open."), "text": APPEARS}


def mine(request: StaffRequest) -> dict[str, Any]:
    """Home list of those who answer: their own cases; for a manager without those that `raised` shows him already."""
    rows = Complaint.objects.filter(centre=request.centre).open().handled_by(request.user)
    if Role.MANAGER in request.user.roles_in(request.centre.pk):
        rows = rows.not_raised()
    return {
        "rows": with_promises(list(rows.for_rows().by_urgency()[:SHOWN])),
        "nothing": _("You have no complaints to answer."),
        "text": _("A complaint appears here when customer service names you to answer it."),
    }


def raised(request: StaffRequest) -> dict[str, Any]:
    """Home list of the manager: cases that came up a level or are late."""
    rows = Complaint.objects.filter(centre=request.centre).for_rows()
    found = (rows.escalated() | rows.overdue()).by_urgency()
    return {
        "rows": with_promises(list(found[:SHOWN])),
        "nothing": _("No complaint was escalated or is late."),
        "text": _("A complaint appears here when its promised answer is late or the complainant does not accept it."),
    }


def panel(request: StaffRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """The work order's panel: complaints about this visit, and for customer service the way to take one."""
    rows = list(Complaint.objects.filter(work_order=work_order).for_rows().order_by("-received_at", "-pk"))
    takes = bool(request.user.roles_in(work_order.centre_id) & TAKERS)
    if not rows and not takes:
        return None
    url = f"{reverse('complaints:take')}?visit={work_order.pk}" if takes else ""
    return {"rows": with_promises(rows), "take_url": url, "nothing": _("No complaint about this visit.")}


def alerts(customer: Any = None, vehicle: Any = None) -> list[registry.Alert]:
    """What anybody must know before he goes on with this customer or car: an open complaint."""
    rows = Complaint.objects.open()
    if vehicle is not None:
        rows = rows.filter(vehicle=vehicle)
    elif customer is not None:
        rows = rows.filter(customer=customer)
    else:
        return []
    return [as_alert(row) for row in rows.select_related("category").order_by("owed_at", "pk")[:3]]


def car_alerts(vehicles: list[Any]) -> dict[int, list[registry.Alert]]:
    """The same of several cars: the open complaints about each. One query."""
    found: dict[int, list[registry.Alert]] = {}
    rows = Complaint.objects.open().filter(vehicle__in=vehicles).select_related("category")
    for row in rows.order_by("owed_at", "pk"):
        found.setdefault(row.vehicle_id, []).append(as_alert(row))  # type: ignore[arg-type]
    return found


def as_alert(row: Complaint) -> registry.Alert:
    """An open complaint as a warning."""
    words = _("Open complaint %(number)s: %(category)s") % {"number": row.number, "category": row.category.name}
    return registry.Alert("danger", words, row.get_absolute_url(), row.centre_id)


def search(user: Any, query: str) -> list[registry.Hit]:
    """Complaints by number or plate."""
    if number := number_in(query, "C"):
        rows = Complaint.objects.for_user(user).filter(number=number)
    elif len(key := plate_key(query)) >= SHORTEST_PLATE:
        rows = Complaint.objects.for_user(user).filter(vehicle__plate_key=key)
    else:
        return []
    return [
        registry.Hit(
            _("Complaint"),
            f"{row.vehicle.plate if row.vehicle else ''} {row.complainant}".strip(),
            f"{row.number} · {row.get_state_display()}",
            row.get_absolute_url(),
            rank=4,
        )
        for row in rows.select_related("vehicle").order_by("-received_at")[:5]
    ]


def visit_step(work_order: WorkOrder) -> registry.VisitStep:
    """The last complaint about the visit, if there was one."""
    row = None
    if work_order.happened("complaint.taken"):
        row = Complaint.objects.filter(work_order=work_order).select_related("owner").order_by("-received_at").first()
    if row is None:
        return registry.VisitStep(note=_("none"))
    return registry.VisitStep(
        who=str(row.owner or row.by_label), at=row.received_at, until=row.closed_at, note=row.get_state_display()
    )


def export(customer: Customer) -> dict[str, Any]:
    """Everything kept of the customer's complaints."""
    fields = (
        "number",
        "state",
        "received_at",
        "complainant",
        "contact",
        "matter",
        "reason",
        "wish",
        "answer",
        "decision",
    )
    return {"complaints": list(Complaint.objects.filter(customer=customer).order_by("pk").values(*fields))}


def erase(customer: Customer) -> None:
    """Forget who complained and in which words; numbers, causes and times stay for the books."""
    rows = Complaint.objects.filter(customer=customer)
    ComplaintEntry.objects.filter(complaint__in=rows).update(text="")
    for row in rows.only("number"):
        Promise.objects.about(row).update(about=row.number)
    rows.update(complainant="—", contact="—", matter="—", reason="", wish="", answer="")


def complaints_add_up() -> list[str]:
    """Every case began by being taken; a closed one says how it ended; nobody answers a complaint about himself."""
    sql = """
        SELECT 'complaint ' || c.id || ': has no first entry' FROM complaints_complaint c
        WHERE NOT EXISTS (SELECT 1 FROM complaints_complaintentry e WHERE e.complaint_id = c.id AND e.kind = 'taken')
        UNION ALL
        SELECT 'complaint ' || c.id || ': closed without an entry' FROM complaints_complaint c
        WHERE c.state = 'closed' AND NOT EXISTS (
            SELECT 1 FROM complaints_complaintentry e WHERE e.complaint_id = c.id AND e.kind = 'closed')
        UNION ALL
        SELECT 'complaint ' || c.id || ': accepted by nobody' FROM complaints_complaint c
        WHERE c.decision = 'accepted' AND NOT EXISTS (
            SELECT 1 FROM complaints_complaintentry e WHERE e.complaint_id = c.id AND e.kind = 'accepted')
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


WORDS = {
    EntryKind.TAKEN: (gettext_lazy("Complaint %(number)s taken"), "bad"),
    EntryKind.INVESTIGATED: (gettext_lazy("Complaint %(number)s: cause and remedy recorded"), ""),
    EntryKind.ANSWERED: (gettext_lazy("Complaint %(number)s: answer sent"), "key"),
    EntryKind.ACCEPTED: (gettext_lazy("Complaint %(number)s: answer accepted"), "key"),
    EntryKind.NOT_ACCEPTED: (gettext_lazy("Complaint %(number)s: answer not accepted"), "bad"),
    EntryKind.ESCALATED: (gettext_lazy("Complaint %(number)s escalated"), "bad"),
    EntryKind.CLOSED: (gettext_lazy("Complaint %(number)s closed"), ""),
}


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.menu.register(
        registry.MenuItem(
            "complaints",
            gettext_lazy("Complaints"),
            "complaints:list",
            HANDLERS,
            chapter=8,
            order=8,
            counter=count_open,
            group="chapters",
        )
    )
    template = "complaints/_rows.html"
    for role in sorted(TAKERS):
        registry.home_actions.register(
            registry.HomeAction(role, gettext_lazy("Take a complaint"), "complaints:take", icon="megaphone", order=5)
        )
    registry.home.register(
        registry.HomeList(
            "complaints",
            Role.AGENT,
            gettext_lazy("Open complaints"),
            template,
            open_here,
            order=30,
            owes=lambda request: Q(kind=Promise.Kind.COMPLAINT_ANSWER),
        )
    )
    registry.home.register(
        registry.HomeList(
            "complaints_raised",
            Role.MANAGER,
            gettext_lazy("Complaints escalated or late"),
            template,
            raised,
            order=10,
            owes=lambda request: Q(kind=Promise.Kind.COMPLAINT_ANSWER, due_at__lt=now()),
        )
    )
    for role in sorted(HANDLERS - {Role.AGENT.value}):
        registry.home.register(
            registry.HomeList(
                "complaints_mine",
                role,
                gettext_lazy("My complaints"),
                template,
                mine,
                order=70,
                owes=lambda request: Q(kind=Promise.Kind.COMPLAINT_ANSWER, owner=request.user),
            )
        )
    registry.panels.register(
        registry.Panel(
            "complaints", gettext_lazy("Complaints"), "complaints/_panel.html", panel, roles=HANDLERS, order=80
        )
    )
    registry.alerts.register(alerts)
    registry.car_alerts.register(car_alerts)
    registry.search.register(search)
    registry.visit_steps[8] = visit_step
    registry.exports.register(export)
    registry.erasures.register(erase)
    registry.checks.register(registry.Check("complaints add up", complaints_add_up, order=80))
    for kind, (words, level) in WORDS.items():
        registry.phrases[f"complaint.{kind}"] = registry.Phrase(words, level)
