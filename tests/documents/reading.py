"""Reading a printed paper back."""

import io
from typing import Any

from pypdf import PdfReader


def pages_of(content: Any) -> list[str]:
    """The text of each page, without line breaks. `content`: the PDF's bytes, or a kept paper."""
    if not isinstance(content, bytes):
        with content.file.open("rb") as file:
            content = file.read()
    return [page.extract_text().replace("\n", " ") for page in PdfReader(io.BytesIO(content)).pages]


def text_of(content: Any) -> str:
    """The text of the whole paper."""
    return " ".join(pages_of(content))
