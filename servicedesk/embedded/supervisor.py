"""`./run`: starts a stack for a person, says how to sign in, mends what dies, stops everything on Ctrl-C."""

import fcntl
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servicedesk.embedded.processes import Child, Trouble
from servicedesk.embedded.stack import Stack, default_state

ROLES = "advisor supervisor technician inspector detailer cashier agent parts manager gm admin"
SPACE_NEEDED = 500  # MB
LONGEST_PAUSE = 30.0  # seconds between two tries to start a part that keeps dying
STEADY = 60.0  # seconds after which a part counts as well again


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)


def wanted_port() -> int:
    """Return PORT, or 8000; raises Trouble when it is no port, or taken."""
    text = os.environ.get("PORT", "8000")
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(f"PORT={text} is no port: use a number such as PORT=8000.")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Trouble(f"Port {port} is for root only: use another one, such as PORT=8000 ./run.") from None
        except OSError:
            raise Trouble(f"Port {port} is taken: use another one, such as PORT={port + 1} ./run.") from None
    return port


def check_space(folder: Path) -> None:
    """Raise Trouble when the disk that will hold `folder` is nearly full."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < SPACE_NEEDED:
        raise Trouble(f"Only {free} MB are free on the disk of {folder}: free {SPACE_NEEDED} MB, then run again.")


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Hold the lock of `state`: two starts on the same data would hurt each other."""
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble(f"The service of {state} is already running: stop it first (Ctrl-C in its window).") from None
        yield


@dataclass
class Guarded:
    """A part that is started again when it dies, after a pause that doubles with each death in a row."""

    name: str
    child: Callable[[], Child | None]
    start: Callable[[], None]
    pause: float = 1.0
    died_at: float = 0.0

    def look_after(self) -> None:
        """Start the part again when it is dead and its pause is over."""
        child, now = self.child(), time.monotonic()
        if child is None:
            return
        if child.running():
            if self.died_at and now - self.died_at > self.pause + STEADY:
                self.died_at, self.pause = 0.0, 1.0
        elif child.process is not None:  # it has just died
            self.pause = min(self.pause * 2, LONGEST_PAUSE) if self.died_at else self.pause
            self.died_at = now
            say(f"{self.name} ended ({child.process.returncode}); it is started again in {self.pause:.0f} s.")
            child.stop()  # whatever the dead leader left in its group
        elif now - self.died_at >= self.pause:
            try:
                self.start()
                say(f"{self.name} is running again.")
            except Trouble as trouble:
                say(str(trouble))


def run() -> int:
    """Start everything and keep it going until told to stop. Returns the exit code."""
    began = time.monotonic()
    port, state = wanted_port(), default_state()
    check_space(state)
    stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda signum, frame: stop.append(signum))
    stack = Stack(state, port=port, servers=dict(os.environ))
    with only_one(state):
        try:
            for step in stack.steps():
                if not stop:
                    step()
            if not stop:
                say(f"\nService desk is ready at {stack.url} ({time.monotonic() - began:.1f} s). Ctrl-C stops it.")
                keep(stack, stop)
        finally:
            if sys.stdout.isatty():
                say("\nStopping …")
            stack.stop()
    return 0


def keep(stack: Stack, stop: list[int]) -> None:
    """Bring the demo data up to the day, then look after every part until `stop` has an entry."""
    parts = [
        Guarded("Valkey", lambda: stack.valkey, stack.start_valkey),
        Guarded("Postgres", lambda: stack.postgres.child if stack.postgres else None, stack.start_postgres),
        Guarded("The worker", lambda: stack.worker, stack.start_worker),
        Guarded("The web server", lambda: stack.web, stack.start_web),
    ]
    demo = Demo(stack)
    demo.start()
    while not stop:
        demo.look_after()
        for part in parts:
            part.look_after()
        time.sleep(0.2)
    demo.child.stop()


class Demo:
    """The demo data: brought up to the day at each start, while the first page is already there."""

    def __init__(self, stack: Stack) -> None:
        self.child = Child("demo", stack.command("load_demo"), stack.environment(), log=stack.logs / "load_demo.log")
        self.wanted = os.environ.get("SERVICEDESK_DEMO", "1").lower() not in {"0", "false", "no", "off"}
        self.began = 0.0

    def start(self) -> None:
        """Start loading; a day that is loaded already costs a second."""
        if self.wanted:
            say(f"Sign in with the password demo as one of: {ROLES}")
            say("The demo data is brought up to the day …")
            self.began = time.monotonic()
            self.child.start()

    def look_after(self) -> None:
        """Say so when loading has ended."""
        process = self.child.process
        if process is None or process.poll() is None:
            return
        if process.returncode:
            say(f"The demo data was not loaded ({self.child.last_words()}): see {self.child.log}.")
        else:
            say(f"The demo data is there ({time.monotonic() - self.began:.0f} s).")
        self.child.process = None
