"""What must reconcile in chapter 2: signed inspections are what was signed."""

from __future__ import annotations

from reception.models import Inspection
from reception.record import PARTS, is_unchanged, signed_events

AT_ONCE = 500
NEWEST = 5000


def seals_match() -> list[str]:
    """One sentence per inspection, of the newest 5,000 signed, that is no longer what the customer signed.

    Inspections signed before there were seals have none, and say no way of confirming.
    """
    signed = Inspection.objects.exclude(confirmed_at=None).exclude(confirmed_how="").order_by("-pk")
    newest = list(signed.values_list("pk", flat=True)[:NEWEST])
    problems = []
    for start in range(0, len(newest), AT_ONCE):
        rows = Inspection.objects.filter(pk__in=newest[start : start + AT_ONCE]).order_by("pk")
        some = list(rows.select_related("signature", "work_order").prefetch_related(*PARTS))
        events = signed_events(row.work_order_id for row in some)
        problems += [
            f"inspection {row.pk} of work order {row.work_order.number} is not what was signed: its seal does not match"
            for row in some
            if not is_unchanged(row, events.get(row.work_order_id))
        ]
    return problems
