"""What a row is called, in three languages."""

from django.db import models
from django.utils.translation import get_language

SUFFIXES = {"en": "en", "zh-hant": "zh_hant", "zh-hans": "zh_hans"}
"""Language code of settings.LANGUAGES → ending of the columns that hold its words."""


def suffix_of(language: str | None) -> str:
    """Return the column ending for `language`; an unknown language reads English."""
    return SUFFIXES.get((language or "en").lower(), "en")


def word_in(row: object, stem: str, language: str | None) -> str:
    """Return `row.<stem>_<language>`, or the English word where that translation is empty."""
    return getattr(row, f"{stem}_{suffix_of(language)}") or getattr(row, f"{stem}_en")


class Named(models.Model):
    """A row of reference data with its name in English, 繁體中文 and 简体中文."""

    name_en = models.CharField(max_length=200)
    name_zh_hant = models.CharField(max_length=200, blank=True)
    name_zh_hans = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Order in lists: the line of the source file.")
    active = models.BooleanField(
        default=True, help_text="Offered for new work. Old records keep pointing at retired rows."
    )
    basis = models.CharField(max_length=120, blank=True, help_text="S seen in a source, D derived, I our inference.")
    own = models.BooleanField(
        "kept by hand",
        default=False,
        help_text="Changed or added here: loading the supplied data leaves it alone. Untick to get the supplied values back.",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language."""
        return self.name_in(get_language())

    def name_in(self, language: str | None) -> str:
        """Return the name in `language` ("en", "zh-hant", "zh-hans")."""
        return word_in(self, "name", language)
