"""What nobody should send, and everybody may: garbage for forms, queries and addresses, and numbers that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import strategies as st

from servicedesk.customers.fields import OdometerField
from servicedesk.embedded.processes import CHECKOUT
from tests.proofs.pages import Form, Pairs, Reader

NASTY = (
    "\x00",
    "a\x00\x01\x1b\x7fb",
    "9" * 5_000,
    "長" * 2_000,
    "-1",
    "99999999999999999999",
    "1e30",
    "NaN",
    "１２",
    "٣",
    "²",
    "true",
    "null",
    "[]",
    '{"a": [1]}',
    "%s%n%(x)s{0}{x.__class__}{{ x }}{% x %}",
    "' OR 1=1; --",
    "<script>alert(1)</script>",
    "\u202e\u2028\ufeff\ufffe\U0010ffff",
    "2026-02-30",
    "0000-00-00T00:00",
    "9999-12-31T23:59:59.999999+14:00",
    "0001-01-01T00:00:00-14:00",
    "2026-11-24T14:00:00+99:99",
    "data:image/png;base64,AAAA",
    "../../../../etc/passwd",
    "//evil.example/",
    " ",
    "\r\n\r\nX: y",
)
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(str),
)
"""Anything that a request can carry (lone surrogates cannot be written in UTF-8)."""
NO_NUMBERS = ("-1", "1e30", "NaN", "-Infinity", "１２", "1,5", "", "9" * 4_301, "1_000", "0x1A", "½", "1.2.3", "--")
SENSIBLE = {"", "１２"}
"""What may also be understood: nothing where nothing is asked for, and the digits that Chinese keyboards write."""
FILES = cycle([b"", b"GIF89a\x00\x00", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"\x00" * 100, b"<svg/>"])
FILTER = re.compile(r"""request\.GET(?:\.get\(|\.getlist\(|\[)\s*["'](\w+)["']""")
Spoilt = list[tuple[str, Any]]


def filters() -> list[str]:
    """Every name that some view reads from its address, found in the sources."""
    views = [path for path in CHECKOUT.rglob("*view*.py") if ".venv" not in path.parts]
    views += [path for path in CHECKOUT.rglob("views/*.py") if ".venv" not in path.parts]
    found = {name for path in views for name in FILTER.findall(Path(path).read_text(encoding="utf-8"))}
    assert len(found) > 10, found
    return sorted(found)


def names_of(form: Form) -> list[str]:
    """Controls of `form` that carry something, without the key that makes it one request."""
    return [name for name in form.names if name not in {"request_key", "csrfmiddlewaretoken"}]


def wholly(form: Form, text: str) -> Spoilt:
    """`form` with `text` in every control, boxes and hidden ones too."""
    return [(name, text) for name in [*names_of(form), *(name for name, _value in form.buttons if name)]]


def with_file(form: Form, pairs: Spoilt) -> Spoilt:
    """`pairs`, and something that is no photo wherever one may be sent."""
    kept = [one.name for one in form.fields if one.kind == "file"]
    return [*(pair for pair in pairs if pair[0] not in kept), *((name, a_file()) for name in kept)]


def a_file() -> SimpleUploadedFile:
    """A file with a bad name and worse content."""
    return SimpleUploadedFile("..\\/\x00名.jpg\r\n", next(FILES), content_type="image/jpeg\x00")


def respelt(pairs: Pairs, changes: dict[str, str]) -> Pairs:
    """`pairs` with other values for some names; a name that was sent more than once is sent so again."""
    return [(name, changes.get(name, value)) for name, value in pairs]


def addresses(patterns: dict[str, Any], text: str) -> Iterator[str]:
    """Each address that takes an argument, with `text` where its pattern lets it in and a number beyond all rows."""
    for name, pattern in patterns.items():
        kinds = {key: type(converter).__name__ for key, converter in pattern.pattern.converters.items()}
        kwargs = {
            key: 10**30 if kind == "IntConverter" else text for key, kind in kinds.items() if kind != "UUIDConverter"
        }
        if kinds and len(kwargs) == len(kinds):
            try:
                yield reverse(name, kwargs=kwargs)
            except Exception:  # noqa: S112 - this pattern does not let it in
                continue


# ---- numbers -----------------------------------------------------------------------------------------------------


def kind_of(name: str) -> str:
    """A control's name without the row it belongs to."""
    return re.sub(r"\d+$", "", name)


def known_numbers() -> set[str]:
    """Fields of the house's forms that hold a number, by name."""
    kinds = (forms.IntegerField, forms.FloatField, OdometerField)  # DecimalField is an IntegerField

    def below(cls: type) -> Iterator[type]:
        for sub in cls.__subclasses__():
            yield sub
            yield from below(sub)

    ours = [cls for cls in below(forms.Form) if not cls.__module__.startswith(("django.", "tests.", "axes"))]
    return {name for cls in ours for name, one in cls.base_fields.items() if isinstance(one, kinds)}  # type: ignore[attr-defined]


def numbers_of(form: Form, known: set[str]) -> list[str]:
    """Names of the controls of `form` that ask for a number."""
    asked = {one.name for one in form.fields if one.digits and one.kind not in {"tel", "hidden"}}
    return [name for name in names_of(form) if name in asked | known]


def comes_back(text: str, sent: Form, name: str, typed: str) -> str:
    """What is wrong with a page that was shown instead of doing something: "" when it says why and has kept what was typed."""
    forms_there = [form for form in Reader(sent.url, text).forms if form.view == sent.view]
    kept = [one.value for form in forms_there for one in form.fields if one.name == name]
    if not re.search(r"invalid-feedback|is-invalid", text):
        return "no error is shown"
    if kept and typed not in kept and typed.strip() not in kept:
        return f"came back as {[value[:40] for value in kept]}"
    return "" if kept else "the form did not come back"
