"""The work order page, its panels, the lists of visits and the promise ledger. They show; the chapters act."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from servicedesk import registry
from servicedesk.staff import paging
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import PROCESS, Role
from servicedesk.workorders import visit
from servicedesk.workorders.lines import lines_context
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.rows import OVER, work_list
from servicedesk.workorders.services import open_holds
from servicedesk.workorders.stages import OPEN, Stage

STAFF = tuple(Role(role) for role in sorted(PROCESS))
TIMELINE_ROWS = 12


@allow(*STAFF)
@require_GET
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One visit: header, visit line, gate, lines and last events at once; the chapters' panels follow by htmx."""
    work_order = fetch(request, WorkOrder.objects.for_page(), pk=pk)
    roles = request.user.roles_in(work_order.centre_id)
    steps = [action for ask in registry.actions for action in ask(request, work_order) if action.roles & roles]
    return render(
        request,
        "workorders/detail.html",
        {
            "work_order": work_order,
            "steps": visit.visit_steps(work_order),
            "actions": sorted(steps, key=lambda action: action.order),
            "holds": work_order.once(open_holds),
            "promise": as_promise(work_order),
            "gate": visit.gate_of(work_order),
            "concerns": sorted(work_order.concerns.all(), key=lambda concern: (concern.position, concern.pk)),
            "events": visit.timeline(work_order, TIMELINE_ROWS),
            "panels": [panel for panel in registry.panels if panel.roles is None or panel.roles & roles],
            **lines_context(work_order),
        },
    )


@allow(*STAFF)
@require_GET
def panel(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """One chapter's panel of a visit: a fragment for htmx, a page of its own for everybody else."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    roles = request.user.roles_in(work_order.centre_id)
    wanted = next((p for p in registry.panels if p.key == key and (p.roles is None or p.roles & roles)), None)
    if wanted is None:
        raise Http404
    context = wanted.context(request, work_order)
    if context is None:
        context = {"empty": True}
    context |= {"work_order": work_order, "panel": wanted}
    template = "workorders/_panel.html" if getattr(request, "htmx", False) else "workorders/panel.html"
    return render(request, template, context)


@allow(*STAFF)
@require_GET
def timeline(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything that happened to one visit."""
    work_order = fetch(request, WorkOrder.objects.for_page(), pk=pk)
    return render(request, "workorders/timeline.html", {"work_order": work_order, "events": visit.timeline(work_order)})


@allow(*STAFF)
@require_GET
def order_list(request: StaffRequest) -> HttpResponse:
    """Visits of the centre, newest first, by stage; paged by key. An unknown filter shows all."""
    rows = WorkOrder.objects.for_user(request.user).filter(centre=request.centre).for_list()
    stage = request.GET.get("stage", "open")
    if stage in Stage.values:
        rows = rows.at(stage)
    elif stage == "open":
        rows = rows.filter(stage__in=OPEN)
    else:
        stage = "all"
    page = paging.page(rows, order=("-opened_at", "-id"), cursor=request.GET.get("after", ""))
    over = stage in OVER
    shown = work_list(page.rows, request.centre, over=over)
    context = {"page": page, "rows": shown, "over": over, "stage": stage, "stages": list(Stage)}
    return render(request, "workorders/list.html", context)


@allow(*STAFF)
@require_GET
def promise_list(request: StaffRequest) -> HttpResponse:
    """The promise ledger of the centre: what is owed, soonest first; `?show=broken` only what is overdue."""
    rows = Promise.objects.for_user(request.user).filter(centre=request.centre)
    show = "broken" if request.GET.get("show") == "broken" else "pending"
    rows = rows.overdue() if show == "broken" else rows.pending()
    rows = rows.select_related("owner", "work_order__vehicle", "work_order__customer")
    page = paging.page(rows, order=("due_at", "id"), cursor=request.GET.get("after", ""))
    return render(request, "workorders/promises.html", {"page": page, "show": show})


def as_promise(order: WorkOrder) -> Promise | None:
    """The delivery promise as it stands, without reading the ledger."""
    if order.promised_at is None:
        return None
    return Promise(due_at=order.promised_at, kept_at=order.ready_at)
