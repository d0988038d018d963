"""Chapter 4 · Quality inspection: the technician's self-check and the inspector's final inspection (M4.1, M4.2).

Both are reports: written whole when signed, never changed. A failed one is followed by the next round. The database
refuses a final inspection by anybody who worked on the car, and a report signed for somebody else.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from quality.querysets import Finals
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.documents.models import Photo
from servicedesk.staff.actors import ActorFields
from servicedesk.workorders.models import WorkOrder, WorkOrderLine
from servicedesk.workorders.querysets import OfWorkOrder

SIGNED = pgtrigger.Protect(name="signed_report_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)

WORKED = "FROM workshop_workspan s JOIN workshop_job j ON j.id = s.job_id WHERE j.work_order_id = NEW.work_order_id"
GIVEN = "FROM workshop_job g WHERE g.work_order_id = NEW.work_order_id AND g.technician_id = NEW.inspector_id"


class Verdict(models.TextChoices):
    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")
    NA = "na", _("Not applicable")


class SelfCheck(ActorFields):
    """A technician's report on his own work, signed with his account (M4.1-b). One per round."""

    LEDGER = True

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="self_checks")
    round = models.PositiveSmallIntegerField()
    technician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="self_checks")
    passed = models.BooleanField()
    remarks = models.TextField(blank=True)
    signed_at = models.DateTimeField()

    objects = OfWorkOrder.as_manager()

    class Meta:
        verbose_name = _("self-check")
        verbose_name_plural = _("self-checks")
        constraints = [
            models.UniqueConstraint(fields=["work_order", "round"], name="one_self_check_per_round"),
            models.CheckConstraint(condition=Q(by_user=F("technician")), name="self_check_is_signed_by_its_technician"),
        ]
        triggers = [
            SIGNED,
            pgtrigger.Trigger(
                name="self_check_by_who_worked",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=pgtrigger.Func(
                    f"IF NOT EXISTS (SELECT 1 {WORKED} AND s.technician_id = NEW.technician_id) THEN "
                    "RAISE EXCEPTION 'only who worked on the car signs its self-check' "
                    "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_order} ({self.round})"


class SelfCheckItem(models.Model):
    """One line of a self-check."""

    LEDGER = True

    self_check = models.ForeignKey(SelfCheck, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=4, choices=Verdict.choices)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["self_check", "item"], name="one_self_check_verdict_per_item"),
            models.CheckConstraint(condition=~Q(verdict="fail") | ~Q(note=""), name="failed_self_check_says_why"),
        ]
        triggers = [SIGNED]

    def __str__(self) -> str:
        return f"{self.item}: {self.verdict}"


class FinalInspection(ActorFields):
    """An inspector's report on the repaired items and the car as a whole (M4.2-a, M4.2-b). One per round."""

    LEDGER = True

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="final_inspections")
    round = models.PositiveSmallIntegerField()
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="final_inspections")
    verdict = models.CharField(max_length=4, choices=[(Verdict.PASS.value, _("Pass")), (Verdict.FAIL.value, _("Fail"))])
    road_tested = models.BooleanField(default=False)
    odometer_before = models.PositiveIntegerField(null=True, blank=True)
    odometer_after = models.PositiveIntegerField(null=True, blank=True)
    remarks = models.TextField(blank=True)
    signed_at = models.DateTimeField()

    objects = Finals.as_manager()

    class Meta:
        verbose_name = _("final inspection")
        verbose_name_plural = _("final inspections")
        constraints = [
            models.UniqueConstraint(fields=["work_order", "round"], name="one_final_inspection_per_round"),
            models.CheckConstraint(condition=Q(by_user=F("inspector")), name="final_is_signed_by_its_inspector"),
            models.CheckConstraint(
                condition=Q(road_tested=False)
                | (Q(odometer_before__isnull=False) & Q(odometer_after__gte=F("odometer_before"))),
                name="road_test_has_both_odometers",
            ),
        ]
        indexes = [models.Index(fields=["signed_at"], name="final_signed")]
        triggers = [
            SIGNED,
            pgtrigger.Trigger(
                name="inspector_is_another_person",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=pgtrigger.Func(
                    f"IF EXISTS (SELECT 1 {WORKED} AND s.technician_id = NEW.inspector_id) OR EXISTS (SELECT 1 {GIVEN}) "
                    "THEN RAISE EXCEPTION 'who worked on the car cannot inspect it finally' "
                    "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_order} ({self.round})"

    def get_absolute_url(self) -> str:
        """Its report."""
        return reverse("quality:final_report", args=[self.pk])


class FinalItem(models.Model):
    """One line of a final inspection; a failed one says why and which line goes back."""

    LEDGER = True

    inspection = models.ForeignKey(FinalInspection, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=4, choices=Verdict.choices)
    note = models.CharField(max_length=500, blank=True)
    line = models.ForeignKey(WorkOrderLine, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    photo = models.ForeignKey(Photo, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="one_final_verdict_per_item"),
            models.CheckConstraint(condition=~Q(verdict="fail") | ~Q(note=""), name="failed_final_item_says_why"),
        ]
        triggers = [SIGNED]

    def __str__(self) -> str:
        return f"{self.item}: {self.verdict}"
