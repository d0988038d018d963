"""What a row is called, in three languages."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

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

    name_en = models.CharField(_("Name in English"), max_length=200)
    name_zh_hant = models.CharField(_("Name in Traditional Chinese"), max_length=200, blank=True)
    name_zh_hans = models.CharField(_("Name in Simplified Chinese"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(
        _("Position"), default=0, help_text=_("Order in lists: the line of the source file.")
    )
    active = models.BooleanField(
        _("In use"), default=True, help_text=_("Offered for new work. Old records keep pointing at retired rows.")
    )
    basis = models.CharField(
        _("Basis"), max_length=120, blank=True, help_text=_("S seen in a source, D derived, I our inference.")
    )
    own = models.BooleanField(
        _("Kept by hand"),
        default=False,
        help_text=_(
            "Changed or added here: loading the supplied data leaves it alone. Untick to get the supplied values back."
        ),
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
