"""Service centres with their staff (few rows, by the ORM), and the world a seeding process reads before it starts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password

from bench.seed.catalogue import Checklists, Recipe, checklists, recipes
from bench.seed.plan import CENTRES, Calendar, centres_for, open_days, shares, years_for
from servicedesk.demo.centres import CLOSES, OPENS, WORKDAYS, make_centre
from servicedesk.demo.staff import make_accounts
from servicedesk.staff.models import Bay, Certificate, Membership, OpeningHours, ServiceCentre, Shift, User
from servicedesk.staff.roles import Role

By = tuple[str, str, str, str]
"""by_kind, by_ref, by_label, by_user_id, as COPY reads them."""
ADVISORS, INSPECTORS, AGENTS = 4, 2, 2


def people(visits: int) -> None:
    """Make the centres and as much staff as the plan needs; the demonstration's accounts work in the first centre."""
    house = make_centre()
    make_accounts(house)
    unusable = make_password(None)
    for place, calendar in enumerate(calendars(visits, house.zone, house.today())):
        code, name = CENTRES[place]
        values = {"name": name, "address": f"{name[:2]}示範路{place + 1}號", "phone": "+886255500188", "region": "tw"}
        centre, created = ServiceCentre.objects.get_or_create(code=code, defaults=values)
        if created:
            OpeningHours.objects.bulk_create(
                OpeningHours(centre=centre, weekday=day, opens=OPENS, closes=CLOSES) for day in WORKDAYS
            )
            Bay.objects.bulk_create(Bay(centre=centre, code=str(number)) for number in range(1, 7))
            Membership.objects.create(
                user=User.objects.get(username="gm"), centre=centre, role=Role.MANAGER, final_say=True
            )
        for role, wanted, skill in (
            (Role.ADVISOR, ADVISORS, 1),
            (Role.SUPERVISOR, 1, 4),
            (Role.TECHNICIAN, calendar.technicians(), 5),
            (Role.INSPECTOR, INSPECTORS, 5),
            (Role.DETAILER, 1, 1),
            (Role.CASHIER, 1, 1),
            (Role.AGENT, AGENTS, 1),
        ):
            _staff(centre, role, wanted, skill, unusable)


def _staff(centre: ServiceCentre, role: Role, wanted: int, skill: int, password: str) -> None:
    there = Membership.objects.filter(centre=centre, role=role).count()
    for number in range(there + 1, wanted + 1):
        user = User.objects.create(
            username=f"{role}{number}.{centre.code.lower()}",
            display_name=f"{role.label} {centre.code}{number}",
            skill_level=skill,
            password=password,
        )
        Membership.objects.create(user=user, centre=centre, role=role)
        Shift.objects.bulk_create(
            Shift(user=user, centre=centre, weekday=day, starts=OPENS, ends=CLOSES) for day in WORKDAYS
        )
        if skill >= 4:
            Certificate.objects.create(user=user, kind="hv", valid_until=centre.today() + dt.timedelta(days=365))


def calendars(visits: int, zone: Any, today: dt.date) -> list[Calendar]:
    """The history of each centre."""
    days = open_days(today, years_for(visits))
    return [Calendar(share, days, zone) for share in shares(visits, centres_for(visits))]


@dataclass
class Centre:
    """One centre as the rooms need it: ids and names instead of rows."""

    id: int
    code: str
    calendar: Calendar
    labour_rate: Decimal
    tax_rate: Decimal
    recipes: list[Recipe]
    staff: dict[str, list[By]]
    bays: list[int]
    customers: range  # positions of its customers

    def one(self, role: str, n: int) -> By:
        """Somebody with `role`; another for another `n`."""
        those = self.staff[role]
        return those[n % len(those)]


@dataclass
class World:
    """Everything a process reads before it writes."""

    now: dt.datetime
    centres: list[Centre]
    lists: Checklists
    bases: dict[str, int]
    paper: tuple[str, str, int]  # name, fingerprint and size of the file behind every seeded paper


def world(visits: int, now: dt.datetime, bases: dict[str, int], paper: tuple[str, str, int]) -> World:
    """Read the centres, their staff and the catalogue."""
    lists = checklists()
    rows = {centre.code: centre for centre in ServiceCentre.objects.all()}
    first = rows[CENTRES[0][0]]
    plan = calendars(visits, first.zone, first.local(now).date())
    customers = shares(customers_for(visits), len(plan))
    centres = []
    for place, calendar in enumerate(plan):
        row = rows[CENTRES[place][0]]
        staff: dict[str, list[By]] = {}
        members = Membership.objects.filter(centre=row).select_related("user").order_by("pk")
        for member in members:
            user = member.user
            staff.setdefault(member.role, []).append(("user", str(user.pk), str(user), str(user.pk)))
        centres.append(
            Centre(
                id=row.pk,
                code=row.code,
                calendar=calendar,
                labour_rate=row.labour_rate,
                tax_rate=row.tax_rate,
                recipes=recipes(row, lists),
                staff=staff,
                bays=list(Bay.objects.filter(centre=row, kind="lift").order_by("pk").values_list("pk", flat=True)),
                customers=range(sum(customers[:place]), sum(customers[: place + 1])),
            )
        )
    return World(now, centres, lists, bases, paper)


def customers_for(visits: int) -> int:
    """Half as many customers as visits, at most half a million."""
    return max(1, min(visits // 2, 500_000))
