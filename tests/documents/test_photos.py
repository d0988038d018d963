"""Photos: kept small and without metadata; what is not a photo is refused fast, with a sentence (proofs I1, I2)."""

import io
import os
import resource
import subprocess
import sys
import time

import pytest
from PIL import Image

from servicedesk.documents import photos
from servicedesk.documents.models import Photo
from servicedesk.documents.storage import NotKept, private
from tests.documents.conftest import content
from tests.fixtures.pictures import GIF, HTML_AS_JPEG, SVG, exif, flat_png, picture, upload

pytestmark = pytest.mark.django_db


@pytest.mark.proof("I2")
@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_a_photo_is_kept_small_upright_and_without_metadata(by, centre, kind):
    sent = picture(kind=kind, exif=exif(), comment=b"SECRET-COMMENT")
    assert b"SECRET" in sent

    photo = photos.keep(upload(sent), by=by, centre=centre, caption=" 前保險桿\n刮傷 ")

    kept, thumbnail = content(photo.file), content(photo.thumbnail)
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (1200, 1600), {})
        red, green, _blue = image.getpixel((1100, 100))  # the red corner went from top left to top right
        assert red > 200 > 100 > green
    assert [mark in kept + thumbnail for mark in (b"SECRET", b"Exif")] == [False, False]
    assert len(kept) <= 400_000
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert image.size == (240, 320)
    assert (photo.caption, photo.by_label, photo.width, photo.height) == ("前保險桿 刮傷", "許雅婷", 1200, 1600)
    assert os.stat(photo.file.path).st_mode & 0o777 == 0o600


def test_however_the_camera_was_held_the_corner_is_at_the_top_left(by, centre):
    upright = Image.open(io.BytesIO(picture((240, 160))))
    turned = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what takes the upright picture to the one the camera stores
    for orientation in range(1, 9):
        out = io.BytesIO()
        stored = upright if orientation == 1 else upright.transpose(Image.Transpose(turned[orientation]))
        stored.save(out, "JPEG", exif=exif(orientation))
        large = photos.read(upload(out.getvalue()))
        with Image.open(io.BytesIO(large.large)) as image:
            red, green, _blue = image.getpixel((20, 20))
            assert (image.size, red > 200 > 100 > green) == ((240, 160), True), orientation


def test_a_noisy_photo_becomes_smaller_and_says_so(by, centre):
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 80).convert("RGB").save(out, "JPEG")
    photo = photos.keep(upload(out.getvalue()), by=by, centre=centre)
    assert photo.file.size <= 400_000
    with photo.file.open() as file, Image.open(file) as image:
        assert image.size == (photo.width, photo.height) == (1200, 900)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_become_jpeg(by, centre, kind):
    photo = photos.keep(upload(picture((900, 600), kind)), by=by, centre=centre)
    with photo.file.open() as file, Image.open(file) as image:
        assert (image.format, image.size) == ("JPEG", (900, 600))


def test_transparent_becomes_white(by, centre):
    out = io.BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(out, "PNG")
    photo = photos.keep(upload(out.getvalue()), by=by, centre=centre)
    with photo.file.open() as file, Image.open(file) as image:
        assert image.getpixel((50, 50)) == (255, 255, 255)


DAMAGED = "The file is not a photo, or it arrived damaged. Use a JPEG, PNG or WebP picture and send it again."


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        pytest.param(b"", "The photo arrived empty. Take it again.", id="empty"),
        pytest.param(SVG, DAMAGED, id="svg"),
        pytest.param(b"<!doctype html><script>alert(1)</script>", DAMAGED, id="html called jpeg"),
        pytest.param(HTML_AS_JPEG, DAMAGED, id="html after a jpeg mark"),
        pytest.param(GIF, DAMAGED, id="gif"),
        pytest.param(picture()[:30_000], DAMAGED, id="truncated"),
        pytest.param(picture((900, 600), "PNG")[:30_000], DAMAGED, id="truncated png"),
        pytest.param(b"\0\0\0\x18ftypheic" + b"\0" * 200, DAMAGED, id="no heic"),
        pytest.param(
            b"\xff\xd8\xff" + b"\0" * 12_000_000,
            "The photo is larger than 12 MB. Take it again with a lower resolution.",
            id="too many bytes",
        ),
        pytest.param(
            picture((4, 4), "PNG"), "The picture is too small to show anything. Take it again.", id="too few pixels"
        ),
    ],
)
def test_what_is_not_a_photo_is_refused_with_a_sentence(by, centre, sent, sentence):
    with pytest.raises(photos.PhotoRefused) as refused:
        photos.keep(upload(sent), by=by, centre=centre)
    assert [str(reason.text) for reason in refused.value.reasons] == [sentence]
    assert Photo.objects.count() == 0
    assert list(private.names()) == []


def test_html_hidden_in_a_real_jpeg_does_not_survive(by, centre):
    sent = picture((300, 200), comment=b"<script>alert(1)</script>") + b"<script>alert(2)</script>"
    photo = photos.keep(upload(sent), by=by, centre=centre)
    assert b"<script>" not in content(photo.file)


@pytest.mark.parametrize("side", [6000, 13_000, 20_000])
def test_a_pixel_bomb_is_refused_before_it_is_decoded(by, centre, side):
    bomb = flat_png(side)
    assert len(bomb) < 100_000
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with pytest.raises(photos.PhotoRefused, match="too many pixels"):
        photos.keep(upload(bomb), by=by, centre=centre)
    assert time.perf_counter() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_the_largest_photo_taken_stays_within_memory(tmp_path):
    """A camera's 48 MP JPEG, in a process of its own: decoding is scaled, so it needs little."""
    path = tmp_path / "large.jpg"
    Image.radial_gradient("L").resize((8000, 6000)).convert("RGB").save(path, quality=60)
    program = (
        "import resource, sys; from PIL import Image; sys.path.insert(0, '.');"
        "import django; django.setup(); from servicedesk.documents import photos;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        f"print(photos.redraw(open({str(path)!r}, 'rb').read())[2]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "servicedesk.settings_test"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    size, more = done.stdout.split("\n")[:2]
    assert size == "(1600, 1200)"
    assert int(more) < 200_000


def test_a_full_disk_leaves_nothing_behind(by, centre, media):
    media.mkdir()
    (media / "private").write_text("a file where the folder should be")
    with pytest.raises(NotKept, match="full or not writable"):
        photos.keep(upload(picture((300, 200))), by=by, centre=centre)
    assert Photo.objects.count() == 0
