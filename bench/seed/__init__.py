"""Fill an empty house with years of consistent visits, by COPY: for measuring, never for a demonstration.

Every row is what the services would have written: stages with their events and chains, consents, jobs with their clocks,
signed reports, bills numbered without gaps, handovers. `manage.py reconcile` is clean on it. What is not kept: the files
of papers (one sample stands behind all), drawn signatures (names are typed), texts of messages beyond one sentence, and
the single items of checklists of all but the newest visits.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def seed(visits: int, *, opened: int, details: int, processes: int = 1) -> Counter[str]:
    """Write `visits` closed visits and `opened` in each of today's open stages; returns the rows written by table.

    Refused unless there is no work order yet. With one process everything happens on this process's connection.
    """
    from bench.seed import work
    from bench.seed.people import people, world
    from servicedesk.clock import now
    from servicedesk.customers.keys import SearchKey
    from servicedesk.workorders.models import WorkOrder

    if WorkOrder.objects.exists():
        raise SystemExit("There are work orders already: seed an empty house.")
    moment = now().replace(microsecond=0)
    people(visits)
    task = work.Task(
        visits,
        opened,
        details,
        moment,
        bases(),
        sample_paper(),
        stride=processes,
        trusted=may_trust() and processes > 1,
    )
    rows: Counter[str] = Counter()
    with pool(processes) as run:
        for step in (work.customers, work.visits):
            for written in run(step, [(task, share) for share in range(processes)]):
                rows.update(written)
    if task.trusted:
        SearchKey.objects.complete()
    read = world(visits, moment, task.bases, task.paper)
    for centre in read.centres[1:]:
        orders, bills = centre.calendar.counters()
        work.keep(centre.id, orders, orders, bills)
    set_sequences(rows)
    return rows


@contextmanager
def pool(processes: int) -> Iterator[Callable[..., Any]]:
    """How to run a step for every share: here, or in processes of their own."""
    if processes == 1:
        yield lambda step, shares: [step(*share) for share in shares]
        return
    import django

    with multiprocessing.get_context("spawn").Pool(processes, initializer=django.setup) as workers:
        yield lambda step, shares: workers.starmap(step, shares, chunksize=1)


def bases() -> dict[str, int]:
    """The first free ids: of customers, their links to centres and cars, and one beyond those of all other rows."""
    from django.apps import apps
    from django.db.models import BigAutoField, Max

    from servicedesk.customers.models import Customer, Vehicle

    def free(model: Any) -> int:
        return (model._base_manager.aggregate(last=Max("pk"))["last"] or 0) + 1

    ours = [model for model in apps.get_models() if isinstance(model._meta.pk, BigAutoField)]
    return {
        "customer": free(Customer),
        "link": free(Customer.centres.through),
        "vehicle": free(Vehicle),
        "row": max(free(model) for model in ours),
    }


def sample_paper() -> tuple[str, str, int]:
    """Keep one bill as a file: name, fingerprint and size."""
    from bench.pdf import paper
    from servicedesk.documents.storage import fingerprint, private

    content = paper(8)
    return private.keep("papers", ".pdf", content), fingerprint(content), len(content)


def may_trust() -> bool:
    """Whether the role may load without triggers and foreign keys being asked row by row."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def set_sequences(tables: Counter[str]) -> None:
    """Let new rows get ids after the seeded ones."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in tables:
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), coalesce(max(id), 1)) FROM {name}",  # noqa: S608 - our tables
                [name],
            )


def size() -> tuple[int, list[tuple[str, int]]]:
    """Bytes of the database, and of its ten largest tables with their indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        total = cursor.fetchone()[0]
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' "
            "ORDER BY pg_total_relation_size(oid) DESC LIMIT 10"
        )
        return total, cursor.fetchall()


def settle() -> float:
    """VACUUM ANALYZE, as autovacuum would do in time; returns seconds."""
    from django.db import connection

    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return time.monotonic() - began
