"""The checklist editor: four lists, their items by version, and how they look on the tablet. For managers."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from servicedesk.catalogue import checklists as service
from servicedesk.catalogue.forms import ItemForm
from servicedesk.catalogue.models import ChecklistItem, RuleChange
from servicedesk.catalogue.models.checklists import VERSIONED
from servicedesk.catalogue.words import (
    ITEM_GROUPS,
    OPTIONS,
    Condition,
    ItemList,
    option_label,
    tone_of,
)
from servicedesk.customers.models import Powertrain
from servicedesk.staff.access import allow
from servicedesk.staff.repeats import Refusal, perform
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role

MADE = (service.ADDED, service.REVISED, service.RESTORED)
"""Changes that begin a version."""


def list_or_404(name: str) -> ItemList:
    """The list called `name` in the address."""
    if name not in ItemList.values:
        raise Http404
    return ItemList(name)


def with_changes(items: Any) -> Any:
    """Each item with the changes of its version, newest first. One more query."""
    return items.prefetch_related(Prefetch("changes", RuleChange.objects.order_by("-pk")))


def made(item: ChecklistItem) -> RuleChange | None:
    """Who began this version, and when; None for supplied data."""
    return next((change for change in item.changes.all() if change.what in MADE), None)


def answer_words(item: ChecklistItem) -> str:
    """How the item is answered, in short."""
    if item.is_measured:
        return _("Measured (%(unit)s)") % {"unit": item.unit} if item.unit else _("Measured")
    if item.list == ItemList.MULTIPOINT:
        return _("Green, amber or red")
    if item.options:
        return " · ".join(label for _value, label in item.option_labels)
    return "" if item.list in (ItemList.SELFCHECK, ItemList.FINAL) else _("Value or words")


def condition_words(item: ChecklistItem) -> str:
    """When it is asked; nothing for always."""
    known = item.applies in Condition.values and item.applies != Condition.ALWAYS
    return str(Condition(item.applies).label) if known else ""


def row_of(item: ChecklistItem) -> dict[str, Any]:
    """An item as a line of its list."""
    return {
        "item": item,
        "made": made(item),
        "answer": answer_words(item),
        "when": condition_words(item),
        "fixed": service.is_built_in(item),
    }


def groups_of(items: list[ChecklistItem]) -> list[dict[str, Any]]:
    """Items in order, group by group in the order in which the groups first appear."""
    order = list(dict.fromkeys(item.group for item in items))
    items = sorted(items, key=lambda item: order.index(item.group))
    found = [(group, list(rows)) for group, rows in groupby(items, key=lambda item: item.group)]
    return [{"key": key, "label": ITEM_GROUPS.get(key, key), "items": rows} for key, rows in found]


@allow(Role.MANAGER)
@require_GET
def checklist(request: StaffRequest, item_list: str = ItemList.WALKAROUND.value) -> HttpResponse:
    """One list with its groups and items in order, and what was retired from it. Three queries of its own."""
    which = list_or_404(item_list)
    groups = groups_of(list(with_changes(ChecklistItem.objects.of(which))))
    for group in groups:
        group["rows"] = [row_of(item) for item in group["items"]]
    retired = [item for item in ChecklistItem.objects.latest_versions(which) if item.valid_to is not None]
    context = {
        "which": which,
        "lists": ItemList.choices,
        "groups": groups,
        "retired": retired,
        "groups_move": which != ItemList.WALKAROUND,
        "count": sum(len(group["items"]) for group in groups),
    }
    return render(request, "catalogue/checklist.html", context)


@allow(Role.MANAGER)
@require_GET
def preview(request: StaffRequest, item_list: str) -> HttpResponse:
    """The list as it is asked on the tablet, for one powertrain. Nothing is kept."""
    which = list_or_404(item_list)
    chosen = request.GET.get("car", "")
    car = chosen if chosen in Powertrain.values else Powertrain.PETROL.value
    items = [item for item in ChecklistItem.objects.of(which) if item.applies_to(car)]
    groups = groups_of(items)
    for group in groups:
        group["rows"] = [tablet_row(item) for item in group["items"]]
    context = {"which": which, "groups": groups, "car": car, "cars": Powertrain.choices}
    return render(request, "catalogue/preview.html", context)


def tablet_row(item: ChecklistItem) -> dict[str, Any]:
    """What the tablet shows of an item."""
    if item.list == ItemList.MULTIPOINT:
        choices = [("green", _("Good"), "green"), ("amber", _("Soon"), "amber"), ("red", _("Now"), "red")]
        hint = " / ".join(filter(None, (item.green, item.yellow, item.red)))
    elif item.list in (ItemList.SELFCHECK, ItemList.FINAL):
        choices, hint = [("pass", _("Pass"), "green"), ("fail", _("Fail"), "red")], condition_words(item)
    else:
        values = ["ok", *item.options] if item.input_type == "mark" else item.options
        choices, hint = [(value, option_label(value), tone_of(value)) for value in values], ""
    if item.photo:
        hint = " · ".join(filter(None, (hint, _("With a photo"))))
    return {"item": item, "choices": choices, "hint": hint}


@allow(Role.MANAGER)
@require_http_methods(["GET", "POST"])
def add(request: StaffRequest, item_list: str) -> HttpResponse:
    """A new item at the end of its group."""
    which = list_or_404(item_list)
    form = ItemForm(request.POST or None, item_list=which)
    back = reverse("catalogue:checklist", args=[which.value])

    def page(refusal: Refusal | None = None) -> HttpResponse:
        return form_page(request, form, refusal, {"which": which, "back": back})

    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: service.add_item(which, by=request.actor, **form.values()),
            by=request.actor,
            success=lambda item: _("Added as %(code)s. It is asked from now on.") % {"code": item.code},
            redirect=lambda item: f"{back}#i-{item.code}",
            on_refusal=page,
        )
    return page()


@allow(Role.MANAGER)
@require_http_methods(["GET", "POST"])
def item(request: StaffRequest, pk: int) -> HttpResponse:
    """An item with its history; the version in force can be revised, a retired one brought back."""
    this = get_object_or_404(ChecklistItem, pk=pk)
    form = ItemForm(request.POST or None, item_list=this.list, item=this)
    back = reverse("catalogue:checklist", args=[this.list])

    def page(refusal: Refusal | None = None) -> HttpResponse:
        versions = list(with_changes(ChecklistItem.objects.filter(list=this.list, code=this.code).order_by("-version")))
        context = {
            "which": ItemList(this.list),
            "item": this,
            "back": back,
            "history": history(versions),
            "latest": versions[0],
            "fixed": service.is_built_in(this),
            "row": tablet_row(this),
        }
        return form_page(request, form, refusal, context)

    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: service.revise_item(this, by=request.actor, **form.values()),
            by=request.actor,
            success=lambda fresh: (
                _("Nothing was changed.")
                if fresh.pk == this.pk
                else _("Version %(number)s is asked from now on. What was begun before keeps the old one.")
                % {"number": fresh.version}
            ),
            redirect=lambda fresh: f"{back}#i-{fresh.code}",
            on_refusal=page,
        )
    return page()


def form_page(request: HttpRequest, form: ItemForm, refusal: Refusal | None, context: dict[str, Any]) -> HttpResponse:
    """The form, filled in as it was sent, with what is wrong."""
    for reason in refusal.reasons if refusal else []:
        form.add_error(None, str(reason.text))
    bad = form.is_bound and bool(form.errors)
    return render(request, "catalogue/item.html", {"form": form, **context}, status=422 if bad else 200)


def history(versions: list[ChecklistItem]) -> list[dict[str, Any]]:
    """Each version, newest first, with who made it and what it changed; and what else was done to it."""
    labels = {field.name: field.verbose_name for field in ChecklistItem._meta.concrete_fields}
    shown = []
    for number, version in enumerate(versions):
        older = versions[number + 1] if number + 1 < len(versions) else None
        changes = [
            {
                "label": labels[name],
                "before": spoken(older, name),
                "after": spoken(version, name),
            }
            for name in VERSIONED
            if older and name != "stage" and getattr(older, name) != getattr(version, name)
        ]
        others = [change for change in version.changes.all() if change.what not in MADE]
        shown.append({"version": version, "made": made(version), "changes": changes, "others": others})
    return shown


def spoken(item: ChecklistItem, name: str) -> str:
    """A column of a version as people read it."""
    value = getattr(item, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return " · ".join(option_label(each) if each in OPTIONS else each for each in value) or "—"
    if name == "applies":
        return str(Condition(value).label) if value in Condition.values else value
    if name == "group":
        return str(ITEM_GROUPS.get(value, value))
    return "—" if value in (None, "") else str(value)


@allow(Role.MANAGER)
@require_POST
def retire(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask an item no more."""
    this = get_object_or_404(ChecklistItem, pk=pk)
    return perform(
        request,
        lambda: service.retire_item(this, by=request.actor),
        by=request.actor,
        success=_("“%(name)s” is no longer asked. Records that have it keep it.") % {"name": this.name},
        redirect=reverse("catalogue:checklist", args=[this.list]),
    )


