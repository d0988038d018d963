"""Reads pages as a person does: which links lead on, which forms can be sent, and what one would type into them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

Pairs = list[tuple[str, str]]
KNOWN = (
    ("phone", "0912345678"),
    ("contact", "0912345678"),
    ("email", "walker@example.com"),
    ("plate", "WLK-0001"),
    ("odometer", "50000"),
    ("reading", "3"),
)
"""What to type into a control whose name contains the first."""
SHELL = {"staff:set_language", "staff:set_centre", "staff:sign_out", "staff:sign_in"}
"""Forms of the frame around each page: they take no request key, since doing them twice is doing them once."""


@dataclass
class Field:
    """One control of a form, with what it offers."""

    name: str
    kind: str
    value: str = ""
    checked: bool = False
    required: bool = False
    low: str = ""
    digits: bool = False
    options: Pairs = field(default_factory=list)  # (value, "selected" or "")


@dataclass
class Form:
    """A form that posts, where it stands, and its buttons."""

    page: str
    action: str
    fields: list[Field] = field(default_factory=list)
    buttons: Pairs = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it posts to."""
        return urljoin(self.page, self.action or self.page)

    @property
    def view(self) -> str:
        """Name of the URL it posts to."""
        return view_of(self.url)

    @property
    def names(self) -> list[str]:
        """Names of its controls, each once."""
        return list(dict.fromkeys(one.name for one in self.fields))

    def sent(self, button: tuple[str, str] | None, *, all_boxes: bool, offset: int = 0) -> Pairs:
        """What a person would send: what is there, the offered choice where something must be chosen, sample words."""
        pairs: Pairs = [] if button is None or not button[0] else [button]
        done: set[str] = set()
        for one in self.fields:
            if one.kind == "checkbox":
                first = one.name not in done
                if one.checked or all_boxes or (one.required and first):
                    pairs.append((one.name, one.value))
            elif one.kind == "radio":
                offered = [other.value for other in self.fields if other.name == one.name and other.kind == "radio"]
                checked = [o.value for o in self.fields if o.name == one.name and o.kind == "radio" and o.checked]
                if one.name not in done:
                    pairs.append((one.name, (checked or offered[offset % len(offered) :])[0]))
            elif one.kind == "select":
                chosen = [value for value, mark in one.options if mark and value]
                offered = [value for value, _mark in one.options if value]
                if chosen or offered:
                    pairs.append((one.name, (chosen or offered[offset % len(offered) :])[0]))
            elif one.kind not in {"file", "submit", "button", "image"}:
                pairs.append((one.name, one.value.strip() or sample(one)))
            done.add(one.name)
        return pairs


def sample(one: Field) -> str:
    """Something to type into an empty control."""
    tomorrow = dt.date(2026, 11, 25)
    by_kind = {
        "date": tomorrow.isoformat(),
        "datetime-local": f"{tomorrow}T15:00",
        "time": "15:00",
        "email": "walker@example.com",
        "tel": "0912345678",
        "number": one.low or "1",
        "hidden": "",
        "search": "",
    }
    for part, text in KNOWN:
        if part in one.name and one.kind in {"text", "number"}:
            return text
    return by_kind.get(one.kind, "走遍每一頁")


class Reader(HTMLParser):
    """Collects links and posting forms of a page."""

    def __init__(self, page: str, text: str) -> None:
        super().__init__()
        self.page = page
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._form: Form | None = None
        self._select: Field | None = None
        self._area: Field | None = None
        self._waiting: list[tuple[str, Field]] = []
        self.feed(text)
        for owner, one in self._waiting:
            if owner in self._by_id:
                self._by_id[owner].fields.append(one)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links, forms and controls."""
        a = {name: value or "" for name, value in attrs}
        for name in ("href", "hx-get", "src"):
            if a.get(name) and tag in {"a", "div", "section", "img", "iframe", "object", "embed", "button", "form"}:
                self.links.append(urljoin(self.page, a[name]))
        if tag == "form" and a.get("method", "get").lower() == "post":
            self._form = Form(self.page, a.get("action", ""))
            self._by_id[a.get("id", "")] = self._form
            self.forms.append(self._form)
        elif tag == "option" and self._select is not None:
            self._select.options.append((a.get("value", ""), "selected" if "selected" in a else ""))
        elif tag in {"input", "select", "textarea", "button"} and "disabled" not in a:
            self._control(tag, a)

    def _control(self, tag: str, a: dict[str, str]) -> None:
        kind = a.get("type", "text") if tag == "input" else tag
        value = a.get("value", "on" if kind in {"checkbox", "radio"} else "")
        one = Field(a.get("name", ""), kind, value, "checked" in a, "required" in a, a.get("min", ""))
        one.digits = kind == "number" or a.get("inputmode") in {"numeric", "decimal"}
        if tag == "button" or kind == "submit":
            form = self._by_id.get(a.get("form", "")) if a.get("form") else self._form
            if form is not None and a.get("formaction"):
                self.forms.append(Form(self.page, a["formaction"], form.fields, [(one.name, a.get("value", ""))]))
            elif form is not None and a.get("type", "submit") == "submit":
                form.buttons.append((one.name, a.get("value", "")))
            return
        self._select = one if tag == "select" else None
        self._area = one if tag == "textarea" else None
        if not one.name:
            return
        if a.get("form"):
            self._waiting.append((a["form"], one))
        elif self._form is not None:
            self._form.fields.append(one)

    def handle_data(self, data: str) -> None:
        """Keep the text of a text area."""
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None


def view_of(url: str) -> str:
    """Name of the view behind a local address; "" when there is none."""
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


def local(url: str) -> str:
    """The path and query of a local address; "" of everything else (files, other sites, mail and telephone links)."""
    parts = urlsplit(url)
    if (parts.scheme and parts.scheme != "http") or (
        parts.netloc and not re.match(r"(testserver|127\.)", parts.netloc)
    ):
        return ""
    if not parts.path.startswith("/") or parts.path.startswith(("/static/", "/admin/")):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
