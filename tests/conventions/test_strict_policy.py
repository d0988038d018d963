"""Templates keep the strict policy: no inline script, style or handler; nothing from other hosts."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(
    str(path.relative_to(FOLDER))
    for path in FOLDER.rglob("*.html")
    if "messages" not in path.parts and "pdf" not in path.parts
)


@pytest.mark.parametrize("name", PAGES)
def test_template_parses(name):
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_inline(name):
    text = re.sub(r"{% comment.*?endcomment %}", "", (FOLDER / name).read_text(encoding="utf-8"), flags=re.S)
    assert re.findall(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=\"|javascript:", text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", text) == []
