"""The delivery time the workshop can keep: hours this car asks for against hours that are free, and why (M2.2-c).

The hours of rosters, by level, licence and bay, less what is booked and what the other cars in the house still ask for,
as the booking calendar counts them. Work of one car is done one after the other. Parts are not counted: the house keeps
no stock, so the advisor asks the parts desk.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from appointments.capacity.house import carry, hours_in_house
from appointments.capacity.ledger import fraction_left
from appointments.capacity.needs import TOTAL, Hours, keys_of
from appointments.capacity.offer import loads_of
from servicedesk.clock import now
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.formats import format_moment, joined
from servicedesk.staff.models import Bay, CertificateKind
from servicedesk.workorders.alternatives import counted
from servicedesk.workorders.models import LineKind, LineState, WorkOrder, WorkOrderLine

CHECKS = Decimal(2)
"""Opening hours from the last job to the key: self-check, final inspection, wash, bill."""
DAYS = 14
"""So far ahead free hours are looked for."""
STEP = dt.timedelta(minutes=30)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Reckoning:
    """When a car can be ready. `at` is None when the workshop has no hours for it in the next two weeks."""

    at: dt.datetime | None
    starts: dt.datetime | None
    hours: Decimal
    why: str


def reckon(order: WorkOrder, *, with_proposed: bool = False) -> Reckoning:
    """When the agreed work (with all that is proposed, of alternatives the dearest) can be ready, and why.

    Four queries, six more when the coming days' hours are not kept yet; the number of lines does not matter.
    """
    lines = list(order.lines.select_related("operation"))
    asked = [line for line in counted(lines) if line.is_agreed or (with_proposed and line.state == LineState.PROPOSED)]
    labour = [line for line in asked if line.kind == LineKind.LABOUR and line.operation]
    demand, calendar = demand_of(labour), Calendar(order.centre)
    hours = demand.get(TOTAL, ZERO)
    today = order.centre.today()
    dates = [today + dt.timedelta(days=n) for n in range(DAYS)]
    loads = loads_of(order.centre, dates) if hours else {}
    if not loads:
        starts = calendar.next_opening(now())
        return Reckoning(ready(calendar, starts, hours), starts, hours, uncounted(hours))
    own = demand_of(line for line in lines if line.state in (LineState.PROPOSED, LineState.APPROVED))
    others = {need: max(ZERO, was - own.get(need, ZERO)) for need, was in hours_in_house(order.centre).items()}
    capacity: dict[dt.date, Hours] = defaultdict(dict)
    for (date, need), load in loads.items():
        if date in dates:
            capacity[date][need] = load.capacity
    carried = carry(calendar, others, capacity)
    first: dt.datetime | None = None
    left = Decimal(1)
    for date in dates:
        share = fraction_left(calendar, date)
        taken = {
            need: loads[date, need].booked + carried[date].get(need, ZERO) for need in demand if (date, need) in loads
        }
        room = {need: max(ZERO, capacity[date].get(need, ZERO) * share - taken.get(need, ZERO)) for need in demand}
        begins, usable = free_from(calendar, date, share, room, capacity[date])
        if begins is None:
            continue
        done = min([left, usable / hours, *(room[need] / asked for need, asked in demand.items())])
        if done <= 0:
            continue
        first = first or begins
        left -= done
        if left <= Decimal("0.001"):
            at = ready(calendar, begins, done * hours)
            return Reckoning(at, first, hours, because(order, labour, hours, first))
    return Reckoning(None, None, hours, nowhere(labour, hours))


def suggested(order: WorkOrder, found: Reckoning) -> dt.datetime:
    """A time to start from: the reckoned one, or by opening hours alone when there are no hours to be had."""
    calendar = Calendar(order.centre)
    return found.at or ready(calendar, calendar.next_opening(now()), found.hours)


def demand_of(lines: Iterable[WorkOrderLine]) -> Hours:
    """The hours that labour lines ask for, by level, licence and bay."""
    asked: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.kind == LineKind.LABOUR and line.operation:
            work = line.operation
            for need in keys_of(work.skill_level, work.cert_required, work.bay):
                asked[need] += line.quantity
    return dict(asked)


def free_from(
    calendar: Calendar, date: dt.date, share: Decimal, room: Mapping[str, Decimal], capacity: Mapping[str, Decimal]
) -> tuple[dt.datetime | None, Decimal]:
    """When on `date` somebody is free for it, and how many opening hours remain then. None when nobody is, or it is closed.

    What is taken comes first: with half the hours of a need gone, half the day that is left has passed.
    """
    present = now()
    windows = [(max(opens, present), closes) for opens, closes in calendar.windows(date) if closes > present]
    if not windows or not share or any(not hours or not capacity.get(need) for need, hours in room.items()):
        return None, ZERO
    ahead = sum((hours_of(closes - opens) for opens, closes in windows), ZERO)
    free = min(hours / (capacity[need] * share) for need, hours in room.items())
    wait = ahead * (1 - min(Decimal(1), free))
    begins = calendar.add_opening_time(windows[0][0], dt.timedelta(hours=float(wait)))
    return up(begins, dt.timedelta(minutes=5)), ahead - wait


def ready(calendar: Calendar, starts: dt.datetime, hours: Decimal) -> dt.datetime:
    """The work and the checks after it in opening time, on a full half hour."""
    return up(calendar.add_opening_time(starts, dt.timedelta(hours=float(hours + CHECKS))), STEP)


def up(moment: dt.datetime, step: dt.timedelta) -> dt.datetime:
    """`moment`, on the next full `step`."""
    plain = moment.astimezone(dt.UTC)
    return plain + (dt.datetime.min.replace(tzinfo=dt.UTC) - plain) % step


def hours_of(length: dt.timedelta) -> Decimal:
    """A length of time in hours."""
    return Decimal(length.total_seconds()) / 3600


def needs_text(labour: list[WorkOrderLine]) -> str:
    """What the work asks of people and bays: the highest level, licences, bays."""
    works = [line.operation for line in labour if line.operation]
    words = [_("level %(level)d") % {"level": max((work.skill_level for work in works), default=1)}]
    held, bays = dict(CertificateKind.choices), dict(Bay.Kind.choices)
    words += sorted({str(held.get(work.cert_required, work.cert_required)) for work in works if work.cert_required})
    words += sorted({str(bays.get(work.bay, work.bay)) for work in works if work.bay})
    return joined(words)


def because(order: WorkOrder, labour: list[WorkOrderLine], hours: Decimal, starts: dt.datetime) -> str:
    """The reason in a sentence."""
    return _("%(hours)s h of work (%(needs)s), free from %(time)s; then %(checks)s h for checks, wash and bill.") % {
        "hours": plain(hours),
        "needs": needs_text(labour),
        "time": format_moment(starts, order.centre, now=now()),
        "checks": plain(CHECKS),
    }


def uncounted(hours: Decimal) -> str:
    """The reason where no rosters are kept, or nothing is to be done."""
    return _("%(hours)s h of work and %(checks)s h for checks, wash and bill, in opening hours.") % {
        "hours": plain(hours),
        "checks": plain(CHECKS),
    }


def nowhere(labour: list[WorkOrderLine], hours: Decimal) -> str:
    """Why no time can be said."""
    words = _(
        "%(hours)s h of work (%(needs)s): the workshop has no hours free for it in the next %(days)d days. "
        "Ask the supervisor before you promise a time."
    )
    return words % {"hours": plain(hours), "needs": needs_text(labour), "days": DAYS}


def plain(hours: Decimal) -> str:
    """Hours as people write them: 2.4, 2."""
    return f"{hours.quantize(Decimal('0.1')):f}".removesuffix(".0")
