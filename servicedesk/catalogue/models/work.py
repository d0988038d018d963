"""What the workshop sells and uses: labour operations, parts, kits, and the readings an operation asks for."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue.names import Named, word_in
from servicedesk.catalogue.querysets import ReadingSpecQuerySet, ReferenceQuerySet
from servicedesk.catalogue.words import OLD_PARTS, GuaranteeClass, System
from servicedesk.staff.models import Bay


class LabourOperation(Named):
    """A job the workshop sells, with its standard hours and what it asks of the person doing it."""

    code = models.CharField(_("Code"), max_length=20, unique=True)
    group = models.CharField(_("System"), max_length=20, choices=System.choices)
    std_hours = models.DecimalField(
        _("Standard hours"), max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.1"))]
    )
    skill_level = models.PositiveSmallIntegerField(
        _("Skill level"), default=1, help_text=_("Lowest level of technician who may do it, 1 to 5.")
    )
    cert_required = models.CharField(
        _("Certificate asked for"),
        max_length=20,
        blank=True,
        help_text=_("Kind of certificate (hv, paint …), or empty."),
    )
    bay = models.CharField(
        _("Bay asked for"),
        max_length=12,
        choices=[choice for choice in Bay.Kind.choices if choice[0] != Bay.Kind.WASH],
        blank=True,
        help_text=_("Kind of bay the work cannot do without, or empty."),
    )
    road_test = models.BooleanField(_("Road test"), default=False)
    safety_critical = models.BooleanField(_("Safety-critical"), default=False)
    guarantee_class = models.CharField(
        _("Class of guarantee"), max_length=30, choices=GuaranteeClass.choices, default=GuaranteeClass.MINOR
    )
    source_note = models.CharField(_("Note on the source"), max_length=200, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("labour operation")
        verbose_name_plural = _("labour operations")

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

    part_no = models.CharField(_("Part number"), max_length=40, unique=True)
    category = models.CharField(_("Category"), max_length=20)
    unit_en = models.CharField(_("Unit in English"), max_length=20)
    unit_zh_hant = models.CharField(_("Unit in Traditional Chinese"), max_length=20, blank=True)
    unit_zh_hans = models.CharField(_("Unit in Simplified Chinese"), max_length=20, blank=True)
    typical_qty = models.DecimalField(_("Usual quantity"), max_digits=8, decimal_places=2, default=Decimal(1))
    old_part = models.CharField(_("Old part"), max_length=20, choices=OLD_PARTS, default="none")
    demo_price = models.DecimalField(
        _("Invented price"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Invented, in TWD; a centre's own price goes first."),
    )

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")

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
    centre = models.ForeignKey(
        "staff.ServiceCentre", verbose_name=_("Service centre"), on_delete=models.CASCADE, related_name="part_prices"
    )
    price = models.DecimalField(_("Price"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("price at a centre")
        verbose_name_plural = _("prices at centres")
        constraints = [
            models.UniqueConstraint(fields=["part", "centre"], name="part_price_once_per_centre"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="part_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} @ {self.centre_id}"


class KitPart(models.Model):
    """A part that a labour operation usually needs, and how many."""

    operation = models.ForeignKey(LabourOperation, on_delete=models.CASCADE, related_name="kit")
    part = models.ForeignKey(Part, verbose_name=_("Part"), on_delete=models.CASCADE, related_name="kits")
    qty = models.DecimalField(_("Quantity"), max_digits=8, decimal_places=2)

    class Meta:
        verbose_name = _("part of the kit")
        verbose_name_plural = _("parts of the kit")
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

    scope = models.CharField(
        _("Operation or system"), max_length=20, help_text=_("Code of a labour operation, or a group of them.")
    )
    key = models.SlugField(_("Key"), max_length=40)
    unit = models.CharField(_("Unit"), max_length=12, blank=True)
    lower = models.DecimalField(_("Lower limit"), max_digits=10, decimal_places=3, null=True, blank=True)
    upper = models.DecimalField(_("Upper limit"), max_digits=10, decimal_places=3, null=True, blank=True)
    mandatory = models.BooleanField(_("Mandatory"), default=True)

    objects = ReadingSpecQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="reading_once_per_scope")]

    def is_within(self, value: Decimal) -> bool:
        """Say whether `value` keeps the limits."""
        return (self.lower is None or value >= self.lower) and (self.upper is None or value <= self.upper)

    @property
    def limit_text(self) -> str:
        """The limits as people write them: "≥ 3 mm", "13.5–14.8 V", "−60 … −15 °C", "= 0 V"."""
        low, high = (
            f"{limit.normalize():f}".replace("-", "−") if limit is not None else ""
            for limit in (self.lower, self.upper)
        )
        dash = " … " if "−" in low else "–"
        words = (
            f"= {low}"
            if low and low == high
            else f"{low}{dash}{high}"
            if low and high
            else f"≥ {low}"
            if low
            else f"≤ {high}"
            if high
            else ""
        )
        return f"{words} {self.unit}".strip() if words else ""
