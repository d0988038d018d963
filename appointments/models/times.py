"""Times that are held or wished for: places of slots, times offered to a customer, wishes on the waiting list (M1.2-b)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments.models.booking import Appointment
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre


class TimeOffer(ActorFields):
    """Another time offered to the customer, with its place held until `valid_until` (M1.2-b). One of them is taken, or none."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("time offer", "Waiting for the customer")
        TAKEN = "taken", pgettext_lazy("time offer", "Taken")
        DECLINED = "declined", pgettext_lazy("time offer", "Did not suit")
        RELEASED = "released", pgettext_lazy("time offer", "Released")
        EXPIRED = "expired", pgettext_lazy("time offer", "Not answered in time")

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="offers")
    starts_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    offered_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    freed = models.BooleanField(default=False, help_text=_("A place that became free, offered by the waiting list."))
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("time offered")
        verbose_name_plural = _("times offered")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "starts_at"], condition=models.Q(state="open"), name="a_time_is_offered_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | (~models.Q(state="open") & models.Q(ended_at__isnull=False)),
                name="an_ended_offer_says_when",
            ),
        ]
        indexes = [models.Index(fields=["valid_until"], name="offer_to_expire", condition=models.Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.starts_at:%F %H:%M} {self.state}"


class WaitingWish(ActorFields):
    """What somebody on the waiting list would take: a time of these days and this part of the day, earlier than he has.

    It belongs to a booking without a time (`waiting`), or to one whose customer would rather come earlier. Ended when a
    freed place was taken, the days have passed, or he asks for no more.
    """

    class Part(models.TextChoices):
        ANY = "any", pgettext_lazy("part of the day", "Any time")
        MORNING = "morning", pgettext_lazy("part of the day", "Before noon")
        AFTERNOON = "afternoon", pgettext_lazy("part of the day", "After noon")

    appointment = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="wish")
    from_date = models.DateField()
    until_date = models.DateField()
    part = models.CharField(max_length=9, choices=Part.choices, default=Part.ANY)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("wish on the waiting list")
        verbose_name_plural = _("wishes on the waiting list")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_date__gte=models.F("from_date")), name="a_wish_ends_after_it_begins"
            )
        ]
        indexes = [models.Index(fields=["since", "id"], name="wish_open", condition=models.Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.from_date} – {self.until_date} {self.part}"


class SlotPlace(models.Model):
    """One reception place of a time slot, held by a booking or by a time offered to one.

    The unique key makes double booking impossible.
    """

    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField()
    appointment = models.OneToOneField(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="slot_place"
    )
    offer = models.OneToOneField(TimeOffer, null=True, blank=True, on_delete=models.CASCADE, related_name="slot_place")

    class Meta:
        verbose_name = _("place in a slot")
        verbose_name_plural = _("places in slots")
        constraints = [
            models.UniqueConstraint(fields=["centre", "starts_at", "place"], name="a_place_is_held_once"),
            models.CheckConstraint(condition=models.Q(place__gte=1), name="place_counts_from_one"),
            models.CheckConstraint(
                condition=models.Q(appointment__isnull=True, offer__isnull=False)
                | models.Q(appointment__isnull=False, offer__isnull=True),
                name="a_place_is_held_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%F %H:%M} #{self.place}"
