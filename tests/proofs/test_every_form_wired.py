"""A2, A3, C3 in full: the same walk as tests/proofs/test_every_form.py, over HTTP, with fingers quicker than the server."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from servicedesk.staff.roles import PROCESS
from tests.proofs.pages import Pairs
from tests.proofs.place import VALUES, by_view
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.walk import TABLES, Walk, hashes, names_a_row, wander
from tests.proofs.wire import Answer, Wire, signed_in

pytestmark = pytest.mark.prove
ROLES = [*sorted(PROCESS), "technician2", "technician3"]
EVIL_WORD, EVIL_NUMBER = "EVIL-7f3a", "987654"


@dataclass
class Reply:
    """An answer as the walk reads it."""

    answer: Answer
    streaming: bool = False

    @property
    def status_code(self) -> int:
        return self.answer.status

    @property
    def headers(self) -> dict[str, str]:
        return self.answer.headers

    def __getitem__(self, name: str) -> str:
        return self.answer.location if name == "Location" else self.answer.headers[name]

    @property
    def content(self) -> bytes:
        return self.answer.text.encode()


@dataclass
class Browser:
    """A wire that the walk can use."""

    wire: Wire

    def get(self, url: str) -> Reply:
        return Reply(self.wire.get(url))


@dataclass
class Town:
    """The town of a running service, walked through by everybody."""

    service: Service
    walks: list[Walk] = field(default_factory=list)
    plates: list[str] = field(default_factory=list)

    def fingerprint(self) -> list[tuple[Any, ...]]:
        """One hash per table, once the worker has planned the calls and printed the papers of what was just done."""
        for what, left in (
            ("all calls are planned", "SELECT count(*) FROM followup_followupplan WHERE planned_at IS NULL"),
            ("all papers are printed", "SELECT count(*) FROM documents_paperorder WHERE state = 'pending'"),
        ):
            self.service.wait(what, lambda left=left: self.service.one(left) == 0)
        return sorted(self.service.rows(hashes([table for table in TABLES if table not in BUSY])))


BUSY = {"messaging_message", "followup_followupplan", "staff_user", "staff_handledrequest", "appointments_dayload"}
"""The worker sends messages, plans calls and lays the house's hours onto the days meanwhile, and signing in is noted.

