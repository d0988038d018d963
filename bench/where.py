"""Where the time of a booking goes: for `python -m bench.booking where`."""

from __future__ import annotations

import cProfile
import io
import itertools
import pstats
import time
from collections import Counter
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

TIMES, DEAREST = 60, 45


def where(forms: Any, user: Any) -> None:
    """Book in this process: queries by kind, CPU, and the functions that take most of it, callees included."""
    from django.conf import settings

    desk, url = Client(), reverse("appointments:new")
    desk.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
    for _ in range(5):
        assert desk.post(url, forms()).status_code == 302
    with CaptureQueriesContext(connection) as queries:
        desk.post(url, forms())
    kinds = Counter(query["sql"].split()[0] for query in queries)
    spent = sum(float(query["time"]) for query in queries) * 1000
    print(f"\n{len(queries)} statements, {spent:.1f} ms in them: {dict(kinds)}")
    used = time.process_time()
    for _ in range(TIMES):
        desk.post(url, forms())
    print(f"CPU of this process for one: {(time.process_time() - used) * 1000 / TIMES:.1f} ms")
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(TIMES):
        desk.post(url, forms())
    profile.disable()
    told = io.StringIO()
    stats = pstats.Stats(profile, stream=told).sort_stats("cumulative")
    stats.print_stats(r"/(appointments|servicedesk|django/(db/models/(query|base)|forms|template)|psycopg)/", DEAREST)
    lines = itertools.dropwhile(lambda line: "ncalls" not in line, told.getvalue().splitlines())
    print("\n".join(line for line in lines if line.strip()))
