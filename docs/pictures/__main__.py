"""`python -m docs.pictures`: the README's pictures, taken in Chromium from a service of its own with the demonstration.

The service's clock is set to Tuesday ten o'clock in Taipei before the demonstration is loaded, so the same picture comes out
on any day. Pictures are reduced to 256 colours. Needs what ./run test needs (Playwright and Chromium).
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.fixtures.browser import QUIET, chromium
from tests.proofs.scene import at_tuesday_ten
from tests.proofs.stack import Service

HERE = Path(__file__).parent
HOMES = (
    "advisor",
    "supervisor",
    "technician",
    "inspector",
    "detailer",
    "cashier",
    "agent",
    "parts",
    "manager",
    "admin",
)
DESKTOP, PHONE = (1440, 900), (390, 844)


@contextmanager
def living_house() -> Iterator[Service]:
    """A service at Tuesday ten with the whole demonstration."""
    folder = Path(tempfile.mkdtemp(prefix="sd-pictures-"))
    folder.chmod(0o711)
    service = Service(folder)
    try:
        service.begin()
        at_tuesday_ten(service)
        service.manage("load_demo")
        yield service
    finally:
        service.stop()
        shutil.rmtree(folder, ignore_errors=True)


def keep(page: Page, name: str) -> None:
    """Save what the window shows."""
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        path = HERE / f"{name}.png"
        picture.convert("RGB").quantize(256).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


def newest(service: Service, stage: str) -> int:
    """The visit of Taipei that has stood longest at `stage` today."""
    sql = (
        "SELECT w.id FROM workorders_workorder w JOIN staff_servicecentre c ON c.id = w.centre_id"
        " WHERE c.code = 'NH' AND w.stage = %s ORDER BY w.opened_at DESC LIMIT 1"
    )
    return int(service.one(sql, stage))


def main() -> None:
    """Take all of them."""
    with living_house() as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*QUIET, "--no-sandbox"])

        def signed_in(user: str, size: tuple[int, int] = DESKTOP) -> Page:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="zh-TW")
            page.goto(f"{service.url}/sign-in/")
            page.fill("[name=username]", user)
            page.fill("[name=password]", "demo")
            page.press("[name=password]", "Enter")
            page.wait_for_load_state("networkidle")
            return page

        for user in HOMES:
            page = signed_in(user)
            keep(page, f"home-{user}")
            page.close()
        desk = signed_in("advisor")
        desk.goto(f"{service.url}/work-orders/{newest(service, 'repair')}/")
        desk.wait_for_load_state("networkidle")
        keep(desk, "work-order")
        workshop = signed_in("supervisor")
        workshop.goto(f"{service.url}/workshop/board/")
        keep(workshop, "board")
        till = signed_in("cashier")
        till.goto(f"{service.url}/delivery/bills/{newest(service, 'preparation')}/")
        keep(till, "bill")
        public = browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-TW")
        public.goto(f"{service.url}/appointments/book/")
        public.wait_for_load_state("networkidle")
        keep(public, "booking-phone")


if __name__ == "__main__":
    main()
