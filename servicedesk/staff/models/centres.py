"""Service centres: the rules of each, its bays, and when it is open.

Opening hours and bays live here, below the chapters, so that booking can count capacity without knowing the workshop.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from servicedesk import clock


class Region(models.TextChoices):
    TAIWAN = "tw", _("Taiwan")
    PRC = "cn", _("Mainland China")
    OTHER = "other", _("Other")


RECEPTION_PAPERS = {"inspection": _("Joint inspection sheet"), "authorisation": _("Work authorisation")}
"""Papers of reception that a centre may give its customers or not; kept as records they are always."""


def reception_papers() -> list[str]:
    """All of them."""
    return [*RECEPTION_PAPERS]


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
    walk_in_reserve = models.PositiveSmallIntegerField(
        _("Hours kept for walk-ins (%)"),
        default=10,
        validators=[MaxValueValidator(100)],
        help_text=_("Share of each day's workshop hours that no booking takes."),
    )
    online_reserve = models.PositiveSmallIntegerField(
        _("Hours kept for the telephone (%)"),
        default=20,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "Share of each day's workshop hours that online bookings leave to the advisors, besides the walk-ins."
        ),
    )
    kept_places = models.PositiveSmallIntegerField(
        _("Reception places kept for the telephone and walk-ins"),
        default=0,
        help_text=_("So many places of each slot are not offered online."),
    )
    request_hours = models.PositiveSmallIntegerField(
        _("Hours an unanswered request holds its place"),
        default=24,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Counted from the promised answer. After that, or at its own time, its place is free and the customer is told."
        ),
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("Hours other times are held for the customer"), default=24, validators=[MinValueValidator(1)]
    )
    waiting_offer_minutes = models.PositiveSmallIntegerField(
        _("Minutes a freed place is held for somebody on the waiting list"),
        default=60,
        validators=[MinValueValidator(5)],
    )
    change_hours = models.PositiveSmallIntegerField(
        _("Hours before the time until which customers move or cancel it themselves"), default=2
    )
    late_minutes = models.PositiveSmallIntegerField(
        _("Minutes after which a booked car is late"), default=15, validators=[MinValueValidator(1)]
    )
    no_show_minutes = models.PositiveSmallIntegerField(
        _("Minutes after which a booked car did not come"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Its place is free again and the customer is offered another time."),
    )
    guarantee_km = models.PositiveIntegerField(_("Repair guarantee (km)"), default=20000)
    guarantee_days = models.PositiveIntegerField(_("Repair guarantee (days)"), default=365)
    papers_wanted = ArrayField(
        models.CharField(max_length=20, choices=list(RECEPTION_PAPERS.items())),
        verbose_name=_("Papers of reception given to the customer"),
        default=reception_papers,
        blank=True,
    )
    complaint_days = models.PositiveSmallIntegerField(_("Days to close a complaint"), default=15)

    class Meta:
        verbose_name = _("service centre")
        verbose_name_plural = _("service centres")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(no_show_minutes__gte=models.F("late_minutes")),
                name="nobody_is_missed_before_he_is_late",
                violation_error_message=_("A car that did not come is late first: give it at least as many minutes."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def gives(self, paper: str) -> bool:
        """Whether the customer gets a paper of this kind: those of reception only where the centre wants them."""
        return paper not in RECEPTION_PAPERS or paper in self.papers_wanted

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

    @property
    def late_after(self) -> dt.timedelta:
        """How long after its time a booked car counts as late."""
        return dt.timedelta(minutes=self.late_minutes)

    @property
    def missed_after(self) -> dt.timedelta:
        """How long after its time a booked car counts as one that did not come."""
        return dt.timedelta(minutes=self.no_show_minutes)

    def at(self, date: dt.date, time: dt.time) -> dt.datetime:
        """Return the moment when this centre's clock shows `date` and `time`."""
        return dt.datetime.combine(date, time, self.zone)


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
