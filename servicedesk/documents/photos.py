"""Keeping photos: checked before they are decoded, and written anew without metadata."""

from __future__ import annotations

import io
import threading
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from servicedesk.clock import now
from servicedesk.documents.models import Photo
from servicedesk.documents.storage import fingerprint, private
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal

MAX_BYTES = 12_000_000
MAX_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
LONG_SIDE = 1600
KEPT_BYTES = 400_000
THUMBNAIL = 320
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}

_decoding = threading.BoundedSemaphore(2)  # decoding is what needs memory: two at a time in one process


class Upload(Protocol):
    """What Django calls an uploaded file."""

    size: int | None

    def seek(self, offset: int, /) -> Any: ...
    def read(self, size: int = ..., /) -> bytes: ...


class PhotoRefused(Refusal):
    """The file is not a photo we take; people are told what to do."""


def keep(upload: Upload, *, by: Actor, centre: ServiceCentre, caption: str = "") -> Photo:
    """Keep an uploaded JPEG, PNG or WebP as a photo and return its row.

    The picture is turned upright, shrunk to 1600 px, stripped of all metadata (place included) and written as JPEG of
    at most 400 kB, with a thumbnail. Raises PhotoRefused (size and pixels are judged before anything is decoded) and
    NotKept (disk full). Decode outside long transactions: it takes up to a second.
    """
    large, small, (width, height) = redraw(_content(upload))
    names: list[str] = []
    try:
        for content in (large, small):
            names.append(private.keep("photos", ".jpg", content))
    except Refusal:
        for name in names:
            private.delete(name)
        raise
    return Photo.objects.create(
        centre=centre,
        caption=" ".join(caption.split())[:200],
        file=names[0],
        thumbnail=names[1],
        width=width,
        height=height,
        sha256=fingerprint(large),
        created_at=now(),
        **actor_values(by),
    )


def _content(upload: Upload) -> bytes:
    too_large = PhotoRefused(_("The photo is larger than 12 MB. Take it again with a lower resolution."))
    if (upload.size or 0) > MAX_BYTES:
        raise too_large
    upload.seek(0)
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise too_large
    if not content:
        raise PhotoRefused(_("The photo arrived empty. Take it again."))
    return content


def redraw(content: bytes) -> tuple[bytes, bytes, tuple[int, int]]:
    """Return (photo, thumbnail, (width, height)) as JPEG without metadata. Raises PhotoRefused."""
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        raise PhotoRefused(_("HEIC photos cannot be read. Set the camera to JPEG (“most compatible”) and try again."))
    with _decoding:
        try:
            with _opened(io.BytesIO(content)) as image:
                large = _upright(image)
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
            raise PhotoRefused(
                _("The file is not a photo, or it arrived damaged. Use a JPEG, PNG or WebP picture and send it again.")
            ) from error
        small = large.copy()
        small.thumbnail((THUMBNAIL, THUMBNAIL))
        photo, size = _jpeg(large)
        return photo, _jpeg(small)[0], size


def _opened(file: IO[bytes]) -> Image.Image:
    """Read the header only, and refuse by its size before a pixel is decoded."""
    too_many = PhotoRefused(_("The photo has too many pixels. Take it again with a lower resolution."))
    try:
        image = Image.open(file, formats=["JPEG", "PNG", "WEBP"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many from error
    if image.width * image.height > MAX_PIXELS.get(image.format or "", 0):
        raise too_many
    if min(image.size) < 8:
        raise PhotoRefused(_("The picture is too small to show anything. Take it again."))
    return image


def _upright(image: Image.Image) -> Image.Image:
    """Decode, shrink and turn upright; transparency becomes white."""
    image.draft("RGB", (LONG_SIDE * 2, LONG_SIDE * 2))
    image.load()
    orientation = image.getexif().get(0x0112, 1)
    if image.mode in {"RGBA", "LA", "PA", "P"}:
        image.thumbnail((LONG_SIDE * 2, LONG_SIDE * 2))
        clear = image.convert("RGBA")
        plain = Image.new("RGBA", clear.size, "white")
        plain.alpha_composite(clear)
    else:
        plain = image
    plain = plain.convert("RGB")
    plain.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    bare = Image.new("RGB", plain.size)
    bare.paste(plain)
    if orientation != 1:
        exif = Image.Exif()
        exif[0x0112] = orientation
        bare.info["exif"] = exif.tobytes()
        bare = ImageOps.exif_transpose(bare)
        bare.info.clear()
    return bare


def _jpeg(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """Return `image` as JPEG of at most 400 kB, and its size: coarser first, then smaller."""
    while True:
        for quality in (84, 76, 66, 54):
            out = io.BytesIO()
            image.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= KEPT_BYTES:
                return out.getvalue(), image.size
        image = image.resize((max(8, image.width * 3 // 4), max(8, image.height * 3 // 4)))
