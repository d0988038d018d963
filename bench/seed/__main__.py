"""`python -m bench.seed [--visits N] [--house NAME | --database URL]`: seed a house, report time and size.

Without --database the house is the bench's own (bench/house.py): servers are started, the schema prepared, and all is
stopped at the end; `python -m bench.pages` then measures it. An own house that has visits already is left as it is.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time

import django

from bench.house import stack

LOADING = ("fsync = off", "full_page_writes = off", "max_wal_size = '8GB'", "maintenance_work_mem = '256MB'")
"""A house that is being filled may be lost; afterwards it is as careful as any other."""


def main() -> None:
    """Read the command line, seed, report."""
    parser = argparse.ArgumentParser(prog="python -m bench.seed", description=__doc__)
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument(
        "--open", type=int, help="open visits in each stage of today (a tenth of a centre's day, ≤ 200)"
    )
    parser.add_argument("--details", type=int, default=50_000, help="newest visits that keep their checklists' items")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--house", help="name of the bench's own house (default: the number of visits)")
    parser.add_argument("--database", help="seed this database instead; its role owns the schema, which is migrated")
    words = parser.parse_args()
    opened = min(200, max(3, words.visits // 50)) if words.open is None else words.open
    os.environ["DJANGO_SETTINGS_MODULE"] = "servicedesk.settings"
    if words.database:
        os.environ.setdefault("SERVICEDESK_MODE", "embedded")
        os.environ["DATABASE_URL"] = words.database
        run(words, opened)
        return
    house = stack(words.house or str(words.visits))
    try:
        house.start_postgres()
        house.prepare()
        assert house.postgres
        for setting in LOADING:
            house.postgres.psql(f"ALTER SYSTEM SET {setting}")
        house.postgres.psql("SELECT pg_reload_conf()")
        os.environ.update(house.environment(role="postgres"))
        run(words, opened)
        house.postgres.psql("ALTER SYSTEM RESET ALL")
        house.postgres.psql("SELECT pg_reload_conf()")
        house.postgres.psql("CHECKPOINT")
    finally:
        house.stop()


def run(words: argparse.Namespace, opened: int) -> None:
    """Seed the database of the environment and print what it took."""
    django.setup()
    from bench.seed import seed, settle, size

    began = time.monotonic()
    rows = seed(words.visits, opened=opened, details=words.details, processes=words.processes)
    took = time.monotonic() - began
    total = sum(rows.values())
    print(f"{words.visits:,} visits, {opened} more in each open stage: {total:,} rows in {took:.0f} s", end="")
    print(f" ({total / took:,.0f} rows/s, {words.processes} processes)")
    own = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"CPU of these processes: {sum(used.ru_utime + used.ru_stime for used in own):.0f} s")
    print(f"vacuum and analyze: {settle():.0f} s")
    whole, tables = size()
    print(f"database: {whole / 1e9:.2f} GB, {whole / words.visits / 1e3:.1f} kB a visit")
    for table, weight in tables:
        print(f"  {table:32} {weight / 1e6:10,.0f} MB {rows.get(table, 0):12,} rows")


if __name__ == "__main__":
    sys.exit(main())
