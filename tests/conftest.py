"""Starts one temporary Postgres cluster for the whole run; xdist's workers share it. People are in tests/fixtures/.

With DATABASE_URL or PGHOST set, that server is used and none is started. Django's settings are read before this file,
with an address that names no host, so the socket travels in libpq's own PGHOST and PGUSER.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from servicedesk.embedded.postgres import DATABASE, OWNER, Cluster
from servicedesk.embedded.processes import Trouble

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the thread of the test

FIXTURES = Path(__file__).parent / "fixtures"
pytest_plugins = [f"tests.fixtures.{path.stem}" for path in sorted(FIXTURES.glob("[a-z]*.py"))]


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster in the process that the person called, before workers are made."""
    if hasattr(config, "workerinput") or config.option.collectonly or {"DATABASE_URL", "PGHOST"} & set(os.environ):
        return
    folder = Path(tempfile.mkdtemp(prefix="sd-"))
    folder.chmod(0o711)  # as root the server is `nobody`, who must pass through
    cluster = Cluster(folder / "data", folder / "s", log=folder / "postgres.log", durable=False)

    def stop() -> None:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(stop)
    try:
        cluster.start()
    except Trouble as trouble:
        pytest.exit(str(trouble), returncode=3)
    os.environ.update(PGHOST=str(cluster.sockets), PGUSER=OWNER, PGDATABASE=DATABASE)
