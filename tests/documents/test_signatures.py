"""Signatures: drawn anew, bound to name and moment, and never changed."""

import base64
import io

import pytest
from django.db import ProgrammingError, connection, transaction
from PIL import Image

from servicedesk.documents import checks, signatures
from servicedesk.documents.models import Signature
from tests.documents.conftest import drawing
from tests.fixtures.pictures import picture

pytestmark = pytest.mark.django_db


def test_a_drawn_signature_is_kept(by, centre):
    signature = signatures.keep(drawing(), name="  林雨澄 ", by=by, centre=centre)
    assert (signature.name, signature.typed, signature.by_label) == ("林雨澄", False, "許雅婷")
    with Image.open(io.BytesIO(bytes(Signature.objects.get().drawing))) as image:
        assert (image.format, image.size, image.mode) == ("PNG", (600, 200), "P")
    assert len(signature.drawing) < 10_000
    assert checks.problems() == []


def test_a_name_can_be_typed_instead(by, centre):
    signature = signatures.keep("", name="林雨澄", by=by, centre=centre, typed=True)
    assert (signature.typed, signature.data_uri()) == (True, "")


JPEG = base64.b64encode(picture((60, 60))).decode()
BIG = base64.b64encode(b"\0" * 210_000).decode()


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        pytest.param(drawing(ink=False), "林雨澄", "is empty", id="blank"),
        pytest.param("", "林雨澄", "did not arrive", id="nothing"),
        pytest.param("data:image/png;base64,!!!!", "林雨澄", "did not arrive", id="not base64"),
        pytest.param("data:image/png;base64,iVBORw0KGgo=", "林雨澄", "did not arrive", id="truncated"),
        pytest.param("data:image/svg+xml;base64,PHN2Zz4=", "林雨澄", "did not arrive", id="svg"),
        pytest.param("file:///etc/passwd", "林雨澄", "did not arrive", id="file"),
        pytest.param(
            "data:image/png;base64," + base64.b64encode(picture((60, 60))).decode(),
            "林雨澄",
            "did not arrive",
            id="jpeg",
        ),
        pytest.param("data:image/png;base64," + BIG, "林雨澄", "too large", id="bytes"),
        pytest.param(drawing((2100, 300)), "林雨澄", "too large", id="pixels"),
        pytest.param(drawing(), "   ", "Type the name", id="no name"),
        pytest.param(drawing(), "林" * 81, "Type the name", id="long name"),
        pytest.param(drawing(), "a\x00b", "Type the name", id="NUL"),
    ],
)
def test_what_is_no_signature_is_refused(by, centre, data, name, words):
    with pytest.raises(signatures.SignatureRefused, match=words):
        signatures.keep(data, name=name, by=by, centre=centre)
    assert Signature.objects.count() == 0


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE documents_signature SET name = 'Mallory'",
        "UPDATE documents_signature SET signed_at = signed_at - interval '1 day'",
        "DELETE FROM documents_signature",
    ],
)
def test_the_database_keeps_it_as_it_was_signed(by, centre, sql):
    signatures.keep(drawing(), name="林雨澄", by=by, centre=centre)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Signature.objects.get().name == "林雨澄"
