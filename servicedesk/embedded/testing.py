"""A throw-away Postgres for the tests, already migrated: the migrated cluster is kept per state of the migrations.

Migrating an empty database takes ten seconds of a processor; copying a migrated one takes a tenth of one. The copy is
kept in the temporary folder and renewed when a migration, the lock file or the settings change.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from servicedesk.embedded.postgres import APP, DATABASE, OWNER, Cluster
from servicedesk.embedded.processes import CHECKOUT, Trouble

GIVEN = {"DATABASE_URL", "PGHOST"}
"""Variables that name a server of somebody else's: then none is started."""
TEMPLATE = "SERVICEDESK_TEST_TEMPLATE"
"""The variable that names the migrated database that test databases are copied from."""
TOO_OLD = 2 * 24 * 3600  # seconds


def server_is_given() -> bool:
    """Say whether the environment names a server."""
    return bool(GIVEN & set(os.environ))


def fingerprint() -> str:
    """Return a name for what a migrated database depends on."""
    files = [CHECKOUT / "requirements.lock", CHECKOUT / "servicedesk" / "settings.py"]
    files += [CHECKOUT / "servicedesk" / "embedded" / "postgres.py"]
    files += sorted(path for path in CHECKOUT.glob("*/migrations/*.py"))
    files += sorted(path for path in CHECKOUT.glob("servicedesk/*/migrations/*.py"))
    digest = hashlib.sha256(str(sys.version_info).encode())
    for path in files:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def cache() -> Path:
    """Return the private folder of migrated clusters."""
    folder = Path(tempfile.gettempdir()) / f"servicedesk-tests-{os.geteuid()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise Trouble(f"{folder} belongs to somebody else: remove it, then run again.")
    return folder


def copy(source: Path, target: Path) -> None:
    """Copy a stopped cluster with its owners and modes."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)  # noqa: S603, S607 - keeps owners, as shutil does not


def prune(folder: Path) -> None:
    """Remove migrated clusters that nobody has used for long, and drafts left by a crash."""
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > TOO_OLD:
                shutil.rmtree(path)


def migrated(folder: Path) -> Path:
    """Return the data of a migrated, stopped cluster; made in `folder` when there is none yet."""
    kept = cache() / fingerprint()
    if kept.exists():
        os.utime(kept)
        return kept
    prune(cache())
    cluster = Cluster(folder / "made", folder / "s", log=folder / "postgres.log", durable=False)
    cluster.start()
    try:
        env = {**os.environ, **names(cluster), "DJANGO_SETTINGS_MODULE": "servicedesk.settings_test"}
        command = [sys.executable, "manage.py", "migrate", "-v", "0", "--skip-checks"]
        done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    finally:
        cluster.stop()
    if done.returncode:
        raise Trouble(f"The migrations cannot be applied to an empty database:\n{done.stderr.strip()}")
    draft = cache() / f"draft-{os.getpid()}"
    copy(cluster.data, draft)
    try:
        draft.rename(kept)
    except OSError:  # another run was quicker
        shutil.rmtree(draft)
    return kept


def names(cluster: Cluster) -> dict[str, str]:
    """Return libpq's variables for `cluster`: Django's settings name no host."""
    return {"PGHOST": str(cluster.sockets), "PGUSER": OWNER, "PGDATABASE": DATABASE}


@contextlib.contextmanager
def database() -> Iterator[Mapping[str, str]]:
    """Start a cluster, yield the variables that name it, stop and forget it. A given server is left alone."""
    if server_is_given():
        yield {}
        return
    folder = Path(tempfile.mkdtemp(prefix="sd-"))
    folder.chmod(0o711)  # as root the server is `nobody`, who must pass through
    try:
        copy(migrated(folder), folder / "data")
        cluster = Cluster(folder / "data", folder / "s", log=folder / "postgres.log", durable=False)
        try:
            cluster.start()
            cluster.psql(f"GRANT {APP} TO {OWNER}")  # a test may SET ROLE, and has then what web and worker have
            yield {**names(cluster), TEMPLATE: DATABASE}
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
