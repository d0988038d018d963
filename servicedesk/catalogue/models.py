"""Reference data: what can be done to a car, with what, checked how. Loaded from `data/` by `load_reference`.

Rows are never deleted by the loader: what left the files is retired (`active=False`): old work orders point at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language

from servicedesk.catalogue.names import Named, word_in
from servicedesk.catalogue.querysets import ChecklistItemQuerySet, ReadingSpecQuerySet, ReferenceQuerySet
from servicedesk.catalogue.words import (
    ITEM_GROUPS,
    OLD_PARTS,
    ComplaintLevel,
    GuaranteeClass,
    ItemList,
    System,
    option_label,
)


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
        """The limits as people write them: "≥ 3 mm", "13.5–14.8 V"."""
        low, high = (f"{limit.normalize():f}" if limit is not None else "" for limit in (self.lower, self.upper))
        words = f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}" if high else ""
        return f"{words} {self.unit}".strip() if words else ""


class ChecklistItem(Named):
    """One line of a checklist. `list` says which; fields that a list does not use stay empty.

    `applies`: always, or the condition under which the item is asked (ev, ice, has_parts, road_test, wash_requested …).
    `stage` (final inspection only): work and road_test are asked there; clean belongs to the preparation, documents to
    the handover.
    """

    code = models.CharField(max_length=20)
    group = models.CharField(max_length=20, blank=True)
    stage = models.CharField(max_length=12, blank=True)
    input_type = models.CharField(max_length=20, default="ok_ng")
    options = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    applies = models.CharField(max_length=20, default="always")
    required = models.BooleanField(default=True, help_text="Must be answered.")
    mandatory = models.BooleanField(default=True, help_text="A bad answer fails the list.")
    photo = models.BooleanField(default=False)
    unit = models.CharField(max_length=12, blank=True)
    green = models.CharField(max_length=80, blank=True)
    yellow = models.CharField(max_length=80, blank=True)
    red = models.CharField(max_length=80, blank=True)
    list = models.CharField(max_length=12, choices=ItemList.choices)  # last: from here on the name hides the builtin

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="checklist_item_code_once_per_list")]

    @property
    def group_label(self) -> str:
        """The group in the active language."""
        return str(ITEM_GROUPS.get(self.group, self.group))

    @property
    def option_labels(self) -> Sequence[tuple[str, str]]:
        """The choices as (value, words in the active language)."""
        return [(value, option_label(value)) for value in self.options]


class VehicleModel(Named):
    """A make and model as sold; `powertrain` uses the words of `customers.Vehicle` (range extenders count as phev)."""

    code = models.CharField(max_length=20, unique=True)
    make_en = models.CharField(max_length=60)
    make_zh_hant = models.CharField(max_length=60, blank=True)
    make_zh_hans = models.CharField(max_length=60, blank=True)
    body = models.CharField(max_length=20, blank=True)
    powertrain = models.CharField(max_length=10)
    markets = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    service_interval_km = models.PositiveIntegerField()
    service_interval_months = models.PositiveSmallIntegerField()

    objects = ReferenceQuerySet.as_manager()

    @property
    def make(self) -> str:
        """The make in the active language."""
        return word_in(self, "make", get_language())

    def full_name_in(self, language: str | None) -> str:
        """Return make and model in `language`: "Toyota Corolla Cross"."""
        return f"{word_in(self, 'make', language)} {self.name_in(language)}"

    @property
    def full_name(self) -> str:
        """Make and model in the active language."""
        return self.full_name_in(get_language())


class SkillLevel(Named):
    """What a technician of this level may do."""

    level = models.PositiveSmallIntegerField(unique=True)
    code = models.CharField(max_length=4)
    prc_equivalent = models.CharField(max_length=60, blank=True)
    taiwan_equivalent = models.CharField(max_length=60, blank=True)
    may_do = models.CharField(max_length=120, blank=True)

    objects = ReferenceQuerySet.as_manager()


class FollowUpRule(Named):
    """When and about what a customer is called after a kind of work.

    Days count from the handover; of several rules the lowest `priority` wins.
    """

    code = models.CharField(max_length=20, unique=True)
    work_class = models.CharField(max_length=30, unique=True)
    first_day_from = models.PositiveSmallIntegerField()
    first_day_to = models.PositiveSmallIntegerField()
    second_day = models.PositiveSmallIntegerField(null=True, blank=True)
    third_day = models.PositiveSmallIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=20)
    focus_en = models.CharField(max_length=200)
    focus_zh_hant = models.CharField(max_length=200, blank=True)
    focus_zh_hans = models.CharField(max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField()

    objects = ReferenceQuerySet.as_manager()

    @property
    def focus(self) -> str:
        """What to ask about, in the active language."""
        return word_in(self, "focus", get_language())


class SurveyQuestion(Named):
    """A question of the satisfaction survey. scale: 1-5, 0-10, yes_no, text."""

    code = models.CharField(max_length=20, unique=True)
    dimension = models.CharField(max_length=30)
    scale = models.CharField(max_length=8)
    required = models.BooleanField(default=True)
    alert_when = models.CharField(
        max_length=8, blank=True, help_text='Answers that call for a person: "<=2", "no", or empty.'
    )

    objects = ReferenceQuerySet.as_manager()

    @property
    def choices(self) -> list[str]:
        """The answers offered, as stored; empty for free text."""
        if self.scale == "yes_no":
            return ["yes", "no"]
        low, dash, high = self.scale.partition("-")
        return [str(number) for number in range(int(low), int(high) + 1)] if dash else []

    def is_alarming(self, answer: str) -> bool:
        """Say whether `answer` (one of `choices`) calls for a person to act."""
        if self.alert_when.startswith("<="):
            return answer in self.choices and int(answer) <= int(self.alert_when[2:])
        return bool(self.alert_when) and answer == self.alert_when


class ComplaintCategory(Named):
    """What a complaint is about, and with it: how grave, whose, and how fast (as the level's clock counts)."""

    code = models.CharField(max_length=20, unique=True)
    group = models.CharField(max_length=20)
    default_level = models.CharField(max_length=10, choices=ComplaintLevel.choices)
    respond_hours = models.PositiveSmallIntegerField()
    plan_hours = models.PositiveSmallIntegerField()
    close_working_days = models.PositiveSmallIntegerField()
    owner_role = models.CharField(max_length=20, help_text="Role key.")
    owner_final_say = models.BooleanField(default=False, help_text="The general manager's own.")
    typical_root_cause = models.CharField(max_length=120, blank=True)
    escalate_when = models.CharField(max_length=120, blank=True)

    objects = ReferenceQuerySet.as_manager()


class KPI(Named):
    """A figure with its formula, which is always printed beside it."""

    key = models.CharField(max_length=40, unique=True)
    formula = models.CharField(max_length=200)
    target = models.CharField(max_length=60, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = "KPI"
