"""The demonstration's words by language, and one way to choose among them."""

from __future__ import annotations

import random
from types import ModuleType
from typing import NamedTuple

from servicedesk.demo.words import en, zh_hans, zh_hant

BY_LANGUAGE: dict[str, ModuleType] = {"zh-hant": zh_hant, "zh-hans": zh_hans, "en": en}


class Told(NamedTuple):
    """What is said and written about one case."""

    words: str
    symptoms: str
    finding: str
    cause: str
    correction: str


def concern(case: str, language: str) -> Told:
    """The words of a case in a language."""
    return Told(*BY_LANGUAGE[language].CONCERNS[case])


def phrase(occasion: str, language: str, chance: random.Random) -> str:
    """One of the things people write on an occasion."""
    choices: list[str] = BY_LANGUAGE[language].PHRASES[occasion]
    return chance.choice(choices)


def problem(language: str, chance: random.Random) -> tuple[str, str, str, str]:
    """Department, problem, solution, and what the customer said on the telephone."""
    found: tuple[str, str, str, str] = chance.choice(BY_LANGUAGE[language].PROBLEMS)
    return found


def solution_to(text: str, language: str, chance: random.Random) -> str:
    """What the department did about a problem; an answer that fits any when the words are a visitor's own."""
    known: dict[str, str] = {row[1]: row[2] for row in BY_LANGUAGE[language].PROBLEMS}
    return known.get(text) or phrase("opinion_answer", language, chance)


def complaint(category: str, language: str) -> tuple[str, ...]:
    """Matter, reason, wish, kind of cause, cause, responsibility, remedy, prevention, answer, the complainant's word."""
    cases: dict[str, tuple[str, ...]] = BY_LANGUAGE[language].COMPLAINTS
    return cases.get(category) or next(iter(cases.values()))