@allow(Role.MANAGER)
@require_POST
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask a retired item again."""
    this = get_object_or_404(ChecklistItem, pk=pk)
    return perform(
        request,
        lambda: service.restore_item(this, by=request.actor),
        by=request.actor,
        success=_("“%(name)s” is asked again from now on.") % {"name": this.name},
        redirect=reverse("catalogue:checklist", args=[this.list]),
    )


@allow(Role.MANAGER)
@require_POST
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Let an item change places with its neighbour."""
    this = get_object_or_404(ChecklistItem, pk=pk)
    direction = service.UP if request.POST.get("direction") == service.UP else service.DOWN
    return perform(
        request,
        lambda: service.move_item(this, direction=direction, by=request.actor),
        by=request.actor,
        redirect=f"{reverse('catalogue:checklist', args=[this.list])}#i-{this.code}",
    )


@allow(Role.MANAGER)
@require_POST
def move_group(request: StaffRequest, item_list: str) -> HttpResponse:
    """Let a whole group change places with its neighbour."""
    which = list_or_404(item_list)
    direction = service.UP if request.POST.get("direction") == service.UP else service.DOWN
    group = request.POST.get("group", "")
    return perform(
        request,
        lambda: service.move_group(which, group, direction=direction, by=request.actor),
        by=request.actor,
        redirect=f"{reverse('catalogue:checklist', args=[which.value])}#g-{group if group in ITEM_GROUPS else ''}",
    )
