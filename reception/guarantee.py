"""Whether the guarantee on earlier work still runs: so many days or kilometres from the day the car left, whichever ends first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, Value

from servicedesk.catalogue.guarantee import Term, terms_of
from servicedesk.clock import now
from servicedesk.staff.formats import format_date, joined
from servicedesk.workorders.models import WorkOrder


@dataclass(frozen=True)
class Guarantee:
    """What was repaired on an earlier visit, and until when and which reading we answer for it."""

    work_order: WorkOrder
    titles: list[str]
    until: dt.date
    until_km: int | None

    @property
    def work(self) -> str:
        """What was repaired, in the active language."""
        return joined(self.titles)

    @property
    def until_text(self) -> str:
        """The last day, with its year."""
        return format_date(self.until, year=True)


Terms = dict[int, dict[str, Term]]
"""What each centre (its id) promises by class of work, as `terms_by_centre` reads it."""


def may_run(terms: Terms) -> Q:
    """The visits whose guarantee may still run by its days: the first look, made by the database."""
    days = ExpressionWrapper(F("centre__guarantee_days") * Value(dt.timedelta(days=1)), output_field=DurationField())
    longest = max((days for of_centre in terms.values() for days, _km in of_centre.values()), default=0)
    since = now() - dt.timedelta(days=1)
    return Q(delivered_at__gte=since - days) | Q(delivered_at__gte=since - dt.timedelta(days=longest))


def running(visit: WorkOrder, work: list[dict[str, Any]], odometer: int | None, terms: Terms) -> Guarantee | None:
    """The guarantee that still runs on a visit's finished lines, the longest if they differ; None when it has ended.

    `work`: dicts with title, system and kind (class of guarantee). `odometer`: the car's reading as far as it is known.
    """
    if visit.delivered_at is None:
        return None
    centre = visit.centre
    left_on = centre.local(visit.delivered_at).date()
    left_with = visit.odometer_out or visit.odometer_in
    covered: list[tuple[str, dt.date, int | None]] = []
    for line in work:
        days, km = terms_of(centre, line["kind"], known=terms.get(centre.pk, {}))
        until, until_km = left_on + dt.timedelta(days=days), left_with + km if left_with is not None else None
        over = odometer is not None and until_km is not None and odometer > until_km
        if until >= centre.today() and not over:
            covered.append((line["title"], until, until_km))
    if not covered:
        return None
    readings = [reading for _title, _until, reading in covered if reading is not None]
    return Guarantee(
        visit,
        [title for title, _until, _km in covered],
        max(until for _title, until, _km in covered),
        max(readings, default=None),
    )
