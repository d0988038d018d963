"""Which pages a role can open, with addresses that show something: every GET of the URL map that a view's roles allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from appointments.models import Appointment
from complaints.models import Complaint
from delivery.models import Opinion
from followup.models import FollowUp, Problem
from quality.models import FinalInspection, SelfCheck
from servicedesk import registry
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.documents.models import Paper, PaperOrder, Signature
from servicedesk.messaging.models import Message
from servicedesk.staff import paging
from servicedesk.staff.models import Membership, User
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from workshop.models import Finding, Job

TABS = ("exterior", "interior")
STAGE_OF = {
    "workshop:assign": "authorised",
    "quality:self_check": "selfcheck",
    "quality:final": "final",
    "delivery:wash": "preparation",
    "delivery:bill": "ready",
    "delivery:bill_preview": "preparation",
    "delivery:handover": "ready",
}
ROW_OF: dict[str, type[Model]] = {
    "customers:detail": Customer,
    "customers:edit": Customer,
    "customers:vehicle_add": Customer,
    "customers:vehicle_edit": Vehicle,
    "messaging:detail": Message,
    "messaging:preview": Message,
    "documents:paper": Paper,
    "documents:order": PaperOrder,
    "documents:signature": Signature,
    "appointments:detail": Appointment,
    "appointments:move": Appointment,
    "workshop:finding": Finding,
    "quality:self_check_report": SelfCheck,
    "quality:final_report": FinalInspection,
    "followup:call": FollowUp,
    "followup:problem": Problem,
    "delivery:opinion_answer": Opinion,
    "complaints:case": Complaint,
}
ASKED = {
    "search": ("?q=ABC", "?q=王志豪", "?q=+886900", "?q=nobody-has-this"),
    "workorders:list": ("", "?stage=all", "?stage=closed", "?stage=repair"),
    "workorders:promises": ("", "?show=broken"),
    "followup:problems": ("", "?show=closed"),
    "complaints:list": ("", "?show=closed", "?show=mine", "?show=raised"),
}
LAST = {
    "workorders:list": ("?stage=all&", WorkOrder, ("-opened_at", "-id")),
    "followup:problems": ("?show=closed&", Problem, ("-reported_at", "-id")),
    "complaints:list": ("?show=closed&", Complaint, ("-received_at", "-id")),
}
"""Lists whose last page lies far back: what is asked, the rows, their order."""
PANELS_AT = (Stage.REPAIR, Stage.CLOSED)


def people() -> dict[str, User]:
    """The demonstration's account of every role, and the general manager."""
    found = {role.value: User.objects.get(username=role.value) for role in Role}
    return found | {"gm": User.objects.get(username="gm")}


def pages(user: User, only: str = "") -> Iterator[tuple[str, str]]:
    """(name, address) of every page `user` may open whose name matches `only`; POST-only addresses, which answer 405, too."""
    memberships = Membership.objects.filter(user=user)
    roles = frozenset(memberships.values_list("role", flat=True))
    centre = list(memberships.order_by("centre__code").values_list("centre_id", flat=True))
    for name, names, view in patterns(get_resolver()):
        kind, allowed = getattr(view, "access", ("", frozenset()))
        if kind == "roles" and allowed & roles and re.search(only, name):
            for kwargs in samples(name, names, user, centre):
                address = reverse(name, kwargs=kwargs)
                for asked in (*ASKED.get(name, ("",)), *last_page(name, centre)):
                    yield name, address + asked


def last_page(name: str, centres: Any) -> list[str]:
    """What asks a list for its last page."""
    if name not in LAST:
        return []
    asked, model, order = LAST[name]
    rows = model._base_manager.filter(centre=centres[0])
    if model is not WorkOrder:
        rows = rows.filter(state="closed")
    ends = list(rows.order_by(*map(paging.flipped, order))[: paging.SIZE + 1])
    if len(ends) <= paging.SIZE:
        return []
    cursor = paging.write(paging.FORTH, ends[-1], f"paging:{model._meta.label}:{','.join(order)}", order)
    return [f"{asked}after={cursor}"]


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, frozenset[str], Callable[..., Any]]]:
    """Every named address: its full name, the names of its parameters, its view."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from patterns(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield space + entry.name, frozenset(entry.pattern.regex.groupindex), entry.callback


def samples(name: str, names: frozenset[str], user: User, centres: Any) -> list[dict[str, Any]]:
    """Parameters under which the page shows something; none when the house has no such row."""
    if not names:
        return [{}]
    orders = WorkOrder.objects.filter(centre=centres[0]).order_by("-opened_at", "-pk")
    if name == "workshop:job":
        pk = Job.objects.filter(technician=user).order_by("-pk").values_list("pk", flat=True).first()
        return [{"pk": pk}] if pk else []
    if name == "workorders:panel":
        visits = [pk for stage in PANELS_AT if (pk := newest(orders.at(stage)))]
        roles = set(Membership.objects.filter(user=user).values_list("role", flat=True))
        keys = [panel.key for panel in registry.panels if panel.roles is None or panel.roles & roles]
        return [{"pk": pk, "key": key} for key in keys for pk in visits]
    if name == "home_list":
        roles = set(Membership.objects.filter(user=user).values_list("role", flat=True))
        return [{"key": entry.key} for entry in registry.home if entry.role in roles]
    if names - {"pk", "group"}:
        return []
    if name in ROW_OF:
        rows = ROW_OF[name]._base_manager.all()
        if name.startswith("customers:"):
            path = "customer__centres__in" if name == "customers:vehicle_edit" else "centres__in"
            rows = rows.filter(**{path: centres})
        pk = rows.order_by("-pk").values_list("pk", flat=True).first()
        return [{"pk": pk}] if pk else []
    if name == "workorders:detail":
        return [{"pk": pk} for stage in Stage if (pk := newest(orders.at(stage)))]
    stage = STAGE_OF.get(name, "reception" if name.startswith("reception:") else "closed")
    pk = newest(orders.at(stage))
    if not pk:
        return []
    return [{"pk": pk, "group": group} for group in TABS] if "group" in names else [{"pk": pk}]


def newest(rows: Any) -> int | None:
    """The newest of some work orders."""
    return rows.values_list("pk", flat=True).first()
