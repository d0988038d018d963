"""Rules of the house that a linter does not know: length of files, one writer of stages, one clock, no look upward."""

import ast
import re

from tests.conventions.tree import CHAPTERS, ORDER, app_of, python_files, templates

LONGEST = 300
STAGE = re.compile(
    r"\.stage\s*=(?!=|\s*ANY\()|\.update\([^)]*\bstage\s*=|bulk_update\([^)]*[\"']stage[\"']|setattr\([^)]*[\"']stage[\"']"
)
CLOCK = re.compile(r"\b(?:datetime|dt\.datetime|timezone|date|dt\.date)\.(?:now|utcnow|today)\(|\bNow\(\)")
OWN_CLOCK = ("servicedesk/clock.py", "servicedesk/healthcheck.py", "servicedesk/embedded/")
SQL_CLOCK = re.compile(r"SELECT now\(\)|CURRENT_TIMESTAMP", re.IGNORECASE)


def too_long(text: str) -> bool:
    """Say whether a file passes the limit without a reason ("Long, because …") in its docstring."""
    if len(text.splitlines()) <= LONGEST:
        return False
    return not re.search(r"\blong(er)?\b|300 lines", ast.get_docstring(ast.parse(text)) or "", re.IGNORECASE)


def stage_writes(text: str) -> list[str]:
    """Return lines that write a stage."""
    return [line.strip() for line in text.splitlines() if STAGE.search(line)]


def clock_reads(text: str) -> list[str]:
    """Return lines that read another clock than ours."""
    return [line.strip() for line in text.splitlines() if CLOCK.search(line) or SQL_CLOCK.search(line)]


def looks_upward(app: str, text: str) -> list[str]:
    """Return names of apps above `app` that `text` uses in a string: foreign keys, models by label, URLs, templates."""
    above = ORDER[ORDER.index(app) + 1 :]
    pattern = (
        re.compile(rf"[\"'](?:{'|'.join(above)})(?:\.[A-Z]\w+|:\w+|/[\w/]+\.(?:html|txt))[\"']") if above else None
    )
    return [found.group(0) for found in pattern.finditer(text)] if pattern else []


def test_the_rules_see_a_planted_violation():
    assert too_long("x = 1\n" * 301)
    assert not too_long('"""Long, because it is one table."""\n' + "x = 1\n" * 301)
    assert stage_writes("order.stage = 1\nWorkOrder.objects.filter(pk=1).update(stage='x')\nif a.stage == 1: pass") == [
        "order.stage = 1",
        "WorkOrder.objects.filter(pk=1).update(stage='x')",
    ]
    assert clock_reads("now = timezone.now()\na = dt.datetime.now(dt.UTC)\nb = clock.now()") == [
        "now = timezone.now()",
        "a = dt.datetime.now(dt.UTC)",
    ]
    assert looks_upward("staff", "ForeignKey('workshop.Job')\nreverse('staff:sign_in')") == ["'workshop.Job'"]
    assert looks_upward("complaints", "ForeignKey('workshop.Job')") == []


def test_files_are_short_or_say_why_not():
    """Split a long one, or write "Long, because …" in its docstring."""
    assert [path for path, text in python_files(tests=True) if too_long(text)] == []


def test_only_transitions_write_a_stage():
    found = {path: stage_writes(text) for path, text in python_files() if "workorders/transitions.py" not in path}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_rules_ask_our_clock():
    found = {path: clock_reads(text) for path, text in python_files() if not path.startswith(OWN_CLOCK)}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_room_names_no_room_above_it():
    found = {path: looks_upward(app, text) for path, text in python_files() if (app := app_of(path))}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_template_includes_none_of_a_room_above_it():
    """It may link there: an address is a name, and a wrong one fails the page's own test."""
    rooms = [(path, path.split("/")[1], text) for path, text in templates()]
    found = {path: looks_upward(room, text) for path, room, text in rooms if room in ORDER}
    included = {path: [name for name in names if ".html" in name or ".txt" in name] for path, names in found.items()}
    assert {path: names for path, names in included.items() if names} == {}


def test_every_chapter_has_the_same_shape():
    missing = {
        f"{chapter}/{name}.py"
        for chapter in CHAPTERS
        for name in ("apps", "models", "services", "views", "urls")
        if not {f"{chapter}/{name}.py", f"{chapter}/{name}/__init__.py"} & {path for path, _ in python_files()}
    }
    assert missing == set()
