"""A2, A3, C3 on every page and form that people of a town can reach, found by walking, not by a list.

One town at every point of the process, and a second one that belongs to another centre. What a form does is undone
after each try, so every form is tried on the same town.
"""

from __future__ import annotations

import inspect
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import resolve

from servicedesk import clock
from servicedesk.staff.models import HandledRequest, ServiceCentre
from servicedesk.staff.repeats import REFUSAL_SESSION_KEY
from servicedesk.staff.roles import Role
from tests.fixtures.people import MovableClock, client_of, make_centre, make_user
from tests.proofs import town as towns
from tests.proofs.pages import Form, Pairs
from tests.proofs.walk import Walk, changed, contents, fingerprint, undone, walk
from tests.staff.test_access_matrix import urls

TRIES = 40
"""Forms of one view that are tried until two were accepted."""
VALUES: dict[tuple[str, str], str] = {}
UNMET = {
    "delivery:survey_thanks": "the step after the last question (tests/delivery/test_screens.py)",
    "delivery:survey_why": "the step after a low mark (tests/delivery/test_screens.py)",
    "followup:close_visit": "visits close by themselves; the button is for what was held (tests/followup/test_screens.py)",
    "workshop:to_self_check": "shown only when the last job ended without its step (tests/workshop/test_findings.py)",
}
"""Forms that no page of the town offers, and where they are tested instead."""
"""What a person must know to fill in a form: by view and control."""


class Place:
    """Two towns and everybody's walk through the first."""

    def __init__(self) -> None:
        self.here = self.make("NH", "台北內湖廠", "AAA")
        self.walks = walk(self.here)
        self.sent: list[Sent] = []
        there = make_centre("KH", "高雄前鎮廠")
        everything = make_user("stranger", "外人", there, *Role.values)
        self.strangers = {"everything": everything, "advisor": make_user("stranger2", "外人二", there, Role.ADVISOR)}

    @staticmethod
    def make(code: str, name: str, prefix: str) -> towns.Town:
        centre: ServiceCentre = make_centre(code, name)
        roles = {role: role for role in Role.values} | {"technician2": "technician", "technician3": "technician"}
        who = {
            key: make_user(f"{prefix}{key}", f"{prefix} {key}", centre, role, skill=5) for key, role in roles.items()
        }
        return towns.build(centre, who, prefix)


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[Place]:
    before = clock._offset
    earlier = MovableClock()  # each test starts again at ten: what is in the town must have been before
    earlier.move(minutes=-30)
    clock.set_offset_source(earlier)
    with django_db_blocker.unblock(), transaction.atomic():
        try:
            yield Place()
        finally:
            transaction.set_rollback(True)
            clock.set_offset_source(before)


def by_view(walks: list[Walk]) -> dict[str, list[tuple[Walk, Form]]]:
    """Forms by the view they post to, one after another of different people and pages."""
    met: dict[str, list[tuple[Walk, Form]]] = defaultdict(list)
    for here in walks:
        for form in here.forms:
            met[form.view].append((here, form))
    return met


@dataclass
class Sent:
    """A form as it was sent, and how it went: done, went on (a step that keeps nothing), or said no."""

    walk: Walk
    form: Form
    pairs: Pairs
    outcome: str = "said no"

    def post(self, key: str, extra: Pairs = ()) -> Any:  # type: ignore[assignment]
        data: dict[str, list[str]] = defaultdict(list)
        for name, value in [*self.pairs, *extra]:
            if name != "request_key":
                data[name].append(value)
        return self.walk.browser.post(self.form.url, {**data, "request_key": key})


WAYS = ((0, True), (0, False), (1, True), (2, False))
"""How a person might fill in a form: which of the offered choices, and all boxes or only what is asked for."""


def ways(walk: Walk, form: Form, offset: int, all_boxes: bool) -> Iterator[Sent]:
    """`form` filled in that way, once for each of its buttons."""
    for button in form.buttons or [("", "")]:
        pairs = form.sent(button, all_boxes=all_boxes, offset=offset)
        own = {name: value for (view, name), value in VALUES.items() if view == form.view}
        pairs = [(name, own.pop(name, value)) for name, value in pairs]
        yield Sent(walk, form, [*pairs, *own.items()])


