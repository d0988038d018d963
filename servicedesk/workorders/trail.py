"""What happened, what was promised and what it waits for."""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.clock import now
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.formats import distance
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.querysets import CentreScoped
from servicedesk.staff.roles import Role
from servicedesk.workorders.querysets import OfWorkOrder, Promises

NO_TIME = dt.timedelta()
RISK_MARGIN = dt.timedelta(minutes=30)


class Event(ActorFields):
    """One thing that happened to a visit. Append-only, numbered without gaps and chained by hash per work order."""

    LEDGER = True

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    text_hash = models.CharField(
        max_length=64, blank=True, help_text="Salted hash of the free text, which is erasable."
    )
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work_order", "seq"], name="one_event_per_seq")]
        indexes = [models.Index(fields=["kind", "at"], name="event_kind_at")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.work_order_id}#{self.seq} {self.kind}"

    @property
    def words(self) -> str:
        """Its free text; empty when there was none or it was erased. A query, unless read with the visit's trail."""
        row = getattr(self, "text_row", None)
        return row.text if row else ""


class EventText(models.Model):
    """The free text of an event: may hold personal data, so it can be erased while the chain stands."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="text_row")
    text = models.TextField()
    salt = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.text[:60]


class Hold(ActorFields):
    """What a visit is waiting for, with a clock. Not a stage: the work may go on elsewhere on the car."""

    class Cause(models.TextChoices):
        PARTS = "parts", _("Waiting for parts")
        CONSENT = "consent", _("Waiting for the customer's consent")
        BAY = "bay", _("Waiting for a bay")
        SUBLET = "sublet", _("At an outside workshop")

    IN_SHORT = {
        Cause.PARTS: pgettext_lazy("waits for", "Awaiting parts"),
        Cause.CONSENT: pgettext_lazy("waits for", "Awaiting consent"),
        Cause.BAY: pgettext_lazy("waits for", "Awaiting a bay"),
        Cause.SUBLET: pgettext_lazy("waits for", "Out for sublet"),
    }
    """For rows and cards."""

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.CASCADE, related_name="holds")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    note = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfWorkOrder.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["work_order", "cause"], condition=models.Q(ended_at=None), name="one_open_hold_per_cause"
            )
        ]

    def __str__(self) -> str:
        return self.get_cause_display()

    @property
    def in_short(self) -> str:
        """What it waits for, in the few words a card has room for."""
        return str(self.IN_SHORT[self.Cause(self.cause)])


class Promise(ActorFields):
    """A promised time, call or answer: who owes it, by when, and whether it was kept."""

    class Kind(models.TextChoices):
        BOOKING_ANSWER = "booking_answer", _("Answer to a booking request")
        DELIVERY = "delivery", _("Car ready")
        CALL = "call", _("Call")
        FOLLOW_UP = "follow_up", _("Follow-up")
        SOLUTION = "solution", _("Answer to a problem")
        COMPLAINT_ANSWER = "complaint_answer", _("Answer to a complaint")

    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="promises")
    work_order = models.ForeignKey(
        "workorders.WorkOrder", null=True, blank=True, on_delete=models.CASCADE, related_name="promises"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    target_kind = models.CharField(max_length=40, help_text="app_label.model of the row it is about.")
    target_id = models.BigIntegerField()
    about = models.CharField(max_length=120, help_text="What is promised, as people see it.")
    url = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="promises"
    )
    owner_role = models.CharField(max_length=12, choices=Role.choices)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = Promises.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target_kind", "target_id"],
                condition=models.Q(kept_at=None, withdrawn_at=None),
                name="one_pending_promise_of_a_kind",
            )
        ]
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="promise_target"),
            models.Index(
                fields=["centre", "due_at"],
                name="promise_pending",
                condition=models.Q(kept_at=None, withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.due_at:%F %H:%M}"

    @property
    def state(self) -> str:
        """pending, risk (due within half an hour), kept, broken or withdrawn."""
        return "withdrawn" if self.withdrawn_at else promise_state(self.due_at, self.kept_at, now())

    @property
    def distance(self) -> str:
        """How late it was kept; "" while it is pending, when the distance ticks, and when it was kept in time."""
        return how_late(self.due_at, self.kept_at)


def promise_state(due_at: dt.datetime, kept_at: dt.datetime | None, moment: dt.datetime) -> str:
    """How a promise stands at `moment`: pending, risk, kept or broken."""
    if kept_at:
        return "kept" if kept_at <= due_at else "broken"
    left = due_at - moment
    if left < NO_TIME:
        return "broken"
    return "risk" if left < RISK_MARGIN else "pending"


def how_late(due_at: dt.datetime, kept_at: dt.datetime | None) -> str:
    """ "12 min over" for a promise that was kept too late, else ""."""
    return distance(due_at, kept_at) if kept_at and kept_at > due_at else ""


class NumberCounter(models.Model):
    """The last number given out for one kind, centre and period: locked last, in a short transaction, so without gaps."""

    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4)
    period = models.CharField(max_length=8)
    last = models.PositiveIntegerField(default=0)

    objects = CentreScoped.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre", "kind", "period"], name="one_counter_per_period")]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.kind}{self.period} {self.last}"
