"""F3: what was backed up can be restored elsewhere, and adds up there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from servicedesk.embedded.postgres import OWNER
from servicedesk.embedded.processes import CHECKOUT
from tests.proofs.booking import book
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service

pytestmark = pytest.mark.prove

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"

RULES = """
    SELECT 'trigger', tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname FROM pg_constraint WHERE conrelid <> 0
    UNION ALL SELECT 'right', table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'app'
"""


def counts(url: str) -> dict[str, int]:
    """Return how many rows each table has."""
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        count = sql.SQL("SELECT count(*) FROM {}")
        return {name: connection.execute(count.format(sql.Identifier(name))).fetchone()[0] for name in tables}


def rules(url: str) -> set[tuple[str, ...]]:
    """Return every trigger, constraint and right of the application's role."""
    with psycopg.connect(url) as connection:
        return set(connection.execute(RULES).fetchall())


def run(*words: object) -> None:
    """Run one of Postgres's programs; what it says is shown when it fails."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.proof("F3")
def test_f3_backup_and_restore_elsewhere(service: Service, state: Path):
    """The dump is taken while the service runs; the copy has every row, trigger and right, and reconciles."""
    at_tuesday_ten(service)
    for number in range(2):
        play(service, "delivered", plate=f"BAK-{1000 + number}")
    for _ in range(10):
        book(service)
    service.settle()
    assert service.postgres is not None
    dump = state / "servicedesk.dump"
    run(service.postgres.bin / "pg_dump", "-Fc", "-f", dump, "-d", service.postgres.url("postgres"))
    before = counts(service.postgres.url("postgres"))

    elsewhere = Service(state / "elsewhere")
    shutil.copytree(service.state / "media", elsewhere.state / "media", dirs_exist_ok=True)
    try:
        elsewhere.start_servers()
        assert elsewhere.postgres is not None
        words = ["--clean", "--if-exists", "--exit-on-error", "-d", elsewhere.postgres.url("postgres"), dump]
        run(elsewhere.postgres.bin / "pg_restore", *words)
        after = counts(elsewhere.postgres.url("postgres"))
        print(f"F3: {dump.stat().st_size // 1024} kB, {len(after)} tables, {sum(after.values())} rows", flush=True)
        assert before == after
        assert rules(service.postgres.url("postgres")) == rules(elsewhere.postgres.url("postgres"))

        # Nothing needs to be migrated or granted again: it starts as it is, and adds up.
        owner = {**elsewhere.environment(role=OWNER)}
        command = [sys.executable, CHECKOUT / "manage.py", "migrate", "--check"]
        assert subprocess.run(command, env={**os.environ, **owner}, cwd=CHECKOUT, check=False).returncode == 0
        elsewhere.start_web()
        elsewhere.start_worker()
        elsewhere.wait_for_web()
        elsewhere.reconcile()

        # And it goes on: the next booking gets the next number, its letter is sent.
        book(elsewhere)
        elsewhere.settle()
        assert elsewhere.messages("sent") == before["messaging_message"] + 1
        made = elsewhere.rows("SELECT count(*), count(DISTINCT number) FROM appointments_appointment")[0]
        assert made == (before["appointments_appointment"] + 1,) * 2
        play(elsewhere, "delivered", plate="BAK-2000")
        elsewhere.reconcile()
    finally:
        elsewhere.stop()
