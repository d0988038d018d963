"""What is booked of a day's hours, and why a day took more than it has.

`DayLoad.booked` is the sum of its holds, kept by a trigger; a check constraint refuses what does not fit. Rows appear with
the first hold of a day.
"""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre

ADD_UP = """
IF TG_OP <> 'INSERT' THEN
    UPDATE appointments_dayload SET booked = booked - OLD.hours WHERE id = OLD.load_id;
END IF;
IF TG_OP <> 'DELETE' THEN
    UPDATE appointments_dayload SET booked = booked + NEW.hours WHERE id = NEW.load_id;
END IF;
RETURN NULL;
"""


class DayLoad(models.Model):
    """Hours of one need on one day of a centre: what there is, what is booked, and what was taken beyond it with a reason.

    `carried` are hours of cars already in the house, as of the last sweep: offered times leave room for them, but no
    workshop event is ever refused because of it.
    """

    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    need = models.CharField(max_length=16)
    capacity = models.DecimalField(max_digits=7, decimal_places=2)
    booked = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(0))
    overridden = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(0))
    carried = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(0))

    class Meta:
        verbose_name = _("load of a day")
        verbose_name_plural = _("loads of days")
        constraints = [
            models.UniqueConstraint(fields=["centre", "date", "need"], name="one_load_per_day_and_need"),
            models.CheckConstraint(
                condition=models.Q(booked__lte=models.F("capacity") + models.F("overridden")),
                name="a_day_is_not_oversold",
            ),
            models.CheckConstraint(
                condition=models.Q(booked__gte=0, capacity__gte=0, overridden__gte=0), name="load_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.need}: {self.booked}/{self.capacity}"

    @property
    def free(self) -> Decimal:
        """Hours that can still be booked without anybody's word."""
        return max(Decimal(0), self.capacity - self.booked - self.carried)


class LoadHold(models.Model):
    """Hours of a day held by a booking, or by a time offered to one; gone when it moves, ends or arrives."""

    load = models.ForeignKey(DayLoad, on_delete=models.PROTECT, related_name="holds")
    appointment = models.ForeignKey(
        "appointments.Appointment", null=True, blank=True, on_delete=models.CASCADE, related_name="load_holds"
    )
    offer = models.ForeignKey(
        "appointments.TimeOffer", null=True, blank=True, on_delete=models.CASCADE, related_name="load_holds"
    )
    hours = models.DecimalField(max_digits=7, decimal_places=2)

    class Meta:
        verbose_name = _("hours held")
        verbose_name_plural = _("hours held")
        constraints = [
            models.CheckConstraint(condition=models.Q(hours__gt=0), name="held_hours_are_positive"),
            models.CheckConstraint(
                condition=models.Q(appointment__isnull=True, offer__isnull=False)
                | models.Q(appointment__isnull=False, offer__isnull=True),
                name="hours_are_held_by_one",
            ),
            models.UniqueConstraint(fields=["load", "appointment"], name="one_hold_per_booking_and_load"),
            models.UniqueConstraint(fields=["load", "offer"], name="one_hold_per_offer_and_load"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="holds_add_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=ADD_UP,
            )
        ]

    def __str__(self) -> str:
        return f"{self.load_id}: {self.hours}"


class LoadOverride(ActorFields):
    """Why a day took more than it has: somebody's word, or hours that fell away under what was booked. Never changed."""

    LEDGER = True

    class Cause(models.TextChoices):
        WORD = "word", pgettext_lazy("override", "Booked although full")
        FELL_AWAY = "fell_away", pgettext_lazy("override", "Hours fell away")

    load = models.ForeignKey(DayLoad, on_delete=models.PROTECT, related_name="overrides")
    appointment = models.ForeignKey(
        "appointments.Appointment", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cause = models.CharField(max_length=10, choices=Cause.choices)
    reason = models.CharField(max_length=200)
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("override of a day's hours")
        verbose_name_plural = _("overrides of days' hours")
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="an_override_says_why"),
            models.CheckConstraint(condition=models.Q(hours__gt=0), name="overridden_hours_are_positive"),
        ]
        triggers = [pgtrigger.Protect(name="override_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.load_id}: +{self.hours} {self.reason}"
