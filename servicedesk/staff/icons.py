"""Icons as inline SVG from static/vendor/bootstrap-icons, read once each."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(settings.BASE_DIR) / "static" / "vendor" / "bootstrap-icons"
NAME = re.compile(r"[a-z0-9-]+")

STAGES = {
    "reception": "clipboard-check",
    "authorised": "pen",
    "repair": "wrench-adjustable",
    "selfcheck": "person-check",
    "final": "patch-check",
    "rework": "arrow-counterclockwise",
    "preparation": "droplet",
    "ready": "key",
    "delivered": "box-arrow-right",
    "closed": "lock",
    "cancelled": "x-circle",
}
HOLDS = {"parts": "box-seam", "consent": "chat-left-dots", "bay": "p-square", "sublet": "truck"}
PROMISES = {
    "pending": "clock",
    "kept": "check-circle-fill",
    "risk": "exclamation-triangle-fill",
    "broken": "x-octagon-fill",
}
URGENCIES = {"now": "exclamation-octagon-fill", "soon": "exclamation-triangle-fill", "advice": "info-circle"}
VERDICTS = {
    "green": "check-circle-fill",
    "amber": "exclamation-triangle-fill",
    "red": "x-octagon-fill",
    "na": "dash-circle",
}


@cache
def drawing(name: str) -> SafeString:
    """Return the paths of the icon `name`. Raises ValueError when it is not vendored: a missing icon is a bug."""
    if not NAME.fullmatch(name) or not (path := FOLDER / f"{name}.svg").is_file():
        raise ValueError(f"no icon {name!r} in static/vendor/bootstrap-icons (see static/vendor/VERSIONS.md)")
    inner = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", path.read_text(encoding="utf-8").strip())
    return mark_safe(re.sub(r"\s*\n\s*", "", inner))  # noqa: S308 - our own vendored files


@cache
def svg(name: str, css: str = "i") -> SafeString:
    """Return the icon as an inline, decorative SVG with class `css`."""
    return format_html('<svg class="{}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', css, drawing(name))
