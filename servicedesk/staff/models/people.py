"""Who works where, as what, with which licences, and when."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from servicedesk.staff.models.centres import ServiceCentre
from servicedesk.staff.querysets import Memberships
from servicedesk.staff.roles import Role


class User(AbstractUser):
    """A member of staff. What he may do follows from his memberships; `acting_roles` narrows it to the current view."""

    display_name = models.CharField(_("Name"), max_length=80, blank=True)
    language = models.CharField(_("Language"), max_length=8, choices=settings.LANGUAGES, blank=True)
    skill_level = models.PositiveSmallIntegerField(_("Skill level"), default=1)

    acting_roles: frozenset[str] | None = None

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.CheckConstraint(condition=models.Q(skill_level__range=(1, 5)), name="skill_level_1_to_5")]

    def __str__(self) -> str:
        return self.display_name or self.username

    def memberships_now(self) -> list[Membership]:
        """All memberships with their centres: those that came with the user (`StaffBackend`), else one query."""
        if not hasattr(self, "_memberships"):
            self._memberships = list(self.memberships.in_order())
        return self._memberships

    def remember(self, memberships: list[Membership]) -> None:
        """Take `memberships`, which were read together with this user, for `memberships_now`."""
        self._memberships = memberships

    def centre_ids(self) -> list[int]:
        """Ids of the centres in which the user holds a role that the current view allows (any role outside a view)."""
        wanted = self.acting_roles
        return sorted({m.centre_id for m in self.memberships_now() if wanted is None or m.role in wanted})

    def roles_in(self, centre_id: int) -> frozenset[str]:
        """Role keys held in one centre."""
        return frozenset(m.role for m in self.memberships_now() if m.centre_id == centre_id)

    def has_final_say(self, centre_id: int) -> bool:
        """Whether he is the general manager of a centre."""
        return any(m.final_say for m in self.memberships_now() if m.centre_id == centre_id and m.role == Role.MANAGER)


class Membership(models.Model):
    """A user's role in a service centre. `final_say` makes a manager the general manager."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    centre = models.ForeignKey(
        ServiceCentre, verbose_name=_("Service centre"), on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("Role"), max_length=12, choices=Role.choices)
    final_say = models.BooleanField(_("General manager"), default=False)

    objects = Memberships.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "centre", "role"], name="one_membership_per_role"),
            models.CheckConstraint(
                condition=models.Q(final_say=False) | models.Q(role=Role.MANAGER), name="final_say_is_a_managers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.centre}"


class CertificateKind(models.TextChoices):
    HIGH_VOLTAGE = "hv", _("High voltage")
    BODY = "body", _("Body work")
    PAINT = "paint", _("Paint")
    REFRIGERANT = "refrigerant", _("Refrigerant")
    AIRBAG = "airbag", _("Airbag")
    GAS = "gas", _("Gas")


class Certificate(models.Model):
    """A licence that some operations ask for; not valid after `valid_until` (inclusive)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(_("Kind"), max_length=16, choices=CertificateKind.choices)
    valid_until = models.DateField(_("Valid until"))

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_certificate_per_kind")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()}"


class Shift(models.Model):
    """When a member of staff is at work, in the centre's own clock."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shifts")
    centre = models.ForeignKey(
        ServiceCentre, verbose_name=_("Service centre"), on_delete=models.CASCADE, related_name="shifts"
    )
    weekday = models.PositiveSmallIntegerField(_("Weekday"), choices=list(WEEKDAYS.items()))
    starts = models.TimeField(_("Begins"))
    ends = models.TimeField(_("Ends"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            models.UniqueConstraint(fields=["user", "centre", "weekday", "starts"], name="one_shift_per_start"),
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="shift_ends_after_it_starts"),
            models.CheckConstraint(condition=models.Q(weekday__range=(0, 6)), name="shift_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class Absence(models.Model):
    """Leave, illness or training: the hours do not count as capacity."""

    user = models.ForeignKey(User, verbose_name=_("Who"), on_delete=models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField(_("Begins"))
    ends_at = models.DateTimeField(_("Ends"))
    cause = models.CharField(_("Reason of the absence"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="absence_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%F}"
