"""Recording the joint inspection: readings, items, damage, and what is still to be looked at (M2.2-a)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from reception import checklist
from reception.models import DamageMark, Inspection, InspectionItem, InspectionPhoto
from reception.services.floor import is_over
from reception.services.odometer import keep
from servicedesk.documents import photos
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage

MOST_MARKS = 40


class InspectionRefused(Refusal):
    """The inspection cannot be changed or signed like this; the reasons list all that is missing."""


@transaction.atomic
def record_readings(
    work_order: WorkOrder,
    *,
    by: Actor,
    odometer: int,
    fuel: str = "",
    charge: int | None = None,
    keys: int | None = None,
) -> Inspection:
    """Take over what the dials show and how many keys were given. Raises InspectionRefused once signed."""
    inspection = open_inspection(work_order)
    inspection.fuel, inspection.charge, inspection.keys = fuel, charge, keys
    inspection.save(update_fields=["fuel", "charge", "keys"])
    keep(inspection, odometer, by=by)
    return inspection


@transaction.atomic
def record_items(
    work_order: WorkOrder,
    *,
    by: Actor,
    answers: Mapping[int, tuple[str, str]],
    warning_lights: Iterable[str] | None = None,
    note: str | None = None,
) -> Inspection:
    """Save answers {checklist item id: (value, note)}; an empty value takes an answer back. Saving again changes nothing.

    Raises InspectionRefused once signed, or for an answer that the item does not offer.
    """
    inspection = open_inspection(work_order)
    items = {item.pk: item for item in checklist.walkaround_items(inspection.begun_at)}
    unknown = [pk for pk in answers if pk not in items]
    if unknown:
        raise InspectionRefused(_("This item is not on the list. Reload the page."))
    for pk, (value, _words) in answers.items():
        refuse_unoffered(items[pk], value)
    taken_back = [pk for pk, (value, _words) in answers.items() if not value]
    if taken_back:
        InspectionItem.objects.filter(inspection=inspection, item__in=taken_back).delete()
    InspectionItem.objects.bulk_create(
        [
            InspectionItem(inspection=inspection, item_id=pk, value=value[:200], note=words[:200])
            for pk, (value, words) in answers.items()
            if value
        ],
        update_conflicts=True,
        unique_fields=["inspection", "item"],
        update_fields=["value", "note"],
    )
    if warning_lights is not None:
        lights = list(dict.fromkeys(warning_lights))
        inspection.warning_lights = [light for light in lights if light != "none"] or lights
    if note is not None:
        inspection.note = note
    inspection.save(update_fields=["warning_lights", "note"])
    return inspection


@transaction.atomic
def add_mark(
    work_order: WorkOrder,
    *,
    by: Actor,
    kind: str,
    item: Any = None,
    x: int | None = None,
    y: int | None = None,
    note: str = "",
    photo: Any = None,
) -> DamageMark:
    """Mark damage on the outline: a tap names the nearest part, a part without a tap gets its usual place.

    The part's item counts as looked at. Raises InspectionRefused.
    """
    mark = draw_mark(open_inspection(work_order), kind=kind, item=item, x=x, y=y, note=note)
    if photo is not None:
        InspectionPhoto.objects.create(inspection=mark.inspection, photo=photo, mark=mark, item=mark.item)
    return mark


def draw_mark(
    inspection: Inspection,
    *,
    kind: str,
    item: Any = None,
    x: int | None = None,
    y: int | None = None,
    note: str = "",
    key: uuid.UUID | None = None,
) -> DamageMark:
    """Put a mark on a locked inspection; see `add_mark`. Raises InspectionRefused when there are too many."""
    last = inspection.marks.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_MARKS:
        raise InspectionRefused(
            _("There are %(count)d marks already: describe the rest in the note.") % {"count": MOST_MARKS}
        )
    if x is None or y is None:
        x, y = checklist.place_of(item.code if item else "")
    elif item is None:
        code = checklist.item_at(x, y)
        item = next((row for row in checklist.walkaround_items(inspection.begun_at) if row.code == code), None)
    mark = DamageMark.objects.create(
        inspection=inspection,
        item=item,
        number=last + 1,
        x=x,
        y=y,
        kind=kind,
        note=note.strip()[:120],
        **({"key": key} if key else {}),
    )
    if item is not None and kind in item.options:
        seen(inspection, item, kind)
    return mark


def seen(inspection: Inspection, item: Any, value: str, note: str = "") -> None:
    """Keep the answer to one item of a locked inspection; an empty one is taken back. Raises InspectionRefused."""
    refuse_unoffered(item, value)
    if not value:
        InspectionItem.objects.filter(inspection=inspection, item=item).delete()
        return
    InspectionItem.objects.update_or_create(
        inspection=inspection, item=item, defaults={"value": value[:200], "note": note[:200]}
    )


def refuse_unoffered(item: Any, value: str) -> None:
    """Raise InspectionRefused for an answer that the item does not offer."""
    offered = [choice for choice, _label, _tone in checklist.choices_of(item)]
    if value and offered and value not in offered:
        raise InspectionRefused(_("“%(item)s”: choose one of the answers offered.") % {"item": item.name})


@transaction.atomic
def remove_mark(work_order: WorkOrder, *, by: Actor, number: int) -> int:
    """Take a mark off again; removing it twice changes nothing. Raises InspectionRefused once signed."""
    inspection = open_inspection(work_order)
    mark = DamageMark.objects.filter(inspection=inspection, number=number).first()
    return rub_out(mark) if mark else 0


def rub_out(mark: DamageMark) -> int:
    """Take a mark of a locked inspection off with its photos; an item that only this mark showed is open again. Returns 1."""
    shown = [row.photo for row in mark.photos.select_related("photo")]
    others = DamageMark.objects.filter(inspection=mark.inspection, item=mark.item_id).exclude(pk=mark.pk)
    if mark.item_id and not others.exists():
        InspectionItem.objects.filter(inspection=mark.inspection, item=mark.item_id, value=mark.kind).delete()
    mark.delete()
    for photo in shown:
        photos.forget(photo)
    return 1


def missing(inspection: Inspection) -> list[Reason]:
    """What must still be looked at before the customer can sign, with the way there."""
    return unread(inspection) + unseen(inspection)


def unread(inspection: Inspection) -> list[Reason]:
    """What the dials show and nobody has noted."""
    pk, vehicle = inspection.work_order_id, inspection.work_order.vehicle
    reasons = []
    if inspection.odometer is None:
        reasons.append(Reason(_("Read the odometer."), reverse("reception:inspect", args=[pk]) + "#dials"))
    if vehicle.is_plugged_in and inspection.charge is None:
        reasons.append(Reason(_("Read the state of charge."), reverse("reception:inspect", args=[pk]) + "#dials"))
    if vehicle.powertrain != "ev" and not inspection.fuel:
        reasons.append(Reason(_("Read the fuel gauge."), reverse("reception:inspect", args=[pk]) + "#dials"))
    return reasons


def unseen(inspection: Inspection) -> list[Reason]:
    """What of the walk-around nobody has looked at. Two queries."""
    pk, vehicle = inspection.work_order_id, inspection.work_order.vehicle
    reasons = []
    if not inspection.warning_lights:
        reasons.append(
            Reason(
                _("Say which warning lights are on, or none."), reverse("reception:inspect", args=[pk]) + "#dashboard"
            )
        )
    answers = {row.item_id: (row.value, row.note) for row in inspection.items.all()}
    items = checklist.walkaround_items(inspection.begun_at)
    for tab in checklist.tabs(items, answers, powertrain=vehicle.powertrain):
        if tab.missing:
            reasons.append(
                Reason(
                    _("%(group)s: %(count)d items not looked at yet.")
                    % {"group": tab.label, "count": len(tab.missing)},
                    reverse("reception:inspect", args=[pk]) + f"#{tab.key}",
                    "M2.2-a",
                )
            )
    return reasons


def open_inspection(work_order: WorkOrder) -> Inspection:
    """Lock the visit's inspection and return it; raises InspectionRefused when there is none, once signed or after reception."""
    inspection = (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("work_order__vehicle", "work_order__centre")
        .filter(work_order=work_order)
        .first()
    )
    if inspection is None:
        raise InspectionRefused(_("This visit was opened without an inspection."))
    if inspection.confirmed_at:
        raise InspectionRefused(
            Reason(
                _("The customer signed this inspection at %(time)s: it is locked.")
                % {"time": f"{inspection.work_order.centre.local(inspection.confirmed_at):%H:%M}"},
                work_order.get_absolute_url(),
                "M2.2-b",
            )
        )
    if inspection.work_order.stage != Stage.RECEPTION:
        raise InspectionRefused(is_over(inspection.work_order))
    return inspection
