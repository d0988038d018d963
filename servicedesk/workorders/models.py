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

from servicedesk.catalogue.models import LabourOperation, Part
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.agreements import Consent, ConsentAnswer, Estimate
from servicedesk.workorders.querysets import Lines, WorkOrders, whole_trail
from servicedesk.workorders.stages import CHAPTER, IN_HOUSE, OPEN, TABLE, Stage
from servicedesk.workorders.trail import Event, EventText, Hold, NumberCounter, Promise

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
    key_tag = models.CharField(max_length=20, blank=True)

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


class Concern(models.Model):
    """What the customer said, in his own words, and the thread that follows: cause found, correction made (M2.1-c)."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="concerns")
    words = models.TextField()
    symptoms = models.CharField(max_length=200, blank=True)
    cause = models.TextField(blank=True)
    correction = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.words[:60]


class LineKind(models.TextChoices):
    LABOUR = "labour", _("Labour")
    PART = "part", _("Part")
    SUBLET = "sublet", _("Sublet")
    FEE = "fee", _("Fee")


class LineState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    DEFERRED = "deferred", _("Deferred")
    DONE = "done", _("Done")
    CHECKED = "checked", _("Checked")


class LineOrigin(models.TextChoices):
    BOOKING = "booking", _("Booking")
    RECEPTION = "reception", _("Reception")
    REPAIR = "repair", _("Found during repair")
    REWORK = "rework", _("Rework")


class Urgency(models.TextChoices):
    NOW = "now", _("Now")
    SOON = "soon", _("Soon")
    ADVICE = "advice", _("Advice")


class WorkOrderLine(models.Model):
    """Labour, a part, outside work or a fee: proposed, then decided by the customer, then done and checked.

    Parts stand under their labour (`parent`) and share its decision. Amounts are in the centre's currency before tax
    (or with it, where the centre's prices contain it).
    """

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="lines")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    concern = models.ForeignKey(Concern, null=True, blank=True, on_delete=models.SET_NULL, related_name="lines")
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    operation = models.ForeignKey(LabourOperation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=200, blank=True)
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    state = models.CharField(max_length=8, choices=LineState.choices, default=LineState.PROPOSED)
    origin = models.CharField(max_length=10, choices=LineOrigin.choices, default=LineOrigin.RECEPTION)
    urgency = models.CharField(max_length=8, choices=Urgency.choices, default=Urgency.SOON)
    finding = models.TextField(blank=True, help_text="What was seen or measured, and why the work is proposed.")
    decline_reason = models.CharField(max_length=200, blank=True)
    deferred_to = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    objects = Lines.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="line_quantity_is_positive"),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="line_price_is_not_negative"),
            models.CheckConstraint(
                condition=~models.Q(state=LineState.DEFERRED) | models.Q(deferred_to__isnull=False),
                name="deferred_line_has_a_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=LineKind.LABOUR)
                | models.Q(operation__isnull=False)
                | ~models.Q(description=""),
                name="labour_line_says_what",
            ),
        ]
        indexes = [
            models.Index(fields=["work_order", "position", "id"], name="line_in_order"),
            models.Index(fields=["deferred_to"], condition=models.Q(state=LineState.DEFERRED), name="line_deferred"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    @property
    def title(self) -> str:
        """What it is, in the active language."""
        source = self.operation or self.part
        return self.description or (source.name if source else "")

    @property
    def titles(self) -> dict[str, str]:
        """What it is, in each of the house's languages."""
        source = self.operation or self.part
        return {
            code: self.description or (source.name_in(code) if source else "") for code, _name in settings.LANGUAGES
        }

    @property
    def code(self) -> str:
        """The catalogue's code of the operation or part, if any."""
        if self.operation:
            return self.operation.code
        return self.part.part_no if self.part else ""

    @property
    def is_agreed(self) -> bool:
        """Whether the customer has said yes to it."""
        return self.state in (LineState.APPROVED, LineState.DONE, LineState.CHECKED)


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
    "LineState",
    "NumberCounter",
    "Promise",
    "Urgency",
    "WorkOrder",
    "WorkOrderLine",
]
