"""Every icon that templates and code name is vendored."""

import re
from pathlib import Path

from django.conf import settings

from servicedesk.staff import icons

ROOT = Path(settings.BASE_DIR)


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
