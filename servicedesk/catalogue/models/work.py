"""What the workshop sells and uses: labour operations, parts, kits, and the readings an operation asks for."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language

from servicedesk.catalogue.names import Named, word_in
from servicedesk.catalogue.querysets import ReadingSpecQuerySet, ReferenceQuerySet
from servicedesk.catalogue.words import OLD_PARTS, GuaranteeClass, System


class LabourOperation(Named):
    """A job the workshop sells, with its standard hours and what it asks of the person doing it."""

    code = models.CharField(max_length=20, unique=True)
    group = models.CharField(max_length=20, choices=System.choices)
    std_hours = models.DecimalField(max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.1"))])
    skill_level = models.PositiveSmallIntegerField(
        default=1, help_text="Lowest level of technician who may do it, 1 to 5."
    )
    cert_required = models.CharField(
        max_length=20, blank=True, help_text="Kind of certificate (hv, paint …), or empty."
    )
    road_test = models.BooleanField(default=False)
    safety_critical = models.BooleanField(default=False)
    guarantee_class = models.CharField(max_length=30, choices=GuaranteeClass.choices, default=GuaranteeClass.MINOR)
    source_note = models.CharField(max_length=200, blank=True)

    objects = ReferenceQuerySet.as_manager()

    @property
    def system(self) -> str:
        """The system of the car it works on ("brake", "engine" …)."""
        return self.group

    @property
    def certificates_accepted(self) -> frozenset[str]:
        """Kinds of certificate of which one is needed, or empty. A high-voltage licence includes awareness."""
        if not self.cert_required:
            return frozenset()
        return frozenset({self.cert_required, "hv"} if self.cert_required == "hv_aware" else {self.cert_required})


class Part(Named):
    """A part or material. Its price at a centre is `prices.price_of(part, centre)`."""

    part_no = models.CharField(max_length=40, unique=True)
    category = models.CharField(max_length=20)
    unit_en = models.CharField(max_length=20)
    unit_zh_hant = models.CharField(max_length=20, blank=True)
    unit_zh_hans = models.CharField(max_length=20, blank=True)
    typical_qty = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(1))
    old_part = models.CharField(max_length=20, choices=OLD_PARTS, default="none")
    demo_price = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Invented, in TWD; a centre's own price goes first.",
    )

    objects = ReferenceQuerySet.as_manager()

    @property
    def unit(self) -> str:
        """The unit of quantity in the active language."""
        return self.unit_in(get_language())

    def unit_in(self, language: str | None) -> str:
        """Return the unit of quantity in `language`."""
        return word_in(self, "unit", language)


class PartPrice(models.Model):
    """What a centre asks for one unit of a part, in the centre's currency and tax manner."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="prices")
    centre = models.ForeignKey("staff.ServiceCentre", on_delete=models.CASCADE, related_name="part_prices")
    price = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "centre"], name="part_price_once_per_centre"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="part_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} @ {self.centre_id}"


class KitPart(models.Model):
    """A part that a labour operation usually needs, and how many."""

    operation = models.ForeignKey(LabourOperation, on_delete=models.CASCADE, related_name="kit")
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="kits")
    qty = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "part"], name="kit_part_once_per_operation"),
            models.CheckConstraint(condition=models.Q(qty__gt=0), name="kit_part_qty_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id}: {self.qty} × {self.part_id}"


class ReadingSpec(Named):
    """A technical reading the technician records for an operation, or for all operations of a system, with its limits.

    `lower` and `upper` are inclusive; None is no limit on that side.
    """

    scope = models.CharField(max_length=20, help_text="Code of a labour operation, or a group of them.")
    key = models.SlugField(max_length=40)
    unit = models.CharField(max_length=12, blank=True)
    lower = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    upper = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    mandatory = models.BooleanField(default=True)

    objects = ReadingSpecQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="reading_once_per_scope")]

    def is_within(self, value: Decimal) -> bool:
        """Say whether `value` keeps the limits."""
        return (self.lower is None or value >= self.lower) and (self.upper is None or value <= self.upper)

    @property
    def limit_text(self) -> str:
        """The limits as people write them: "≥ 3 mm", "13.5–14.8 V", "−60 … −15 °C"."""
        low, high = (
            f"{limit.normalize():f}".replace("-", "−") if limit is not None else ""
            for limit in (self.lower, self.upper)
        )
        dash = " … " if "−" in low else "–"
        words = f"{low}{dash}{high}" if low and high else f"≥ {low}" if low else f"≤ {high}" if high else ""
        return f"{words} {self.unit}".strip() if words else ""
