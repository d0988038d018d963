"""I1: what is no photo, or too much of one, sent to the inspection: refused at once with a sentence, nothing kept."""

from __future__ import annotations

import resource
import time
import uuid
from typing import Any

import pytest
from django.urls import reverse

from reception.models import InspectionPhoto
from servicedesk.documents.storage import private
from tests.fixtures.people import client_of
from tests.fixtures.pictures import GIF, HTML_AS_JPEG, SVG, flat_png, picture, upload
from tests.fixtures.reception import received

JSON = {"accept": "application/json"}


@pytest.mark.proof("I1")
@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_i1_what_is_no_photo_is_refused_at_once(centre: Any, advisor: Any) -> None:
    desk = client_of(advisor)
    url = reverse("reception:photo_add", args=[received(centre, advisor).pk])
    bombs = {
        "PNG of 13,000²": (flat_png(13_000), "too many pixels"),
        "GIF of 500 frames": (GIF[:-1] + GIF[19:-1] * 500 + b";", "is not a photo"),
        "SVG": (SVG, "is not a photo"),
        "HTML called JPEG": (HTML_AS_JPEG, "is not a photo"),
        "truncated JPEG": (picture()[:30_000], "is not a photo"),
        "truncated HEIC": (picture((900, 600), "HEIF")[:9_000], "is not a photo"),
        "nothing": (b"", "arrived empty"),
        "13 MB": (b"\xff\xd8\xff" + b"\0" * 13_000_000, "larger than 12 MB"),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, (content, sentence) in bombs.items():
        data = {"key": str(uuid.uuid4()), "file": upload(content)}
        began = time.perf_counter()
        refused = desk.act(url, data, headers=JSON)
        assert time.perf_counter() - began < 1, name
        assert (refused.status_code, sentence in refused.json()["reasons"][0]["text"]) == (422, True), name
    began = time.perf_counter()
    body = {"content_type": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(2 * 1024**3)}
    assert desk.generic("POST", url, b"--x\r\n", headers=JSON, **body).status_code == 400
    assert time.perf_counter() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    assert (InspectionPhoto.objects.count(), list(private.names())) == (0, [])
