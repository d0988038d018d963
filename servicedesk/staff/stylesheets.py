"""One style sheet per side from one file per component: no build step, one request.

`manage.py bundle_css` writes `static/css/dist/`; the results are committed and a test says when they are stale.
Bootstrap is linked before them, on its own, so that it stays cached when ours change.
"""

from pathlib import Path

from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"

STAFF = [
    "ground",
    "shell",
    "menu",
    "type",
    "plate",
    "stage",
    "promise",
    "marks",
    "buttons",
    "fields",
    "choice",
    "picker",
    "errors",
    "table",
    "visit",
    "workorder",
    "thread",
    "letters",
    "gate",
    "timeline",
    "lines",
    "board",
    "drawer",
    "touch",
    "checklist",
    "workshop",
    "car",
    "reception",
    "arrivals",
    "photo",
    "sign",
    "kpi",
    "chart",
    "heat",
    "desk",
    "call",
    "empty",
    "banner",
    "toast",
    "dialog",
    "calendar",
    "sheet",
    "signin",
    "narrow",
    "phone",
    "print",
    "places",
]
CUSTOMER = [
    "base",
    "ground",
    "shell",
    "page",
    "steps",
    "controls",
    "buttons",
    "choices",
    "chips",
    "drop",
    "notices",
    "badge",
    "plate",
    "actions",
    "tell",
    "slots",
    "when",
    "facts",
    "ticket",
    "person",
    "hero",
    "route",
    "finding",
    "inspection",
    "yesno",
    "sign",
    "survey",
    "preview",
    "menu",
    "wide",
    "print",
]
BUNDLES = {
    "staff": ["tokens.css", *(f"staff/{name}.css" for name in STAFF)],
    "customer": ["tokens.css", *(f"customer/{name}.css" for name in CUSTOMER)],
}


def bundle(name: str) -> str:
    """Return the style sheet `name`, its parts in the order of `BUNDLES`, each under a comment naming its file."""
    parts = [f"/* {part} */\n{(CSS / part).read_text(encoding='utf-8').strip()}\n" for part in BUNDLES[name]]
    return "/* Made by `manage.py bundle_css`: edit the parts, not this file. */\n" + "\n".join(parts)


def write_bundles() -> list[Path]:
    """Write every bundle; returns the files written."""
    written = []
    for name in BUNDLES:
        path = CSS / "dist" / f"{name}.css"
        path.parent.mkdir(exist_ok=True)
        path.write_text(bundle(name), encoding="utf-8")
        written.append(path)
    return written
