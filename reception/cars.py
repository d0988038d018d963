"""What the desk knows of the cars before it: last visits, work put off, guarantees that run, comebacks, warnings.

Read for any number of cars at once: four queries, and none for no car.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, OuterRef, Q, Value, Window
from django.db.models.functions import Coalesce, NullIf, RowNumber
from django.utils.translation import get_language

from appointments import comeback
from reception import guarantee
from servicedesk import registry
from servicedesk.catalogue.guarantee import terms_by_centre
from servicedesk.catalogue.models import LabourOperation
from servicedesk.catalogue.names import suffix_of
from servicedesk.clock import now
from servicedesk.customers.models import Vehicle
from servicedesk.staff.formats import format_date, joined
from servicedesk.workorders import declined
from servicedesk.workorders.models import LineKind, LineState, WorkOrder, WorkOrderLine
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.together import Rows

LAST_VISITS = 2
MOST_UNDONE = 3


@dataclass(frozen=True)
class Asked:
    """A car, what it comes for, and its reading as the customer told it."""

    vehicle: Vehicle
    operations: tuple[LabourOperation, ...] = ()
    told: int | None = None

    @property
    def odometer(self) -> int | None:
        """The highest reading we know of."""
        return max((km for km in (self.told, self.vehicle.odometer) if km is not None), default=None)


@dataclass(frozen=True)
class PastVisit:
    """A visit of the car and what was done on it, in the active language; `mine`: at a centre of the user."""

    work_order: WorkOrder
    titles: list[str]
    mine: bool

    @property
    def work(self) -> str:
        """What was done."""
        return joined(self.titles)

    @property
    def day(self) -> str:
        """The day it came, by the clock of its centre."""
        return format_date(self.work_order.opened_at, self.work_order.centre, year=True)


@dataclass(frozen=True)
class Undone:
    """Work that was put off or declined: what was said then, and whether its time has come."""

    line: WorkOrderLine
    said: str
    due: bool


@dataclass
class Known:
    """What is known of one car."""

    visits: list[PastVisit] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    guarantees: list[guarantee.Guarantee] = field(default_factory=list)
    hint: PastVisit | None = None
    """The visit that it may come back from."""
    alerts: list[registry.Alert] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the car has no history with us."""
        return not (self.visits or self.undone or self.guarantees or self.hint or self.alerts)


def known_of(user: Any, asked: Iterable[Asked]) -> dict[int, Known]:
    """Vehicle id → what is known of that car."""
    cars = {one.vehicle.pk: one for one in asked}
    if not cars:
        return {}
    found = {pk: Known() for pk in cars}
    mine = set(user.centre_ids())
    terms = terms_by_centre()
    for visit in _visits(cars, terms):
        _tell(found[visit.vehicle_id], visit, cars[visit.vehicle_id], mine, terms)
    for pk, lines in declined.left_undone_of(list(cars)).items():
        lines.sort(key=lambda line: not declined.is_pressing(line))
        found[pk].undone = [
            Undone(line, declined.what_was_said(line), declined.is_pressing(line)) for line in lines[:MOST_UNDONE]
        ]
    for pk, alerts in registry.alerts_of_cars(user, [one.vehicle for one in cars.values()]).items():
        found[pk].alerts = alerts
    return found


def _visits(cars: dict[int, Asked], terms: guarantee.Terms) -> Any:
    """The last visits of each car, and all those of which a guarantee may run or from which it may come back. One query."""
    done = WorkOrderLine.objects.filter(kind=LineKind.LABOUR, state__in=(LineState.DONE, LineState.CHECKED))
    name = F(f"operation__name_{suffix_of(get_language())}")
    work = Rows(
        done.filter(work_order=OuterRef("pk")).order_by("position", "pk"),
        title=Coalesce(NullIf(F("description"), Value("")), name),
        system="operation__group",
        kind="operation__guarantee_class",
    )
    newest = Window(RowNumber(), partition_by=F("vehicle"), order_by=[F("opened_at").desc(), F("pk").desc()])
    wanted = Q(newest__lte=LAST_VISITS) | guarantee.may_run(terms) | Q(delivered_at__gte=now() - comeback.WITHIN)
    for pk, one in cars.items():
        if one.told is not None:
            near = (one.told - comeback.WITHIN_KM, one.told + comeback.WITHIN_KM)
            wanted |= Q(vehicle=pk, left_with__range=near)
    rows: Any = WorkOrder.objects.filter(vehicle__in=cars).exclude(stage=Stage.CANCELLED).select_related("centre")
    rows = rows.annotate(left_with=Coalesce("odometer_out", "odometer_in"), newest=newest, work=work)
    return rows.filter(wanted).order_by("-opened_at", "-pk")


def _tell(known: Known, visit: Any, car: Asked, mine: set[int], terms: guarantee.Terms) -> None:
    past = PastVisit(visit, [line["title"] for line in visit.work], visit.centre_id in mine)
    if visit.newest <= LAST_VISITS:
        known.visits.append(past)
    runs = guarantee.running(visit, visit.work, car.odometer, terms)
    if runs is not None:
        known.guarantees.append(runs)
    systems = {operation.system for operation in car.operations}
    same = [line["title"] for line in visit.work if line["system"] in systems]
    if same and known.hint is None and comeback.is_soon(visit.delivered_at, visit.left_with, car.told, now()):
        known.hint = PastVisit(visit, same, past.mine)
