"""A body that is too large is refused by its announced length, before it is read (proof I1)."""

import time

import pytest

pytestmark = pytest.mark.django_db


def test_two_gigabytes_are_refused_at_once(client):
    started = time.perf_counter()
    response = client.generic(
        "POST",
        "/sign-in/",
        b"--x\r\n",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2 * 1024**3),
    )
    assert response.status_code == 400
    assert time.perf_counter() - started < 1
