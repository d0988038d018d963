"""The house that booking is measured in: its web server, bare Django's beside it, and whoever sits at the telephone."""

from __future__ import annotations

import datetime as dt
import http.client
import itertools
import os
import secrets
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from typing import Any

import django

from bench.house import free_port, stack
from servicedesk.embedded.processes import Child

CLIENTS, RACERS = 8, 50
SERVICE = "MNT-020"
TOKEN = "b" * 32


class Booth:
    """The house with its web server, bare Django's beside it, and whoever sits at the telephone."""

    def __init__(self) -> None:
        self.stack = stack("booking")
        self.bare_port = free_port()
        self.bare = Child("bare", self.gunicorn("bench.bare", 2, self.bare_port), env={}, patience=10)
        self.bare.log = self.stack.logs / "bare.log"

    def gunicorn(self, app: str, workers: int, port: int) -> list[Any]:
        """The house's own command with another application, number of workers and port."""
        words = [app if word == "servicedesk.wsgi" else word for word in self.stack._gunicorn()]
        words[words.index("--workers") + 1] = str(workers)
        words[words.index("--bind") + 1] = f"127.0.0.1:{port}"
        return words

    def serve(self, app: str, workers: int) -> None:
        """(Re)start the web server as `app` with so many workers."""
        self.stack.web.stop()
        self.stack.web.command = self.gunicorn(app, workers, self.stack.port)
        self.stack.start_web()
        self.stack.wait_for_web()

    def start(self) -> None:
        """Servers, schema, both web servers, and Django here. No worker: it would run in the measured time."""
        for step in (self.stack.start_servers, self.stack.prepare):
            step()
        os.environ.update(self.stack.environment() | {"LOG_LEVEL": "CRITICAL"})
        self.bare.env = self.stack.environment()
        django.setup()
        self.serve("servicedesk.wsgi", 2)
        self.bare.start()

    def stop(self) -> None:
        """All of it."""
        self.bare.stop()
        self.stack.stop()

    def busy(self, server: Child) -> list[int]:
        """The processes that work for `server`: itself and the database."""
        assert server.process
        assert self.stack.postgres
        assert self.stack.postgres.child.process
        return [server.process.pid, self.stack.postgres.child.process.pid]

    def sql(self, command: str) -> str:
        """Run `command` as the database's owner of owners."""
        assert self.stack.postgres
        return self.stack.postgres.psql(command, database="servicedesk")


def world() -> tuple[Any, Any]:
    """The two centres: one to book at, full of history, and one with a single place a time; with their advisors."""
    from bench.history import write
    from servicedesk.demo.centres import make_centre
    from servicedesk.staff.models import OpeningHours, ServiceCentre, User

    centre = make_centre()
    race = ServiceCentre.objects.filter(code="RC").first()
    if race is None:
        race = ServiceCentre.objects.create(
            code="RC", name="賽道", address="示範路1號", phone="+886255500188", region="tw", reception_places=1
        )
        for weekday in range(6):
            OpeningHours.objects.create(centre=race, weekday=weekday, opens="08:30", closes="18:30")
        staff(centre, "desk", CLIENTS)
        staff(race, "racer", RACERS)
        for place in (centre, race):
            staff(place, f"hands{place.pk}x", 4, role="technician", skill_level=5)
    print(write(centre, User.objects.get(username="desk1")), flush=True)
    return centre, race


def staff(centre: Any, name: str, number: int, *, role: str = "advisor", **values: Any) -> None:
    """Make `number` people of a role."""
    from servicedesk.staff.models import Membership, Shift, User

    for n in range(1, number + 1):
        user = User.objects.create(username=f"{name}{n}", display_name=f"{name} {n}", **values)
        Membership.objects.create(user=user, centre=centre, role=role)
        for weekday in range(6):
            Shift.objects.create(user=user, centre=centre, weekday=weekday, starts="08:30", ends="18:30")


def cookies(name: str, number: int) -> list[str]:
    """Signed-in sessions of these people."""
    from django.conf import settings
    from django.test import Client

    from servicedesk.staff.models import User

    found = []
    for n in range(1, number + 1):
        browser = Client()
        browser.force_login(User.objects.get(username=f"{name}{n}"), settings.AUTHENTICATION_BACKENDS[-1])
        found.append(f"sessionid={browser.cookies['sessionid'].value}; csrftoken={TOKEN}; language=zh-hant")
    return found


def telephone(starts_at: Any) -> dict[str, Any]:
    """The form of an advisor on the telephone: somebody new, one service, this time."""
    n = secrets.randbelow(10**8)
    return {
        "csrfmiddlewaretoken": TOKEN,
        "request_key": str(uuid.uuid4()),
        "source": "phone",
        "plate": f"N{n:08}",
        "model": "TOY-RAV",
        "name": f"客{n}",
        "honorific": "mr",
        "phone": f"+8869{n:08}",
        "channel": "sms",
        "language": "zh-hant",
        "concern": "怠速會抖",
        "operations": SERVICE,
        "date": f"{starts_at:%F}",
        "starts_at": starts_at.isoformat(),
    }


class Desk:
    """One person's kept connection."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.path = path
        self.headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}

    def post(self, form: dict[str, Any]) -> tuple[int, float, str]:
        """Send; status, ms, and the page when there is one."""
        body, began = urllib.parse.urlencode(form), time.perf_counter()
        self.line.request("POST", self.path, body, self.headers)
        answer = self.line.getresponse()
        text = answer.read().decode()
        return answer.status, (time.perf_counter() - began) * 1000, text


def times_ahead(centre: Any, start: int = 0) -> Iterator[dt.datetime]:
    """The centre's times of the coming weeks, one of each day before the second of any, over and over."""
    from bench.history import times

    dates = [centre.today() + dt.timedelta(days=n) for n in range(1, 57)]
    return itertools.islice(
        itertools.cycle(sorted(times(centre, dates), key=lambda at: (at.minute, at.hour, at))), start, None
    )
