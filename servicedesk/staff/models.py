"""Users, service centres, who works where, and when: what every chapter builds on.

Rosters, absences, certificates, bays and opening hours live here, below the chapters, so that booking can count
capacity without knowing the workshop.
"""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from servicedesk import clock
from servicedesk.staff.querysets import Memberships
from servicedesk.staff.roles import Role


class Region(models.TextChoices):
    TAIWAN = "tw", _("Taiwan")
    PRC = "cn", _("Mainland China")
    OTHER = "other", _("Other")


class ServiceCentre(models.Model):
    """One workshop of the dealer group, with the rules of its region. Money is in `currency`, times in `time_zone`."""

    code = models.CharField(_("Code"), max_length=6, unique=True)
    name = models.CharField(_("Name of the centre"), max_length=80)
    address = models.CharField(_("Address"), max_length=200)
    phone = models.CharField(_("Telephone"), max_length=32)
    map_url = models.URLField(_("Link to the map"), blank=True)
    region = models.CharField(_("Region"), max_length=8, choices=Region.choices, default=Region.OTHER)
    time_zone = models.CharField(_("Time zone"), max_length=40, default="Asia/Taipei")
    language = models.CharField(_("Language"), max_length=8, choices=settings.LANGUAGES, default="zh-hant")
    currency = models.CharField(_("Currency"), max_length=3, default="TWD")
    minor_units = models.PositiveSmallIntegerField(_("Decimals of the currency"), default=0)
    tax_rate = models.DecimalField(_("Tax rate"), max_digits=5, decimal_places=4, default=Decimal("0.05"))
    tax_inclusive = models.BooleanField(_("Prices contain the tax"), default=False)
    labour_rate = models.DecimalField(
        _("Price of a labour hour"), max_digits=10, decimal_places=2, default=Decimal("1200")
    )
    consent_tolerance = models.DecimalField(
        _("Tolerance above the estimate"), max_digits=5, decimal_places=4, default=Decimal("0")
    )
    reception_places = models.PositiveSmallIntegerField(_("Reception places in each slot"), default=2)
    slot_minutes = models.PositiveSmallIntegerField(_("Minutes of a slot"), default=30)
    answer_minutes = models.PositiveSmallIntegerField(
        _("Minutes to answer a request"), default=30, help_text=_("Opening minutes to answer a booking request.")
    )
    estimate_reminder_minutes = models.PositiveSmallIntegerField(
        _("Minutes until an estimate is asked about again"),
        default=120,
        help_text=_("Opening minutes after which an unanswered estimate is asked about once more; 0: never."),
    )
    guarantee_km = models.PositiveIntegerField(_("Repair guarantee (km)"), default=20000)
    guarantee_days = models.PositiveIntegerField(_("Repair guarantee (days)"), default=365)
    complaint_days = models.PositiveSmallIntegerField(_("Days to close a complaint"), default=15)

    class Meta:
        verbose_name = _("service centre")
        verbose_name_plural = _("service centres")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone its clocks show."""
        return ZoneInfo(self.time_zone)

    def local(self, moment: dt.datetime) -> dt.datetime:
        """Return `moment` on this centre's clock."""
        return moment.astimezone(self.zone)

    def today(self) -> dt.date:
        """Return today's date here."""
        return self.local(clock.now()).date()

    def at(self, date: dt.date, time: dt.time) -> dt.datetime:
        """Return the moment when this centre's clock shows `date` and `time`."""
        return dt.datetime.combine(date, time, self.zone)


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


class Bay(models.Model):
    """A place in the workshop and what it is good for."""

    class Kind(models.TextChoices):
        LIFT = "lift", _("Lift")
        ALIGNMENT = "alignment", _("Wheel alignment")
        HIGH_VOLTAGE = "hv", _("High voltage")
        WASH = "wash", _("Wash")

    centre = models.ForeignKey(ServiceCentre, on_delete=models.CASCADE, related_name="bays")
    code = models.CharField(_("Code"), max_length=12)
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind.choices, default=Kind.LIFT)

    class Meta:
        verbose_name = _("bay")
        verbose_name_plural = _("bays")
        constraints = [models.UniqueConstraint(fields=["centre", "code"], name="one_bay_per_code")]

    def __str__(self) -> str:
        return self.code


class OpeningHours(models.Model):
    """One opening window of a weekday; a lunch break is two windows."""

    centre = models.ForeignKey(ServiceCentre, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("Weekday"), choices=list(WEEKDAYS.items()))
    opens = models.TimeField(_("Opens"))
    closes = models.TimeField(_("Closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.UniqueConstraint(fields=["centre", "weekday", "opens"], name="one_window_per_opening"),
            models.CheckConstraint(condition=models.Q(closes__gt=models.F("opens")), name="closes_after_it_opens"),
        ]

    def __str__(self) -> str:
        return f"{self.centre} {self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class ClosedDay(models.Model):
    """A day off by name: public holiday, stocktaking, typhoon."""

    centre = models.ForeignKey(ServiceCentre, on_delete=models.CASCADE, related_name="closed_days")
    date = models.DateField(_("Date"))
    name = models.CharField(_("Name of the day"), max_length=80)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        constraints = [models.UniqueConstraint(fields=["centre", "date"], name="one_closed_day_per_date")]

    def __str__(self) -> str:
        return f"{self.centre} {self.date} {self.name}"


class HandledRequest(models.Model):
    """A POST that was carried out: the same actor sending the same key again gets the stored answer."""

    actor = models.CharField(max_length=100)
    key = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    answer = models.JSONField(default=dict)
    handled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="a_request_is_handled_once")]
        indexes = [models.Index(fields=["handled_at"], name="handled_request_age")]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"


class ClockOffset(models.Model):
    """How far the clock of tests and demonstrations is moved, in seconds. One row; never read in production."""

    seconds = models.BigIntegerField(default=0)

    _read_at = 0.0
    _seconds = 0

    def __str__(self) -> str:
        return str(self.seconds)

    @classmethod
    def current(cls) -> dt.timedelta:
        """The offset, read again at most once a second in each process."""
        if time.monotonic() - cls._read_at > 1:
            cls._seconds = cls.objects.values_list("seconds", flat=True).first() or 0
            cls._read_at = time.monotonic()
        return dt.timedelta(seconds=cls._seconds)
