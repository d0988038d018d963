"""A private media folder for each test, and drawings to send."""

import base64
import io

import pytest
from PIL import Image, ImageDraw

from servicedesk.staff.actors import Actor


@pytest.fixture(autouse=True)
def own_folder(media) -> None:
    """Private files of this test."""


@pytest.fixture
def by(advisor) -> Actor:
    return Actor.of(advisor)


def content(file) -> bytes:
    """What is in a kept file."""
    with file.open("rb") as opened:
        return opened.read()


def drawing(size: tuple[int, int] = (600, 200), ink: bool = True) -> str:
    """What signature_pad sends."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    if ink:
        ImageDraw.Draw(image).line([(20, 150), (200, 30), (280, 160), (500, 60)], fill=(10, 20, 60, 255), width=4)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
