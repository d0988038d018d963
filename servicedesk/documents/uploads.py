"""The first thing every multipart body meets: one that is too large is refused before it is read."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

MAX_BODY = 64_000_000  # five photos at once
MAX_FILE = 12_000_000


class RefuseHuge(FileUploadHandler):
    """Refuses by the announced length; a body that lies about it is cut off."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        """Raise RequestDataTooBig (400) when the whole body is announced larger than five photos."""
        if content_length > MAX_BODY:
            raise RequestDataTooBig("The request body is too large.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on; a single file far past the photo limit ends the connection."""
        if start > MAX_FILE * 2:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler makes the file."""
