"""Photos from a cheap phone on a poor line: chosen in Chromium, shrunk there, sent, kept (M2.2-a; issue 5's budget)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.fixtures.pictures import exif

LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 1_600_000 / 8}
CPU = 4
TEN_PHOTOS = 25.0
"""Seconds for ten photos of 12 megapixels, from choosing them until the last is kept."""


def cameras(folder: Path, count: int) -> list[Path]:
    """`count` photos as a telephone's camera makes them: 12 megapixels, 3 to 6 MB, grain, held either way, with a place."""
    grain = Image.effect_noise((4000, 3000), 22).convert("RGB")
    scene = Image.effect_noise((500, 375), 70).resize((4000, 3000)).convert("RGB")
    made = []
    for number in range(count):
        ImageDraw.Draw(scene).ellipse((400 * number, 300 * number, 400 * number + 300, 300 * number + 300), width=20)
        path = folder / f"camera-{number}.jpg"
        Image.blend(scene, grain, 0.35).save(path, quality=84, exif=exif((1, 6, 3, 8)[number % 4]))
        assert 3_000_000 < path.stat().st_size < 6_000_000
        made.append(path)
    return made


def on_a_poor_phone(page: Page, *, line: Any = None) -> None:
    """From now on the page's line and its processor are those of a cheap phone."""
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", line or LINE)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": CPU})


def take(page: Page, photos: list[Path]) -> float:
    """Choose `photos` in the page's strip; returns the seconds until all are kept."""
    before = page.locator('[data-photo][data-state="kept"]').count()
    began = time.perf_counter()
    page.locator('[data-photos] input[type="file"][multiple]').last.set_input_files(photos)
    expect(page.locator('[data-photo][data-state="kept"]')).to_have_count(before + len(photos), timeout=60_000)
    return time.perf_counter() - began
