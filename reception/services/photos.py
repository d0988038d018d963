"""Photos of the joint inspection: kept once however often they are sent, tied to the damage they show (M2.2-a, M2.2-c)."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from reception.models import DamageMark, Inspection, InspectionPhoto
from reception.services.inspection import InspectionRefused, open_inspection
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.documents import photos
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import WorkOrder

MOST_PHOTOS = 30


def kept_photo(work_order: WorkOrder, key: uuid.UUID) -> InspectionPhoto | None:
    """The photo that the tablet calls `key`, when it has arrived."""
    kept = InspectionPhoto.objects.filter(inspection__work_order=work_order, key=key)
    return kept.select_related("photo", "mark").first()


@transaction.atomic
def may_take_photo(work_order: WorkOrder, *, by: Actor) -> None:
    """Say no before a picture is decoded: raises InspectionRefused once signed or past 30 photos."""
    _room(open_inspection(work_order))


@transaction.atomic
def add_photo(
    work_order: WorkOrder,
    *,
    by: Actor,
    key: uuid.UUID,
    picture: photos.Redrawn,
    mark: uuid.UUID | None = None,
    item: ChecklistItem | None = None,
) -> InspectionPhoto:
    """Keep a photo, of a mark, of an item, or of the car at large; the same `key` again is the same photo.

    A mark that has not arrived (it is still queued in the tablet, or was taken off) leaves the photo without one: it is
    tied when the photo is sent again, or by `tie_photo`. Raises InspectionRefused once signed or past 30 photos, and
    NotKept (disk full). Locks the inspection's row; decode before, with `documents.photos.read`.
    """
    if kept := kept_photo(work_order, key):
        return tie_photo(work_order, by=by, key=key, mark=mark) if mark and not kept.mark else kept
    inspection = open_inspection(work_order)
    if kept := kept_photo(work_order, key):
        return kept  # the same photo arrived twice at once, and the other was first
    _room(inspection)
    shown = inspection.marks.select_related("item").filter(key=mark).first() if mark else None
    item = item or (shown.item if shown else None)
    caption = str(shown) if shown else str(item.name) if item else ""
    photo = photos.save(picture, by=by, centre=inspection.work_order.centre, caption=caption)
    return InspectionPhoto.objects.create(inspection=inspection, photo=photo, mark=shown, item=item, key=key)


@transaction.atomic
def tie_photo(work_order: WorkOrder, *, by: Actor, key: uuid.UUID, mark: uuid.UUID) -> InspectionPhoto:
    """Tie a kept photo to the mark that has come meanwhile; without such a mark, or once signed, it stays as it is."""
    row = InspectionPhoto.objects.select_related("inspection", "photo", "mark").get(
        inspection__work_order=work_order, key=key
    )
    shown = DamageMark.objects.select_related("item").filter(inspection=row.inspection, key=mark).first()
    if shown is None or row.mark_id or row.inspection.is_signed:
        return row
    row.mark, row.item = shown, shown.item or row.item
    row.save(update_fields=["mark", "item"])
    return row


@transaction.atomic
def remove_photo(work_order: WorkOrder, *, by: Actor, key: uuid.UUID) -> bool:
    """Take a photo off again, its files too unless another record shows it; twice changes nothing. Raises InspectionRefused."""
    inspection = open_inspection(work_order)
    row = InspectionPhoto.objects.select_related("photo").filter(inspection=inspection, key=key).first()
    if row is None:
        return False
    row.delete()
    photos.forget(row.photo)
    return True


def _room(inspection: Inspection) -> None:
    if inspection.photos.count() >= MOST_PHOTOS:
        raise InspectionRefused(
            _("This inspection has %(count)d photos: that is the most it can have. Remove one that shows less.")
            % {"count": MOST_PHOTOS}
        )