def twice(sent: Sent, before: dict[str, str]) -> list[str]:
    """Send `sent` twice with one key, as a double click or a reload does; return what is wrong, and set its outcome."""
    key, wrong = str(uuid.uuid4()), []
    with undone():
        first = sent.post(key)
        after = fingerprint()
        again = sent.post(key)
        if HandledRequest.objects.filter(key=key).exists():
            sent.outcome = "done"
        elif first.status_code in (204, 302) and not sent.walk.browser.session.get(REFUSAL_SESSION_KEY):
            sent.outcome = "went on"
        if first.status_code >= 500:
            wrong.append(f"{first.status_code}")
        if (first.status_code, first.headers.get("Location")) != (again.status_code, again.headers.get("Location")):
            wrong.append(
                f"answers differ: {first.status_code} {first.get('Location')}, {again.status_code} {again.get('Location')}"
            )
        if fingerprint() != after:
            wrong.append("the repeat changed something")
        if sent.outcome != "done" and after != before:
            wrong.append(f"nothing was done, yet it changed {[t for t in after if after[t] != before[t]]}")
    return [f"{sent.form.view} as {sent.walk.who}: {line}" for line in wrong]


@pytest.mark.proof("C3")
def test_c3_every_form_sent_twice_has_one_effect_and_one_answer(place: Place) -> None:
    before, wrong, never = fingerprint(), [], []
    for view, forms in by_view(place.walks).items():
        done: list[Sent] = []
        tried = 0
        for way in WAYS:
            for here, form in forms:
                for sent in ways(here, form, *way):
                    if tried < TRIES and len(done) < 2:
                        tried += 1
                        wrong += twice(sent, before)
                        done += [sent] if sent.outcome != "said no" else []
        place.sent += [sent for sent in done if sent.outcome == "done"]
        if not done:
            never.append(view)
    print(f"C3: {len(place.sent)} sent twice of {len(by_view(place.walks))} kinds; never accepted: {never}")
    assert "\n".join(wrong) == ""
    assert never == []


@pytest.mark.proof("C3")
def test_every_view_that_acts_was_met(place: Place) -> None:
    """A form that nobody met was not proved: it gets a row in the town, or a reason here."""
    acting = {name for name, pattern in urls().items() if acts(pattern.callback)}
    assert sorted(acting - set(by_view(place.walks)) - set(UNMET)) == []


def acts(view: Any) -> bool:
    """Whether a view's own code calls `perform`."""
    return "perform(" in inspect.getsource(inspect.unwrap(view))


@pytest.mark.proof("A3")
@pytest.mark.prove  # full form only until every page of the walk is judged right
def test_a3_fields_that_a_form_does_not_offer_are_ignored(place: Place) -> None:
    """Each accepted form again, with prices, stages, roles and other people's names added: the same effect or a refusal."""
    before, wrong = contents(), []
    columns = {f.name for m in apps.get_models() for f in m._meta.concrete_fields} | {
        f.attname for m in apps.get_models() for f in m._meta.concrete_fields
    }
    for sent in place.sent:
        forms = [form for _who, form in by_view(place.walks)[sent.form.view]]
        own = {name for form in forms for name in [*form.names, *(button for button, _value in form.buttons)]}
        own |= {name for name, _value in sent.pairs}
        extra = [(name, evil(name, place)) for name in sorted(columns - own)]
        with undone():
            sent.post(str(uuid.uuid4()))
            plain = masked(changed(before, contents()), before)
        with undone():
            answer = sent.post(str(uuid.uuid4()), extra)
            loaded = masked(changed(before, contents()), before)
        if loaded not in (plain, {}) or answer.status_code >= 500:
            wrong.append(f"{sent.form.view} as {sent.walk.who}: {answer.status_code} {difference(plain, loaded)}")
    print(f"A3: {len(place.sent)} accepted forms sent with {len(columns)} more fields each")
    assert "\n".join(wrong) == ""


