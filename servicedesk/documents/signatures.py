"""Keeping signatures: drawn on the screen, or a typed name where drawing is not possible."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import io
import re
import unicodedata

from django.utils.translation import gettext as _
from PIL import Image

from servicedesk.clock import now
from servicedesk.documents.models import Signature
from servicedesk.documents.storage import fingerprint
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal

DRAWING = re.compile(r"data:image/png;base64,([A-Za-z0-9+/]+={0,2})\Z")
MAX_BYTES = 200_000
MAX_WIDTH, MAX_HEIGHT = 2000, 1000
KEPT_WIDTH, KEPT_HEIGHT = 1000, 500
MIN_INK = 40  # dark pixels of the kept drawing: a dot is not a signature


class SignatureRefused(Refusal):
    """The signature cannot be used; people are told what to do."""


def keep(data_url: str, *, name: str, by: Actor, centre: ServiceCentre, typed: bool = False) -> Signature:
    """Keep the signature of the person called `name` and return its row.

    data_url: what signature_pad gives, `data:image/png;base64,…` (≤ 200 kB, ≤ 2000 × 1000 px); ignored when `typed`.
    The drawing is decoded and written anew: nothing of the upload itself is kept. Raises SignatureRefused.
    """
    name = " ".join(name.split())
    if not name or len(name) > 80 or any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name):
        raise SignatureRefused(_("Type the name of the person who signs (at most 80 characters)."))
    drawing = b"" if typed else _redrawn(data_url)
    signed_at = now()
    return Signature.objects.create(
        name=name,
        centre=centre,
        drawing=drawing,
        signed_at=signed_at,
        sha256=seal(drawing, name, signed_at),
        **actor_values(by),
    )


def seal(drawing: bytes, name: str, signed_at: dt.datetime) -> str:
    """Return the fingerprint that binds a drawing, a name and a moment (aware) together."""
    moment = signed_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return fingerprint(b"\n".join([moment.encode(), name.encode(), drawing]))


def _redrawn(data_url: str) -> bytes:
    unusable = SignatureRefused(_("The signature did not arrive. Sign again, or type the name instead."))
    if len(data_url) > MAX_BYTES * 4 // 3 + 40:
        raise SignatureRefused(_("The signature is too large. Clear it and sign again."))
    match = DRAWING.match(data_url)
    if match is None:
        raise unusable
    try:
        with Image.open(io.BytesIO(base64.b64decode(match[1], validate=True)), formats=["PNG"]) as image:
            if image.width > MAX_WIDTH or image.height > MAX_HEIGHT:
                raise SignatureRefused(_("The signature is too large. Clear it and sign again."))
            ink = image.convert("RGBA")
    except (binascii.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise unusable from error
    paper = Image.new("RGBA", ink.size, "white")
    paper.alpha_composite(ink)
    drawing = paper.convert("L")
    drawing.thumbnail((KEPT_WIDTH, KEPT_HEIGHT))
    if sum(drawing.histogram()[:160]) < MIN_INK:
        raise SignatureRefused(_("The signature is empty. Sign in the field, or type the name instead."))
    out = io.BytesIO()
    drawing.quantize(16).save(out, "PNG", optimize=True)
    return out.getvalue()
