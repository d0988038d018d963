"""A2, A3, C3 on every page and form that people of a town can reach, found by walking, not by a list.

One town at every point of the process, and a second one that belongs to another centre. What a form does is undone
after each try, so every form is tried on the same town.
"""

from __future__ import annotations

import inspect
import json
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import resolve

from servicedesk import clock
from tests.conventions.test_clauses import TABLE
from tests.fixtures.people import MovableClock, client_of
from tests.proofs.moments import at_other_moments
from tests.proofs.place import Place, ways
from tests.proofs.walk import Walk, changed, contents, fingerprint, names_a_row, touched, undone
from tests.staff.test_access_matrix import urls

UNMET = {
    "delivery:survey_thanks": "the step after the last question (tests/delivery/test_screens.py)",
    "delivery:survey_why": "the step after a low mark (tests/delivery/test_screens.py)",
    "followup:close_visit": "visits close by themselves; the button is for what was held (tests/followup/test_screens.py)",
    "workshop:to_self_check": "shown only when the last job ended without its step (tests/workshop/test_findings.py)",
}
"""Forms that no page of the town offers, and where they are tested instead."""
WITHOUT_A_ROW = {"appointments:new", "reception:receive", "reception:arrive", "complaints:take", "appointments:book"}
"""Forms of clauses that make a row: there is no other moment of it."""
EVER: set[str] = set()
"""Forms of clauses that any row of the town takes."""


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[Place]:
    before = clock._offset
    earlier = MovableClock()  # each test starts again at ten: what is in the town must have been before
    earlier.move(minutes=-30)
    clock.set_offset_source(earlier)
    with django_db_blocker.unblock(), transaction.atomic():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE app")
            yield Place()
        finally:
            transaction.set_rollback(True)
            clock.set_offset_source(before)


@pytest.mark.proof("C3")
def test_c3_every_form_sent_twice_has_one_effect_and_one_answer(place: Place) -> None:
    tried = place.tried
    print(f"C3: {len(tried.accepted)} sent twice of {len(place.forms)} kinds; never accepted: {tried.never}")
    assert "\n".join(tried.wrong) == ""
    assert tried.never == []


@pytest.mark.proof("C3")
def test_every_view_that_acts_was_met(place: Place) -> None:
    """A form that nobody met was not proved: it gets a row in the town, or a reason here."""
    acting = {name for name, pattern in urls().items() if acts(pattern.callback)}
    assert sorted(acting - set(place.forms) - set(UNMET)) == []


def acts(view: Any) -> bool:
    """Whether a view's own code calls `perform`."""
    return "perform(" in inspect.getsource(inspect.unwrap(view))


def test_the_form_of_each_clause_is_refused_at_the_wrong_moment(place: Place) -> None:
    """Sent to rows at every other point of the process: refused, nothing changed, or that row's page offers it too."""
    marks, wrong, refused = fingerprint(), [], Counter[str]()
    clauses = {row.screen for row in TABLE}
    for sent in place.tried.accepted:
        if sent.form.view in clauses and sent.form.view not in refused:
            pages = {form.page for _who, form in place.forms[sent.form.view]}
            tries = at_other_moments(sent, pages, marks)
            refused[sent.form.view] = tries.refused
            wrong += tries.wrong
    print(f"wrong moment: {sum(refused.values())} refusals of {len(refused)} clauses' forms: {dict(refused)}")
    assert "\n".join(wrong) == ""
    assert {view for view, times in refused.items() if not times} <= WITHOUT_A_ROW | EVER


@pytest.mark.proof("A3")
def test_a3_fields_that_a_form_does_not_offer_are_ignored(place: Place) -> None:
    """Each accepted form again, with prices, stages, roles and other people's names added: the same effect or a refusal."""
    before, marks, wrong = contents(), fingerprint(), []
    columns = {f.name for m in apps.get_models() for f in m._meta.concrete_fields} | {
        f.attname for m in apps.get_models() for f in m._meta.concrete_fields
    }
    for sent in place.tried.accepted:
        forms = [form for _who, form in place.forms[sent.form.view]]
        own = {name for form in forms for name in [*form.names, *(button for button, _value in form.buttons)]}
        own |= {name for name, _value in sent.pairs}
        extra = [(name, evil(name, place)) for name in sorted(columns - own)]
        with undone():
            sent.post(str(uuid.uuid4()))
            plain = masked(changed(before, contents(touched(marks))), before)
        with undone():
            answer = sent.post(str(uuid.uuid4()), extra)
            loaded = masked(changed(before, contents(touched(marks))), before)
        if loaded not in (plain, {}) or answer.status_code >= 500:
            wrong.append(f"{sent.form.view} as {sent.walk.who}: {answer.status_code} {difference(plain, loaded)}")
    print(f"A3: {len(place.tried.accepted)} accepted forms sent with {len(columns)} more fields each")
    assert "\n".join(wrong) == ""
    assert len(place.tried.accepted) > 60


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
        "facts",
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
def test_a2_a_strangers_pages_do_not_exist(place: Place) -> None:
    """Every address with an id that anybody here could open or post to, asked for by people of another centre."""
    secrets = place.here.names()
    outsiders = {role: client_of(user) for role, user in place.strangers.items()}
    before, wrong, asked = fingerprint(), [], 0
    pages = some({url for here in place.walks if not here.who.startswith("link:") for url in here.pages}, 3)
    for url in pages:
        own = names_a_row(url)
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
    posts = some({url for url in sent if names_a_row(url)}, 2)
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
