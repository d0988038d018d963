"""What the visit is about: the customer's concerns, and the lines of work that answer them, which all chapters read."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue.models import LabourOperation, Part
from servicedesk.catalogue.words import System
from servicedesk.documents.models import Photo
from servicedesk.workorders.querysets import Lines


class Concern(models.Model):
    """What the customer said, in his own words, and the thread that follows: cause found, correction made (M2.1-c)."""

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.CASCADE, related_name="concerns")
    words = models.TextField()
    symptoms = models.CharField(max_length=200, blank=True)
    signs = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        help_text=_("The answers behind the symptoms: when, how often, cold or warm, how fast."),
    )
    system = models.CharField(max_length=20, choices=System.choices, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
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

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.PROTECT, related_name="lines")
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
    alternative_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="alternatives",
        help_text=_("The line instead of which this one may be chosen; at most one of them is done."),
    )
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
            models.CheckConstraint(
                condition=models.Q(alternative_of=None) | models.Q(parent=None), name="only_top_lines_are_alternatives"
            ),
            models.UniqueConstraint(
                Coalesce("alternative_of_id", "id", output_field=models.BigIntegerField()),
                condition=models.Q(parent=None, state__in=(LineState.APPROVED, LineState.DONE, LineState.CHECKED)),
                name="one_of_alternatives_is_agreed",
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


class LinePhoto(models.Model):
    """A photo that shows why a line is proposed."""

    line = models.ForeignKey(WorkOrderLine, on_delete=models.CASCADE, related_name="photos")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "photo"], name="a_line_shows_a_photo_once")]

    def __str__(self) -> str:
        return f"{self.photo}"
