"""A private media folder for each test, and pictures to send."""

import base64
import io
import struct
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from servicedesk.staff.actors import Actor


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    """Private files of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def by(advisor) -> Actor:
    return Actor.of(advisor)


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    """An uploaded file, whatever is in it."""
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def picture(size: tuple[int, int] = (2400, 1800), kind: str = "JPEG", **options) -> bytes:
    """A photo-like picture."""
    image = Image.effect_noise((size[0] // 4, size[1] // 4), 60).resize(size).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def content(file) -> bytes:
    """What is in a kept file."""
    with file.open("rb") as opened:
        return opened.read()


def flat_png(side: int) -> bytes:
    """A PNG of side² pixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    line = b"\0" + b"\0" * (side // 8)
    body = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def drawing(size: tuple[int, int] = (600, 200), ink: bool = True) -> str:
    """What signature_pad sends."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    if ink:
        ImageDraw.Draw(image).line([(20, 150), (200, 30), (280, 160), (500, 60)], fill=(10, 20, 60, 255), width=4)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
