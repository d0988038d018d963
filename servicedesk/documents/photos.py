"""Keeping photos: checked before they are decoded, and written anew without metadata."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from functools import cache, partial
from typing import IO, Any, Protocol

from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from servicedesk.clock import now
from servicedesk.documents.models import Photo
from servicedesk.documents.storage import fingerprint, private
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal

MAX_BYTES = 12_000_000
MAX_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000, "HEIF": 25_000_000}
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


@dataclass(frozen=True)
class Redrawn:
    """A picture as it will be kept: upright, small, without metadata; two JPEGs."""

    large: bytes
    small: bytes
    size: tuple[int, int]


def keep(upload: Upload, *, by: Actor, centre: ServiceCentre, caption: str = "") -> Photo:
    """Keep an uploaded JPEG, PNG, WebP or HEIC as a photo and return its row.

    The picture is turned upright, shrunk to 1600 px, stripped of all metadata (place included) and written as JPEG of
    at most 400 kB, with a thumbnail. Raises PhotoRefused (size and pixels are judged before anything is decoded) and
    NotKept (disk full). Decoding takes up to a second: where rows are locked meanwhile, `read` before and `save` in them.
    """
    return save(read(upload), by=by, centre=centre, caption=caption)


def read(upload: Upload) -> Redrawn:
    """Decode and redraw an uploaded picture; no database, no file. Raises PhotoRefused."""
    return Redrawn(*redraw(_content(upload)))


def save(picture: Redrawn, *, by: Actor, centre: ServiceCentre, caption: str = "") -> Photo:
    """Write the two files and the row; when the row is not written, no file is left. Raises NotKept (disk full)."""
    names: list[str] = []
    try:
        for content in (picture.large, picture.small):
            names.append(private.keep("photos", ".jpg", content))
        return Photo.objects.create(
            centre=centre,
            caption=" ".join(caption.split())[:200],
            file=names[0],
            thumbnail=names[1],
            width=picture.size[0],
            height=picture.size[1],
            sha256=fingerprint(picture.large),
            created_at=now(),
            **actor_values(by),
        )
    except (Refusal, DatabaseError):
        for name in names:
            private.delete(name)
        raise


def forget(photo: Photo) -> bool:
    """Delete a photo that nothing shows any more, its files with the transaction's end; False when something does."""
    names = [name for name in (photo.file.name, photo.thumbnail.name) if name]
    try:
        with transaction.atomic():
            photo.delete()
    except ProtectedError:
        return False
    for name in names:
        transaction.on_commit(partial(private.delete, name))
    return True


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
    kinds = ["JPEG", "PNG", "WEBP"]
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        read_heic()
        kinds = ["HEIF"]
    with _decoding:
        try:
            with _opened(io.BytesIO(content), kinds) as image:
                large = _upright(image)
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError, RuntimeError) as error:
            raise PhotoRefused(
                _("The file is not a photo, or it arrived damaged. Use a JPEG, PNG or WebP picture and send it again.")
            ) from error
        small = large.copy()
        small.thumbnail((THUMBNAIL, THUMBNAIL))
        photo, size = _jpeg(large)
        return photo, _jpeg(small)[0], size


@cache
def read_heic() -> None:
    """Let Pillow read HEIC from now on. Loaded with the first such photo: most processes never need the decoder."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)


def _opened(file: IO[bytes], kinds: list[str]) -> Image.Image:
    """Read the header only, and refuse by its size before a pixel is decoded."""
    too_many = PhotoRefused(_("The photo has too many pixels. Take it again with a lower resolution."))
    try:
        image = Image.open(file, formats=kinds)
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
