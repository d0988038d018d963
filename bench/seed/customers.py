"""Customers and their cars: one car each, with a name, a telephone and a plate that searches can tell apart."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bench.seed.table import Table
from servicedesk.catalogue.models import VehicleModel
from servicedesk.customers.models import Customer, Vehicle

FAMILY = "林陳黃張李王吳劉蔡楊許鄭謝郭洪邱曾廖賴徐周葉蘇莊呂江何蕭羅高簡朱鍾彭游詹胡施沈余趙盧梁顏柯翁魏孫戴"
GIVEN = "怡君志豪雅婷建宏淑芬家豪美玲俊傑佩珊子軒宗翰心怡承恩品妤冠宇詩涵柏翰雨澄文彬國榮佳穎思妤彥廷明哲婉婷"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CAR_POWER = {"ev": "ev", "hybrid": "hybrid", "diesel": "diesel", "phev": "phev"}


class Customers:
    """Writes customers at given positions; position and id follow from each other."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.customers = Table(Customer, "name honorific phone email channel created_at", first=1, stride=1)
        self.centres = Table(Customer.centres.through, "customer_id servicecentre_id", first=1, stride=1)
        self.vehicles = Table(
            Vehicle, "customer_id plate vin make model_name year powertrain odometer created_at", first=1, stride=1
        )
        self.models = list(VehicleModel.objects.offered().values_list("make_en", "name_en", "powertrain"))
        self.tables = [self.customers, self.centres, self.vehicles]

    def write(self, centre: Any, positions: range) -> None:
        """The customers of `centre` at `positions`."""
        bases, created = self.world.bases, self.world.now - dt.timedelta(days=1500)
        for n in positions:
            customer = bases["customer"] + n
            name = FAMILY[n % len(FAMILY)] + GIVEN[(n * 7) % len(GIVEN)] + GIVEN[(n * 31 + n // 49) % len(GIVEN)]
            self.customers.put(
                customer,
                name,
                "ms" if n % 2 else "mr",
                f"+8869{n % 100_000_000:08d}",
                f"c{n}@example.com" if n % 3 else "",
                "email" if n % 3 else "sms",
                created + dt.timedelta(minutes=n % 2_000_000),
            )
            self.centres.put(bases["link"] + n, customer, centre.id)
            make, model, power = self.models[n % len(self.models)]
            spread = (n * 7919) % (24**3 * 10_000)  # plates far apart for neighbours
            series, digits = divmod(spread, 10_000)
            plate = LETTERS[series // 576] + LETTERS[series // 24 % 24] + LETTERS[series % 24] + f"-{digits:04d}"
            self.vehicles.put(
                bases["vehicle"] + n,
                customer,
                plate,
                f"SDB{n:014d}",
                make,
                model,
                2012 + n % 14,
                CAR_POWER.get(power, "petrol"),
                8000 + (n * 613) % 190_000,
                created,
            )
