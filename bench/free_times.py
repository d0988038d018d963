"""What it costs to look for a free time: for `python -m bench.booking free`."""

from __future__ import annotations

import statistics
import time
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments import slots
from appointments.capacity.needs import work_for
from servicedesk.catalogue.models import LabourOperation

ROUNDS, DAYS = 200, 14


def free(centre: Any) -> None:
    """Free times of two weeks: of one service, and of any; queries, their plans, wall and CPU time."""
    from bench.history import PLACES

    centre.reception_places = PLACES
    centre.save()
    wish = slots.Wish(work_for(LabourOperation.objects.filter(code="MNT-020")), online=True)
    today = centre.today()
    for name, asked in (("any time", slots.ANY), ("one service, online", wish)):
        for days in (DAYS, 1, 60):
            with CaptureQueriesContext(connection) as queries:
                found = slots.free_slots(centre, today, days, asked)
            walls, cpus = [], []
            for _round in range(ROUNDS):
                began, used = time.perf_counter(), time.process_time()
                slots.free_slots(centre, today, days, asked)
                walls.append((time.perf_counter() - began) * 1000)
                cpus.append((time.process_time() - used) * 1000)
            p95 = sorted(walls)[int(ROUNDS * 0.95)]
            print(
                f"{name:20} {days:2} days: {len(found):4} free times, {len(queries)} queries, "
                f"p50 {statistics.median(walls):.1f} ms, p95 {p95:.1f} ms, CPU here {statistics.median(cpus):.1f} ms",
                flush=True,
            )
            if days == DAYS and asked is wish:
                for query in queries:
                    explain(query["sql"])


def explain(sql: str) -> None:
    """The plan of a query, with what it read."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + sql)
        print(f"  {' '.join(sql.split())[:150]}")
        for (line,) in cursor.fetchall():
            print(f"    {line}")
