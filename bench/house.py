"""A house of the bench's own: embedded servers in a folder beside the checkout's, so that nobody's data are touched."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from servicedesk.embedded.processes import CHECKOUT, checkout_hash, is_root
from servicedesk.embedded.stack import Stack


def folder(name: str) -> Path:
    """Where the bench keeps the house called `name`."""
    if given := os.environ.get("BENCH_STATE"):
        return Path(given) / name
    return Path(f"/var/lib/servicedesk-bench-{checkout_hash()}") / name if is_root() else CHECKOUT / "var-bench" / name


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stack(name: str) -> Stack:
    """The stack of the house called `name`, not started."""
    port = free_port()
    state = folder(name)
    state.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    return Stack(state, port=port)


def main(name: str, *words: str) -> None:
    """`python -m bench.house NAME COMMAND…`: a management command in one of the bench's houses."""
    house = stack(name)
    try:
        house.start_servers()
        print(house.manage(*words))
    finally:
        house.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
