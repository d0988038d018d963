"""The workshop's hours across several days: a line for each need that says something of its own, a cell for each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from appointments.capacity.models import DayLoad
from appointments.capacity.needs import BAY, LEVELS, TOTAL, level
from appointments.capacity.offer import loads_of
from appointments.capacity.picture import Bar
from servicedesk.staff.models import Bay, CertificateKind, ServiceCentre

Loads = Mapping[tuple[dt.date, str], DayLoad]


@dataclass(frozen=True)
class NeedRow:
    """One need across the days; None where the house has no hours of it that day."""

    label: str
    bars: list[Bar | None]


def label_of(need: str) -> str:
    """What a need is called on screen: a level, a licence, or a kind of bay."""
    if need == TOTAL:
        return _("All work")
    if need.startswith(BAY):
        kinds = {str(value): str(label) for value, label in Bay.Kind.choices}
        return _("Bay: %(kind)s") % {"kind": kinds.get(need.removeprefix(BAY), need.removeprefix(BAY))}
    if need[:1] == "L" and need[1:].isdecimal():
        return _("Level %(level)d and above") % {"level": int(need[1:])}
    kinds = {str(value): str(label) for value, label in CertificateKind.choices}
    return kinds.get(need, _("High voltage, trained") if need == "hv_aware" else need)


def rows_of(centre: ServiceCentre, dates: Sequence[dt.date]) -> list[NeedRow]:
    """The days' needs; a level is left out where it says the same as the one below. Empty while hours do not limit the centre.

    One query, and six more while days from today on have no rows yet. Of days gone only what was kept is shown.
    """
    ahead = [date for date in dates if date >= centre.today()]
    gone = [date for date in dates if date not in ahead]
    loads: dict[tuple[dt.date, str], DayLoad] = dict(loads_of(centre, ahead)) if ahead else {}
    if gone:
        loads |= {(row.date, row.need): row for row in DayLoad.objects.filter(centre=centre, date__in=gone)}
    if not loads:
        return []
    found, below = [_need(loads, dates, TOTAL)], TOTAL
    for number in LEVELS[1:]:
        if any(_figures(loads, date, level(number)) != _figures(loads, date, below) for date in dates):
            found.append(_need(loads, dates, level(number)))
        below = level(number)
    licences = [kind for kind, _label in CertificateKind.choices]
    found += [_need(loads, dates, kind) for kind in licences if any(any(_figures(loads, d, kind)) for d in dates)]
    return found


def _need(loads: Loads, dates: Sequence[dt.date], need: str) -> NeedRow:
    label = label_of(need)
    return NeedRow(label, [Bar(label, loads[date, need]) if (date, need) in loads else None for date in dates])


def _figures(loads: Loads, date: dt.date, need: str) -> tuple[Decimal, Decimal, Decimal]:
    load = loads.get((date, need))
    return (load.capacity, load.booked, load.carried) if load else (Decimal(0), Decimal(0), Decimal(0))
