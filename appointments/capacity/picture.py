"""A day's hours as a picture: of each need how much is booked, how much belongs to cars in the house, how much is free."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from appointments.capacity.models import DayLoad
from appointments.capacity.needs import LEVELS, TOTAL, level
from appointments.capacity.offer import loads_of
from servicedesk.staff.models import CertificateKind, ServiceCentre

FULL = 100


@dataclass(frozen=True)
class Bar:
    """One need of the day, in hours."""

    label: str
    load: DayLoad

    @property
    def taken(self) -> Decimal:
        """Hours that are gone: booked, or asked for by cars in the house."""
        return self.load.booked + self.load.carried

    @property
    def share(self) -> int:
        """How full it is, in steps of five per cent."""
        if not self.load.capacity:
            return FULL if self.taken else 0
        return min(FULL, int(self.taken * 20 / self.load.capacity + Decimal("0.5")) * 5)

    @property
    def is_over(self) -> bool:
        """Whether more is asked for than there is."""
        return self.taken > self.load.capacity


def bars_of(centre: ServiceCentre, date: dt.date) -> list[Bar]:
    """The day's needs that say something of their own; empty while hours do not limit the centre."""
    loads = {need: load for (_date, need), load in loads_of(centre, [date]).items()}
    if not loads:
        return []
    found, above = [Bar(_("All work"), loads[TOTAL])], loads[TOTAL]
    for number in LEVELS[1:]:
        load = loads[level(number)]
        if (load.capacity, load.booked, load.carried) != (above.capacity, above.booked, above.carried):
            found.append(Bar(_("Level %(level)d and above") % {"level": number}, load))
        above = load
    for kind, label in CertificateKind.choices:
        held = loads.get(kind)
        if held and (held.capacity or held.booked or held.carried):
            found.append(Bar(str(label), held))
    return found
