"""The detailer's queue and the page of one car (phone first): three ticks, the second look, the way back to the workshop."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from delivery import services
from delivery.forms import LookForm, ReasonForm, TickForm
from delivery.models import LookItem, WashPart
from delivery.selections import ready_gate, wash_rows
from delivery.services.wash import current_task, look_items
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.views import as_promise

TONES = {"ok": "green", "not_ok": "red", "na": "na"}


@allow(Role.DETAILER, Role.ADVISOR, Role.MANAGER)
@require_GET
def wash_queue(request: StaffRequest) -> HttpResponse:
    """Cars to clean, by the time the cleaning must begin so that the promised time holds."""
    return render(request, "delivery/wash_queue.html", {"rows": wash_rows(request.centre)})


@allow(Role.DETAILER, Role.ADVISOR, Role.MANAGER)
@require_GET
def wash_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One car: what is clean, what is left, the second look."""
    return _show(request, fetch(request, WorkOrder.objects.for_rows(), pk=pk))


@allow(Role.DETAILER, Role.ADVISOR)
@require_POST
def wash_tick(request: StaffRequest, pk: int) -> HttpResponse:
    """Tick one part as clean."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    form = TickForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, form=form, status=422)
    return perform(
        request,
        lambda: services.tick_part(work_order, form.cleaned_data["part"], by=request.actor),
        by=request.actor,
        success=lambda tick: _("%(part)s: saved") % {"part": tick.get_part_display()},
        redirect=reverse("delivery:wash", args=[pk]),
    )


@allow(Role.DETAILER, Role.ADVISOR)
@require_POST
def wash_look(request: StaffRequest, pk: int) -> HttpResponse:
    """Record the second look."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    form = LookForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, form=form, status=422)
    return perform(
        request,
        lambda: services.look(
            work_order,
            form.verdicts(),
            by=request.actor,
            remarks=form.cleaned_data["remarks"],
        ),
        by=request.actor,
        success=lambda seen: (
            _("Clean and tidy: confirmed.") if seen.passed else _("Not clean yet: it stays in the queue.")
        ),
        redirect=reverse("delivery:wash", args=[pk]),
    )


@allow(Role.DETAILER, Role.ADVISOR)
@require_POST
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Something is wrong with the car: back to the workshop."""
    work_order = fetch(request, WorkOrder.objects.for_rows(), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, work_order, back_form=form, status=422)
    return perform(
        request,
        lambda: services.send_back(work_order, by=request.actor, reason=form.cleaned_data["reason"]),
        by=request.actor,
        success=_("Back in the workshop. The technician sees what to put right."),
        redirect=reverse("delivery:wash_queue"),
        on_refusal=reverse("delivery:wash", args=[pk]),
    )


def _show(
    request: StaffRequest,
    work_order: WorkOrder,
    *,
    form: TickForm | LookForm | None = None,
    back_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    task = current_task(work_order)
    ticks = {tick.part: tick for tick in task.parts.all()} if task else {}
    chosen = form.verdicts() if isinstance(form, LookForm) else {}
    items = look_items(task) if task and not hasattr(task, "look") else []
    verdicts = [(value, label, TONES[value]) for value, label in LookItem.Verdict.choices]
    parts = [{"key": key, "label": label, "tick": ticks.get(key)} for key, label in WashPart.Part.choices]
    at_work = work_order.stage == Stage.PREPARATION
    return render(
        request,
        "delivery/wash.html",
        {
            "work_order": work_order,
            "task": task,
            "promised": as_promise(work_order),
            "look": getattr(task, "look", None),
            "parts": [] if task is None or task.waived else parts,
            "left": sum(1 for part in parts if part["tick"] is None) if task and not task.waived else 0,
            "items": [(item, chosen.get(item.pk, ""), verdicts) for item in items],
            "form": form,
            "back_form": back_form or ReasonForm(),
            "at_work": at_work,
            "may_act": bool(request.user.roles_in(work_order.centre_id) & {Role.DETAILER, Role.ADVISOR}),
            "gate": ready_gate(work_order) if at_work else [],
        },
        status=status,
    )
