"""What the tablet sends while people walk around the car: each tap a change of its own, saved in the order they were made.

A change that cannot be taken is told with its reasons and holds nobody up: the others are kept. All of them may be sent
again; readings, items and points are set to what is sent, marks and photos carry a key (M2.2-a).
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from reception import checklist
from reception.models import DamageMark, Inspection
from reception.services import odometer, points
from reception.services.inspection import InspectionRefused, draw_mark, open_inspection, rub_out, seen
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.customers.fields import OdometerField
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import WorkOrder

MOST_CHANGES = 200
"""Changes in one request: more than two minutes of tapping."""
LONGEST_NOTE = 2000


@dataclass
class Saved:
    """What became of the changes: `refused` maps the place of a change in the list to its reasons."""

    refused: dict[int, list[str]] = field(default_factory=dict)
    asks: list[int] = field(default_factory=list)
    """Those refused only until somebody says that they are right."""


class Doubtful(InspectionRefused):
    """Can hardly be true; sent again with `sure` it is taken."""


@dataclass(frozen=True)
class Tablet:
    """One inspection being written, locked, with the lists it is asked by."""

    inspection: Inspection
    by: Actor
    items: dict[int, ChecklistItem]
    points: dict[int, ChecklistItem]


@transaction.atomic
def save(work_order: WorkOrder, *, by: Actor, changes: Iterable[Any]) -> Saved:
    """Take over the changes in their order. Raises InspectionRefused once signed, or when there are too many at once."""
    inspection = open_inspection(work_order)
    changes = list(changes)
    if len(changes) > MOST_CHANGES:
        raise InspectionRefused(_("Too many changes at once. Reload the page and send them again."))
    tablet = Tablet(
        inspection,
        by,
        {item.pk: item for item in checklist.walkaround_items(inspection.begun_at)},
        {item.pk: item for item in checklist.point_items(inspection)},
    )
    saved = Saved()
    for place, change in enumerate(changes):
        try:
            with transaction.atomic():
                _verb(change)(tablet, change)
        except InspectionRefused as refusal:
            saved.refused[place] = [str(reason.text) for reason in refusal.reasons]
            if isinstance(refusal, Doubtful):
                saved.asks.append(place)
        except ValidationError as error:
            saved.refused[place] = list(error.messages)
    return saved


def _verb(change: Any) -> Callable[[Tablet, dict[str, Any]], None]:
    verb = VERBS.get(change.get("do", "")) if isinstance(change, dict) else None
    if verb is None:
        raise InspectionRefused(_("This page is out of date. Reload it; what is saved stays."))
    return verb


def _text(change: dict[str, Any], name: str, longest: int) -> str:
    value = change.get(name, "")
    return value.replace("\x00", "").strip()[:longest] if isinstance(value, str) else ""


def _digits(change: dict[str, Any], longest: int = 40) -> str:
    """A figure as a Chinese keyboard may send it, in full width."""
    return unicodedata.normalize("NFKC", _text(change, "value", longest))


def _number(change: dict[str, Any], name: str, most: int) -> int:
    try:
        number = int(change.get(name, ""))
    except (TypeError, ValueError, OverflowError) as error:
        raise InspectionRefused(_("Write a number, for example 2.")) from error
    if not 0 <= number <= most:
        raise InspectionRefused(_("Write a number from 0 to %(most)d.") % {"most": most})
    return number


def _key(change: dict[str, Any]) -> uuid.UUID:
    try:
        return uuid.UUID(_text(change, "key", 40))
    except ValueError as error:
        raise InspectionRefused(_("This page is out of date. Reload it; what is saved stays.")) from error


def _item(change: dict[str, Any], items: dict[int, ChecklistItem]) -> ChecklistItem:
    item = items.get(change["item"]) if isinstance(change.get("item"), int) else None
    if item is None:
        raise InspectionRefused(_("This item is not on the list. Reload the page."))
    return item


def set_odometer(tablet: Tablet, change: dict[str, Any]) -> None:
    """Kilometres as people type them; a reading that can hardly be true needs `sure`."""
    reading = OdometerField().clean(_digits(change))
    why = "" if change.get("sure") is True else odometer.doubt(tablet.inspection, reading)
    if why:
        raise Doubtful(why)
    odometer.keep(tablet.inspection, reading, by=tablet.by)


def set_fuel(tablet: Tablet, change: dict[str, Any]) -> None:
    """One of the gauge's marks; an electric car has no gauge."""
    level = _text(change, "value", 8)
    if tablet.inspection.work_order.vehicle.powertrain == "ev":
        raise InspectionRefused(_("This car has no fuel tank: read the state of charge."))
    if level not in checklist.FUEL_LEVELS:
        raise InspectionRefused(_("Choose one of the marks of the gauge."))
    _keep(tablet.inspection, fuel=level)


