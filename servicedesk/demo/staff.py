"""Who works in the demonstration's service centres. The first centre's main accounts are named like their roles."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from servicedesk.clock import today
from servicedesk.demo.centres import CLOSES, OPENS, WORKDAYS
from servicedesk.staff.models import Certificate, Membership, ServiceCentre, Shift, User
from servicedesk.staff.roles import Role
from servicedesk.staff.views import DEMO_PASSWORD


class Account(NamedTuple):
    """One member of staff: user name, name, role, skill level, further certificates."""

    username: str
    name: str
    role: Role
    skill: int
    certificates: tuple[str, ...] = ()


ACCOUNTS = [
    Account("advisor", "許雅婷", Role.ADVISOR, 1),
    Account("supervisor", "黃國榮", Role.SUPERVISOR, 4),
    Account("technician", "陳志豪", Role.TECHNICIAN, 4),
    Account("technician2", "劉建宏", Role.TECHNICIAN, 3),
    Account("technician3", "張家豪", Role.TECHNICIAN, 2),
    Account("inspector", "鄭文彬", Role.INSPECTOR, 5),
    Account("detailer", "吳阿明", Role.DETAILER, 1),
    Account("cashier", "蔡佩珊", Role.CASHIER, 1),
    Account("agent", "簡嘉玲", Role.AGENT, 1),
    Account("parts", "周建國", Role.PARTS, 1),
    Account("manager", "林志明", Role.MANAGER, 1),
    Account("gm", "王大為", Role.MANAGER, 1),
    Account("admin", "系統管理員", Role.ADMIN, 1),
]
"""One account per role of the manual, plus two more technicians: what the sign-in page and the proofs know."""
COLLEAGUES = [
    Account("advisor2", "林柏宇", Role.ADVISOR, 1),
    Account("advisor3", "曾筱雯", Role.ADVISOR, 1),
    Account("technician4", "林冠宇", Role.TECHNICIAN, 3, ("hv", "body")),
    Account("technician5", "吳宗翰", Role.TECHNICIAN, 3, ("paint", "body")),
    Account("technician6", "楊淑惠", Role.TECHNICIAN, 2, ("refrigerant",)),
    Account("technician7", "許家豪", Role.TECHNICIAN, 1),
    Account("technician8", "邱振國", Role.TECHNICIAN, 5, ("airbag",)),
    Account("inspector2", "蕭永昌", Role.INSPECTOR, 5),
    Account("agent2", "陳怡如", Role.AGENT, 1),
]
"""The rest of the first centre."""
ELSEWHERE = {
    "TH": [
        Account("advisor.th", "李静", Role.ADVISOR, 1),
        Account("advisor2.th", "赵建平", Role.ADVISOR, 1),
        Account("supervisor.th", "黄志强", Role.SUPERVISOR, 4),
        Account("technician.th", "陈国栋", Role.TECHNICIAN, 5, ("body",)),
        Account("technician2.th", "梁永康", Role.TECHNICIAN, 4, ("paint",)),
        Account("technician3.th", "何文斌", Role.TECHNICIAN, 3),
        Account("technician4.th", "曾小军", Role.TECHNICIAN, 2),
        Account("inspector.th", "邓海涛", Role.INSPECTOR, 5),
        Account("detailer.th", "阿珍", Role.DETAILER, 1),
        Account("cashier.th", "刘敏", Role.CASHIER, 1),
        Account("agent.th", "周丽", Role.AGENT, 1),
        Account("parts.th", "苏强", Role.PARTS, 1),
    ],
    "SG": [
        Account("advisor.sg", "Cheryl Ng", Role.ADVISOR, 1),
        Account("advisor2.sg", "Hafiz Rahman", Role.ADVISOR, 1),
        Account("supervisor.sg", "Steven Goh", Role.SUPERVISOR, 4),
        Account("technician.sg", "Muthu Raman", Role.TECHNICIAN, 5, ("body",)),
        Account("technician2.sg", "Lim Boon Keat", Role.TECHNICIAN, 4, ("paint",)),
        Account("technician3.sg", "Zul Hakim", Role.TECHNICIAN, 3),
        Account("technician4.sg", "Jason Toh", Role.TECHNICIAN, 2),
        Account("inspector.sg", "Raymond Seah", Role.INSPECTOR, 5),
        Account("detailer.sg", "Siti Mariam", Role.DETAILER, 1),
        Account("cashier.sg", "Joanne Chia", Role.CASHIER, 1),
        Account("agent.sg", "Farah Lim", Role.AGENT, 1),
        Account("parts.sg", "Desmond Yeo", Role.PARTS, 1),
    ],
}
EVERYWHERE = ("manager", "gm", "admin")
"""Accounts of the first centre that hold their role in all of them."""
LICENSED = 4
"""From this skill level on everybody holds the high-voltage licence."""


@cache
def hashed() -> str:
    """The password as it is kept: hashing is slow on purpose, so all accounts share one."""
    return make_password(DEMO_PASSWORD)


def make_accounts(centre: ServiceCentre, accounts: list[Account] = ACCOUNTS) -> None:
    """The accounts that are missing; all on shift whenever a centre is open. They speak the centre's language."""
    password = hashed()
    for account in accounts:
        language = "" if centre.language == "zh-hant" else centre.language
        user, created = User.objects.get_or_create(
            username=account.username,
            defaults={
                "display_name": account.name,
                "skill_level": account.skill,
                "password": password,
                "language": language,
                "is_staff": account.role == Role.ADMIN,
                "is_superuser": account.role == Role.ADMIN,
            },
        )
        if created:
            _employ(user, account, centre)


def join_managers(centre: ServiceCentre) -> None:
    """The managers and the administrator work for `centre` too."""
    for account in ACCOUNTS:
        user = User.objects.filter(username=account.username).first()
        if account.username in EVERYWHERE and user:
            Membership.objects.get_or_create(
                user=user, centre=centre, role=account.role, defaults={"final_say": account.username == "gm"}
            )


def _employ(user: User, account: Account, centre: ServiceCentre) -> None:
    Membership.objects.create(user=user, centre=centre, role=account.role, final_say=account.username == "gm")
    hours = centre.opening_hours.order_by("weekday", "opens").values_list("weekday", "opens", "closes")
    days: dict[int, tuple[dt.time, dt.time]] = {}
    for weekday, opens, closes in hours:
        days[weekday] = (days.get(weekday, (opens, closes))[0], closes)
    Shift.objects.bulk_create(
        Shift(user=user, centre=centre, weekday=day, starts=starts, ends=ends)
        for day, (starts, ends) in (days or dict.fromkeys(WORKDAYS, (OPENS, CLOSES))).items()
    )
    next_year = today(centre.time_zone) + dt.timedelta(days=365)
    kinds = {*account.certificates} | ({"hv"} if account.skill >= LICENSED else set())
    Certificate.objects.bulk_create(Certificate(user=user, kind=kind, valid_until=next_year) for kind in sorted(kinds))
