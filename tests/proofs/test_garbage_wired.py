"""I5 and M4 in full: garbage over HTTP in every form, filter and address that a town's people meet; no accident in any log.

Short forms: tests/proofs/test_every_form.py.
"""

from __future__ import annotations

import random
import urllib.parse
import uuid
from typing import Any

import pytest
from django.urls import resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.proofs import fuzz
from tests.proofs.pages import Form, Pairs
from tests.proofs.place import by_view
from tests.proofs.test_every_form_wired import Town, filled, post
from tests.proofs.test_every_form_wired import town as town  # a fixture
from tests.proofs.walk import Walk
from tests.proofs.wire import Wire, signed_in
from tests.staff.test_access_matrix import urls

pytestmark = pytest.mark.prove
ROUNDS, CONTROLS, EXAMPLES = 2, 10, 500
TAKEN = {*fuzz.SENSIBLE, "-1"}
"""What a field may take; a reading may be below zero."""


def one_of_each(town: Town) -> list[tuple[Walk, Form]]:
    """Two forms of each kind, of different people where there are."""
    return [
        met for forms in by_view(town.walks).values() for met in (forms if len(forms) < 2 else [forms[0], forms[-1]])
    ]


def send(here: Walk, form: Form, pairs: Pairs) -> int:
    """Post; return the status. A broken connection is an accident too."""
    return post(here.browser.wire, form.url, pairs, str(uuid.uuid4())).status  # type: ignore[attr-defined]


def accidents(town: Town) -> list[str]:
    """What the web server's log says about accidents."""
    log = town.service.web.log
    assert log
    return [line for line in log.read_text(errors="replace").splitlines() if "Internal Server Error" in line]


@pytest.mark.proof("I5")
def test_i5_garbage_everywhere_is_answered(town: Town) -> None:
    forms, wrong, posts, chance = one_of_each(town), set(), 0, random.Random(5)
    for here, form in forms:
        right = filled(here, form, (form.buttons or [("", "")])[0])
        tries: list[Pairs] = [[], right * 3]
        tries += [
            [(name, str(value)) for name, value in fuzz.wholly(form, text)] for text in chance.sample(fuzz.NASTY, 4)
        ]
        names = sorted({name for name, _value in right})
        for name in chance.sample(names, min(CONTROLS, len(names))):
            tries += [fuzz.respelt(right, {name: text}) for text in chance.sample(fuzz.NASTY, ROUNDS)]
        for pairs in tries:
            posts += 1
            if (status := send(here, form, pairs)) >= 500:
                wrong.add(f"{form.view} as {here.who}: {status} of {str(pairs)[:300]}")
    assert sorted(wrong) == []

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def some_controls(data: st.DataObject) -> None:
        here, form = data.draw(st.sampled_from(forms))
        right = filled(here, form, data.draw(st.sampled_from(form.buttons or [("", "")])))
        names = sorted({name for name, _value in right}) or ["none"]
        changes = data.draw(st.dictionaries(st.sampled_from(names), fuzz.TEXTS, min_size=1))
        assert send(here, form, fuzz.respelt(right, changes)) < 500, (form.view, changes)

    some_controls()
    asked = filters_and_addresses(town, wrong)
    assert sorted(wrong) == []
    assert accidents(town) == []
    kinds = len({form.view for _here, form in forms})
    print(
        f"I5: {posts} + {EXAMPLES} posts to {kinds} kinds of form, {asked} addresses with garbage: none was an accident"
    )
    assert kinds > 60


def filters_and_addresses(town: Town, wrong: set[str]) -> int:
    """Every kind of page with garbage for each filter, every address with garbage in its place; returns how many."""
    met: dict[str, tuple[Any, str]] = {}
    for here in town.walks:
        met |= {resolve(urllib.parse.urlsplit(url).path).view_name: (here, url) for url in here.pages}
    names, asked = fuzz.filters(), 0
    for here, url in met.values():
        for text in fuzz.NASTY:
            asked += 1
            query = urllib.parse.urlencode(dict.fromkeys(names, text[:60]))
            answer = here.browser.wire.get(f"{urllib.parse.urlsplit(url).path}?{query}")
            if answer.status >= 500:
                wrong.add(f"{url} {text[:40]!r}: {answer.status}")
    for wire in (signed_in(town.service.port, "stranger"), Wire(town.service.port)):
        wire.cookies["sessionid"] = wire.cookies.get("sessionid", '"\\000\\000\\000\\000\\000\\000\\000\\000"')
        for text in ("\x00", "🚗", "x" * 300):
            for url in fuzz.addresses(urls(), text):
                asked += 1
                if (answer := wire.get(url)).status >= 500:
                    wrong.add(f"{url[:80]}: {answer.status}")
    return asked


@pytest.mark.proof("M4")
def test_m4_numbers_that_are_none_come_back(town: Town) -> None:
    known, wrong, met, tries = fuzz.known_numbers(), [], set(), 0
    for here, form in one_of_each(town):
        right = filled(here, form, next((button for button in form.buttons if not button[0]), ("", "")))
        for name in fuzz.numbers_of(form, known):
            typing = any(control.name == name and control.kind != "hidden" for control in form.fields)
            met.add((form.view, fuzz.kind_of(name)))
            for typed in sorted(fuzz.NO_NUMBERS, key=lambda typed: typed in TAKEN):  # what may be taken comes last
                tries += 1
                wire = here.browser.wire  # type: ignore[attr-defined]
                answer = post(wire, form.url, fuzz.respelt(right, {name: typed}), str(uuid.uuid4()))
                if answer.status >= 500:
                    wrong.append(f"{form.view} {name}={typed[:20]!r}: {answer.status}")
                elif answer.status in (200, 422) and (said := fuzz.comes_back(answer.text, form, name, typed)):
                    wrong.append(f"{form.view} {name}={typed[:20]!r}: {said}")
                elif answer.status == 302 and typing:
                    wrong += (
                        [] if typed in TAKEN else [f"{form.view} {name}={typed[:20]!r}: was taken, {answer.location}"]
                    )
                    break  # what the form was about is done
    assert "\n".join(wrong) == ""
    assert accidents(town) == []
    assert known - {kind for _view, kind in met} == set()
    print(f"M4: {tries} tries on {len(met)} fields for numbers: an error beside each, the form as it was filled in")
