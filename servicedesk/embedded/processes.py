"""Children that never outlive us: started in their own session, stopped in order, killed by the kernel if we are.

Start children only from the main thread: the kernel's parent-death signal watches the thread that forked.
"""

import contextlib
import ctypes
import hashlib
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIBC = ctypes.CDLL(None)  # loaded before any fork: the child may be a user who cannot read our files
PR_SET_PDEATHSIG = 1
CHECKOUT = Path(__file__).resolve().parents[2]


class Trouble(Exception):
    """Something a person must mend; its text is one sentence with the remedy."""


def is_root() -> bool:
    """Say whether we are uid 0, whom Postgres refuses."""
    return os.geteuid() == 0


def checkout_hash() -> str:
    """Return the short name of this checkout, so that two checkouts never share their data."""
    return hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]


def dies_with_parent(with_signal: int) -> Callable[[], None]:
    """Return what a forked child calls first, so that `kill -9` of the launcher leaves nothing running (Linux only)."""
    parent = os.getpid()

    def arm() -> None:
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, with_signal, 0, 0, 0)
            if os.getppid() != parent:  # it died between fork and here
                os._exit(1)

    return arm


@dataclass
class Child:
    """A process by name. `stop_signal` ends it politely; after `patience` seconds it is killed with its group."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    log: Path | None = None
    stop_signal: int = signal.SIGTERM
    patience: float = 15
    cwd: Path = CHECKOUT
    run_as: pwd.struct_passwd | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process; its output is appended to `log`, or shares our terminal without one."""
        identity: dict[str, object] = {}
        if self.run_as:
            identity = {"user": self.run_as.pw_uid, "group": self.run_as.pw_gid, "extra_groups": []}
        output = self.log.open("ab") if self.log else None
        try:
            self.process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - our own commands
                [str(word) for word in self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env=dict(self.env),
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=dies_with_parent(self.stop_signal),
                **identity,
            )
        finally:
            if output:
                output.close()

    def running(self) -> bool:
        """Say whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def send(self, what: int) -> None:
        """Send a signal to the process and its whole group; a dead group is no error."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, what)

    def stop(self) -> None:
        """End the process politely, then by force; returns when it is gone. Stopping twice is harmless."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
        self.send(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def last_words(self) -> str:
        """Return the last line that the process wrote to its log."""
        if not self.log or not self.log.exists():
            return ""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def wait_until(ready: Callable[[], bool], *, seconds: float, child: Child | None = None, every: float = 0.03) -> bool:
    """Poll `ready` until it holds; False when the time is up or `child` has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        if child is not None and not child.running():
            return False
        time.sleep(every)
    return False
