"""How long ./run takes: `python -m bench.start [rounds]`: a first start in an empty folder, then warm ones.

Counts from the command to the line that says where the service is; Ctrl-C ends each start. Downloading and installing
the dependencies (a fresh clone on a fresh machine) is not part of it.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

from bench.house import folder
from servicedesk.embedded.processes import CHECKOUT


def used() -> float:
    """CPU seconds of all children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def once(env: dict[str, str]) -> str:
    """Start, wait for the address, stop; says how long both took."""
    began, before = time.monotonic(), used()
    child = subprocess.Popen(
        ["./run"], cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    assert child.stdout
    said = []
    for line in child.stdout:
        said.append(line)
        if f":{env['PORT']}" in line:
            break
    else:
        raise SystemExit("".join(said))
    up = time.monotonic() - began
    child.send_signal(signal.SIGINT)
    child.stdout.read()
    child.wait(timeout=60)
    return f"{up:.1f} s; stopping {time.monotonic() - began - up:.1f} s; CPU of both {used() - before:.1f} s"


def main(rounds: int) -> None:
    """Print the figures."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    state = folder("start")
    shutil.rmtree(state, ignore_errors=True)
    state.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    env = os.environ | {"SERVICEDESK_STATE": str(state), "PORT": port}
    print(f"first start (new database, demonstration data): {once(env)}")
    for _round in range(rounds):
        print(f"warm start (goal ≤ 5 s): {once(env)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
