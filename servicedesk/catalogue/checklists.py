"""The verbs of the checklist editor: add, revise, retire and bring back items, and put them in order.

A change never touches what was asked before: it ends the version in force and begins the next. Each is logged.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from servicedesk.catalogue.models import ChecklistItem, RuleChange
from servicedesk.catalogue.models.checklists import VERSIONED
from servicedesk.catalogue.words import PREFIXES, ItemList
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Refusal

ADDED, REVISED, RETIRED, RESTORED, MOVED = "added", "revised", "retired", "restored", "moved"
BUILT_IN_GROUPS = ("record", "customer")
"""Groups of the walk-around whose items are fields of the inspection itself: worded here, but not taken away."""
BUILT_IN = frozenset({"WA-23", "FI-09", "FI-10", "FI-27", "FI-28"})
"""Items that the house itself answers or works with."""
UP, DOWN = "up", "down"


class ItemRefused(Refusal):
    """The list cannot be changed like this; the reasons say why."""


def is_built_in(item: ChecklistItem) -> bool:
    """Whether the house depends on the item: its words may change, it cannot be retired or asked otherwise."""
    return item.code in BUILT_IN or (item.list == ItemList.WALKAROUND and item.group in BUILT_IN_GROUPS)


@transaction.atomic
def add_item(item_list: str, *, by: Actor, **values: Any) -> ChecklistItem:
    """Put a new item at the end of its group; its code follows the list's last. `values`: columns of `VERSIONED`."""
    items = list(ChecklistItem.objects.select_for_update().filter(list=item_list))
    prefix = PREFIXES[ItemList(item_list)]
    numbers = [int(row.code[len(prefix) :]) for row in items if row.code[len(prefix) :].isdigit()]
    item = ChecklistItem.objects.create(
        list=item_list,
        code=f"{prefix}{max(numbers, default=0) + 1:02}",
        valid_from=now(),
        position=max((row.position for row in items), default=0) + 1,
        own=True,
        **_only_words(values),
    )
    _log(item, ADDED, by=by)
    renumber(item_list)
    return item


@transaction.atomic
def revise_item(item: ChecklistItem, *, by: Actor, **values: Any) -> ChecklistItem:
    """Begin the next version of `item` with `values` (columns of `VERSIONED`; the others stay) and return it.

    Nothing changed gives the version in force back. Refused when it is no longer in force, and for what a built-in
    item must keep: how it is answered, and of whom it is asked.
    """
    item = _in_force(item)
    changed = {name: value for name, value in _only_words(values).items() if getattr(item, name) != value}
    if not changed:
        return item
    if is_built_in(item) and changed.keys() - {"name_en", "name_zh_hant", "name_zh_hans", "options"}:
        raise ItemRefused(_("The house works with this item: only its names can be changed."))
    return _next_version(item, REVISED, by=by, **changed)


@transaction.atomic
def retire_item(item: ChecklistItem, *, by: Actor) -> ChecklistItem:
    """Ask `item` no more; records keep it. Refused when it is not in force, built in, or the list's last."""
    item = _in_force(item)
    if is_built_in(item):
        raise ItemRefused(_("The house works with this item: it cannot be retired."))
    if not ChecklistItem.objects.of(item.list).exclude(pk=item.pk).exists():
        raise ItemRefused(_("A list needs at least one item."))
    _end(item)
    _log(item, RETIRED, by=by)
    return item


@transaction.atomic
def restore_item(item: ChecklistItem, *, by: Actor) -> ChecklistItem:
    """Ask a retired item again, as its next version. Refused when a version of it is in force."""
    last = ChecklistItem.objects.select_for_update().filter(list=item.list, code=item.code).order_by("version").last()
    if last is None or last.valid_to is None:
        raise ItemRefused(_("This item is in use already."))
    return _next_version(last, RESTORED, by=by)


@transaction.atomic
def move_item(item: ChecklistItem, *, direction: str, by: Actor) -> ChecklistItem:
    """Let `item` change places with its neighbour in the group. At the end already, nothing happens."""
    item = _in_force(item)
    order = _in_order(item.list)
    mates = [row for row in order if row.group == item.group]
    place = next(number for number, row in enumerate(mates) if row.pk == item.pk)
    other = place + (-1 if direction == UP else 1)
    if 0 <= other < len(mates):
        first, second = order.index(mates[place]), order.index(mates[other])
        order[first], order[second] = order[second], order[first]
        _number(order)
        _log(item, MOVED, by=by, before=str(place + 1), after=str(other + 1))
    return item


@transaction.atomic
def move_group(item_list: str, group: str, *, direction: str, by: Actor) -> None:
    """Let a whole group change places with its neighbour. At the end already, or unknown, nothing happens."""
    order = _in_order(item_list)
    groups = list(dict.fromkeys(row.group for row in order))
    if group not in groups:
        return
    place = groups.index(group)
    other = place + (-1 if direction == UP else 1)
    if 0 <= other < len(groups):
        groups[place], groups[other] = groups[other], groups[place]
        _number([row for each in groups for row in order if row.group == each])
        first = next(row for row in order if row.group == group)
        _log(first, MOVED, by=by, before=str(place + 1), after=str(other + 1))


def _only_words(values: dict[str, Any]) -> dict[str, Any]:
    if unknown := values.keys() - set(VERSIONED):
        raise TypeError(f"not columns of a version: {sorted(unknown)}")
    return values


def _in_force(item: ChecklistItem) -> ChecklistItem:
    locked = ChecklistItem.objects.select_for_update().get(pk=item.pk)
    if locked.valid_to is not None:
        raise ItemRefused(_("Somebody changed or retired this item meanwhile. Open it again from its list."))
    return locked


def _end(item: ChecklistItem) -> dt.datetime:
    item.valid_to = ends = max(now(), item.valid_from)
    item.active, item.own = False, True
    item.save(update_fields=["valid_to", "active", "own"])
    return ends


def _next_version(item: ChecklistItem, what: str, *, by: Actor, **changed: Any) -> ChecklistItem:
    begins = max(now(), item.valid_to) if item.valid_to else _end(item)
    words = {name: getattr(item, name) for name in VERSIONED} | changed
    last = ChecklistItem.objects.filter(list=item.list, code=item.code).aggregate(last=Max("version"))["last"]
    fresh = ChecklistItem.objects.create(
        list=item.list,
        code=item.code,
        version=last + 1,
        valid_from=begins,
        position=item.position,
        basis=item.basis,
        own=True,
        **words,
    )
    _log(fresh, what, by=by)
    if "group" in changed:
        renumber(item.list)
    return fresh


def _in_order(item_list: str) -> list[ChecklistItem]:
    """The items in force, group by group in the order in which the groups first appear."""
    rows = list(ChecklistItem.objects.of(item_list).select_for_update())
    groups = dict.fromkeys(row.group for row in rows)
    return [row for group in groups for row in rows if row.group == group]


def renumber(item_list: str) -> None:
    """Give the items in force the places 1, 2, 3 …, each group together."""
    _number(_in_order(item_list))


def _number(rows: list[ChecklistItem]) -> None:
    for number, row in enumerate(rows, start=1):
        row.position = number
    ChecklistItem.objects.bulk_update(rows, ["position"])


def _log(item: ChecklistItem, what: str, *, by: Actor, before: str = "", after: str = "") -> None:
    RuleChange.objects.create(item=item, what=what, before=before, after=after, at=now(), **actor_values(by))
