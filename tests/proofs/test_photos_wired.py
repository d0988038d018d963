"""I1 and I2 in full, on a running service: ten photos of a cheap phone kept small and without their place; garbage refused at once.

Short forms: tests/proofs/test_photo_garbage.py, tests/documents/test_photos.py, tests/journeys/test_photos.py.
"""

from __future__ import annotations

import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from servicedesk.embedded.processes import Child
from tests.fixtures.pictures import GIF, HTML_AS_JPEG, SVG, flat_png, picture
from tests.journeys.conftest import PHONE
from tests.journeys.photos import TEN_PHOTOS, cameras, on_a_poor_phone, take
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.wire import Answer, Wire, signed_in

pytestmark = pytest.mark.prove
JSON = "application/json"


def begun(service: Service) -> int:
    """The id of a visit whose inspection is begun, on a Tuesday at ten."""
    at_tuesday_ten(service)
    return int(play(service, "begun"))


def send(wire: Wire, pk: int, content: bytes, key: str = "") -> Answer:
    """One photo as the page's script sends it."""
    if "csrftoken" not in wire.cookies:
        wire.get("/sign-in/")
    fields = {"csrfmiddlewaretoken": wire.cookies["csrftoken"], "request_key": str(uuid.uuid4())}
    fields["key"] = key or str(uuid.uuid4())
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    body = "".join([*parts, head]).encode() + content + f"\r\n--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    return wire.send("POST", f"/reception/{pk}/photos/", body, Content_Type=kind, Accept=JSON)


def memory(web: Child) -> int:
    """Kilobytes that the largest process of the web server has ever held."""
    assert web.process
    group = Path("/proc").glob("[0-9]*/status")
    most = 0
    for status in group:
        try:
            text = status.read_text()
            if f"NSpgid:\t{web.process.pid}" in text:
                most = max(most, *(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")))
        except OSError:
            continue
    return most


@pytest.mark.proof("I2")
def test_i2_ten_photos_from_a_cheap_phone(service: Service, new_context: Any, tmp_path: Path) -> None:
    pk = begun(service)
    ten = cameras(tmp_path, 10)
    context = new_context(viewport=PHONE, locale="zh-TW", has_touch=True)
    page = context.new_page()
    page.goto(f"{service.url}/sign-in/")
    page.fill("[name=username]", "advisor")
    page.fill("[name=password]", "demo")
    page.click("button[type=submit]")
    page.goto(f"{service.url}/reception/{pk}/inspect/")
    on_a_poor_phone(page)
    seconds = take(page, ten)
    files = [service.state / "media" / "private" / name for (name,) in service.rows("SELECT file FROM documents_photo")]
    sizes = sorted(file.stat().st_size for file in files)
    print(
        f"I2: ten photos of {ten[0].stat().st_size / 1e6:.1f} MB in {seconds:.1f} s, kept as {sizes[0]}–{sizes[-1]} bytes"
    )
    assert (len(files), sizes[-1] <= 400_000, seconds <= TEN_PHOTOS) == (10, True, True)
    assert [file for file in files if b"Exif" in file.read_bytes() or b"SECRET" in file.read_bytes()] == []


@pytest.mark.proof("I1")
def test_i1_garbage_is_refused_at_once_and_others_are_served(service: Service) -> None:
    pk = begun(service)
    wire = signed_in(service.port, "advisor")
    assert send(wire, pk, picture()).status == 201
    before, slowest = memory(service.web), 0.0
    assert before > 0
    garbage = {
        "PNG 13000²": flat_png(13_000),
        "GIF frames": GIF[:-1] + GIF[19:-1] * 5_000 + b";",
        "SVG": SVG,
        "HTML in JPEG": HTML_AS_JPEG,
        "truncated": picture()[:30_000],
        "truncated HEIC": picture((900, 600), "HEIF")[:9_000],
    }
    for name, content in garbage.items():
        began = time.perf_counter()
        assert send(wire, pk, content).status == 422, name
        slowest = max(slowest, time.perf_counter() - began)
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", service.port)) as line:
        head = f"POST /reception/{pk}/photos/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        cookies = "; ".join(f"{name}={value}" for name, value in wire.cookies.items())
        line.sendall(f"{head}Cookie: {cookies}\r\nContent-Length: {2 * 1024**3}\r\n\r\n--x\r\n".encode())
        assert line.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 403")
    slowest = max(slowest, time.perf_counter() - began)
    grown = memory(service.web) - before
    with ThreadPoolExecutor(8) as pool:
        bombs = [pool.submit(send, signed_in(service.port, "advisor"), pk, garbage["PNG 13000²"]) for _ in range(8)]
        began = time.perf_counter()
        assert wire.get("/reception/").status == 200
        served = time.perf_counter() - began
        assert {bomb.result().status for bomb in bombs} == {422}
    key, same = str(uuid.uuid4()), picture()
    with ThreadPoolExecutor(4) as pool:
        wires = [signed_in(service.port, "advisor") for _ in range(4)]
        answers = list(pool.map(lambda wire: send(wire, pk, same, key), wires))
    assert ({answer.status for answer in answers}, len({answer.text for answer in answers})) == ({201}, 1)
    kept = service.one("SELECT count(*) FROM documents_photo")
    files = list((service.state / "media" / "private" / "photos").rglob("*.jpg"))
    print(f"I1: slowest refusal {slowest:.2f} s, {grown / 1000:.0f} MB more; another was served in {served:.2f} s")
    assert (slowest < 1, grown < 200_000, served < 1, kept, len(files)) == (True, True, True, 2, 4)
