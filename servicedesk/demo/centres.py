"""The three service centres of the demonstration, one per region profile, with hours, bays and prices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import holidays
from django.db.models import Q

from servicedesk.catalogue import regions
from servicedesk.catalogue.models import Part, PartPrice
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Bay, ClosedDay, OpeningHours, ServiceCentre
from servicedesk.staff.models.centres import Region

WORKDAYS = range(6)
OPENS, CLOSES = dt.time(8, 30), dt.time(18, 30)
Windows = tuple[tuple[dt.time, dt.time], ...]


@dataclass(frozen=True)
class Site:
    """One service centre as it is set up. `part_factor` turns the catalogue's invented TWD prices into its own."""

    code: str
    fields: dict[str, Any]
    week: dict[int, Windows]
    lifts: int
    special_bays: tuple[tuple[str, str], ...] = ()
    part_factor: Decimal | None = None
    part_step: Decimal = Decimal("1")
    holidays_of: str = ""
    closed: tuple[tuple[int, int, str], ...] = field(default=())


ALL_DAY: Windows = ((OPENS, CLOSES),)
MAINLAND: Windows = ((dt.time(8, 30), dt.time(12, 0)), (dt.time(13, 30), dt.time(18, 0)))
ISLAND: Windows = ((dt.time(8, 30), dt.time(12, 30)), (dt.time(13, 30), dt.time(18, 0)))

SITES = (
    Site(
        "NH",
        {
            "name": "台北內湖廠",
            "address": "台北市內湖區示範路88號",
            "phone": "+886255500188",
            "map_url": "https://www.openstreetmap.org/?mlat=25.0797&mlon=121.5751#map=16/25.0797/121.5751",
            "region": "tw",
        },
        dict.fromkeys(WORKDAYS, ALL_DAY),
        lifts=6,
        special_bays=(("W1", Bay.Kind.WASH),),
    ),
    Site(
        "TH",
        {
            "name": "广州天河店",
            "address": "广州市天河区示范大道168号",
            "phone": "+862055501680",
            "map_url": "https://www.openstreetmap.org/?mlat=23.1356&mlon=113.3612#map=16/23.1356/113.3612",
            "region": "cn",
            "time_zone": "Asia/Shanghai",
            "language": "zh-hans",
            "currency": "CNY",
            "minor_units": 2,
            "tax_rate": Decimal("0.13"),
            "tax_inclusive": True,
            "labour_rate": Decimal("320"),
            "consent_tolerance": Decimal("0"),
            "reception_places": 2,
            "slot_minutes": 30,
            "answer_minutes": 30,
            "guarantee_km": 20000,
            "guarantee_days": 100,
            "complaint_days": 10,
        },
        dict.fromkeys(range(7), MAINLAND),
        lifts=4,
        special_bays=(("D1", Bay.Kind.ALIGNMENT), ("E1", Bay.Kind.HIGH_VOLTAGE), ("X1", Bay.Kind.WASH)),
        part_factor=Decimal("0.21"),
    ),
    Site(
        "SG",
        {
            "name": "Singapore Ubi Service Centre",
            "address": "88 Example Road 1, Singapore 408888",
            "phone": "+6565501880",
            "map_url": "https://www.openstreetmap.org/?mlat=1.3290&mlon=103.8930#map=16/1.3290/103.8930",
            "region": "other",
            "time_zone": "Asia/Singapore",
            "language": "en",
            "currency": "SGD",
            "minor_units": 2,
            "tax_rate": Decimal("0.09"),
            "tax_inclusive": False,
            "labour_rate": Decimal("128"),
            "consent_tolerance": Decimal("0.10"),
            "reception_places": 1,
            "slot_minutes": 30,
            "answer_minutes": 45,
            "guarantee_km": 10000,
            "guarantee_days": 180,
            "complaint_days": 14,
        },
        {**dict.fromkeys(range(5), ISLAND), 5: ((dt.time(8, 30), dt.time(13, 0)),)},
        lifts=4,
        special_bays=(("HV1", Bay.Kind.HIGH_VOLTAGE), ("W1", Bay.Kind.WASH)),
        part_factor=Decimal("0.045"),
        part_step=Decimal("0.10"),
        holidays_of="SG",
    ),
)
MORE_BAYS = (("7", Bay.Kind.ALIGNMENT), ("8", Bay.Kind.HIGH_VOLTAGE), ("W2", Bay.Kind.WASH))
"""Bays of the first centre that the small house of the proofs does without."""


def make_centre(site: Site = SITES[0]) -> ServiceCentre:
    """The centre of `site` with its hours, bays and prices; one that is there stays as people left it."""
    centre, created = ServiceCentre.objects.get_or_create(code=site.code, defaults=site.fields)
    if not created:
        return centre
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=day, opens=opens, closes=closes)
        for day, windows in site.week.items()
        for opens, closes in windows
    )
    Bay.objects.bulk_create(Bay(centre=centre, code=str(number)) for number in range(1, site.lifts + 1))
    Bay.objects.bulk_create(Bay(centre=centre, code=code, kind=kind) for code, kind in site.special_bays)
    return centre


def complete(centre: ServiceCentre, site: Site) -> None:
    """Add what only the full demonstration needs: special bays, prices of its own, days off. Safe to repeat."""
    if site.code == SITES[0].code:
        for code, kind in MORE_BAYS:
            Bay.objects.get_or_create(centre=centre, code=code, defaults={"kind": kind})
    if site.part_factor is not None:
        parts = Part.objects.filter(~Q(prices__centre=centre), demo_price__isnull=False)
        PartPrice.objects.bulk_create(
            PartPrice(part=part, centre=centre, price=own_price(part.demo_price or Decimal(0), site)) for part in parts
        )
    if centre.region == Region.PRC and not centre.guarantee_terms.exists():
        terms = regions.PROFILES[Region.PRC].terms
        regions.set_rules(centre, by=Actor.system("load_demo"), rules={}, terms=terms)
    if site.holidays_of:
        year = centre.today().year
        for date, name in holidays.country_holidays(site.holidays_of, years=(year - 1, year, year + 1)).items():
            ClosedDay.objects.get_or_create(centre=centre, date=date, defaults={"name": name[:80]})


def own_price(price: Decimal, site: Site) -> Decimal:
    """A catalogue price in the centre's money, in steps that look like prices."""
    assert site.part_factor is not None
    return max(site.part_step, (price * site.part_factor / site.part_step).quantize(Decimal(1)) * site.part_step)
