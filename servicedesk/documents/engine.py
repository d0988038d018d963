"""The PDF engine: WeasyPrint kept warm, with our own fonts, fetching nothing from anywhere else.

`write(html, faces=…, page_of=…)` turns a finished HTML paper into PDF bytes. One font configuration and one parsed
style sheet per language live as long as the process: loading four Chinese faces takes longer than laying out a bill.
All papers are laid out by one thread of their own: Pango's font map may not be shared, and each further thread would
keep 20 MB. Run as a module it renders one long paper from stdin to stdout, in a process that gives its memory back.

Needs no Django. Hazard: WeasyPrint copies the faces (35 MB) into a temporary folder of each process that prints.
"""

import atexit
import base64
import binascii
import gc
import io
import os
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

from PIL import Image, ImageFile
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process, and damaged photos would pass

HERE = Path(__file__).resolve().parent
SCHEME = "paper:"
OWN_FILES = {path.name: path for folder in ("fonts", "paper") for path in (HERE / folder).iterdir() if path.is_file()}
TYPES = {".ttf": "font/ttf", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
STACKS = {
    "tc": '"Noto Sans TC", "Noto Sans SC"',
    "sc": '"Noto Sans SC", "Noto Sans TC"',
}
PICTURE = re.compile(r"data:image/(png|jpeg);base64,([A-Za-z0-9+/=]+)\Z")
PICTURE_BYTES = 700_000
PICTURE_PIXELS = 8_000_000


class OnlyOurs(URLFetcher):
    """Gives `paper:<name>` (our fonts and marks) and small PNG/JPEG `data:` pictures; refuses every other address.

    What is asked for never decides a path: names are looked up in a table made at import.
    """

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return the file behind `url`; raises ValueError for anything that is not ours."""
        if url.startswith(SCHEME):
            path = OWN_FILES.get(unquote(url.removeprefix(SCHEME)))
            if path is not None and path.suffix in TYPES:
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})
        elif match := PICTURE.match(url):
            return URLFetcherResponse(url, _small_picture(*match.groups()), {"Content-Type": f"image/{match[1]}"})
        raise ValueError("a paper uses only the house's own fonts and pictures")


def _small_picture(kind: str, text: str) -> bytes:
    if len(text) > PICTURE_BYTES * 4 // 3:
        raise ValueError("picture too large")
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    with Image.open(io.BytesIO(content), formats=[kind.upper()]) as image:
        if image.width * image.height > PICTURE_PIXELS:
            raise ValueError("picture has too many pixels")
    return content


class Printer:
    """The warm state of one process."""

    def __init__(self) -> None:
        self.fetcher = OnlyOurs()
        self.fonts = FontConfiguration()
        self.source = OWN_FILES["papers.css"].read_text()
        self.sheets: dict[tuple[str, str], CSS] = {}

    def sheet(self, faces: str, page_of: str) -> CSS:
        """Return the style sheet for a language's faces and page counter, parsed once."""
        key = (faces, page_of)
        if key not in self.sheets:
            source = self.source.replace('"Paper"', STACKS[faces]).replace('"page of pages"', _counter(page_of))
            self.sheets[key] = CSS(string=source, font_config=self.fonts, url_fetcher=self.fetcher)
        return self.sheets[key]

    def write(self, html: str, faces: str, page_of: str) -> bytes:
        """Lay out `html`. Attachments and linked sheets are dropped before WeasyPrint sees them."""
        document = HTML(string=html, url_fetcher=self.fetcher)
        for element in document.etree_element.iter():
            if isinstance(element.tag, str):
                element.attrib.pop("rel", None)
        written: bytes = document.write_pdf(font_config=self.fonts, stylesheets=[self.sheet(faces, page_of)])
        return written


def _counter(page_of: str) -> str:
    """Turn "Page {page} of {pages}" into the value of a CSS `content` property."""
    parts = re.split(r"(\{page\}|\{pages\})", page_of)
    counters = {"{page}": "counter(page)", "{pages}": "counter(pages)"}
    return " ".join(counters.get(part) or '"' + re.sub(r'["\\\n]', "", part) + '"' for part in parts if part)


_printer: Printer | None = None
_thread: ThreadPoolExecutor | None = None
_lock = threading.Lock()


def write(html: str, *, faces: str, page_of: str) -> bytes:
    """Return `html` as PDF. faces: "tc" or "sc"; page_of: the counter's text with {page} and {pages}."""
    global _thread
    with _lock:
        if _thread is None:
            _thread = ThreadPoolExecutor(1, thread_name_prefix="papers")
        done = _thread.submit(_write, html, faces, page_of)
    return done.result()


def _write(html: str, faces: str, page_of: str) -> bytes:
    global _printer
    if _printer is None:
        _printer = Printer()
    return _printer.write(html, faces, page_of)


def _after_fork() -> None:
    """A forked worker builds its own fonts, and must not remove the parent's copies of them when it ends."""
    global _printer, _thread, _lock
    _lock, _thread = threading.Lock(), None
    if _printer is not None:
        _printer.fonts._folder = None
        _printer = None


@atexit.register
def _let_go() -> None:
    """Free Pango's objects while the libraries are still loaded: left to interpreter shutdown they crash it."""
    global _printer
    _printer = None
    gc.collect()


os.register_at_fork(after_in_child=_after_fork)

if __name__ == "__main__":
    sys.stdout.buffer.write(write(sys.stdin.buffer.read().decode(), faces=sys.argv[1], page_of=sys.argv[2]))
