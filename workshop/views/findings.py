"""What a technician found: the supervisor offers work for it or settles it (M3.2-c)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from servicedesk.staff.access import allow, fetch
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from workshop import services
from workshop.forms import ProposeForm, SettleForm
from workshop.models import Finding

ROWS = Finding.objects.select_related(
    "work_order__vehicle",
    "work_order__customer",
    "work_order__centre",
    "job__line__operation",
    "operation",
    "photo",
    "line",
)


@allow(Role.SUPERVISOR, Role.ADVISOR)
@require_http_methods(["GET", "POST"])
def finding(request: StaffRequest, pk: int) -> HttpResponse:
    """One finding. POST adds the work to the visit as proposed; the advisor then asks the customer."""
    found = fetch(request, ROWS.all(), pk=pk)
    form = ProposeForm(request.POST or None, initial={"operation": found.operation_id})
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.propose_from_finding(found, operation=form.cleaned_data["operation"], by=request.actor),
            by=request.actor,
            success=_("The work is proposed. The advisor now asks the customer."),
            redirect=found.work_order,
            on_refusal=request.path,
        )
    context = {"finding": found, "work_order": found.work_order, "form": form, "settle_form": SettleForm()}
    return render(request, "workshop/finding.html", context, status=422 if form.errors else 200)


@allow(Role.SUPERVISOR, Role.ADVISOR)
@require_POST
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    """Settle a finding without further work."""
    found = fetch(request, ROWS.all(), pk=pk)
    form = SettleForm(request.POST)
    if not form.is_valid():
        propose = ProposeForm(initial={"operation": found.operation_id})
        context = {"finding": found, "work_order": found.work_order, "form": propose, "settle_form": form}
        return render(request, "workshop/finding.html", context, status=422)
    return perform(
        request,
        lambda: services.settle_finding(found, note=form.cleaned_data["note"], by=request.actor),
        by=request.actor,
        success=_("The finding is settled."),
        redirect=found.work_order,
        on_refusal=found,
    )
