"""Where green ends and red begins on a measured item: limits read from words, checked, and applied to a value.

Values are kept to two decimals; so "over 3.0" begins at 3.01, and no value falls between two colours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

STEP = Decimal("0.01")
"""The finest difference that is recorded."""
GREEN, AMBER, RED = "green", "amber", "red"
NUMBER = r"(-?\d+(?:\.\d+)?)"
WORDS = (
    (rf"over {NUMBER}", lambda low: (low + STEP, None)),
    (rf"under {NUMBER}", lambda high: (None, high - STEP)),
    (rf"{NUMBER} or more", lambda low: (low, None)),
    (rf"{NUMBER} or less", lambda high: (None, high)),
    (rf"{NUMBER} to {NUMBER}", lambda low, high: (low, high)),
)
"""How the supplied lists write a range → its inclusive ends, None being open."""
Range = tuple[Decimal | None, Decimal | None]


def range_of(words: str) -> Range | None:
    """The ends of a range in words ("1.6 to 3.0"), or None when the words are not one."""
    for pattern, ends in WORDS:
        if found := re.fullmatch(pattern, words.strip()):
            low, high = ends(*map(Decimal, found.groups()))
            return low, high
    return None


@dataclass(frozen=True)
class Limits:
    """Green and amber with inclusive ends, None being open; red is all the rest. No end at all: nothing is measured.

    A value on an end that both share is green.
    """

    green_from: Decimal | None = None
    green_to: Decimal | None = None
    amber_from: Decimal | None = None
    amber_to: Decimal | None = None

    @property
    def measured(self) -> bool:
        """Whether a value is measured at all."""
        return self.green_from is not None or self.green_to is not None

    @property
    def has_amber(self) -> bool:
        """Whether there is anything between green and red."""
        return self.amber_from is not None or self.amber_to is not None

    def verdict_of(self, value: Decimal) -> str:
        """green, amber or red: what `value`, rounded as it is recorded, means."""
        value = value.quantize(STEP, ROUND_HALF_UP)
        if _within(value, self.green_from, self.green_to):
            return GREEN
        return AMBER if self.has_amber and _within(value, self.amber_from, self.amber_to) else RED

    def faults(self) -> list[str]:
        """What is wrong with the limits, as sentences for the person who sets them; empty when nothing is."""
        if not self.measured:
            return [_("Say where green begins or ends, or leave all four limits empty.")] if self.has_amber else []
        if _backwards(self.green_from, self.green_to) or _backwards(self.amber_from, self.amber_to):
            return [_("“From” cannot be higher than “to”.")]
        if not self.has_amber:
            return []
        above = self.green_from is not None and self.amber_to is not None and self.amber_to <= self.green_from
        below = self.green_to is not None and self.amber_from is not None and self.amber_from >= self.green_to
        if above:
            gap = self.green_from - self.amber_to > STEP  # type: ignore[operator]
        elif below:
            gap = self.amber_from - self.green_to > STEP  # type: ignore[operator]
        else:
            return [_("Green and amber overlap: let amber end where green begins, or begin where green ends.")]
        if gap:
            return [_("Between green and amber there is a gap: a value in it would be red. Let them meet.")]
        return []


def _within(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _backwards(low: Decimal | None, high: Decimal | None) -> bool:
    return low is not None and high is not None and low > high


def limits_of(green: str, yellow: str, red: str) -> Limits:
    """Read the limits of a supplied item from its words; without any where the words are not ranges.

    Amber reaches from green to red, also where the words leave a crack ("60 to 79", "80 or more"); where amber and red
    name the same value, it is red.
    """
    good, middle = range_of(green), range_of(yellow)
    reds = [range_of(each) for each in red.split(" or over ")] if " or over " in red else [range_of(red)]
    bad = reds[0] or range_of(red)
    if good is None or middle is None or bad is None:
        return Limits()
    low, high = middle
    if good[0] is not None and (good[1] is None or bad[1] is not None):  # the more, the better: amber lies below green
        high = good[0] - STEP
        low = bad[1] + STEP if bad[1] is not None else low
    elif good[1] is not None:  # the less, the better
        low = good[1] + STEP
        high = bad[0] - STEP if bad[0] is not None else high
    return Limits(good[0], good[1], low, high)
