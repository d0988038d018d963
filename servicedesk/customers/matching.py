"""Plates, phone numbers and VINs in the one form in which they are compared.

`plate_key` and the generated column `Vehicle.plate_key` follow the same rule: full-width folded, upper case, no
separators. Change them together.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import phonenumbers
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from servicedesk.staff.models import ServiceCentre

PLATE_SEPARATORS = "[-\\s_./\\\\·•・‧∙⋅‐‒–—―−:,'\"()]+"
PHONE_REGIONS = {"tw": "TW", "cn": "CN"}
"""Region of a centre → country whose national notation its staff and customers type; elsewhere the +code is needed."""


def plate_key(plate: str) -> str:
    """Return `plate` as it is compared: "ａbc－1234" and "ABC 1234" are both "ABC1234"."""
    return re.sub(PLATE_SEPARATORS, "", unicodedata.normalize("NFKC", plate)).upper()


class Normalised(models.Func):
    """SQL's `normalize(text, NFKC)`."""

    template = "normalize(%(expressions)s, NFKC)"
    output_field = models.CharField()


def plate_key_expression(column: str) -> Upper:
    """Return the same rule as `plate_key`, as SQL over `column`."""
    return Upper(
        models.Func(
            Normalised(models.F(column)),
            models.Value(PLATE_SEPARATORS),
            models.Value(""),
            models.Value("g"),
            function="regexp_replace",
            output_field=models.CharField(),
        )
    )


def phone_key(phone: str, centre: ServiceCentre | None = None) -> str:
    """Return `phone` in E.164 ("0912-345-678" at a Taiwan centre is "+886912345678"), or "" when it is no number."""
    text = unicodedata.normalize("NFKC", str(phone)).strip()
    region = PHONE_REGIONS.get(centre.region) if centre else None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def digits_of(text: str) -> str:
    """Return the digits in `text`, full-width ones folded."""
    return re.sub("[^0-9]", "", unicodedata.normalize("NFKC", text))


def vin_key(vin: str) -> str:
    """Return `vin` as it is compared: upper case, no separators, full-width folded."""
    return re.sub("[^0-9A-Z]", "", unicodedata.normalize("NFKC", vin).upper())


def vin_warning(vin: str) -> str:
    """Return what looks wrong with `vin`, or "". It never blocks: old, European and Chinese VINs break the rules.

    The check digit is asked of North American VINs only; nobody else keeps it.
    """
    if not vin:
        return ""
    if len(vin) != 17:
        return _("The VIN has %(count)s characters instead of 17. Compare it with the registration document.") % {
            "count": len(vin)
        }
    if set(vin) & set("IOQ"):
        return _("A VIN never contains I, O or Q. Compare it with the registration document.")
    from vininfo import Vin  # its country tables cost 5 ms and 2 MB: only for those who ask

    if vin[0] in "12345" and not Vin(vin).verify_checksum():
        return _("The VIN's check digit does not fit. Compare it with the registration document.")
    return ""
