"""Each proof gets a service of its own and ends with the reconciler."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.messaging.mailserver import MailServer
from tests.proofs.stack import Service


@pytest.fixture
def state() -> Iterator[Path]:
    """A folder that a database server may use, whoever we are; removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sd-proof-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server that keeps what it takes, and misbehaves on request."""
    server = MailServer()
    yield server
    server.behaviour = "ok"  # lets silent sessions end
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(state: Path) -> Iterator[Service]:
    """A running service with the demo's people. What the proof broke is mended; then everything must add up."""
    service = Service(state)
    try:
        yield service.begin()
        service.restore_parts()
        service.settle(180)
        service.reconcile()
    finally:
        service.stop()


@pytest.fixture(scope="session")
def base_url() -> str:
    """Tests name whole addresses. (The browser plugin's own fixture warns under pytest 9, and warnings are errors.)"""
    return ""
