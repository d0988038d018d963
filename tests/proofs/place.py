"""The place where every form is tried: two towns, everybody's walk through the first, and each form sent twice."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from servicedesk.staff.models import HandledRequest, ServiceCentre
from servicedesk.staff.repeats import REFUSAL_SESSION_KEY
from servicedesk.staff.roles import Role
from tests.fixtures.people import make_centre, make_user
from tests.fixtures.pictures import picture, upload
from tests.proofs import town as towns
from tests.proofs.pages import Form, Pairs
from tests.proofs.walk import Walk, fingerprint, undone, walk

TRIES = 40
"""Forms of one view that are tried until two were accepted."""
VALUES: dict[tuple[str, str], str] = {
    ("appointments:new", "override"): "主管同意",
    ("reception:extra", "price"): "480",
    ("reception:line_change", "part"): "P-OIL-5W30",
    ("reception:line_change", "quantity"): "1",
}
"""What a person must know to fill in a form: by view and control."""
MOST = {("appointments:offer", "times"): 2}
"""How many boxes of a control he ticks, where the form says so."""

PICTURES = {"reception:photo_add": "file", "reception:line_photos": "file"}
"""Forms that are nothing without a photo, and the control it goes into."""


class Place:
    """Two towns and everybody's walk through the first."""

    def __init__(self) -> None:
        self.here = self.make("NH", "台北內湖廠", "AAA")
        self.walks = walk(self.here)
        there = make_centre("KH", "高雄前鎮廠")
        everything = make_user("stranger", "外人", there, *Role.values)
        self.strangers = {"everything": everything, "advisor": make_user("stranger2", "外人二", there, Role.ADVISOR)}

    @cached_property
    def forms(self) -> dict[str, list[tuple[Walk, Form]]]:
        """What was met, by the view it posts to."""
        return by_view(self.walks)

    @cached_property
    def tried(self) -> Tried:
        """Every kind of form sent twice, until two of a kind were accepted."""
        tried, before = Tried(), fingerprint()
        for view, forms in self.forms.items():
            done: list[Sent] = []
            tries = 0
            for way in WAYS:
                for here, form in forms:
                    for sent in ways(here, form, *way):
                        if tries < TRIES and len(done) < 2:
                            tries += 1
                            tried.wrong += twice(sent, before)
                            done += [sent] if sent.outcome != "said no" else []
            tried.accepted += [sent for sent in done if sent.outcome == "done"]
            tried.never += [] if done else [view]
        return tried

    @staticmethod
    def make(code: str, name: str, prefix: str) -> towns.Town:
        centre: ServiceCentre = make_centre(code, name)
        roles = {role: role for role in Role.values} | {"technician2": "technician", "technician3": "technician"}
        who = {
            key: make_user(f"{prefix}{key}", f"{prefix} {key}", centre, role, skill=5) for key, role in roles.items()
        }
        return towns.build(centre, who, prefix)


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
        if wanted := PICTURES.get(self.form.view):
            data[wanted] = [upload(picture((64, 48)))]  # type: ignore[list-item]
        return self.walk.browser.post(self.form.url, {**data, "request_key": key})


@dataclass
class Tried:
    """What came of sending the town's forms."""

    accepted: list[Sent] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)


WAYS = ((0, True), (0, False), (1, True), (2, False))
"""How a person might fill in a form: which of the offered choices, and all boxes or only what is asked for."""


def ways(walk: Walk, form: Form, offset: int, all_boxes: bool) -> Iterator[Sent]:
    """`form` filled in that way, once for each of its buttons."""
    for button in form.buttons or [("", "")]:
        pairs = form.sent(button, all_boxes=all_boxes, offset=offset)
        own = {name: value for (view, name), value in VALUES.items() if view == form.view}
        pairs = [(name, own.pop(name, value)) for name, value in pairs]
        for (view, name), most in MOST.items():
            ticked = [pair for pair in pairs if pair[0] == name] if view == form.view else []
            pairs = [pair for pair in pairs if pair not in ticked[most:]]
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
