"""Document numbers: B2611-0042, W2611-0318, C2611-0007 per centre and month; bills gapless per centre and year.

The counter row is locked until the transaction ends, so a rollback gives the number back. Call it as late as possible.
"""

from __future__ import annotations

import re

from django.db import connection

from servicedesk.staff.models import ServiceCentre

NUMBER = re.compile(r"(?:[A-Z]{1,6}-)?([BWC]\d{4}-\d{1,6})")


def number_in(text: str, kind: str) -> str:
    """The number of `kind` that `text` is, in any case, with or without the centre's code; "" when it is none."""
    found = NUMBER.fullmatch(text.strip().upper())
    return found[1] if found and found[1].startswith(kind) else ""


def next_number(centre: ServiceCentre, kind: str) -> str:
    """The next number of `kind` ("B", "W", "C") in the centre's current month: "W2611-0318"."""
    period = f"{centre.today():%y%m}"
    return f"{kind}{period}-{count_up(centre, kind, period):04d}"


def next_bill_number(centre: ServiceCentre) -> str:
    """The next bill number of the centre's current year, with its code: "NH-S26-000296"."""
    period = f"{centre.today():%y}"
    return f"{centre.code}-S{period}-{count_up(centre, 'S', period):06d}"


def count_up(centre: ServiceCentre, kind: str, period: str) -> int:
    """Lock and raise one counter; starts at 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workorders_numbercounter (centre_id, kind, period, last) VALUES (%s, %s, %s, 1) "
            "ON CONFLICT (centre_id, kind, period) DO UPDATE SET last = workorders_numbercounter.last + 1 RETURNING last",
            [centre.pk, kind, period],
        )
        return int(cursor.fetchone()[0])
