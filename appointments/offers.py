"""What is offered in the online booking: services a customer can choose himself, and what suits what he says."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue.models import LabourOperation

CODES = (
    "MNT-010",
    "MNT-020",
    "MNT-030",
    "MNT-040",
    "MNT-110",
    "MNT-070",
    "MNT-120",
    "TYR-020",
    "TYR-030",
    "CHS-030",
    "BRK-010",
    "HVC-010",
    "ELE-010",
    "ELE-050",
)
SERVICES_BY_KM = ((35_000, "MNT-040"), (15_000, "MNT-030"), (0, "MNT-020"))
"""Reading within the 40,000 km cycle from which a service is due → its operation."""
CYCLE_KM = 40_000


class Reason(models.TextChoices):
    """Why the customer comes, in everyday words."""

    SERVICE = "service", _("Regular service")
    NOISE = "noise", _("A noise, or it feels wrong")
    LAMP = "lamp", _("A warning lamp is on")
    ACCIDENT = "accident", _("Accident or body work")
    RECALL = "recall", _("Recall letter")
    OTHER = "other", _("Something else")


class Moment(models.TextChoices):
    """When the fault shows."""

    BRAKING = "braking", _("When braking")
    STARTING = "starting", _("Just after starting")
    SLOW = "slow", _("At low speed")
    FAST = "fast", _("At high speed")
    TURNING = "turning", _("When turning")
    RAIN = "rain", _("In rain")


class HowOften(models.TextChoices):
    """How often the fault shows."""

    ALWAYS = "always", _("Every time")
    SOMETIMES = "sometimes", _("Now and then")
    ONCE = "once", _("Once so far")


class Temperature(models.TextChoices):
    """Whether the car is cold or warm when it shows."""

    COLD = "cold", _("Cold")
    WARM = "warm", _("Warm")
    BOTH = "both", _("Cold and warm")


class Speed(models.TextChoices):
    """At which speed it shows."""

    STANDING = "standing", _("Standing")
    TOWN = "town", _("Up to 50 km/h")
    ROAD = "road", _("50 to 90 km/h")
    MOTORWAY = "motorway", _("Above 90 km/h")


INSPECTED = {Reason.NOISE, Reason.ACCIDENT, Reason.OTHER}


def offered() -> list[LabourOperation]:
    """The operations that can be booked online, in our order. One query."""
    rows = {row.code: row for row in LabourOperation.objects.offered().filter(code__in=CODES)}
    return [rows[code] for code in CODES if code in rows]


def suggested(reasons: list[str], odometer: int | None) -> set[str]:
    """Codes that fit what the customer said: ticked beforehand, he may change them."""
    codes = set()
    if Reason.SERVICE in reasons:
        within = (
            (odometer or 0) % CYCLE_KM
            if (odometer or 0) < CYCLE_KM - 5_000
            else max(35_000, (odometer or 0) % CYCLE_KM)
        )
        codes.add(next(code for km, code in SERVICES_BY_KM if within >= km))
    if Reason.LAMP in reasons:
        codes.add("ELE-050")
    if INSPECTED & set(reasons):
        codes.add("MNT-110")
    return codes


class Stay(models.TextChoices):
    """What becomes of the customer while we have his car; all but the first two are wishes, answered with the booking."""

    LEAVE = "", _("I leave the car")
    WAIT = "wait", _("I wait here")
    SHUTTLE = "shuttle", _("Please take me to the station")
    COURTESY_CAR = "courtesy_car", _("I would like a courtesy car")
    PICK_UP = "pick_up", _("Please fetch the car and bring it back")
