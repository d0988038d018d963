"""Courtesy cars: what a centre lends to customers while their own car is here, with its condition out and back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicedesk.customers.models import Powertrain
from servicedesk.documents.models import Photo, Signature
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.querysets import CentreScoped
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.querysets import OfWorkOrder


class CourtesyCar(models.Model):
    """A car of the centre that is lent to customers."""

    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="courtesy_cars")
    plate = models.CharField(_("Plate"), max_length=16)
    model_name = models.CharField(_("Make and model"), max_length=60)
    powertrain = models.CharField(_("Drive"), max_length=8, choices=Powertrain.choices, default=Powertrain.PETROL)
    odometer = models.PositiveIntegerField(_("Odometer (km)"), default=0)
    active = models.BooleanField(_("In use"), default=True)

    objects = CentreScoped.as_manager()

    class Meta:
        verbose_name = _("courtesy car")
        verbose_name_plural = _("courtesy cars")
        constraints = [models.UniqueConstraint(fields=["centre", "plate"], name="one_courtesy_car_per_plate")]

    def __str__(self) -> str:
        return f"{self.plate} {self.model_name}"


class CourtesyLoan(ActorFields):
    """A courtesy car lent for a visit: condition out, signed by the customer; condition back. `by_*` handed it out."""

    car = models.ForeignKey(CourtesyCar, on_delete=models.PROTECT, related_name="loans")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="courtesy_loans")
    lent_at = models.DateTimeField()
    due_at = models.DateTimeField()
    odometer_out = models.PositiveIntegerField()
    level_out = models.CharField(max_length=8, help_text=_("Fuel in eighths, or the state of charge in percent."))
    condition_out = models.CharField(max_length=500, blank=True)
    licence_seen = models.BooleanField(default=False)
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    odometer_in = models.PositiveIntegerField(null=True, blank=True)
    level_in = models.CharField(max_length=8, blank=True)
    condition_in = models.CharField(max_length=500, blank=True)
    returned_to = models.CharField(max_length=120, blank=True)

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["car"], condition=Q(returned_at=None), name="a_car_is_lent_once"),
            models.UniqueConstraint(
                fields=["work_order"], condition=Q(returned_at=None), name="one_car_lent_for_a_visit"
            ),
            models.CheckConstraint(condition=Q(licence_seen=True), name="nobody_drives_without_a_licence"),
            models.CheckConstraint(
                condition=Q(returned_at=None) | Q(returned_at__gte=F("lent_at"), odometer_in__gte=F("odometer_out")),
                name="a_car_comes_back_after_it_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.car} · {self.work_order}"


class LoanPhoto(models.Model):
    """A photo of the courtesy car, when it left or when it came back."""

    loan = models.ForeignKey(CourtesyLoan, on_delete=models.PROTECT, related_name="photos")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")
    back = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.photo}"
