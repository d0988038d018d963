"""One real service for the journeys: Postgres, Valkey, worker and web as `./run` starts them, at Tuesday ten o'clock.

A journey sees what people see: pages in Chromium, and the messages that were kept instead of sent.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from servicedesk.embedded.postgres import OWNER
from servicedesk.embedded.stack import Stack

TUESDAY_TEN = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1180, "height": 820}
DESK = {"width": 1440, "height": 900}
PATIENCE = 30  # seconds for background work

expect.set_options(timeout=15_000)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """The running service, with the few things a journey asks of it besides its pages."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.url = stack.url

    def ask(self, code: str) -> Any:
        """Run `code` in the service's own Django and return what it leaves in `answer`."""
        printed = self.stack.manage("shell", "-v", "0", "-c", f"import json\n{code}\nprint('=>' + json.dumps(answer))")
        return json.loads(printed.rsplit("=>", 1)[1])

    def set_clock(self, moment: dt.datetime) -> None:
        """Let every process of the service read `moment` from now on; it runs on from there."""
        seconds = int((moment - dt.datetime.now(dt.UTC)).total_seconds())
        self.ask(
            "from servicedesk.staff.models import ClockOffset\n"
            "ClockOffset.objects.all().delete()\n"
            f"ClockOffset.objects.create(seconds={seconds})\nanswer = True"
        )
        time.sleep(1.2)  # each process reads the offset once a second

    def wait(self, code: str, what: str) -> Any:
        """Ask again until the answer is true; fails with `what` when background work does not get there."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self.ask(code)
            if answer:
                return answer
            time.sleep(0.5)
        raise AssertionError(f"within {PATIENCE} s the worker did not: {what}")

    def letter(self, kind: str) -> dict[str, str]:
        """The newest sent message of `kind`: subject, body and the customer's link."""
        answer = self.wait(
            "from servicedesk.messaging.models import Message\n"
            f"m = Message.objects.filter(kind={kind!r}, state='sent').select_related('link').order_by('-pk').first()\n"
            "answer = m and {'subject': m.subject, 'body': m.body, 'link': m.link.url if m.link else ''}",
            f"send {kind}",
        )
        assert isinstance(answer, dict)
        return answer

    def reconcile(self) -> str:
        return self.stack.manage("reconcile", role=OWNER)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    state = Path(tempfile.mkdtemp(prefix="sd-j-"))
    state.chmod(0o711)
    stack = Stack(state, port=free_port(), durable=False, settings={"CLOCK_IS_MOVABLE": "1"})
    try:
        stack.start_servers()
        stack.prepare()
        stack.manage("load_demo")
        made = House(stack)
        made.set_clock(TUESDAY_TEN)
        stack.start_web()
        stack.start_worker()
        stack.wait_for_web()
        yield made
    finally:
        stack.stop()
        shutil.rmtree(state, ignore_errors=True)


class Person:
    """Somebody at a screen of his own: his cookies, his size of screen, his language."""

    def __init__(self, house: House, context: BrowserContext) -> None:
        self.house = house
        self.page: Page = context.new_page()
        self.trouble: list[str] = []
        self.page.on("response", lambda r: self.trouble.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def sign_in(self, username: str) -> Person:
        self.go("/sign-in/")
        self.page.get_by_label("帳號").fill(username)
        self.page.get_by_label("密碼").fill("demo")
        self.page.get_by_role("button", name="登入", exact=True).click()
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
def person(house: House, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Make somebody: `person("advisor")`, `person(screen=PHONE)` for a customer."""
    contexts, people = [], []

    def make(username: str = "", *, screen: dict[str, int] | None = None, language: str = "zh-TW") -> Person:
        context = browser.new_context(viewport=screen or DESK, locale=language, has_touch=screen is not None)
        contexts.append(context)
        somebody = Person(house, context)
        people.append(somebody)
        return somebody.sign_in(username) if username else somebody

    yield make
    for context in contexts:
        context.close()
    assert [line for somebody in people for line in somebody.trouble] == []
