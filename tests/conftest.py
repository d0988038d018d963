"""Starts one temporary Postgres cluster for the whole run; xdist's workers share it. People are in tests/fixtures/.

With DATABASE_URL or PGHOST set, that server is used and none is started. Django's settings are read before this file,
with an address that names no host, so the socket travels in libpq's own PGHOST and PGUSER.
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from servicedesk.embedded import testing
from servicedesk.embedded.processes import Trouble

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the thread of the test

FIXTURES = Path(__file__).parent / "fixtures"
pytest_plugins = [f"tests.fixtures.{path.stem}" for path in sorted(FIXTURES.glob("[a-z]*.py"))]


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster in the process that the person called, before workers are made."""
    is_worker = hasattr(config, "workerinput")
    if not is_worker and not config.option.collectonly and not testing.server_is_given():
        stack = contextlib.ExitStack()
        config.add_cleanup(stack.close)
        try:
            os.environ.update(stack.enter_context(testing.database()))
        except Trouble as trouble:
            pytest.exit(str(trouble), returncode=3)
    if template := os.environ.get(testing.TEMPLATE):
        from django.db import connections  # settings are ready only now

        connections["default"].settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Leave test databases to the cluster, which is thrown away whole: a thread may still hold a connection."""
    return django_db_keepdb or testing.TEMPLATE in os.environ


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Give the role `app` in the test database what it has in production."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'app'")
        if cursor.fetchone():
            with one_at_a_time():
                call_command("grant_app", verbosity=0)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Workers have databases of their own, but the cluster's roles are everybody's: two at once would collide."""
    with (Path(tempfile.gettempdir()) / f"servicedesk-grant-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(autouse=True)
def language_of_the_source() -> None:
    """Each test begins in English, whatever language a page of the one before was in."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def rights_of_the_application(request: pytest.FixtureRequest) -> None:
    """Each test works with the rights of web and worker; one that needs the schema's owner says RESET ROLE.

    Tests with real transactions keep the owner's: Django empties the tables after them.
    """
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        request.getfixturevalue("db" if "transactional_db" not in request.fixturenames else "transactional_db")
        if connection.in_atomic_block and testing.TEMPLATE in os.environ:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE app")
