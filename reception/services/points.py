"""The multi-point check: a colour for each item, from the measured value where the item is measured (M2.2-a, M2.2-c)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from reception.models import Inspection, PointResult
from reception.services.inspection import InspectionRefused
from servicedesk.catalogue.models import ChecklistItem

MOST = Decimal(10_000)


def record(inspection: Inspection, item: ChecklistItem, *, verdict: str, measured: str = "", note: str = "") -> None:
    """Keep what was found on `item`; the measured value decides the colour. Nothing at all takes the result back.

    Raises InspectionRefused for a value that is no number or a colour that does not exist.
    """
    value = read(measured) if measured else None
    if value is not None and item.is_measured:
        verdict = item.verdict_of(value)
    if not verdict:
        PointResult.objects.filter(inspection=inspection, item=item).delete()
        return
    if verdict not in PointResult.Verdict.values:
        raise InspectionRefused(_("“%(item)s”: choose one of the answers offered.") % {"item": item.name})
    PointResult.objects.update_or_create(
        inspection=inspection, item=item, defaults={"verdict": verdict, "value": value, "note": note[:200]}
    )


def read(text: str) -> Decimal:
    """A measured value as people type it: "3.5" or "3,5". Raises InspectionRefused."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation as error:
        raise InspectionRefused(_("Write the measured value in digits, for example 3.5.")) from error
    if not value.is_finite() or not 0 <= value < MOST:
        raise InspectionRefused(_("Write the measured value in digits, for example 3.5."))
    return value.quantize(Decimal("0.01"))
