"""Customers: the list with its search, one customer with his cars, and correcting particulars."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from servicedesk import registry
from servicedesk.customers import services
from servicedesk.customers.forms import ContactForm, VehicleForm
from servicedesk.customers.models import Customer, SearchKey, Vehicle
from servicedesk.customers.search import READERS, WRITERS
from servicedesk.staff.access import allow, fetch
from servicedesk.staff.models import User
from servicedesk.staff.paging import Page, page
from servicedesk.staff.repeats import perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role

LONGEST_QUERY = 100
MOST_VEHICLES = 100
WRITERS_KEYS = frozenset(role.value for role in WRITERS)


@allow(*READERS)
@require_GET
def customer_list(request: StaffRequest) -> HttpResponse:
    """The centre's customers, newest first; or those of all the user's centres that fit `q` (plate, telephone, name, VIN)."""
    query = request.GET.get("q", "").replace("\x00", "")[:LONGEST_QUERY].strip()
    found = (matching if query else listed)(request, query, request.GET.get("after", ""))
    left_out = not found.next and query and Customer.objects.leaves_out(query, request.user, request.centre)
    return render(request, "customers/list.html", {"page": found, "query": query, "left_out": left_out})


def listed(request: StaffRequest, _query: str, cursor: str) -> Page[Customer]:
    """A page of the centre's customers. Three queries: their keys, which are in order, then the rows and their cars."""
    keys = page(SearchKey.objects.of_centre(request.centre.pk), order=("-customer_id",), cursor=cursor)
    rows = Customer.objects.prefetch_related("vehicles").in_bulk([key.customer_id for key in keys.rows])
    return Page([rows[key.customer_id] for key in keys.rows], keys.next, keys.previous)


def matching(request: StaffRequest, query: str, cursor: str) -> Page[Customer]:
    """A page of those that fit. Three queries: who fits, the rows, their cars."""
    customers = Customer.objects.filter(erased_at=None).matching(query, request.user, request.centre)
    return page(customers.prefetch_related("vehicles"), order=("-id",), cursor=cursor)


@allow(*READERS)
@require_GET
def customer_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One customer: how to reach him, what to know first, his cars, who changed what."""
    customer = fetch(request, Customer, pk=pk)
    context = {
        "customer": customer,
        "vehicles": customer.vehicles.order_by("-created_at", "-pk")[:MOST_VEHICLES],
        "alerts": registry.alerts_for(request.user, customer=customer),
        "panels": [(panel, panel.context(request, customer)) for panel in registry.customer_panels],
        "changes": customer.changes.order_by("-at", "-pk")[:5],
        "may_change": bool(request.user.roles_in(request.centre.pk) & WRITERS_KEYS),
    }
    return render(request, "customers/detail.html", context)


@allow(*WRITERS)
@require_http_methods(["GET", "POST"])
def customer_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct a customer's particulars. Only a manager makes him an account customer."""
    customer = fetch(request, Customer.objects.filter(erased_at=None), pk=pk)
    form = ContactForm(
        request.POST or None,
        centre=request.centre,
        customer=customer,
        may_grant_account=manages(request.user, customer),
    )
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.update_contact(by=request.actor, customer=customer, **form.cleaned_data),
            by=request.actor,
            success=_("The customer's particulars are saved."),
            redirect=lambda changed: changed,
        )
    return render(
        request, "customers/edit.html", {"form": form, "customer": customer}, status=422 if form.errors else 200
    )


@allow(*WRITERS)
@require_http_methods(["GET", "POST"])
def vehicle_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a customer another car; one he has already is found again by plate or VIN."""
    customer = fetch(request, Customer.objects.filter(erased_at=None), pk=pk)
    form = VehicleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.find_or_create_vehicle(by=request.actor, customer=customer, **form.cleaned_data),
            by=request.actor,
            success=saved,
            redirect=customer,
            on_refusal=request.path,
        )
    context = {"form": form, "customer": customer, "vehicle": None}
    return render(request, "customers/vehicle_edit.html", context, status=422 if form.errors else 200)


@allow(*WRITERS)
@require_http_methods(["GET", "POST"])
def vehicle_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct a car's particulars. An odd VIN is taken, with a warning."""
    vehicle = fetch(request, Vehicle.objects.filter(customer__erased_at=None).select_related("customer"), pk=pk)
    form = VehicleForm(request.POST or None, vehicle=vehicle)
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.update_vehicle(by=request.actor, vehicle=vehicle, **form.cleaned_data),
            by=request.actor,
            success=saved,
            redirect=vehicle.customer,
            on_refusal=request.path,
        )
    context = {"form": form, "customer": vehicle.customer, "vehicle": vehicle}
    return render(request, "customers/vehicle_edit.html", context, status=422 if form.errors else 200)


def manages(user: User, customer: Customer) -> bool:
    """Say whether `user` is a manager of a centre this customer belongs to."""
    centres = {membership.centre_id for membership in user.memberships_now() if membership.role == Role.MANAGER}
    return customer.centres.filter(pk__in=centres).exists()


def saved(vehicle: Vehicle) -> str:
    """Say that a car is saved, and what looks wrong with its VIN."""
    return " ".join(filter(None, [_("%(plate)s is saved.") % {"plate": vehicle}, vehicle.vin_warning]))
