"""Bookings: who comes when, for what, and at which expected cost (manual, chapter 1).

A booking holds one reception place of its time slot (`SlotPlace`) from the request on, so that what an advisor confirms
is still free. Times are aware; the slot grid follows the centre's opening hours.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments.querysets import EXPECTED, Appointments
from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.trail import Promise


class Appointment(ActorFields):
    """A booking; `by_*` names who took it (the customer himself online, an advisor by telephone or on site)."""

    class Source(models.TextChoices):
        ONLINE = "online", _("Online")
        PHONE = "phone", pgettext_lazy("booking", "By telephone")
        SITE = "site", _("On site")

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        PROPOSED = "proposed", _("Other times offered")
        CONFIRMED = "confirmed", _("Confirmed")
        ARRIVED = "arrived", pgettext_lazy("booking", "Arrived")
        NO_SHOW = "no_show", _("Did not come")
        WAITING = "waiting", _("On the waiting list")
        EXPIRED = "expired", pgettext_lazy("booking", "Not answered in time")
        CANCELLED = "cancelled", _("Cancelled")

    class Transport(models.TextChoices):
        NONE = "", _("Not needed")
        SHUTTLE = "shuttle", _("Lift to the station")
        COURTESY_CAR = "courtesy_car", _("Courtesy car")
        PICK_UP = "pick_up", _("We fetch and bring the car")

    number = models.CharField(max_length=20)
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="appointments")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="appointments")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="appointments")
    source = models.CharField(max_length=8, choices=Source.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    starts_at = models.DateTimeField()
    concern = models.TextField(blank=True, help_text=_("The fault in the customer's own words."))
    symptoms = models.CharField(max_length=200, blank=True)
    waits_on_site = models.BooleanField(default=False)
    transport = models.CharField(max_length=12, choices=Transport.choices, blank=True, default=Transport.NONE)
    odometer = models.PositiveIntegerField(null=True, blank=True, help_text=_("As the customer told it, in km."))
    work_hours = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(0))
    estimate_net = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    estimate_tax = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    estimate_total = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    arrived_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was cancelled or given up."))
    end_reason = models.CharField(max_length=200, blank=True)
    work_order = models.OneToOneField(
        WorkOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="appointment"
    )
    comeback_of = models.ForeignKey(
        WorkOrder,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="comebacks",
        help_text=_("The earlier visit after which the same fault is back."),
    )
    rebooked_from = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="rebooked_as"
    )

    objects = Appointments.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="one_appointment_per_number"),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="confirmed_appointment_says_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(state="arrived", work_order__isnull=False, arrived_at__isnull=False)
                | (~models.Q(state="arrived") & models.Q(work_order__isnull=True)),
                name="arrived_appointment_has_a_work_order",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "starts_at", "id"], name="appointment_by_time"),
            models.Index(
                fields=["centre", "requested_at", "id"],
                name="appointment_unanswered",
                condition=models.Q(state="requested"),
            ),
            models.Index(
                fields=["starts_at", "id"], name="appointment_expected", condition=models.Q(state__in=EXPECTED)
            ),
            models.Index(
                fields=["centre", "-ended_at", "-id"],
                name="appointment_given_up",
                condition=models.Q(state__in=("no_show", "expired")),
            ),
            models.Index(
                fields=["centre", "requested_at", "id"],
                name="appointment_waiting",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page for staff."""
        return reverse("appointments:detail", args=[self.pk])

    @property
    def full_number(self) -> str:
        """The number as printed, with the centre's code: NH-B2611-0042."""
        return f"{self.centre.code}-{self.number}"

    @property
    def answer(self) -> Any:
        """The promised answer of a row of `for_cards`, unsaved, as `{% promise %}` wants it; None when none is pending."""
        due_at = getattr(self, "answer_due", None)
        return Promise(due_at=due_at) if due_at else None

    @property
    def is_expected(self) -> bool:
        """Whether the car may still come: requested, being negotiated, or confirmed."""
        return self.state in EXPECTED

    @property
    def is_open(self) -> bool:
        """Whether it is expected, or waits for a time."""
        return self.is_expected or self.state == self.State.WAITING

    @property
    def may_arrive(self) -> bool:
        """Whether the car can be received: expected, or given up today and here after all."""
        return self.is_expected or self.was_welcome(now())

    def was_welcome(self, at: dt.datetime) -> bool:
        """Whether it was given up, and `at` is still its day at the centre: then the car is received all the same."""
        local = self.centre.local
        return self.state == self.State.NO_SHOW and local(self.starts_at).date() == local(at).date()

    @property
    def is_late(self) -> bool:
        """Whether a confirmed car is past its time by the centre's minutes."""
        return self.state == self.State.CONFIRMED and now() > self.starts_at + self.centre.late_after

    @property
    def open_wish(self) -> Any:
        """What its customer waits for, or None. No query when `wish` was joined."""
        wish = getattr(self, "wish", None)
        return wish if wish and wish.ended_at is None else None

    @property
    def change_until(self) -> dt.datetime:
        """Until when the customer moves or cancels it himself: the centre's hours before its time."""
        return self.starts_at - dt.timedelta(hours=self.centre.change_hours)


class AppointmentItem(models.Model):
    """A service that was booked, with hours and price (labour and usual parts, before tax) as told to the customer."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="items")
    operation = models.ForeignKey(LabourOperation, on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(max_digits=5, decimal_places=2)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment", "operation"], name="one_item_per_operation"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="item_amount_is_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.operation)


class AppointmentMove(ActorFields):
    """A booking was moved to another time: both sides agreed (M1.2-b). Never changed."""

    LEDGER = True

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="moves")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("move of a booking")
        verbose_name_plural = _("moves of bookings")
        triggers = [pgtrigger.Protect(name="move_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.from_at:%F %H:%M} → {self.to_at:%F %H:%M}"
