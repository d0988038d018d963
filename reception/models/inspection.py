"""The joint inspection of the car, signed by the customer: readings, items, damage, photos, the check by points (M2.2)."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.catalogue.models import ChecklistItem
from servicedesk.catalogue.words import option_label, tone_of
from servicedesk.documents.models import Photo, Signature
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.formats import joined
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.querysets import OfWorkOrder

SIGNED_PARENT = """
    IF EXISTS (
        SELECT 1 FROM reception_inspection
        WHERE id IN (OLD.inspection_id, NEW.inspection_id)
          AND confirmed_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a signed inspection is not changed' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def locked_with_inspection() -> pgtrigger.Trigger:
    """Rows of a signed inspection stay as the customer saw them."""
    return pgtrigger.Trigger(
        name="locked_once_signed",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=SIGNED_PARENT,
    )


class Inspection(ActorFields):
    """Advisor and customer look at the car together; signed, it is locked (M2.2-a, M2.2-b). `by_*` began it."""

    class Valuables(models.TextChoices):
        NONE = "none", pgettext_lazy("valuables", "None")
        REMOVED = "removed", _("Taken away")
        LEFT = "left_recorded", _("Left in the car, recorded")

    class How(models.TextChoices):
        TABLET = "tablet", _("On the tablet")
        LINK = "link", _("By link")

    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="inspection")
    begun_at = models.DateTimeField()
    odometer = models.PositiveIntegerField(null=True, blank=True)
    fuel = models.CharField(max_length=8, blank=True)
    charge = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    keys = models.PositiveSmallIntegerField(null=True, blank=True)
    warning_lights = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    valuables = models.CharField(max_length=16, choices=Valuables.choices, blank=True)
    road_test_allowed = models.BooleanField(null=True, blank=True)
    charging_allowed = models.BooleanField(null=True, blank=True)
    belongings = models.CharField(max_length=500, blank=True, help_text=_("What stays in the car, as listed together."))
    covers_fitted = models.BooleanField(default=False)
    purpose_explained = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    reservations = models.TextField(blank=True, help_text=_("What the customer does not agree with, word for word."))
    signature = models.ForeignKey(Signature, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_how = models.CharField(max_length=8, choices=How.choices, blank=True)
    confirmed_from = models.GenericIPAddressField(null=True, blank=True)
    seal = models.CharField(
        max_length=64, blank=True, help_text=_("SHA-256 of all that was signed, the photos' own fingerprints included.")
    )
    left_at = models.DateTimeField(null=True, blank=True)
    left_reason = models.CharField(
        max_length=200, blank=True, help_text=_("Why the customer left without signing; he is asked by link.")
    )

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None) | models.Q(signature__isnull=False, purpose_explained=True),
                name="confirmed_inspection_is_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(charge=None) | models.Q(charge__lte=100), name="charge_is_a_percentage"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="locked_once_signed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.work_order}"

    @property
    def is_signed(self) -> bool:
        """Whether the customer has confirmed it."""
        return self.confirmed_at is not None

    def remarks(self, marks: list[DamageMark]) -> list[InspectionItem]:
        """Items that are not all right, besides those that a mark already shows. One query unless prefetched."""
        marked = {mark.item_id for mark in marks}
        return [row for row in self.items.all() if row.tone in ("amber", "red") and row.item_id not in marked]

    @property
    def lights_text(self) -> str:
        """The warning lights seen, in the active language."""
        return joined(option_label(light) for light in self.warning_lights)


class InspectionItem(models.Model):
    """What was found on one item of the walk-around list; `value` is one of the item's choices or free text."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=200)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="one_result_per_item")]
        triggers = [locked_with_inspection()]

    def __str__(self) -> str:
        return f"{self.item}: {self.value}"

    @property
    def tone(self) -> str:
        """green, amber, red or na."""
        return tone_of(self.value)

    @property
    def words(self) -> Any:
        """The value as people read it."""
        return option_label(self.value)


class DamageMark(models.Model):
    """Damage found on the car, at a place of its outline: x and y in the drawing's units, 500 wide and 440 high."""

    class Kind(models.TextChoices):
        SCRATCH = "scratch", _("Scratch")
        DENT = "dent", _("Dent")
        CRACK = "crack", _("Crack")
        CHIP = "chip", _("Chip")
        BROKEN = "broken", pgettext_lazy("damage", "Broken")
        MISSING = "missing", _("Missing")

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="marks")
    item = models.ForeignKey(ChecklistItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    note = models.CharField(max_length=120, blank=True)
    key = models.UUIDField(db_default=RandomUUID(), help_text="Given by the tablet, so that sending again is harmless.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "number"], name="one_mark_per_number"),
            models.UniqueConstraint(fields=["inspection", "key"], name="one_mark_per_key"),
            models.CheckConstraint(condition=models.Q(x__lte=500, y__lte=440), name="mark_is_on_the_drawing"),
        ]
        triggers = [locked_with_inspection()]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"


class InspectionPhoto(models.Model):
    """A photo of the inspection: of a mark, of an item (odometer, warning lights …), or of the car at large."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="photos")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")
    mark = models.ForeignKey(DamageMark, null=True, blank=True, on_delete=models.CASCADE, related_name="photos")
    item = models.ForeignKey(ChecklistItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(db_default=RandomUUID(), help_text="Given by the tablet, so that sending again is harmless.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "key"], name="one_photo_per_key")]
        triggers = [locked_with_inspection()]

    def __str__(self) -> str:
        return f"{self.photo}"


class PointResult(models.Model):
    """What the multi-point check found on one item: a colour, and the measured value where the item is measured."""

    class Verdict(models.TextChoices):
        GREEN = "green", _("Good")
        AMBER = "amber", _("Soon")
        RED = "red", _("Now")
        NOT_CHECKED = "na", _("Not checked")

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="points")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=5, choices=Verdict.choices)
    value = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="one_point_per_item")]
        triggers = [locked_with_inspection()]

    def __str__(self) -> str:
        return f"{self.item}: {self.verdict}"

    @property
    def measured(self) -> str:
        """The measured value with its unit, "2.4 mm"; empty when nothing was measured."""
        return "" if self.value is None else f"{self.value.normalize():f} {self.item.unit}".strip()


class InspectionRemark(ActorFields):
    """What was added after the customer signed: never changed, never taken back."""

    LEDGER = True

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="remarks_added")
    text = models.TextField()
    photo = models.ForeignKey(Photo, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="remark_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.text[:60]
