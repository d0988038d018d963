"""Markup that wants something fetched or attached, put into every word of a paper; and who notices when it gets it."""

from __future__ import annotations

import dataclasses
import http.server
import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.safestring import SafeData
from pypdf import PdfReader

CANARY = "CANARY-5b1f-the-file-was-read"


class Trap(http.server.ThreadingHTTPServer):
    """A server on the loopback that notes every request, and beside it a file that nobody may read."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Notes)
        self.asked: list[str] = []
        self.canary = folder / "canary.txt"
        self.canary.write_text(CANARY)
        self.canary.chmod(0o644)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def markup(self) -> str:
        """HTML, CSS, file and loopback addresses, as long as they get."""
        return "".join(
            f'"\'><img src="{url}"><link rel=attachment href="{url}"><link rel=stylesheet href="{url}">'
            f'<a rel=attachment href="{url}">a</a><object data="{url}"></object><style>@import "{url}";'
            f"*{{background:url({url})}}</style><svg><image href='{url}'/></svg>;background:url({url});"
            for url in self.urls()
        )

    def urls(self) -> tuple[str, ...]:
        """What must never be opened."""
        return (
            f"http://127.0.0.1:{self.server_port}/x.png",
            f"file://{self.canary}",
            f"//127.0.0.1:{self.server_port}/y",
        )

    def short(self, length: int) -> str:
        """The same for a field of `length` characters: as much as fits."""
        spoken = (
            f'<img src="{self.urls()[0]}">',
            f'<img src="{self.urls()[1]}">',
            '<img src="//127.0.0.1/">',
            "<img src=x>",
        )
        return next((text for text in spoken if len(text) <= length), "<b>"[:length])


class Notes(http.server.BaseHTTPRequestHandler):
    """Takes down what is asked for."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    do_HEAD = do_POST = do_OPTIONS = do_GET

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def trap(folder: Path) -> Iterator[Trap]:
    """A trap for as long as it is needed."""
    server = Trap(folder)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def poisoned(value: Any, words: str, made: list[str]) -> Any:
    """`value` with `words` in place of each text in it, however deep; pictures of the house's own stay. `made`: what was safe."""
    if isinstance(value, str | Promise):
        text = str(value)
        if isinstance(value, SafeData):
            made.append(text)
        return text if text.startswith("data:image/") else f"{text[:12]}{words}"
    if isinstance(value, Mapping):
        return {key: poisoned(item, words, made) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [poisoned(item, words, made) for item in value]
    if isinstance(value, Model):
        for field in value._meta.concrete_fields:
            if isinstance(getattr(value, field.attname), str) and not field.name.startswith(
                ("file", "drawing", "thumb")
            ):
                setattr(value, field.attname, words)
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            changed = poisoned(getattr(value, field.name), words, made)
            object.__setattr__(value, field.name, changed)
        return value
    return value


def attached(content: bytes) -> list[Any]:
    """What a PDF takes along beside its pages."""
    reader = PdfReader(io.BytesIO(content))
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    files = [note["/Subtype"] for note in notes if note["/Subtype"] == "/FileAttachment"]
    return [*reader.attachments, *files, *(["/AF"] if "/AF" in reader.trailer["/Root"] else [])]


def got_through(content: bytes, text: str) -> list[str]:
    """What a paper must not have: the canary, something attached, or an action that opens an address."""
    raw, wrong = content.decode("latin-1"), [str(one) for one in attached(content)]
    wrong += ["the file's words"] if CANARY in raw or CANARY in text else []
    return wrong + [name for name in ("/Launch", "/GoToR", "/EmbeddedFile", "/JavaScript") if name in raw]