def set_charge(tablet: Tablet, change: dict[str, Any]) -> None:
    """Percent, 0 to 100, of a car that is plugged in."""
    if not tablet.inspection.work_order.vehicle.is_plugged_in:
        raise InspectionRefused(_("This car is not plugged in: read the fuel gauge."))
    _keep(tablet.inspection, charge=_number(change, "value", 100))


def set_keys(tablet: Tablet, change: dict[str, Any]) -> None:
    """Keys and remotes handed over."""
    _keep(tablet.inspection, keys=_number(change, "value", 20))


def set_item(tablet: Tablet, change: dict[str, Any]) -> None:
    """The answer to one item of the walk-around, and its remark; an empty answer is taken back."""
    item, value = _item(change, tablet.items), _text(change, "value", 200)
    seen(tablet.inspection, item, value, _text(change, "note", 200))


def set_lights(tablet: Tablet, change: dict[str, Any]) -> None:
    """The warning lights that are on, or ["none"]."""
    offered = {value for value, _words in checklist.light_choices(list(tablet.items.values()))}
    found = change.get("value")
    lights = [light for light in found if light in offered] if isinstance(found, list) else []
    _keep(tablet.inspection, warning_lights=[light for light in dict.fromkeys(lights) if light != "none"] or lights[:1])


def set_note(tablet: Tablet, change: dict[str, Any]) -> None:
    """The note of the whole inspection."""
    _keep(tablet.inspection, note=_text(change, "value", LONGEST_NOTE))


def set_mark(tablet: Tablet, change: dict[str, Any]) -> None:
    """Draw the mark with this key, or change the one that has it."""
    kind = _text(change, "kind", 8)
    if kind not in DamageMark.Kind.values:
        raise InspectionRefused(_("Choose the kind of damage."))
    item = tablet.items.get(change["item"]) if isinstance(change.get("item"), int) else None
    note, key = _text(change, "note", 120), _key(change)
    marks = DamageMark.objects.filter(inspection=tablet.inspection, key=key)
    if marks.exists():
        marks.update(kind=kind, note=note, **({"item": item} if item else {}))
        if item and kind in item.options:
            seen(tablet.inspection, item, kind)
        return
    x, y = _number(change, "x", checklist.WIDTH), _number(change, "y", checklist.HEIGHT)
    draw_mark(tablet.inspection, kind=kind, item=item, x=x, y=y, note=note, key=key)


def remove_mark(tablet: Tablet, change: dict[str, Any]) -> None:
    """Take a mark off with its photos; an item that only this mark showed is open again."""
    mark = DamageMark.objects.filter(inspection=tablet.inspection, key=_key(change)).first()
    if mark is not None:
        rub_out(mark)


def set_point(tablet: Tablet, change: dict[str, Any]) -> None:
    """A colour, or a measured value that gives the colour."""
    points.record(
        tablet.inspection,
        _item(change, tablet.points),
        verdict=_text(change, "verdict", 5),
        measured=_digits(change, 12),
        note=_text(change, "note", 200),
    )


VERBS: dict[str, Callable[[Tablet, dict[str, Any]], None]] = {
    "odometer": set_odometer,
    "fuel": set_fuel,
    "charge": set_charge,
    "keys": set_keys,
    "item": set_item,
    "lights": set_lights,
    "note": set_note,
    "mark": set_mark,
    "unmark": remove_mark,
    "point": set_point,
}


def _keep(inspection: Inspection, **values: Any) -> None:
    for name, value in values.items():
        setattr(inspection, name, value)
    inspection.save(update_fields=list(values))
