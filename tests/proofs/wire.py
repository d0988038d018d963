"""A browser that hides nothing: it follows no redirect, sends the headers it is told to, and may call from another address."""

from __future__ import annotations

import http.client
import http.cookies
import re
import urllib.parse
import uuid
from dataclasses import dataclass, field
from typing import Any

from servicedesk.staff.views import DEMO_PASSWORD

Pairs = list[tuple[str, str]]


@dataclass
class Answer:
    """What came back, as it came."""

    status: int
    headers: dict[str, str]
    text: str
    content: bytes = b""

    @property
    def location(self) -> str:
        """Where it sends us, as a path of this site; a foreign address stays whole."""
        return re.sub(r"^http://127\.0\.0\.1:\d+", "", self.headers.get("Location", ""))


@dataclass
class Wire:
    """One person's connection to the service, with his cookies.

    `address`: the loopback address he calls from. `patience`: seconds he waits for an answer.
    """

    port: int
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    patience: float = 30

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request and keep the cookies of the answer. Header names may be written with `_` for `-`."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=self.patience, source_address=(self.address, 0)
        )
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            given.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        try:
            connection.request(method, path, body, given)
            reply = connection.getresponse()
            content = reply.read()
        finally:
            connection.close()
        for header in reply.headers.get_all("Set-Cookie", []):
            for name, morsel in http.cookies.SimpleCookie(header).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.coded_value
        return Answer(reply.status, dict(reply.headers.items()), content.decode(errors="replace"), content)

    def get(self, path: str, **headers: str) -> Answer:
        """Open a page."""
        return self.send("GET", path, **headers)

    def post(self, path: str, values: dict[str, Any] | Pairs, *, key: str = "", **headers: str) -> Answer:
        """Send a form, with the token and a request key (`key` repeats an earlier one)."""
        if "csrftoken" not in self.cookies:
            self.get("/sign-in/")
        pairs = list(values.items()) if isinstance(values, dict) else values
        pairs = [("csrfmiddlewaretoken", self.cookies["csrftoken"]), ("request_key", key or str(uuid.uuid4())), *pairs]
        body = urllib.parse.urlencode(pairs).encode()
        return self.send("POST", path, body, Content_Type="application/x-www-form-urlencoded", **headers)

    def sign_in(self, user: str, password: str = DEMO_PASSWORD, **headers: str) -> Answer:
        """Sign in; the answer tells whether it worked (302)."""
        return self.post("/sign-in/", {"username": user, "password": password}, **headers)


def signed_in(port: int, user: str) -> Wire:
    """A wire on which `user` is signed in with the demo's password."""
    wire = Wire(port)
    assert wire.sign_in(user).status == 302, user
    return wire
