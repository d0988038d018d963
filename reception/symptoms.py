"""What is asked about a fault (M2.1-c): the codes of the answers, and the one line in which people read them.

The questions are those of the telephone form; a booking keeps only the line, so the line can be read back into codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import override

from appointments.offers import HowOften, Moment, Speed, Temperature
from servicedesk.staff.formats import joined

MOMENTS = [choice for choice in Moment if choice not in (Moment.SLOW, Moment.FAST)]
"""When it happens. How fast is asked by itself."""
QUESTIONS: dict[str, list[TextChoices]] = {
    "moments": [*MOMENTS],
    "how_often": [*HowOften],
    "temperature": [*Temperature],
    "speed": [*Speed],
}
"""Each question's field and its answers. No code stands in two of them."""
ANSWERS = {choice.value: choice for choices in QUESTIONS.values() for choice in choices}
LONGEST = 200
BETWEEN = re.compile(r"\s*[、，,;；]\s*")


def line_of(signs: Iterable[str], language: str, more: str = "") -> str:
    """The answers as one line in `language`, after what else was said."""
    with override(language):
        told = [str(ANSWERS[sign].label) for sign in signs if sign in ANSWERS]
        return joined([more.strip(), *told] if more.strip() else told)[:LONGEST]


def told_in(line: str) -> tuple[list[str], str]:
    """The codes whose words stand in a line of any of our languages, and the rest of it as it was written."""
    codes: list[str] = []
    rest: list[str] = []
    for words in filter(None, BETWEEN.split(line.strip())):
        code = _words().get(words.lower())
        if code is None:
            rest.append(words)
        elif code not in codes:
            codes.append(code)
    if not codes:
        return [], line.strip()
    return codes, ("、" if "、" in line else ", ").join(rest)


def of_question(field: str, signs: Iterable[str]) -> list[str]:
    """Those of `signs` that answer one question."""
    own = {choice.value for choice in QUESTIONS[field]}
    return [sign for sign in signs if sign in own]


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {str(choice.label).lower(): code for code, choice in ANSWERS.items()}
    return found
