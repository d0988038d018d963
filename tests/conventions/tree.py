"""The files that the rules look at."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("staff", "customers", "catalogue", "messaging", "documents", "workorders", "insight")
CHAPTERS = ("appointments", "reception", "workshop", "quality", "delivery", "followup", "complaints")
ORDER = (*ROOMS, *CHAPTERS)
"""App labels from the ground up."""


def python_files(*, tests: bool = False) -> Iterator[tuple[str, str]]:
    """Yield path and text of every module of ours, without migrations; with `tests` theirs too."""
    folders = ["servicedesk", *CHAPTERS, *(["tests", "bench"] if tests else [])]
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text()


def templates() -> Iterator[tuple[str, str]]:
    """Yield path and text of every HTML template that a browser gets: not papers (WeasyPrint), not mails."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        name = str(path.relative_to(ROOT))
        if "/pdf/" not in name and not name.startswith("templates/messages/"):
            yield name, path.read_text()


def app_of(path: str) -> str | None:
    """Return the app label of a file of ours; None for the project's own files."""
    parts = Path(path).parts
    if parts[0] in CHAPTERS:
        return parts[0]
    return parts[1] if len(parts) > 2 and parts[0] == "servicedesk" and parts[1] in ROOMS else None


def tracked(pattern: str) -> list[str]:
    """Return what git keeps that fits `pattern`; nothing where there is no git."""
    done = subprocess.run(["git", "ls-files", "--", pattern], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.split()
