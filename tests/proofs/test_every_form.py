"""A2, A3, C3, I5, M4 on every page and form that people of a town can reach, found by walking, not by a list.

One town at every point of the process, and a second one that belongs to another centre. What a form does is undone
after each try, so every form is tried on the same town.
"""

from __future__ import annotations

import inspect
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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicedesk import clock
from servicedesk.staff.repeats import REFUSAL_SESSION_KEY
from tests.conventions.test_clauses import TABLE
from tests.fixtures.people import MovableClock, client_of
from tests.proofs import fuzz
from tests.proofs.moments import at_other_moments
from tests.proofs.place import Place, Sent, ways
from tests.proofs.smuggled import difference, evil, masked
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


def right(place: Place) -> dict[str, Sent]:
    """One form of each kind, filled in as it was accepted where it was."""
    met = {view: next(ways(*forms[0], 0, True)) for view, forms in place.forms.items()}
    return met | {sent.form.view: sent for sent in reversed(place.tried.accepted)}


def status_of(sent: Sent, pairs: fuzz.Spoilt) -> int:
    """Send it spoilt, and undo what it did."""
    sent.walk.browser.raise_request_exception = False
    with undone():
        return int(replace(sent, pairs=pairs).post(str(uuid.uuid4())).status_code)


@pytest.mark.proof("I5")
def test_i5_garbage_in_every_form_is_an_answer_not_an_accident(place: Place) -> None:
    """Every form with garbage in all its controls, then with garbage in some of them."""
    sent, wrong, posts = right(place), set(), 0
    for turn, one in enumerate(sent.values()):
        whole = fuzz.wholly(one.form, fuzz.NASTY[turn % len(fuzz.NASTY)])
        for pairs in ([], fuzz.wholly(one.form, "\x00"), whole, fuzz.with_file(one.form, list(one.pairs) * 2)):
            posts += 1
            if (status := status_of(one, pairs)) >= 500:
                wrong.add(f"{one.form.view}: {status} of {str(pairs)[:200]}")

    @settings(max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def some_controls(data: st.DataObject) -> None:
        one = sent[data.draw(st.sampled_from(sorted(sent)))]
        names = sorted({name for name, _value in one.pairs}) or ["none"]
        changes = data.draw(st.dictionaries(st.sampled_from(names), fuzz.TEXTS, min_size=1, max_size=3))
        assert status_of(one, list(fuzz.respelt(one.pairs, changes))) < 500, (one.form.view, changes)

    assert sorted(wrong) == []
    some_controls()
    print(f"I5: {len(sent)} kinds of form, {posts} times all garbage, 60 times some")
    assert len(sent) > 60


@pytest.mark.proof("I5")
def test_i5_garbage_in_addresses_is_an_answer_not_an_accident(place: Place) -> None:
    """Every page with garbage for every filter that some view reads, and every address with garbage in its place."""
    met: dict[str, tuple[Walk, str]] = {}
    for here in place.walks:
        met |= {resolve(urlsplit(url).path).view_name: (here, url) for url in here.pages if not url.endswith(".pdf")}
    names, wrong, asked = fuzz.filters(), [], 0
    for turn, (here, url) in enumerate(met.values()):
        here.browser.raise_request_exception = False
        for text in ("\x00", fuzz.NASTY[turn % len(fuzz.NASTY)][:3000]):
            asked += 1
            answer = here.browser.get(urlsplit(url).path, dict.fromkeys(names, text))
            wrong += [f"{url} {text[:40]!r}: {answer.status_code}"] if answer.status_code >= 500 else []
    for user in (place.strangers["everything"], None):
        browser = client_of(user)
        browser.raise_request_exception = False
        for text in ("\x00", "🚗", "x" * 300):
            for url in fuzz.addresses(urls(), text):
                asked += 1
                answer = browser.get(url)
                wrong += [f"{url[:80]}: {answer.status_code}"] if answer.status_code >= 500 else []
    print(f"I5: {asked} addresses with garbage in {len(names)} filters of {len(met)} kinds of page")
    assert wrong == []


@pytest.mark.proof("M4")
def test_m4_what_is_no_number_comes_back_with_its_error(place: Place) -> None:
    """Every field for a number: an error and the form as it was filled in, or what was meant; never an accident."""
    known, wrong, met, tries = fuzz.known_numbers(), [], set(), 0
    others = [(view, next(ways(*form, 0, True))) for view, forms in place.forms.items() for form in forms]
    for view, one in [*right(place).items(), *others]:
        for name in fuzz.numbers_of(one.form, known):
            if (view, fuzz.kind_of(name)) in met:
                continue
            met.add((view, fuzz.kind_of(name)))
            for typed in fuzz.NO_NUMBERS:
                tries += 1
                if said := judged(one, name, typed):
                    wrong.append(f"{view} {name}={typed[:20]!r}: {said}")
    print(f"M4: {tries} tries on {len(met)} fields: {sorted(met)}")
    assert "\n".join(wrong) == ""
    assert known - {kind for _view, kind in met} == set()


def judged(one: Sent, name: str, typed: str) -> str:
    """What is wrong with the answer to `typed`; "" when nothing is."""
    pairs = [(key, value) for key, value in one.pairs if key != name] + [(name, typed)]
    one.walk.browser.raise_request_exception = False
    with undone():
        sent = replace(one, pairs=pairs)
        answer = sent.post(str(uuid.uuid4()))
        if answer.status_code >= 500:
            return str(answer.status_code)
        if answer.status_code in (200, 422):
            return fuzz.comes_back(answer.content.decode(), one.form, name, typed)
        typing = any(control.name == name and control.kind != "hidden" for control in one.form.fields)
        if not typing and one.walk.browser.session.get(REFUSAL_SESSION_KEY):
            return ""  # nobody types a tap's place: it is refused in words, and there is nothing to give back
        sensible = typed in fuzz.SENSIBLE or (typed == "-1" and name.startswith("reading-"))
        return "" if sensible else f"was taken ({answer.status_code} {answer.headers.get('Location')})"
