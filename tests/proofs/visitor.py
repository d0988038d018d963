"""A browser without scripts: follows links, keeps cookies, fills in the forms that the page offers."""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.fixtures.proof_of_work import solve

Pairs = list[tuple[str, str]]


@dataclass
class Form:
    """A form of a page with the values it would send untouched."""

    method: str
    action: str
    values: Pairs = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)  # radio buttons, tick boxes and options by name
    buttons: Pairs = field(default_factory=list)


class Reader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._select, self._options, self._area = "", [], ""  # type: ignore[var-annotated]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(a.get("method", "get").lower(), a.get("action", ""))
            self._by_id[a.get("id", "")] = self._form
            self.forms.append(self._form)
        form = self._by_id.get(a["form"]) if a.get("form") else self._form
        name = a.get("name", "")
        if form is None or (tag != "option" and (not name or "disabled" in a)):
            return
        if tag == "input" and a.get("type") in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(a.get("value", "on"))
            if "checked" in a:
                form.values.append((name, a.get("value", "on")))
        elif tag == "input" and a.get("type") not in {"submit", "button", "file", "image"}:
            form.values.append((name, a.get("value", "")))
        elif tag == "button":
            form.buttons.append((name, a.get("value", "")))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((a.get("value", ""), "selected" in a))
        elif tag == "textarea":
            self._area = name
            form.values.append((name, ""))

    def handle_data(self, data: str) -> None:
        """Note the text of a text area."""
        if self._area and self._form and self._form.values[-1][0] == self._area:
            self._form.values[-1] = (self._area, self._form.values[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select" and self._form and self._options:
            picked = [value for value, chosen in self._options if chosen] or [self._options[0][0]]
            self._form.values.append((self._select, picked[0]))
            self._form.choices[self._select] = [value for value, _ in self._options]
            self._select = ""


@dataclass
class Page:
    """What came back."""

    url: str
    status: int
    text: str

    def form(self, action: str = "") -> Form:
        """Return the POST form whose action contains `action`; without one, the page's own largest."""
        forms = [form for form in Reader(self.text).forms if form.method == "post" and action in form.action]
        own = [form for form in forms if action or not form.action.startswith(("/language", "/centre", "/sign-out"))]
        assert own, f"no form {action!r} on {self.url} ({self.status})"
        return max(own, key=lambda form: len(form.values) + len(form.choices))


def last_step(page: Page) -> dict[str, str]:
    """What the last page of the public booking form sends by itself, beside the tokens that every form has.

    Whatever else that page asks of a browser is answered here, for all proofs that book: its proof of work.
    """
    kept = {"csrfmiddlewaretoken", "request_key"}
    values = {name: value for name, value in page.form().values if name and name not in kept}
    return values | {"proof": solve(page.text)} if "data-challenge" in page.text else values


class Visitor:
    """One person's browser. A connection that breaks raises OSError, as for a person."""

    def __init__(self, base: str, timeout: float = 30) -> None:
        self.base, self.timeout = base, timeout
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.still = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), Still())

    def get(self, path: str) -> Page:
        """Open a page."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, path)))  # noqa: S310

    def post(self, path: str, values: Pairs) -> Page:
        """Send a form and follow where it leads."""
        data = urllib.parse.urlencode(values).encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.base, path), data, {"Referer": self.base})  # noqa: S310
        return self._open(request)

    def fill(self, page: Page, *, action: str = "", **values: str | list[str]) -> Page:
        """Fill in the form of `page` and send it."""
        form = page.form(action)
        pairs = [(name, value) for name, value in form.values if name not in values]
        for name, value in values.items():
            pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        return self.post(urllib.parse.urljoin(page.url, form.action or page.url), pairs)

    def act(self, path: str, *, key: str = "", **values: str | list[str]) -> Page:
        """Send what the form at `path` would send, without opening it first and without following the answer.

        `key` repeats an earlier request, as the back button does.
        """
        if not self.cookie("csrftoken"):
            self.get("/sign-in/")
        pairs = [("csrfmiddlewaretoken", self.cookie("csrftoken")), ("request_key", key or str(uuid.uuid4()))]
        for name, value in values.items():
            pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        data = urllib.parse.urlencode(pairs).encode()
        url = urllib.parse.urljoin(self.base, path)
        return self._open(urllib.request.Request(url, data, {"Referer": self.base}), follow=False)  # noqa: S310

    def cookie(self, name: str) -> str:
        """Return the value of a cookie, or nothing."""
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == name), "")

    def sign_in(self, user: str) -> None:
        """Sign in with the demo's password."""
        page = self.fill(self.get("/sign-in/"), username=user, password="demo")
        assert page.status == 200, page.text[:500]
        assert "/sign-in/" not in page.url, "not signed in"

    def _open(self, request: urllib.request.Request, *, follow: bool = True) -> Page:
        opener = self.opener if follow else self.still
        try:
            with opener.open(request, timeout=self.timeout) as answer:
                return Page(answer.url, answer.status, answer.read().decode(errors="replace"))
        except urllib.error.HTTPError as error:
            with error:
                where = error.headers.get("Location", error.url) if error.code in {301, 302, 303} else error.url
                return Page(where, error.code, error.read().decode(errors="replace"))


class Still(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what a form led to is read from its answer."""

    def redirect_request(self, *_: object) -> None:
        """Stay."""
