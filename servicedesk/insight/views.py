"""Pages that show many chapters: home, search, conformance of a visit, indicators. All of it comes from the registry."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from servicedesk import registry
from servicedesk.clock import now
from servicedesk.insight import conformance
from servicedesk.insight.figures import of_period as period_figures
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import PROCESS, Role
from servicedesk.workorders.models import WorkOrder

STAFF = tuple(Role(role) for role in sorted(PROCESS))
LONGEST_QUERY = 80
PERIODS = {7: _("7 days"), 28: _("4 weeks"), 365: _("12 months")}
FIGURE_DAYS = 28


@allow(*Role)
@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """The user's work lists: those of all his roles in this centre, each list once."""
    roles = request.user.roles_in(request.centre.pk)
    if roles <= {Role.ADMIN.value}:
        return render(request, "insight/home_admin.html")
    lists = {entry.key: entry for entry in registry.home if entry.role in roles}
    shown = [(e.area, {"entry": e, "context": None if e.lazy else e.context(request)}) for e in lists.values()]
    return render(
        request,
        "insight/home.html",
        {
            "main": [row for area, row in shown if area == "main"],
            "rail": [row for area, row in shown if area == "rail"],
            "home_actions": sorted(
                {a.url_name: a for a in registry.home_actions if a.role in roles}.values(), key=lambda a: a.primary
            ),
        },
    )


@allow(*STAFF)
@require_GET
def home_list(request: StaffRequest, key: str) -> HttpResponse:
    """One list of the user's home page: a fragment for htmx, a page of its own for everybody else."""
    roles = request.user.roles_in(request.centre.pk)
    entry = next((entry for entry in registry.home if entry.key == key and entry.role in roles), None)
    if entry is None:
        raise Http404
    data = entry.context(request)
    if getattr(request, "htmx", False):
        return render(request, "insight/_home_list.html", {"entry": entry, "data": data})
    return render(request, "insight/home_list.html", {"entry": entry, "data": data | {"alone": True}})


@allow(*STAFF)
@require_GET
def search(request: StaffRequest) -> HttpResponse:
    """One box for plate, phone, VIN, name or number. A single hit opens at once."""
    query = " ".join(request.GET.get("q", "").split())[:LONGEST_QUERY]
    hits: list[registry.Hit] = []
    if len(query) >= 2:
        hits = [hit for look in registry.search for hit in look(request.user, query)]
        hits.sort(key=lambda hit: -hit.rank)
        if len(hits) == 1:
            return redirect(hits[0].url)
    roles = request.user.roles_in(request.centre.pk)
    offered = {a.url_name: a for a in registry.home_actions if a.for_strangers and a.role in roles}
    context = {"query": query, "search_query": query, "hits": hits, "offered": list(offered.values())}
    return render(request, "insight/search.html", context)


@allow(*STAFF)
@require_GET
def visit_conformance(request: StaffRequest, pk: int) -> HttpResponse:
    """How well one visit followed the manual, clause by clause, with what proves each."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    return render(
        request, "insight/conformance.html", {"work_order": work_order, "chapters": conformance.by_chapter(work_order)}
    )


@allow(Role.MANAGER)
@require_GET
def figures(request: StaffRequest) -> HttpResponse:
    """The indicators of a period in the user's centres, each with its verdict, formula and figures. `?days=` 7, 28 or 365."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(length) for length in PERIODS} else FIGURE_DAYS
    until = now()
    since = until - dt.timedelta(days=days)
    rows = []
    for figure, (above, below) in period_figures(request.user.centre_ids(), since, until):
        share = above / below if below else None
        parts = (round(Decimal(above), 1), round(Decimal(below), 1))
        rows.append({"figure": figure, "parts": parts, "share": share, "verdict": figure.verdict(share)})
    context = {"rows": rows, "days": days, "periods": PERIODS, "since": since, "until": until}
    return render(request, "insight/figures.html", context)