def evil(name: str, place: Place) -> str:
    """A tempting value for a field nobody offered."""
    known = {"stage": "closed", "state": "approved", "role": "manager", "is_superuser": "on", "final_say": "on"}
    if name in {"technician", "technician_id", "owner", "owner_id", "by_user", "by_user_id", "advisor", "advisor_id"}:
        return str(place.here.who["cashier"].pk)
    return known.get(name, "1")


def masked(rows: dict[str, list[dict[str, Any]]], before: dict[str, Any]) -> dict[str, list[str]]:
    """`rows` without what differs from one try to the next: new keys, moments, salts and hashes."""
    return {
        table: sorted(json.dumps({k: mask(k, v) for k, v in row.items()}, sort_keys=True) for row in found)
        for table, found in rows.items()
        if table != "staff_handledrequest"
    }


def mask(name: str, value: Any) -> Any:
    """One value, made comparable."""
    if name == "id" or name.endswith(
        ("_id", "_hash", "_at", "at", "hash", "sha256", "nonce", "salt", "since", "_key", "_ref")
    ):
        return "…" if value is not None else None
    if name in {
        "data",
        "attachments",
        "context",
        "lines",
        "url",
        "file",
        "thumbnail",
        "size",
        "drawing",
        "answer",
        "snapshot",
        "checks",
    }:
        return re.sub(r"[0-9a-f]*\d[0-9a-f]*", "#", json.dumps(value, sort_keys=True))
    return value


def difference(plain: dict[str, Any], loaded: dict[str, Any]) -> str:
    """Where two effects differ, in short."""
    return "; ".join(
        f"{table}: {sorted(set(plain.get(table, [])) ^ set(loaded.get(table, [])))}"[:600]
        for table in sorted({*plain, *loaded})
        if plain.get(table) != loaded.get(table)
    )


def some(addresses: set[str], most: int) -> list[str]:
    """Up to `most` addresses of each view."""
    met: dict[str, list[str]] = defaultdict(list)
    for url in sorted(addresses):
        met[resolve(urlsplit(url).path).view_name].append(url)
    return [url for found in met.values() for url in found[:most]]


@pytest.mark.proof("A2")
@pytest.mark.prove  # full form only until every page of the walk is judged right
def test_a2_a_strangers_pages_do_not_exist(place: Place) -> None:
    """Every address with an id that anybody here could open or post to, asked for by people of another centre."""
    secrets = place.here.names()
    outsiders = {role: client_of(user) for role, user in place.strangers.items()}
    before, wrong, asked = fingerprint(), [], 0
    pages = some({url for here in place.walks if not here.who.startswith("link:") for url in here.pages}, 3)
    for url in pages:
        own = bool(resolve(urlsplit(url).path).kwargs)
        for role, browser in outsiders.items():
            answer = browser.get(url)
            asked += 1
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if own and answer.status_code not in (403, 404):
                wrong.append(f"GET {url} as {role}: {answer.status_code}")
            shown = [secret for secret in secrets if secret.encode() in text]
            if shown:
                wrong.append(f"GET {url} as {role} shows {shown[:3]}")
    sent = {form.url: next(ways(here, form, 0, True)) for here in place.walks for form in here.forms}
    posts = some({url for url in sent if resolve(urlsplit(url).path).kwargs}, 2)
    for url in posts:
        for role, browser in outsiders.items():
            asked += 1
            answer = replace(sent[url], walk=Walk(role, browser)).post(str(uuid.uuid4()))
            if answer.status_code not in (403, 404):
                wrong.append(f"POST {url} as {role}: {answer.status_code}")
    if fingerprint() != before:
        wrong.append("something changed")
    print(f"A2: {len(pages)} pages and {len(posts)} forms asked for {asked} times by {len(outsiders)} strangers")
    assert "\n".join(wrong) == ""
