"""One real service for the journeys: Postgres, Valkey, worker and web as `./run` starts them, at Tuesday ten o'clock.

A journey sees what people see: pages in Chromium, and the messages that were kept instead of sent. What went before it is
built by `before`. With JOURNEY_SHOTS=directory every page that is looked over is photographed there.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from servicedesk.embedded import testing
from tests.proofs.stack import Service

TUESDAY_TEN = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1180, "height": 820}
DESK = {"width": 1440, "height": 900}
PATIENCE = 30  # seconds for background work
SERIOUS = {"serious", "critical"}
SIGN_IN = {
    "zh-TW": ("帳號", "密碼", "登入"),
    "zh-CN": ("账号", "密码", "登录"),
    "en-US": ("Account", "Password", "Sign in"),
}
SHOTS = os.environ.get("JOURNEY_SHOTS", "")

expect.set_options(timeout=15_000)


class House(Service):
    """The running service, with the few things a journey asks of it besides its pages."""

    def set_clock(self, moment: dt.datetime) -> None:
        """Let every process of the service read `moment` from now on; it runs on from there."""
        self.rows("DELETE FROM staff_clockoffset")
        self.move_clock(int((moment - dt.datetime.now(dt.UTC)).total_seconds()))
        time.sleep(1.2)  # each process reads the offset once a second

    def before(self, name: str, *values: str | int) -> int:
        """Let `before.name(*values)` build what went before, inside the service; returns what it returned."""
        call = f"from tests.journeys import before; print(before.{name}(*{values!r}))"
        return int(self.manage("shell", "-v", "0", "-c", call).strip().splitlines()[-1])

    def reconcile(self) -> str:
        """What `manage.py reconcile` prints; raises Trouble when anything does not add up."""
        return self.manage("reconcile")

    def letter(self, kind: str) -> Letter:
        """The newest sent message of `kind`; fails when the worker does not send one."""
        sent = "SELECT id, link_id FROM messaging_message WHERE kind = %s AND state = 'sent' ORDER BY id DESC LIMIT 1"
        self.wait(f"send {kind}", lambda: bool(self.rows(sent, kind)), PATIENCE)
        (pk, link), *_ = self.rows(sent, kind)
        subject, body = self.rows("SELECT subject, body FROM messaging_message WHERE id = %s", pk)[0]
        address = ""
        if link:
            code = f"from servicedesk.messaging.models import SignedLink as S; print(S.objects.get(pk={link}).url)"
            address = self.manage("shell", "-v", "0", "-c", code).strip().splitlines()[-1]
        return Letter(subject, body, address)


@dataclass(frozen=True)
class Letter:
    """A message as it was sent, with the address behind its link."""

    subject: str
    body: str
    link: str


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A service of its own for the journeys of one file, at Tuesday ten o'clock, with the demo's people."""
    state = Path(tempfile.mkdtemp(prefix="sd-j-"))
    state.chmod(0o711)
    made = House(state)
    try:
        if made.postgres:
            testing.copy(testing.migrated(state), made.postgres.data)
        made.start_servers()
        made.prepare()
        made.manage("load_demo", "--people")
        made.set_clock(TUESDAY_TEN)
        made.start_web()
        made.start_worker()
        made.wait_for_web()
        yield made
    finally:
        made.stop()
        shutil.rmtree(state, ignore_errors=True)


class Person:
    """Somebody at a screen of his own: his cookies, his size of screen, his language."""

    def __init__(self, house: House, context: BrowserContext, language: str = "zh-TW") -> None:
        self.house = house
        self.language = language
        context.set_default_timeout(10_000)
        self.page: Page = context.new_page()
        self.trouble: list[str] = []
        self.page.on("response", lambda r: self.trouble.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def sign_in(self, username: str) -> Person:
        account, password, sign_in = SIGN_IN[self.language]
        self.go("/sign-in/")
        self.page.get_by_label(account).fill(username)
        self.page.get_by_label(password).fill("demo")
        self.page.get_by_role("button", name=sign_in, exact=True).click()
        expect(self.page.locator("#shell")).to_be_visible()
        return self

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.house.url + path)
        return self.page

    def press(self, name: str, *, exact: bool = False) -> None:
        """Press the one button or link called `name`."""
        button = self.page.get_by_role("button", name=name, exact=exact)
        (button if button.count() else self.page.get_by_role("link", name=name, exact=exact)).first.click()
        self.page.wait_for_load_state()

    def next(self) -> None:
        """Take the next step: the one primary button of the screen."""
        self.page.locator("a.btn-primary:visible, button.btn-primary:visible").first.click()
        self.page.wait_for_load_state()

    def choose(self, name: str, value: str) -> None:
        """Tap the answer `value` of the question `name` (the label, as a finger does)."""
        self.page.locator(f'label:has(input[name="{name}"][value="{value}"])').first.click()

    def answer_all(self, value: str) -> None:
        """Tap `value` for every item of a check list."""
        for label in self.page.locator(f'.sd-item label:has(input[type="radio"][value="{value}"])').all():
            label.click()

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.locator(f'[name="{name}"]:visible').first.fill(text)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def look_over(self, name: str) -> None:
        """The page as it stands is usable: nothing sticks out at its side, and axe finds nothing serious."""
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wider) <= 0, f"{name} is wider than the screen"
        found = [hit for hit in Axe().run(self.page).response["violations"] if hit["impact"] in SERIOUS]
        assert [(hit["id"], hit["nodes"][0]["html"]) for hit in found] == [], name

    def tab_to(self, name: str) -> int:
        """Reach the control `name` with the Tab key alone; returns how often it was pressed."""
        for presses in range(60):
            if self.page.evaluate("document.activeElement.name") == name:
                return presses
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{name} cannot be reached by Tab")

    def draw_signature(self) -> None:
        """Sign on the pad, as with a finger."""
        pad = self.page.locator(".sd-sign canvas, .c-sign canvas, canvas").first
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box
        mouse = self.page.mouse
        mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
        mouse.down()
        for step in range(1, 9):
            mouse.move(
                box["x"] + 20 + step * box["width"] / 12, box["y"] + box["height"] * (0.3 + 0.4 * (step % 2)), steps=4
            )
        mouse.up()


@pytest.fixture
def person(house: House, new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Person]]:
    """Make somebody: `person("advisor")`, `person(screen=PHONE)` for a customer."""
    people: list[Person] = []

    def make(username: str = "", *, screen: dict[str, int] | None = None, language: str = "zh-TW") -> Person:
        context = new_context(viewport=screen or DESK, locale=language, has_touch=screen is not None)
        somebody = Person(house, context, language)
        people.append(somebody)
        return somebody.sign_in(username) if username else somebody

    yield make
    assert [line for somebody in people for line in somebody.trouble] == []
