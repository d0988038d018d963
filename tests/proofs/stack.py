"""A full service of its own for each proof: Postgres, Valkey, gunicorn and a worker with beat, as ./run starts them.

The proof kills, silences and restarts its parts; at the end everything is up again and `manage.py reconcile` is clean.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from servicedesk.embedded import testing
from servicedesk.embedded.processes import CHECKOUT, Child, wait_until
from servicedesk.embedded.stack import Stack
from tests.proofs.visitor import Visitor


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service(Stack):
    """A stack with the hands of a saboteur and the eyes of an auditor."""

    def __init__(self, state: Path, **settings: str) -> None:
        super().__init__(state, port=free_port(), settings={"CLOCK_IS_MOVABLE": "1", "LOG_LEVEL": "INFO", **settings})

    def begin(self) -> Service:
        """Start everything, with the demo's people and customers."""
        if self.postgres:
            testing.copy(testing.migrated(self.state), self.postgres.data)
        self.start()
        self.manage("load_demo", "--people")
        return self

    def ring(self, task: str, *ids: int) -> None:
        """Ask the worker to run a task now, as a page does after its commit."""
        words = ["-m", "celery", "-A", "servicedesk", "call", task, "--args", json.dumps(ids)]
        done = subprocess.run(
            [sys.executable, *words], env=self.environment(), cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def visitor(self, user: str = "") -> Visitor:
        """Return a browser; with `user` that person is signed in."""
        visitor = Visitor(self.url)
        if user:
            visitor.sign_in(user)
        return visitor

    # What the database says, read past the application.

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query, or none for a statement without any; committed at once."""
        assert self.postgres is not None
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(sql, values or None)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def one(self, sql: str, *values: Any) -> Any:
        """Return the one value of a query."""
        return self.rows(sql, *values)[0][0]

    def messages(self, state: str = "") -> int:
        """Return how many messages there are, or how many stand at `state`."""
        return self.one("SELECT count(*) FROM messaging_message WHERE %s IN ('', state)", state)

    def move_clock(self, seconds: int) -> None:
        """Let the service's clock jump; each process notices within a second."""
        if not self.rows("UPDATE staff_clockoffset SET seconds = seconds + %s RETURNING 1", seconds):
            self.rows("INSERT INTO staff_clockoffset (seconds) VALUES (%s)", seconds)

    def wait(self, what: str, holds: Callable[[], bool], seconds: float = 60) -> float:
        """Wait until `holds`; fail naming `what`. Returns how long it took."""
        began = time.monotonic()
        assert wait_until(holds, seconds=seconds, every=0.1), f"not within {seconds:.0f} s: {what}; {self.tail()}"
        return time.monotonic() - began

    def tail(self) -> str:
        """Return the end of the logs, for a failure's message."""
        return "\n".join(f"{path.name}: {path.read_text(errors='replace')[-1500:]}" for path in self.logs.glob("*.log"))

    # Faults.

    def kill(self, part: Child) -> None:
        """kill -9, with everything the part has started."""
        part.send(signal.SIGKILL)
        part.stop()

    def silence(self, part: Child) -> None:
        """Let the part hang: it neither answers nor goes away."""
        part.send(signal.SIGSTOP)

    def wake(self, part: Child) -> None:
        """Let a silenced part go on."""
        part.send(signal.SIGCONT)

    def with_fault(self, step: str) -> dict[str, str]:
        """Return the environment in which a process kills itself at `step`, once (see `faulty`)."""
        return {"FAULT": step, "FAULT_DONE": str(self.state / f"fault-{abs(hash(step))}")}

    def start_faulty_worker(self, step: str) -> None:
        """Start the worker so that it kills itself at `step`."""
        words = [*self.worker.command]
        words[words.index("servicedesk")] = "tests.proofs.faulty"
        child = Child("worker", words, {**self.environment(), **self.with_fault(step)}, log=self.worker.log)
        self.worker = child
        child.start()

    def start_faulty_web(self, step: str) -> None:
        """Start the web server so that it kills itself at `step`."""
        words = ["tests.proofs.faulty:application" if w == "servicedesk.wsgi" else w for w in self.web.command]
        self.web = Child("web", words, {**self.environment(), **self.with_fault(step)}, log=self.web.log)
        self.web.start()
        self.wait_for_web()

    def restore_parts(self) -> None:
        """Start whatever is not running, as the supervisor would, without faults."""
        if self.valkey and not self.valkey.running():
            self.start_valkey()
        if self.postgres and not (self.postgres.child and self.postgres.child.running()):
            self.start_postgres()
        if not self.web.running():
            self.web.command = self._gunicorn()
            self.start_web()
        if not self.worker.running():
            self.worker.command = self._celery()
            self.start_worker()
        self.wait_for_web()

    def settle(self, seconds: float = 90) -> None:
        """Wait until nothing that is due, or was tried before, is left to send; what is for later may wait."""
        sql = (
            "SELECT count(*) FROM messaging_message WHERE state IN ('pending', 'sending') AND (attempts > 0 OR"
            " next_try_at <= now() + make_interval(secs => (SELECT coalesce(sum(seconds), 0) FROM staff_clockoffset)))"
        )
        self.wait("all messages are sent", lambda: self.one(sql) == 0, seconds)

    def reconcile(self) -> None:
        """Assert that everything adds up, and show what was checked."""
        report = self.manage("reconcile")
        print(report, file=sys.stderr)
        assert report.rstrip().endswith("Everything adds up.")
