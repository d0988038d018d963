"""Fill an empty house for a demonstration: one service centre, one account per role, a few customers and cars.

Idempotent, and refused in production. Visits are made by people, not by this command.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from servicedesk.clock import today
from servicedesk.customers.services import find_or_create_customer, find_or_create_vehicle
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Bay, Certificate, Membership, OpeningHours, ServiceCentre, Shift, User
from servicedesk.staff.roles import Role
from servicedesk.staff.views import DEMO_PASSWORD

WORKDAYS = range(6)
OPENS, CLOSES = dt.time(8, 30), dt.time(18, 30)

ACCOUNTS = [
    ("advisor", "許雅婷", Role.ADVISOR, 1),
    ("supervisor", "黃國榮", Role.SUPERVISOR, 4),
    ("technician", "陳志豪", Role.TECHNICIAN, 4),
    ("technician2", "劉建宏", Role.TECHNICIAN, 3),
    ("technician3", "張家豪", Role.TECHNICIAN, 2),
    ("inspector", "鄭文彬", Role.INSPECTOR, 5),
    ("detailer", "吳阿明", Role.DETAILER, 1),
    ("cashier", "蔡佩珊", Role.CASHIER, 1),
    ("agent", "簡嘉玲", Role.AGENT, 1),
    ("parts", "周建國", Role.PARTS, 1),
    ("manager", "林志明", Role.MANAGER, 1),
    ("gm", "王大為", Role.MANAGER, 1),
    ("admin", "系統管理員", Role.ADMIN, 1),
]

CUSTOMERS = [
    (
        "林怡君",
        "ms",
        "0928111417",
        "lin.yijun@example.com",
        "email",
        "BKQ-5821",
        "Toyota",
        "RAV4",
        2023,
        "hybrid",
        39800,
    ),
    (
        "周建宏",
        "mr",
        "0912222033",
        "chou@example.com",
        "sms",
        "AXN-0937",
        "Toyota",
        "Corolla Altis",
        2019,
        "petrol",
        88120,
    ),
    ("郭子豪", "mr", "0933123456", "kuo@example.com", "email", "BHS-6128", "Honda", "CR-V", 2021, "petrol", 52340),
    ("何佩蓉", "ms", "0955667788", "ho@example.com", "sms", "EAA-3072", "Luxgen", "n7", 2024, "ev", 15020),
    (
        "Emily Carter",
        "ms",
        "0966778899",
        "emily.carter@example.com",
        "email",
        "RDE-6610",
        "Toyota",
        "Corolla Cross",
        2022,
        "hybrid",
        30110,
    ),
]


class Command(BaseCommand):
    help = "Load one service centre, one account per role (password: demo) and a few customers. Safe to repeat."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing; what is there stays as people left it."""
        if not settings.DEMO:
            raise CommandError(
                "Demonstration data is loaded in demo mode only (SERVICEDESK_DEMO=1, never in production)."
            )
        centre = make_centre()
        make_accounts(centre)
        make_customers(centre)


def make_centre() -> ServiceCentre:
    """The Neihu centre with its hours and bays."""
    centre, created = ServiceCentre.objects.get_or_create(
        code="NH",
        defaults={
            "name": "台北內湖廠",
            "address": "台北市內湖區示範路88號",
            "phone": "+886255500188",
            "map_url": "https://www.openstreetmap.org/?mlat=25.0797&mlon=121.5751#map=16/25.0797/121.5751",
            "region": "tw",
        },
    )
    if created:
        OpeningHours.objects.bulk_create(
            OpeningHours(centre=centre, weekday=day, opens=OPENS, closes=CLOSES) for day in WORKDAYS
        )
        Bay.objects.bulk_create(Bay(centre=centre, code=str(number)) for number in range(1, 7))
        Bay.objects.create(centre=centre, code="W1", kind=Bay.Kind.WASH)
    return centre


def make_accounts(centre: ServiceCentre) -> None:
    """One account per role of the manual, plus two more technicians; all on shift whenever the centre is open."""
    password = make_password(DEMO_PASSWORD)
    for username, name, role, skill in ACCOUNTS:
        user, created = User.objects.get_or_create(
            username=username, defaults={"display_name": name, "skill_level": skill, "password": password}
        )
        if not created:
            continue
        Membership.objects.create(user=user, centre=centre, role=role, final_say=username == "gm")
        Shift.objects.bulk_create(
            Shift(user=user, centre=centre, weekday=day, starts=OPENS, ends=CLOSES) for day in WORKDAYS
        )
        if skill >= 4:
            next_year = today(centre.time_zone) + dt.timedelta(days=365)
            Certificate.objects.create(user=user, kind="hv", valid_until=next_year)


def make_customers(centre: ServiceCentre) -> None:
    """A few customers of the region with their cars."""
    by = Actor.system("load_demo")
    for name, honorific, phone, email, channel, plate, make, model, year, powertrain, odometer in CUSTOMERS:
        customer = find_or_create_customer(
            by=by,
            centre=centre,
            name=name,
            phone=phone,
            email=email,
            language="en" if name.isascii() else "zh-hant",
            channel=channel,
            honorific=honorific,
            consent=True,
        )
        find_or_create_vehicle(
            by=by,
            customer=customer,
            plate=plate,
            make=make,
            model_name=model,
            year=year,
            powertrain=powertrain,
            odometer=odometer,
        )
