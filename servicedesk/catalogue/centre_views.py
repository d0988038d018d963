"""The rules of a service centre: its region's profile, and each rule by itself. For the managers of that centre."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from servicedesk.catalogue import regions
from servicedesk.catalogue.centre_forms import ProfileForm, RulesForm
from servicedesk.catalogue.models import RuleChange
from servicedesk.catalogue.words import GuaranteeClass
from servicedesk.staff.access import allow
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.models.centres import Region
from servicedesk.staff.repeats import Refusal, perform, reasons_of, refuse
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role

SHOWN = 20
"""Changes shown, newest first."""


def own_centre(request: StaffRequest, pk: int) -> ServiceCentre:
    """A centre whose manager the user is; a stranger's does not exist."""
    if pk not in request.user.centre_ids():
        raise Http404
    return next(m.centre for m in request.user.memberships_now() if m.centre_id == pk)


@allow(Role.MANAGER)
@require_GET
def rules(request: StaffRequest) -> HttpResponse:
    """The rules of the centre the manager works in now."""
    return page(request, request.centre, RulesForm(centre=request.centre))


@allow(Role.MANAGER)
@require_http_methods(["GET", "POST"])
def centre_rules(request: StaffRequest, pk: int) -> HttpResponse:
    """The rules of one centre, changed one by one."""
    centre = own_centre(request, pk)
    form = RulesForm(request.POST or None, centre=centre)

    def again(refusal: Refusal) -> HttpResponse:
        for reason in refusal.reasons:
            form.add_error(None, str(reason.text))
        return page(request, centre, form)

    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: regions.set_rules(centre, by=request.actor, rules=form.rules(), terms=form.terms()),
            by=request.actor,
            success=said,
            redirect=reverse("catalogue:centre_rules", args=[pk]),
            on_refusal=again,
        )
    return page(request, centre, form)


@allow(Role.MANAGER)
@require_POST
def centre_profile(request: StaffRequest, pk: int) -> HttpResponse:
    """Take over the rules of a region."""
    centre = own_centre(request, pk)
    form = ProfileForm(request.POST)
    back = reverse("catalogue:centre_rules", args=[pk])
    if not form.is_valid():
        return refuse(request, reasons_of(form), back)
    return perform(
        request,
        lambda: regions.apply_profile(centre, form.cleaned_data["region"], by=request.actor),
        by=request.actor,
        success=said,
        redirect=back,
    )


def said(changes: list[RuleChange]) -> str:
    """How many rules were changed."""
    if not changes:
        return _("Nothing was changed.")
    words = ngettext("%(n)s rule was changed.", "%(n)s rules were changed.", len(changes))
    return words % {"n": len(changes)}


def page(request: StaffRequest, centre: ServiceCentre, form: RulesForm) -> HttpResponse:
    """The form, the regions, and who changed what. Two queries besides the form's one."""
    changes = list(RuleChange.objects.filter(centre=centre).order_by("-at", "-pk")[:SHOWN])
    context = {
        "centre": centre,
        "form": form,
        "regions": Region.choices,
        "changes": [{"change": change, "label": label_of(change.what)} for change in changes],
    }
    bad = form.is_bound and bool(form.errors)
    return render(request, "catalogue/centre.html", context, status=422 if bad else 200)


def label_of(what: str) -> Any:
    """The name of a rule as people read it."""
    if what in GuaranteeClass.values:
        return GuaranteeClass(what).label
    labels = {field.name: field.verbose_name for field in ServiceCentre._meta.concrete_fields}
    return labels.get(what, what)
