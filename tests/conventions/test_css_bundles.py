"""The committed style sheets are those their parts make, and every part belongs to one."""

import re

import pytest

from servicedesk.staff.stylesheets import BUNDLES, CSS, bundle


@pytest.mark.parametrize("name", BUNDLES)
def test_bundle_is_current(name):
    committed = (CSS / "dist" / f"{name}.css").read_text(encoding="utf-8")
    assert committed == bundle(name), "run `manage.py bundle_css` and commit static/css/dist"


def test_every_part_is_bundled():
    parts = {str(path.relative_to(CSS)) for name in BUNDLES for path in (CSS / name).glob("*.css")}
    assert parts | {"tokens.css"} == {part for name in BUNDLES for part in BUNDLES[name]}


@pytest.mark.parametrize("name", BUNDLES)
def test_colours_come_from_tokens(name):
    """Outside tokens.css no colour is written out, but for black-and-white veils on photos, papers and QR codes."""
    allowed = {"#fff", "#6b7783"}
    for part in BUNDLES[name][1:]:
        text = (CSS / part).read_text(encoding="utf-8").replace("%23", "#")
        found = {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b", text)}
        assert found <= allowed, part
