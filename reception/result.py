"""The result of a joint inspection as it is shown: to be signed, read again, or confirmed from the customer's link (M2.2-b)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from reception.models import DamageMark, Inspection, InspectionItem, InspectionPhoto, PointResult
from reception.record import seen_of
from servicedesk.customers.models import Channel, Customer

OPEN = (PointResult.Verdict.AMBER, PointResult.Verdict.RED)
KEPT_DIGITS = (4, 3)
"""How much of a telephone number is shown: its beginning and its end."""


class Result:
    """One inspection with its marks, points and photos: four queries, however many there are."""

    def __init__(self, inspection: Inspection) -> None:
        self.inspection = inspection

    @cached_property
    def _read(self) -> Inspection:
        """The inspection with all its rows, and what these name."""
        prefetch_related_objects(
            [self.inspection],
            Prefetch("items", InspectionItem.objects.select_related("item").order_by("item__position", "pk")),
            Prefetch("marks", DamageMark.objects.select_related("item").order_by("number")),
            Prefetch("points", PointResult.objects.select_related("item").order_by("item__position", "pk")),
            Prefetch(
                "photos", InspectionPhoto.objects.select_related("photo", "mark", "item").order_by("mark__number", "pk")
            ),
        )
        return self.inspection

    @cached_property
    def marks(self) -> list[DamageMark]:
        """The damage, by number."""
        return list(self._read.marks.all())

    @cached_property
    def remarks(self) -> list[Any]:
        """Items that are not all right, besides those that a mark shows."""
        return self._read.remarks(self.marks)

    @cached_property
    def all_points(self) -> list[PointResult]:
        """The multi-point check, in the list's order."""
        return list(self._read.points.all())

    @property
    def points(self) -> list[tuple[PointResult, str]]:
        """Points that are not good, with the measured value: (point, "2.4 mm")."""
        return [(row, row.measured) for row in self.all_points if row.verdict in OPEN]

    @property
    def points_good(self) -> int:
        """How many points are good."""
        return sum(row.verdict == PointResult.Verdict.GREEN for row in self.all_points)

    @cached_property
    def photos(self) -> list[InspectionPhoto]:
        """All photos, those of marks first."""
        return list(self._read.photos.all())

    @cached_property
    def seen(self) -> str:
        """Names the state that this page shows."""
        return seen_of(self._read)


def way_of_copy(customer: Customer) -> str:
    """How the customer gets his copy, the address half hidden; empty when there is none."""
    channel = customer.reachable_channel
    if channel == Channel.SMS:
        return _("by text message to %(to)s") % {"to": hidden(customer.phone_text)}
    if channel == Channel.EMAIL:
        return _("by e-mail to %(to)s") % {"to": hidden_mail(str(customer.email))}
    return ""


def hidden(number: str) -> str:
    """A telephone number with its middle hidden: 0937-***-802."""
    digits = [letter for letter in number if letter.isdigit()]
    first, last = KEPT_DIGITS
    if len(digits) <= first + last:
        return "***" + "".join(digits[-2:])
    begins = "+" if number.startswith("+") else ""
    return f"{begins}{''.join(digits[:first])}-***-{''.join(digits[-last:])}"


def hidden_mail(address: str) -> str:
    """An e-mail address with most of its name hidden: l***@example.com."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"
