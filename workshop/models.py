"""Chapter 3 · Repair: jobs, the time spent on them, readings, findings and the supervisor's looks (M3.1, M3.2)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.catalogue.models import ChecklistItem, LabourOperation, ReadingSpec
from servicedesk.clock import now
from servicedesk.documents.models import Photo
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import Bay
from servicedesk.workorders.models import Urgency, WorkOrder, WorkOrderLine
from servicedesk.workorders.querysets import OfWorkOrder
from workshop.querysets import Findings, Jobs, Spans


class JobKind(models.TextChoices):
    WORK = "work", _("Work")
    REWORK = "rework", _("Rework")


class JobState(models.TextChoices):
    WAITING = "waiting", _("To assign")
    ASSIGNED = "assigned", _("Assigned, not yet read")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("state of a job", "Read and understood")
    RUNNING = "running", _("Being worked on")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")


UNFINISHED = frozenset(set(JobState) - {JobState.DONE})


class Job(models.Model):
    """An approved labour line, or a failed item of an inspection, given to a technician.

    It carries its own state; the visit's stage is that of its least advanced job. `rank` is the place the technician
    had in the suggested order; choosing another than the first asks for a reason (M3.1-b).
    """

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="jobs")
    line = models.ForeignKey(WorkOrderLine, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=8, choices=JobKind.choices, default=JobKind.WORK)
    item = models.ForeignKey(ChecklistItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    failed_item = models.CharField(max_length=200, blank=True, help_text=_("What has to be put right."))
    failed_note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.WAITING)
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs"
    )
    bay = models.ForeignKey(Bay, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs")
    created_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True, blank=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    override_reason = models.CharField(max_length=200, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = Jobs.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(kind="work"), name="one_job_per_line"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(technician__isnull=False), name="assigned_job_has_a_technician"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "assigned")) | Q(acknowledged_at__isnull=False),
                name="job_is_read_before_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False), name="done_job_says_when"
            ),
            models.CheckConstraint(condition=~Q(rank__gt=1) | ~Q(override_reason=""), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind="rework") | Q(line__isnull=False), name="work_job_belongs_to_a_line"
            ),
        ]
        indexes = [
            models.Index(fields=["work_order", "id"], name="job_of_work_order"),
            models.Index(fields=["technician", "state"], name="job_of_technician"),
            models.Index(fields=["technician"], name="job_to_do", condition=~Q(state="done")),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The technician's page of it."""
        return reverse("workshop:job", args=[self.pk])

    @property
    def title(self) -> str:
        """What is to be done, in the active language."""
        if self.kind == JobKind.REWORK:
            return self.item.name if self.item else self.failed_item
        return self.line.title if self.line else ""

    @property
    def what_failed(self) -> str:
        """The inspector's words, beyond the title."""
        return f"{self.failed_item if self.item_id else ''}{self.failed_note}"

    @property
    def std_hours(self) -> Decimal:
        """Planned hours: the line's own; half of it for rework, at least 0.3."""
        hours = self.line.quantity if self.line else Decimal("0.5")
        return hours if self.kind == JobKind.WORK else max(Decimal("0.3"), hours / 2)

    @property
    def operation(self) -> LabourOperation | None:
        """The labour operation of its line."""
        return self.line.operation if self.line else None


class PauseCause(models.TextChoices):
    """Why the clock was stopped. The first three put the visit on hold."""

    PARTS = "parts", _("Waiting for parts")
    CONSENT = "consent", _("Waiting for the customer's consent")
    BAY = "bay", _("Waiting for a bay")
    BREAK = "break", pgettext_lazy("of work", "Break")
    OTHER = "other", _("Other work first")


class WorkSpan(models.Model):
    """A stretch of time one technician worked on a job. One technician works on one thing at a time."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="spans")
    technician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="work_spans")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=8, choices=PauseCause.choices, blank=True, help_text=_("Why it was paused."))

    objects = Spans.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technician"], condition=Q(ended_at=None), name="one_running_job_per_technician"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="span_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technician_id} {self.started_at:%F %H:%M}"

    @property
    def seconds(self) -> int:
        """How long it lasted, until now while it runs."""
        return max(0, int(((self.ended_at or now()) - self.started_at).total_seconds()))


class Verdict(models.TextChoices):
    WITHIN = "within", _("Within limits")
    LOW = "low", _("Too low")
    HIGH = "high", _("Too high")


class Reading(models.Model):
    """A technical reading taken while the work goes on; a second measurement replaces the first, both are events (M3.2-b)."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="readings")
    spec = models.ForeignKey(ReadingSpec, on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=10, decimal_places=3)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "spec"], name="one_reading_per_spec")]

    def __str__(self) -> str:
        return f"{self.value_text} {self.spec.unit}".strip()

    @property
    def value_text(self) -> str:
        """The value without idle zeros, with a true minus."""
        return self.typed.replace("-", "−")

    @property
    def typed(self) -> str:
        """The value as it is typed."""
        return f"{self.value.normalize():f}"


class FindingState(models.TextChoices):
    REPORTED = "reported", _("Reported")
    PROPOSED = "proposed", _("Proposed to the customer")
    DECIDED = "decided", _("Decided")


class Finding(ActorFields):
    """A new problem found during the work: reported to the supervisor at once, then offered to the customer (M3.2-c)."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="findings")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    text = models.TextField()
    urgency = models.CharField(max_length=8, choices=Urgency.choices, default=Urgency.SOON)
    operation = models.ForeignKey(LabourOperation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    blocks = models.BooleanField(default=False, help_text=_("The job cannot go on without it."))
    photo = models.ForeignKey(Photo, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=FindingState.choices, default=FindingState.REPORTED)
    reported_at = models.DateTimeField()
    line = models.ForeignKey(WorkOrderLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="findings")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_note = models.CharField(max_length=200, blank=True)

    objects = Findings.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(line__isnull=False), name="proposed_finding_has_a_line"
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(line__isnull=False) | ~Q(settled_note=""),
                name="decided_finding_says_how",
            ),
        ]
        indexes = [
            models.Index(fields=["work_order"], name="finding_open", condition=~Q(state="decided")),
            models.Index(fields=["settled_at"], name="finding_settled"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("workshop:finding", args=[self.pk])


class ProgressCheck(ActorFields):
    """The supervisor looked at a visit's progress (M3.2-a)."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="progress_checks")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    objects = OfWorkOrder.as_manager()

    class Meta:
        indexes = [models.Index(fields=["work_order", "-at"], name="progress_check_newest")]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.at:%F %H:%M}"
