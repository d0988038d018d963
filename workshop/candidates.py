"""Who should do the work: technicians ranked by skill, certificates, workload, shift and knowledge of the car (M3.1-b).

Queries: six, whatever the number of technicians. Nothing here changes a row.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from servicedesk.catalogue.models import LabourOperation
from servicedesk.clock import now
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import Absence, Certificate, CertificateKind, Membership, ServiceCentre, Shift, User
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from workshop.models import Job

DAY_HOURS = Decimal(8)


@dataclass(frozen=True)
class Sign:
    """One reason for or against: `mark` is plus, minus or no."""

    mark: str
    text: str


@dataclass
class Candidate:
    """A technician with his reasons. `possible` is False when he must not do it at all."""

    user: User
    load: Decimal
    starts_at: dt.datetime
    ends_at: dt.datetime
    points: int = 50
    possible: bool = True
    signs: list[Sign] = field(default_factory=list)
    rank: int = 0

    @property
    def level(self) -> str:
        """Skill level as written in the trade: L3."""
        return f"L{self.user.skill_level}"


def technicians(centre: ServiceCentre) -> QuerySet[User]:
    """Technicians of the centre who may sign in, by name."""
    members = Membership.objects.filter(user=OuterRef("pk"), centre=centre, role=Role.TECHNICIAN)
    return User.objects.filter(Exists(members), is_active=True).order_by("display_name", "pk")


def hours_in_hand(people: Iterable[User]) -> dict[int, Decimal]:
    """Planned hours of unfinished jobs, by technician id. One query."""
    load: dict[int, Decimal] = defaultdict(Decimal)
    jobs = Job.objects.unfinished().filter(technician__in=people).select_related("line")
    for job in jobs:
        load[job.technician_id or 0] += job.std_hours
    return load


def candidates(work_order: WorkOrder, jobs: list[Job] | None = None) -> list[Candidate]:
    """Technicians of the visit's centre, best first; the impossible ones last, with the reason."""
    centre = work_order.centre
    jobs = _asked(work_order) if jobs is None else jobs
    people = _with_facts(work_order)
    loads = hours_in_hand(people)
    certificates = _certificates(people, centre)
    hours = sum((job.std_hours for job in jobs), Decimal(0))
    operations = [job.operation for job in jobs if job.operation]
    calendar = Calendar(centre)
    found = []
    for person in people:
        load = loads.get(person.pk, Decimal(0))
        starts = calendar.add_opening_time(calendar.next_opening(now()), dt.timedelta(hours=float(load)))
        ends = calendar.add_opening_time(starts, dt.timedelta(hours=float(hours)))
        candidate = Candidate(person, load, starts, ends)
        _weigh_skill(candidate, operations, certificates.get(person.pk, set()))
        _weigh_day(candidate, work_order)
        found.append(candidate)
    found.sort(key=lambda entry: (not entry.possible, -entry.points, entry.load, entry.user.pk))
    for rank, candidate in enumerate(found, start=1):
        candidate.rank = rank
    return found


def _asked(work_order: WorkOrder) -> list[Job]:
    return list(
        Job.objects.to_assign().filter(work_order=work_order).select_related("line__operation", "item").order_by("id")
    )


def _with_facts(work_order: WorkOrder) -> list[Any]:
    """The technicians, each with `on_shift`, `absent` and `knows_car`. One query."""
    moment = work_order.centre.local(now())
    own = {"user": OuterRef("pk")}
    today = Shift.objects.filter(**own, centre=work_order.centre, weekday=moment.weekday(), ends__gt=moment.time())
    away = Absence.objects.filter(**own, starts_at__lte=moment, ends_at__gt=moment)
    done = Job.objects.filter(
        technician=OuterRef("pk"), work_order__vehicle_id=work_order.vehicle_id, started_at__isnull=False
    )
    return list(
        technicians(work_order.centre).annotate(on_shift=Exists(today), absent=Exists(away), knows_car=Exists(done))
    )


def _certificates(people: list[Any], centre: ServiceCentre) -> dict[int, set[str]]:
    """Kinds of valid certificate, by technician id. One query."""
    held: dict[int, set[str]] = defaultdict(set)
    valid = Certificate.objects.filter(user__in=people, valid_until__gte=centre.today())
    for user_id, kind in valid.values_list("user_id", "kind"):
        held[user_id].add(kind)
    return held


def _weigh_day(candidate: Candidate, work_order: WorkOrder) -> None:
    person: Any = candidate.user
    if person.absent:
        _against(candidate, _("Absent now"))
    elif not person.on_shift:
        candidate.points -= 25
        candidate.signs.append(Sign("minus", _("Not on shift today")))
    if person.knows_car:
        candidate.points += 12
        candidate.signs.append(Sign("plus", _("Has worked on this car")))
    share = int(candidate.load / DAY_HOURS * 100)
    candidate.points -= min(40, share // 3)
    candidate.signs.append(
        Sign("minus" if share >= 75 else "plus", _("Still to do: %(hours)s h") % {"hours": f"{candidate.load:.1f}"})
    )
    if work_order.promised_at:
        late = candidate.ends_at > work_order.promised_at
        candidate.points += -15 if late else 10
        text = _("Misses the promised time") if late else _("In time for the promise")
        candidate.signs.append(Sign("minus" if late else "plus", text))
    candidate.points = max(0, min(99, candidate.points))


def _weigh_skill(candidate: Candidate, operations: list[LabourOperation], held: set[str]) -> None:
    needed = max((operation.skill_level for operation in operations), default=1)
    words = {"has": candidate.level, "needs": f"L{needed}"}
    if candidate.user.skill_level < needed:
        _against(candidate, _("Skill %(has)s is below the %(needs)s needed") % words)
    else:
        candidate.points += 20 - 2 * (candidate.user.skill_level - needed)
        candidate.signs.append(Sign("plus", _("Skill %(has)s ≥ %(needs)s") % words))
    for operation in operations:
        accepted = operation.certificates_accepted
        if accepted and not accepted & held:
            kind = certificate_label(operation.cert_required)
            _against(candidate, _("No valid certificate: %(kind)s") % {"kind": kind})
            break


def certificate_label(kind: str) -> str:
    """The certificate's name in the active language; an unknown kind is shown by its code."""
    return str(dict(CertificateKind.choices).get(kind, kind))


def _against(candidate: Candidate, text: Any) -> None:
    candidate.possible = False
    candidate.signs.insert(0, Sign("no", str(text)))
