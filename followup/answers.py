"""How the questions of a call are answered: each point of a rule's focus has the kind of answer that fits it (M7.2-a)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from servicedesk.catalogue.models import FollowUpRule

FINE = [("yes", gettext_lazy("Fine")), ("no", gettext_lazy("Not right"))]
YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
TOLD = [("yes", gettext_lazy("Told")), ("no", gettext_lazy("Not told"))]
CHOICES: dict[str, list[tuple[str, Any]]] = {"fine": FINE, "yes": YES_NO, "no": YES_NO, "told": TOLD, "text": []}
TROUBLE = {"fine": "no", "yes": "no", "no": "yes"}
"""The answer that means that something is not right."""
ASKED = "asked"
BETWEEN = re.compile(r"[,、，;；]")


@dataclass(frozen=True)
class Point:
    """One question of a rule: what about, and which kind of answer fits."""

    about: str
    kind: str

    def check(self, answer: str) -> dict[str, Any]:
        """What is kept of the answer."""
        return {"about": self.about, "kind": self.kind, "answer": answer, "fine": answer != TROUBLE.get(self.kind)}


def points_of(rule: FollowUpRule) -> list[Point]:
    """What the rule wants asked, one by one, in the active language; without what every call asks anyway."""
    abouts = [about.strip() for about in BETWEEN.split(rule.focus) if about.strip()]
    kinds = rule.answers.split(",") if rule.answers else []
    kinds += ["fine"] * (len(abouts) - len(kinds))
    rows = zip(abouts, kinds, strict=False)
    return [Point(f"{about[:1].upper()}{about[1:]}", kind) for about, kind in rows if kind != ASKED]


def in_words(check: dict[str, Any]) -> Any:
    """A kept answer as people read it. Older ones have no kind: they were fine or not."""
    kind = check.get("kind", "fine")
    answer = check.get("answer", "yes" if check.get("fine") else "no")
    return dict(CHOICES.get(kind, FINE)).get(answer, answer)
