"""`./run test` and `./run prove`: every check in order, the quick ones first, on one temporary Postgres."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from servicedesk.embedded import testing
from servicedesk.embedded.processes import CHECKOUT

PROGRAMS = Path(sys.executable).parent
TEST = {"SERVICEDESK_MODE": "test", "DJANGO_SETTINGS_MODULE": "servicedesk.settings_test"}
PRODUCTION = {
    "SERVICEDESK_MODE": "production",
    "DJANGO_SETTINGS_MODULE": "servicedesk.settings",
    "SECRET_KEY": "kq3v-9XwZ2_only-for-this-check-Yb8tRm1LpQe7UoHs5AdGf0JcNiVx4Kz6",
    "SITE_URL": "https://desk.example",
    "ALLOWED_HOSTS": "desk.example",
    "DATABASE_URL": "postgres://app@db.example/servicedesk",
    "REDIS_URL": "redis://redis.example:6379/0",
    "EMAIL_URL": "smtp+tls://desk:secret@mail.example:587",
    "DEFAULT_FROM_EMAIL": "Service desk <desk@desk.example>",
}


def steps() -> list[tuple[str, list[str], dict[str, str]]]:
    """Return what is checked before the tests: a title, the command, and its environment."""
    manage = [sys.executable, "manage.py"]

    def tool(name: str, *words: str) -> list[str]:
        return [str(PROGRAMS / name), *words]

    return [
        ("lint", tool("ruff", "check", "."), {}),
        ("format", tool("ruff", "format", "--check", "."), {}),
        ("types", tool("mypy", "--no-error-summary", "."), TEST),
        ("template lint", tool("djlint", "--lint", "--quiet", "templates"), {}),
        ("layers", tool("lint-imports", "--config", "pyproject.toml"), TEST),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], TEST),
        ("production settings", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
        ("translations", [*manage, "check_translations"], TEST),
    ]


def pytest(words: list[str], env: Mapping[str, str]) -> int:
    """Run pytest with `words`; returns its exit code."""
    command = [sys.executable, "-m", "pytest", *words]
    return subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **TEST, **env}, check=False).returncode  # noqa: S603


def test(words: list[str]) -> int:
    """Run every check and the whole suite, or with `words` only pytest with them. Returns the exit code."""
    if words:
        return pytest(words, {})
    failed = []
    with testing.database() as server:
        for title, command, env in steps():
            began = time.monotonic()
            done = subprocess.run(  # noqa: S603 - the table above
                command, cwd=CHECKOUT, env={**os.environ, **server, **env}, capture_output=True, text=True, check=False
            )
            print(
                f"{title:<22}{'ok' if not done.returncode else 'FAILED'}  {time.monotonic() - began:.1f} s", flush=True
            )
            if done.returncode:
                failed.append(title)
                print((done.stdout + done.stderr).strip(), flush=True)
        # Journeys mostly wait: three processes keep two cores busy, and none has the slow ones queue behind it.
        code = pytest(["-n", "3", "--dist", "worksteal", "-m", "not prove"], server)
    if failed:
        print(f"These checks failed: {', '.join(failed)}.", file=sys.stderr)
    return code or bool(failed)


def prove(ids: list[str]) -> int:
    """Run the full proofs, all or those of `ids`, against real processes. Returns the exit code."""
    words = ["-m", "prove", "-n", "0", "-s", "-p", "no:cacheprovider", "-v", "tests/proofs"]
    if ids:
        words += ["--prove-ids", ",".join(ids)]
    return pytest(words, {})