What is booked of a day is the sum of its holds, whose rows are compared."""


@pytest.fixture
def town(service: Service) -> Town:
    at_tuesday_ten(service)
    made = play(service, "whole_town")
    town = Town(service, plates=made["plates"])
    for role in ROLES:
        town.walks.append(wander(Walk(role, Browser(signed_in(service.port, role))), "/"))  # type: ignore[arg-type]
    for name, path in made["links"].items():
        wire = Wire(service.port)
        town.walks.append(wander(Walk(name, Browser(wire)), wire.get(path).location))  # type: ignore[arg-type]
    service.settle()
    return town


def filled(walk: Walk, form: Any, button: tuple[str, str]) -> Pairs:
    pairs = [(name, VALUES.get((form.view, name), value)) for name, value in form.sent(button, all_boxes=True)]
    return [(name, value) for name, value in pairs if name not in {"request_key", "csrfmiddlewaretoken"}]


def post(wire: Wire, url: str, pairs: Pairs, key: str) -> Answer:
    """Send a form on a connection of its own, as a second finger does."""
    twin = Wire(wire.port, wire.address, dict(wire.cookies))
    return twin.post(url, pairs, key=key)


@pytest.mark.proof("C3")
def test_c3_double_click_and_reload_on_every_form(town: Town) -> None:
    accepted: dict[str, int] = {}
    kinds, sent = set(), 0
    for here in town.walks:
        wire = here.browser.wire  # type: ignore[attr-defined]
        for form in here.forms:
            if accepted.get(form.view, 0) >= 3:
                continue
            kinds.add(form.view)
            key, pairs, answers = str(uuid.uuid4()), filled(here, form, (form.buttons or [("", "")])[0]), []
            start = threading.Barrier(2)

            def click(wire: Wire = wire, url: str = form.url, pairs: Pairs = pairs, key: str = key) -> None:
                start.wait()  # noqa: B023 - joined below
                answers.append(post(wire, url, pairs, key))  # noqa: B023

            clicks = [threading.Thread(target=click) for _finger in range(2)]
            for one in clicks:
                one.start()
            for one in clicks:
                one.join()
            handled = town.service.one("SELECT count(*) FROM staff_handledrequest WHERE key = %s", key)
            before = town.fingerprint()
            answers.append(post(wire, form.url, pairs, key))
            sent += 3
            said = {(answer.status, answer.location) for answer in answers}
            assert len(said) == 1, (form.view, here.who, said)
            assert answers[0].status < 500, (form.view, here.who, town.service.tail())
            assert town.fingerprint() == before, (form.view, here.who)
            assert handled <= 1
            accepted[form.view] = accepted.get(form.view, 0) + handled
    done = sorted(view for view, number in accepted.items() if number)
    print(
        f"C3: {sent} posts of {len(kinds)} kinds of form; {len(done)} kinds accepted; each had one effect and one answer"
    )
    assert len(done) > 30, sorted(kinds - set(done))


@pytest.mark.proof("A3")
def test_a3_smuggled_fields_leave_no_trace(town: Town) -> None:
    from django.apps import apps

    columns = {f.attname for m in apps.get_models() for f in m._meta.concrete_fields}
    offered = {
        view: {name for _who, form in met for name in [*form.names, *(button for button, _value in form.buttons)]}
        for view, met in by_view(town.walks).items()
    }
    sent = accepted = 0
    done: dict[str, int] = {}
    for here in town.walks:
        for form in here.forms:
            if done.get(form.view, 0) >= 2:
                continue
            pairs = filled(here, form, (form.buttons or [("", "")])[0])
            own = offered[form.view] | {name for name, _value in pairs} | {"request_key"}
            extra = [(name, value) for name in sorted(columns - own) for value in (EVIL_WORD, EVIL_NUMBER)]
            key = str(uuid.uuid4())
            answer = post(here.browser.wire, form.url, [*pairs, *extra], key)  # type: ignore[attr-defined]
            sent += 1
            assert answer.status < 500, (form.view, here.who, answer.status, town.service.tail())
            handled = town.service.one("SELECT count(*) FROM staff_handledrequest WHERE key = %s", key)
            done[form.view] = done.get(form.view, 0) + handled
            accepted += handled
    found = [
        (table, row)
        for table in TABLES
        for (row,) in town.service.rows(f'SELECT t::text FROM "{table}" t')  # noqa: S608
        if EVIL_WORD in row or EVIL_NUMBER in row
    ]
    assert found == []
    print(
        f"A3: {sent} forms with {len(columns)} smuggled fields, {accepted} accepted; no trace in {len(TABLES)} tables"
    )
    assert accepted > 30


@pytest.mark.proof("A2")
def test_a2_a_stranger_finds_nothing(town: Town) -> None:
    stranger = signed_in(town.service.port, "stranger")
    pages = sorted({url for here in town.walks if not here.who.startswith("link:") for url in here.pages})
    posts = {
        form.url: filled(here, form, (form.buttons or [("", "")])[0])
        for here in town.walks
        for form in here.forms
        if names_a_row(form.url)
    }
    before = town.fingerprint()
    wrong = []
    for url in pages:
        answer = stranger.get(url)
        if names_a_row(url) and answer.status != 404:
            wrong.append(f"GET {url}: {answer.status}")
        wrong += [f"GET {url} shows {plate}" for plate in town.plates if plate in answer.text]
    for url, pairs in posts.items():
        answer = stranger.post(url, pairs)
        if answer.status != 404:
            wrong.append(f"POST {url}: {answer.status}")
    assert wrong == []
    assert town.fingerprint() == before
    print(f"A2: {len(pages)} pages and {len(posts)} forms of another centre: 404 throughout, nothing changed")
