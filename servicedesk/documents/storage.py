"""Private files: under MEDIA_ROOT/private, readable by the service alone, never by address, only through a view.

A file is written whole before its row is; when the transaction then rolls back, `checks.sweep_orphans` removes it a
day later.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.staff.repeats import Refusal

UNFINISHED = ".part"
ORPHAN_AGE = 24 * 3600


class NotKept(Refusal):
    """The disk did not take a file; nothing was saved."""


@deconstructible(path="servicedesk.documents.storage.PrivateStorage")
class PrivateStorage(FileSystemStorage):
    """Files of papers and photos. `keep` is the only way in; there is no address."""

    def __init__(self) -> None:
        super().__init__(directory_permissions_mode=0o700, file_permissions_mode=0o600)

    @property
    def base_location(self) -> str:  # type: ignore[override]
        """Where the files are: read from the settings each time, so that tests can move it."""
        return str(Path(settings.MEDIA_ROOT) / "private")

    @property
    def location(self) -> str:  # type: ignore[override]
        """The same, absolute."""
        return os.path.abspath(self.base_location)

    def url(self, name: str | None) -> str:
        """Private files have no address."""
        raise ValueError("private files are served by documents.views only")

    def keep(self, kind: str, suffix: str, content: bytes) -> str:
        """Write `content` under a new random name and return that name. Raises NotKept (disk full)."""
        name = f"{kind}/{now():%Y%m%d}/{uuid.uuid4().hex}{suffix}"
        path = Path(self.path(name))
        unfinished = path.with_suffix(UNFINISHED)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise NotKept(
                _("The file could not be saved: the server's disk is full or not writable. Tell the administrator.")
            ) from error
        return name

    def names(self, since: float = 0) -> Iterator[tuple[str, float]]:
        """Yield (name, time of last change) of files in day folders changed after `since` (both epoch seconds)."""
        root = Path(self.location)
        for day in root.glob("*/*"):
            if day.is_dir() and day.stat().st_mtime >= since:
                for entry in os.scandir(day):
                    with suppress(FileNotFoundError):
                        yield str(Path(entry.path).relative_to(root)), entry.stat().st_mtime


private = PrivateStorage()


def fingerprint(content: bytes) -> str:
    """Return the SHA-256 of `content`, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def fingerprint_of(file: IO[Any]) -> str:
    """Return the SHA-256 of an open file, read in pieces."""
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def orphans(known: Callable[[list[str]], set[str]], since: float = 0) -> list[str]:
    """Return names of files older than a day that no row names. `known(names)` tells which of them rows do name."""
    old = time.time() - ORPHAN_AGE
    names = [name for name, changed in private.names(since) if changed < old]
    found: list[str] = []
    for start in range(0, len(names), 2000):
        batch = names[start : start + 2000]
        found += sorted(set(batch) - known(batch))
    return found
