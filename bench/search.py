"""What searching costs the database: `python -m bench.search HOUSE`: every kind of needle, for an advisor and for gm.

Each query that the search box and the customers' list ask is explained with ANALYZE, and the best of three (caches warm)
counts: planning and execution together. Goal: a statement ≤ 10 ms, whatever the needle, however many share it.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import django

from bench.house import stack

MOST = 10.0


def needles() -> dict[str, str]:
    """By what people look for: needles of a car that is there, some that very many share, some that nobody has."""
    from servicedesk.customers.models import Vehicle
    from servicedesk.workorders.models import WorkOrder

    visit = WorkOrder.objects.filter(stage="closed", centre__code="NH").select_related("customer", "vehicle")[20]
    car: Any = Vehicle.objects.select_related("customer").get(pk=visit.vehicle_id)
    phone = str(car.customer.phone)
    return {
        "plate": car.plate,
        "plate, end": car.plate[-4:],
        "plate, part": car.plate_key[1:5],
        "plate, two characters": car.plate_key[:2],
        "VIN": car.vin,
        "VIN, end": car.vin[-6:],
        "VIN, all have it": "SDB000",
        "telephone, national": "0" + phone[4:],
        "telephone, spaced": f"{phone[:4]} {phone[4:7]} {phone[7:]}",
        "telephone, end": phone[-6:],
        "telephone, most have it": "886900",
        "telephone, zeros": "00000",
        "name": car.customer.name,
        "given name (2 Chinese)": car.customer.name[1:],
        "family name and one": car.customer.name[:2],
        "family name": car.customer.name[:1],
        "Latin name": "Mary Smith",
        "e-mail": f"c{car.customer_id}@example.com",
        "e-mail, beginning": "c1@",
        "visit's number": visit.number,
        "visit's, with centre": f"NH-{visit.number}",
        "booking's number": "B" + visit.number[1:],
        "complaint's number": "C" + visit.number[1:],
        "nobody has it": "nobody-has-this",
        "no such digits": "987654321",
        "no such name": "龘龘",
    }


def asked(user: Any, text: str) -> list[str]:
    """The statements of a search box's answer and of the customers' list, first page and second."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from servicedesk import registry
    from servicedesk.customers.models import Customer
    from servicedesk.staff.paging import page

    centre = user.memberships_now()[0].centre
    order = ("-id",)
    with CaptureQueriesContext(connection) as queries:
        for look in registry.search:
            look(user, text)
        rows: Any = Customer.objects.filter(erased_at=None).matching(text, user, centre)
        first = page(rows, order)
        if first.next:
            page(rows, order, first.next)
        Customer.objects.leaves_out(text, user, centre)
    return [query["sql"] for query in queries.captured_queries]


def explained(sql: str) -> float:
    """Milliseconds of planning and execution, the best of three."""
    from django.db import connection

    best, kept = float("inf"), ""
    with connection.cursor() as cursor:
        for _turn in range(3):
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + sql)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            taken = sum(float(found) for found in re.findall(r"(?:Planning|Execution) Time: ([\d.]+)", plan))
            if taken < best:
                best, kept = taken, plan
    if best > MOST or os.environ.get("PLANS"):
        print(f"\n{sql}\n{kept}\n")
    return best


def measure() -> None:
    """Print a line for each needle."""
    from servicedesk.customers.models import Customer
    from servicedesk.staff.models import User

    print(f"{Customer.objects.count():,} customers; slowest statement, ms, planning included (goal ≤ {MOST:.0f})")
    people = [User.objects.get(username=name) for name in ("advisor", "gm")]
    for person in people:
        person.memberships_now()
    for what, text in needles().items():
        slowest = [max(map(explained, asked(person, text))) for person in people]
        told = "  ".join(
            f"{person}: {ms:6.2f}{' !' if ms > MOST else ''}" for person, ms in zip(people, slowest, strict=True)
        )
        print(f"{what:26}{text:22}{told}", flush=True)


def main(name: str) -> None:
    """Start the house's servers, measure, stop."""
    house = stack(name)
    try:
        house.start_servers()
        house.prepare()
        os.environ.update(house.environment() | {"LOG_LEVEL": "CRITICAL"})
        django.setup()
        measure()
    finally:
        house.stop()


if __name__ == "__main__":
    main(sys.argv[1])
