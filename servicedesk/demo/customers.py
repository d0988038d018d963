"""The demonstration's customers and cars, from `data/customers.csv`: plates, numbers and makes of their region."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from servicedesk.catalogue.models import VehicleModel
from servicedesk.customers.models import Vehicle
from servicedesk.customers.services import find_or_create_customer, find_or_create_vehicle, update_contact
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre

FILE = Path(__file__).parent / "data" / "customers.csv"
TASK = "load_demo"
FEW = 5
"""How many customers the small house of the proofs has."""
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def rows_of(code: str) -> list[dict[str, str]]:
    """The customers of the centre `code`, in the file's order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["centre"] == code]


def make_customers(centre: ServiceCentre, most: int | None = None) -> list[Vehicle]:
    """The first `most` customers of the centre with their cars; those that are there stay as people left them."""
    known = {model.code: model for model in VehicleModel.objects.all()}
    by = Actor.system(TASK)
    cars = []
    for row in rows_of(centre.code)[:most]:
        language = "en" if row["name"].isascii() else centre.language if centre.language != "en" else "zh-hans"
        customer = find_or_create_customer(
            by=by,
            centre=centre,
            name=row["name"],
            phone=row["phone"],
            email=row["email"],
            language=language,
            channel=row["channel"],
            honorific=row["honorific"],
            plate=row["plate"],
            consent=True,
        )
        if row["account"] and not customer.account_customer:
            update_contact(by=by, customer=customer, account_customer=True)
        model = known.get(row["model"])
        mainland = centre.language == "zh-hans"
        cars.append(
            find_or_create_vehicle(
                by=by,
                customer=customer,
                plate=row["plate"],
                vin=vin_of(row["plate"]),
                make=(model.make_zh_hans if mainland else model.make_en) if model else "",
                model_name=model.name_in("zh-hans" if mainland else "en") if model else row["model"],
                model_code=row["model"] if model else "",
                year=int(row["year"]),
                powertrain=model.powertrain if model else "petrol",
                odometer=int(row["odometer"]),
            )
        )
    return cars


def vin_of(plate: str) -> str:
    """A number that looks like a VIN from outside North America, always the same for a plate."""
    chance = random.Random(plate)  # noqa: S311 - invented data
    return (
        chance.choice("JKLSWZ")
        + "".join(chance.choice(VIN_LETTERS) for _ in range(11))
        + f"{chance.randrange(10**5):05}"
    )
