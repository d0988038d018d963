"""The central model: one car's visit is one `WorkOrder`; every chapter's rows point at it.

Lines and what the customer said stand here because all chapters read them; the trail (events, promises, holds) is in
`trail.py`, estimate and consent in `agreements.py`. The stage has one writer, `transitions.advance`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.agreements import Consent, ConsentAnswer, Estimate
from servicedesk.workorders.querysets import WorkOrders, whole_trail
from servicedesk.workorders.stages import CHAPTER, IN_HOUSE, OPEN, TABLE, Stage
from servicedesk.workorders.trail import Event, EventText, Hold, NumberCounter, Promise
from servicedesk.workorders.work import Concern, LineKind, LineOrigin, LinePhoto, LineState, Urgency, WorkOrderLine

T = TypeVar("T")
ALLOWED_STEPS = ", ".join(f"('{step.source.value}', '{step.target.value}')" for step in TABLE)


class WorkOrder(models.Model):
    """A visit of one car, from reception to the last call."""

    class Source(models.TextChoices):
        BOOKING = "booking", _("Booked")
        WALK_IN = "walk_in", _("Walk-in")

    number = models.CharField(max_length=20)
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="work_orders")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="work_orders")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="work_orders")
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="advised_orders")
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.WALK_IN)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.RECEPTION)
    stage_since = models.DateTimeField()
    opened_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True, blank=True, help_text="The promised delivery time, as last agreed.")
    ready_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    odometer_in = models.PositiveIntegerField(null=True, blank=True)
    odometer_out = models.PositiveIntegerField(null=True, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    waits_on_site = models.BooleanField(default=False)
    wash_wanted = models.BooleanField(default=True)
    old_parts_wanted = models.BooleanField(default=False)
    key_tag = models.CharField(max_length=20, blank=True, help_text=_("Tag on the car's keys."))
    parked_at = models.CharField(max_length=40, blank=True, help_text=_("Where the car stands."))

    objects = WorkOrders.as_manager()

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        constraints = [models.UniqueConstraint(fields=["centre", "number"], name="one_work_order_per_number")]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="work_order_newest"),
            models.Index(fields=["centre", "-opened_at", "-id"], name="work_order_centre_newest"),
            models.Index(fields=["centre", "stage", "-opened_at", "-id"], name="work_order_centre_stage"),
            models.Index(fields=["centre", "delivered_at"], name="work_order_delivered"),
            models.Index(
                fields=["centre", "promised_at", "id"],
                name="work_order_in_house",
                condition=models.Q(stage__in=sorted(stage.value for stage in IN_HOUSE)),
            ),
            models.Index(
                fields=["centre", "-opened_at", "-id"],
                name="work_order_open",
                include=["promised_at", "ready_at"],
                condition=models.Q(stage__in=sorted(stage.value for stage in OPEN)),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stage_follows_the_table",
                operation=pgtrigger.UpdateOf("stage"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__stage__df=pgtrigger.F("new__stage")),
                func=pgtrigger.Func(
                    f"IF (OLD.stage, NEW.stage) NOT IN ({ALLOWED_STEPS}) THEN "
                    "RAISE EXCEPTION 'a work order cannot go from % to %', OLD.stage, NEW.stage "
                    "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("workorders:detail", args=[self.pk])

    @property
    def full_number(self) -> str:
        """The number as printed, with the centre's code: NH-W2611-0318."""
        return f"{self.centre.code}-{self.number}"

    @property
    def chapter(self) -> int:
        """The manual's chapter the visit is in."""
        return CHAPTER[Stage(self.stage)]

    def happened(self, *kinds: str) -> list[Event]:
        """Its events of these kinds, or all, in order. One query, none on a visit that has its trail (`for_page`, `keep_trail`)."""
        kept = getattr(self, "_prefetched_objects_cache", {}).get("events")
        if kept is None:
            found = self.events.filter(kind__in=kinds) if kinds else self.events.select_related("text_row")
            return list(found.order_by("seq"))
        return [event for event in kept if event.kind in kinds or not kinds]

    def keep_trail(self) -> None:
        """Read its events into this object, for all who ask what happened. One query, none when they are there already."""
        models.prefetch_related_objects([self], whole_trail())

    def once(self, read: Callable[[WorkOrder], T]) -> T:
        """What `read` finds about it. A visit that has its trail is a picture of one moment, so there each `read` is asked
        once for all: the gate, the next steps and the visit line of a chapter rest on the same rows. Elsewhere it is asked
        afresh, since services change those rows between two questions."""
        if "events" not in getattr(self, "_prefetched_objects_cache", {}):
            return read(self)
        found: dict[Any, Any] = self.__dict__.setdefault("_found", {})
        if read not in found:
            found[read] = read(self)
        return found[read]

    @property
    def is_open(self) -> bool:
        """Whether the visit is not over."""
        return self.stage in OPEN


__all__ = [
    "Concern",
    "Consent",
    "ConsentAnswer",
    "Estimate",
    "Event",
    "EventText",
    "Hold",
    "LineKind",
    "LineOrigin",
    "LinePhoto",
    "LineState",
    "NumberCounter",
    "Promise",
    "Urgency",
    "WorkOrder",
    "WorkOrderLine",
]
