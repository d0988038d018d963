"""Papers: a template, in the customer's language, as PDF.

Papers extend `pdf/base.html`, which needs `heading` (a `parts.Heading`) in the context, and are built from the
fragments beside it; `pdf/sheet.html` is a plain paper of all of them. Up to 300 lines are laid out in this process,
warm; longer ones in a process of their own that ends; beyond 4,000 a paper is refused. The web never prints warm: what
it shows at once (a preview, the day sheet) asks for a process of its own, so that it stays small. Pictures are `data:` addresses
(`photo.data_uri()`, `signature.data_uri()`, `parts.qr()`), nothing is fetched. WeasyPrint is imported at the first
paper laid out here: it costs 0.6 s and 70 MB, and most processes never print.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from servicedesk.staff.repeats import Refusal

WARM_LINES = 300
MOST_LINES = 4000
LONG_SECONDS = 120
LINE = re.compile(r"<tr[\s>]")

_apart = threading.BoundedSemaphore(2)  # each process of its own takes 100 MB while it lasts


class PaperTooLong(Refusal):
    """The paper has more lines than can be laid out."""


def render(template: str, context: dict[str, Any], *, language: str, apart: bool = False) -> bytes:
    """Return `template` with `context` as PDF, everything in `language` ("en", "zh-hant", "zh-hans").

    One paper at a time per process; about 0.1–0.4 s for a bill. `apart`: in a process of its own that ends, about 1.5 s,
    so that this one never loads WeasyPrint. Raises PaperTooLong beyond 4,000 table rows.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"no papers in {language!r}")
    with translation.override(language):
        html = render_to_string(template, context)
        page_of = _("Page {page} of {pages}")
    lines = len(LINE.findall(html))
    if lines > MOST_LINES:
        raise PaperTooLong(_("The paper has more than %(count)s lines. Split it.") % {"count": MOST_LINES})
    faces = "sc" if language == "zh-hans" else "tc"
    if apart or lines > WARM_LINES:
        return _in_own_process(html, faces, page_of)
    return _here(html, faces, page_of)


def _here(html: str, faces: str, page_of: str) -> bytes:
    from servicedesk.documents import engine

    return engine.write(html, faces=faces, page_of=page_of)


def _in_own_process(html: str, faces: str, page_of: str) -> bytes:
    command = [sys.executable, "-m", "servicedesk.documents.engine", faces, page_of]
    with _apart:
        done = subprocess.run(  # noqa: S603 - our own module; the paper goes in by stdin
            command, input=html.encode(), capture_output=True, timeout=LONG_SECONDS, check=False, cwd=settings.BASE_DIR
        )
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise RuntimeError(f"a paper could not be laid out: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


def warm() -> None:
    """Load the fonts and lay out one line in each language, so that the first paper is as fast as the next."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            page_of = _("Page {page} of {pages}")
        _here("<b>暖</b>暖", "sc" if language == "zh-hans" else "tc", page_of)
