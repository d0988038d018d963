"""Every template parses, and every icon that templates and code name is vendored."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from servicedesk.staff import icons

ROOT = Path(settings.BASE_DIR)
PAGES = sorted(
    str(path.relative_to(ROOT / "templates"))
    for path in (ROOT / "templates").rglob("*.html")
    if "messages" not in path.parts  # drawn by an engine of their own
)


@pytest.mark.parametrize("name", PAGES)
def test_template_parses(name):
    get_template(name)


def named_icons():
    """Icons named by a template tag, an include's parameter, a registry entry, or the tables of `icons`."""
    names = set()
    for table in (icons.STAGES, icons.HOLDS, icons.PROMISES, icons.URGENCIES, icons.VERDICTS):
        names |= set(table.values())
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r"{%-?\s*icon \"([a-z0-9-]+)\"", text))
        names |= set(re.findall(r"\bicon=\"([a-z0-9-]+)\"", text))
        names |= set(re.findall(r"icon icon\|default:\"([a-z0-9-]+)\"", text))
    for path in ROOT.glob("*/**/*.py"):
        if "tests" not in path.parts and ".venv" not in path.parts:
            names |= set(re.findall(r"\bicon=\"([a-z0-9-]+)\"", path.read_text(encoding="utf-8")))
    return names


def test_every_named_icon_is_vendored():
    vendored = {path.stem for path in icons.FOLDER.glob("*.svg")}
    assert named_icons() - vendored == set()
