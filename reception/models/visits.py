"""Who has come, and how the visit began or ended at the desk: arrivals, the check against the booking, cars given back (M2.1)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from servicedesk.customers.models import Vehicle
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.querysets import CentreScoped
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.querysets import OfWorkOrder


class Arrival(ActorFields):
    """Somebody is here with his car and waits to be received: his number of the day, since when, and how it ended."""

    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    number = models.PositiveSmallIntegerField(help_text=_("Counts from 1 each day of the centre."))
    plate = models.CharField(max_length=16)
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="arrivals"
    )
    vehicle = models.ForeignKey(Vehicle, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("When he was received, or left."))
    work_order = models.OneToOneField(
        WorkOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="arrival"
    )
    left_reason = models.CharField(max_length=200, blank=True)

    objects = CentreScoped.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["centre", "date", "number"], name="one_arrival_per_number"),
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(ended_at=None), name="one_open_arrival_per_booking"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, work_order=None, left_reason="")
                | Q(ended_at__gte=F("arrived_at"), work_order__isnull=False, left_reason="")
                | (Q(ended_at__gte=F("arrived_at"), work_order=None) & ~Q(left_reason="")),
                name="arrival_ends_received_or_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["centre", "arrived_at"], condition=Q(ended_at=None), name="arrival_waiting")]

    def __str__(self) -> str:
        return f"{self.number} {self.plate}"


class BookingCheck(ActorFields):
    """The purpose of the visit was asked and compared with the booking; what differs stands here in words (M2.1-a)."""

    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="booking_check")
    agrees = models.BooleanField()
    differences = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agrees=True, differences="") | (Q(agrees=False) & ~Q(differences="")),
                name="a_difference_is_told",
            )
        ]

    def __str__(self) -> str:
        return f"{self.work_order}"


class CarReturn(ActorFields):
    """The car went back to its owner without the visit being carried out: what a cancelled visit needs."""

    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="car_return")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    objects = OfWorkOrder.as_manager()

    def __str__(self) -> str:
        return f"{self.work_order}"
