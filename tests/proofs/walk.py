"""Walks a town as each of its people: every page they can reach, every form they could send."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve

from tests.fixtures.people import Person, client_of
from tests.proofs.pages import SHELL, Form, Reader, local, view_of
from tests.proofs.town import Town

STILL = {"admin", "axes", "contenttypes", "auth", "sessions"}
"""Apps whose tables no form of the house changes, or which keep sessions."""
CHECKLISTS = {
    f"catalogue:{page}" for page in ("checklist", "add", "preview", "item", "retire", "restore", "move", "move_group")
}
"""Pages about rows of the whole house: every centre's managers keep its checklists."""
PER_VIEW = 4
"""Pages of one view that a person opens …"""
SECRET = {"links:open"}
"""Where nothing leaves the machine, staff read the customers' links under Messages: those are the customers' own."""
ALL_PAGES = {
    "delivery:bill",
    "delivery:handover",
    "workshop:job",
    "workorders:detail",
    "delivery:wash",
    "reception:authorise",
}
"""… and the views of which he opens up to twenty: their rows stand at different points."""
TABLES = sorted(m._meta.db_table for m in apps.get_models() if m._meta.app_label not in STILL)


@dataclass
class Walk:
    """What one person met: pages by address, forms by view."""

    who: str
    browser: Client
    pages: dict[str, int] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)


def people(town: Town) -> dict[str, Person]:
    """A browser per role, and one per customer's link with the link opened."""
    browsers = {role: client_of(user) for role, user in town.who.items() if role != "admin"}
    for link in town.links():
        browsers[f"link:{link.purpose}:{link.pk}"] = Person()
    return browsers


def walk(town: Town) -> list[Walk]:
    """Everybody's walk. Costs one request per page: the short forms share one walk."""
    walks = []
    links = {f"link:{link.purpose}:{link.pk}": link for link in town.links()}
    for who, browser in people(town).items():
        start = "/"
        if who in links:
            opened = browser.get(links[who].path)
            assert opened.status_code == 302, (who, opened.status_code)
            start = opened["Location"]
        walks.append(wander(Walk(who, browser), start, *town.asides(who)))
    return walks


def wander(here: Walk, *starts: str) -> Walk:
    """Open `starts` and whatever they lead to; note forms with a request key."""
    waiting, seen, per_view = [*starts], {*starts}, defaultdict(int)
    while waiting:
        url = waiting.pop(0)
        answer = here.browser.get(url)
        if answer.streaming:
            b"".join(answer.streaming_content)
            answer.file_to_stream.close()
        here.pages[url] = answer.status_code
        if answer.status_code == 302:
            onward = [local(urljoin(url, answer["Location"]))]
        elif answer.headers.get("Content-Type", "").startswith("text/html"):
            read = Reader(url, answer.content.decode())
            here.forms += [form for form in read.forms if form.view not in SHELL]
            onward = [local(link) for link in read.links]
        else:
            onward = []
        for link in onward:
            view = view_of(link) if link else ""
            if (
                view
                and link not in seen
                and view not in SHELL | SECRET
                and per_view[view] < (20 if view in ALL_PAGES else PER_VIEW)
            ):
                seen.add(link)
                per_view[view] += 1
                waiting.append(link)
    return here


def names_a_row(url: str) -> bool:
    """Whether an address names a row of some centre. Home lists are one's own, and letters' templates the house's."""
    match = resolve(urlsplit(url).path)
    if match.app_name == "catalogue" and not match.view_name.startswith(
        "catalogue:centre_"
    ):  # the house's checklists: every centre's managers keep them
        return False
    return bool(match.kwargs) and match.view_name not in {
        "home_list",
        "messaging:template",
        "messaging:template_letter",
    }


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves no trace, also when it fails."""
    with transaction.atomic():
        mark = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(mark)


def hashes(tables: list[str]) -> str:
    """SQL for one hash per table."""
    each = "SELECT '{t}', coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM \"{t}\" t"
    return " UNION ALL ".join(each.format(t=table) for table in tables)


def fingerprint() -> dict[str, str]:
    """One hash per table of the process."""
    with connection.cursor() as cursor:
        cursor.execute(hashes(TABLES))
        return dict(cursor.fetchall())


def contents(tables: Iterable[str] = TABLES) -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row of these tables by primary key."""
    kept: dict[str, dict[Any, dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t')  # noqa: S608 - our own tables
            rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
            kept[table] = {row.get("id", tuple(row.values())): row for row in rows}
    return kept


def touched(before: dict[str, str]) -> list[str]:
    """Tables that are no longer as in the fingerprint `before`."""
    after = fingerprint()
    return [table for table in after if after[table] != before[table]]


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Rows of `after` that are new or different, by table."""
    return {
        table: rows
        for table in after
        if (rows := [row for pk, row in after[table].items() if before[table].get(pk) != row])
    }
