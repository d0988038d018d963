"""`python -m servicedesk.healthcheck web|beat`: exits 0 when this container's process is well."""

import http.client
import os
import sys
import time
from pathlib import Path

BEAT_FILES = "/tmp"  # noqa: S108 - the container's own tmpfs, where beat keeps its schedule
BEAT_WRITES_WITHIN = 400  # seconds; Celery's beat syncs every 180


def web() -> bool:
    """Say whether the web server answers /healthz for the host it serves."""
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def beat() -> bool:
    """Say whether the beat has written its schedule lately."""
    written = [path.stat().st_mtime for path in Path(BEAT_FILES).glob("beat*")]
    return bool(written) and time.time() - max(written) < BEAT_WRITES_WITHIN


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "beat": beat}[sys.argv[1]]() else 1)
