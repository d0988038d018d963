"""Photos of the inspection: kept once, tied to their mark, refused with a sentence; who may, when, twice, another centre."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from reception import services
from reception.models import DamageMark, Inspection, InspectionPhoto
from servicedesk.documents import photos
from servicedesk.documents.models import Photo
from servicedesk.documents.storage import private
from servicedesk.staff.actors import Actor
from tests.fixtures.people import Person, client_of
from tests.fixtures.pictures import picture, upload
from tests.fixtures.reception import received, sign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
SMALL = picture((320, 240))


def send(browser: Person, order: Any, key: Any = "", content: bytes = SMALL, **more: Any) -> Any:
    """One photo, as the page's script sends it."""
    data = {"key": str(key), "file": upload(content)} | more
    return browser.act(reverse("reception:photo_add", args=[order.pk]), data, headers={"accept": "application/json"})


def files() -> int:
    return len(list(private.names()))


def test_a_photo_is_kept_and_served_to_the_centres_staff(centre: Any, advisor: Any, outsider: Any) -> None:
    order, key = received(centre, advisor), uuid.uuid4()
    mark = services.add_mark(order, by=Actor.of(advisor), kind="dent", x=182, y=86)
    desk = client_of(advisor)
    answer = send(desk, order, key, content=picture((2000, 1500)), mark=str(mark.key))
    row = InspectionPhoto.objects.select_related("photo").get()
    thumb, full = (reverse("documents:photo", args=[row.photo_id, size]) for size in ("thumb", "full"))
    said = {"id": row.pk, "key": str(key), "mark": str(mark.key), "thumb": thumb, "full": full}
    assert (answer.status_code, answer.json()) == (201, said)
    assert (row.mark, row.item, row.photo.caption) == (mark, mark.item, "1 Dent")
    assert (row.photo.width, row.photo.height, row.photo.file.size <= 400_000) == (1600, 1200, True)
    assert [desk.get(url).status_code for url in (thumb, full)] == [200, 200]
    stranger = client_of(outsider)
    assert [stranger.get(url).status_code for url in (thumb, full)] == [404, 404]
    assert send(stranger, order, uuid.uuid4()).status_code == 404
    assert stranger.act(reverse("reception:photo_remove", args=[order.pk, key])).status_code == 404
    assert InspectionPhoto.objects.count() == 1


def test_sent_again_it_is_the_same_photo(centre: Any, advisor: Any) -> None:
    order, key, desk = received(centre, advisor), uuid.uuid4(), client_of(advisor)
    first = send(desk, order, key, request_key="photo-form-1")
    assert send(desk, order, key).json() == first.json()
    assert send(desk, order, key, request_key="photo-form-1").json() == first.json()
    assert (InspectionPhoto.objects.count(), Photo.objects.count(), files()) == (1, 1, 2)
    services.add_photo(
        order, by=Actor.of(advisor), key=key, picture=photos.read(upload(SMALL))
    )  # both were decoded at once
    assert (Photo.objects.count(), files()) == (1, 2)


def test_a_photo_before_its_mark_is_tied_when_sent_again(centre: Any, advisor: Any) -> None:
    order, key, late, desk = received(centre, advisor), uuid.uuid4(), uuid.uuid4(), client_of(advisor)
    assert send(desk, order, key, mark=str(late)).json()["mark"] is None
    mark = services.add_mark(order, by=Actor.of(advisor), kind="scratch", x=50, y=50)
    DamageMark.objects.filter(pk=mark.pk).update(key=late)
    assert send(desk, order, key, mark=str(late)).json()["mark"] == str(late)
    assert InspectionPhoto.objects.get().mark == mark


def test_signed_it_is_locked_and_what_was_kept_stays(centre: Any, advisor: Any) -> None:
    order, key, desk = received(centre, advisor), uuid.uuid4(), client_of(advisor)
    send(desk, order, key)
    sign(order, advisor)
    late = send(desk, order, uuid.uuid4())
    assert (late.status_code, "it is locked" in late.json()["reasons"][0]["text"]) == (409, True)
    assert send(desk, order, key).status_code == 201  # its answer was lost on the way
    plain = desk.act(reverse("reception:photo_add", args=[order.pk]), {"file": upload(SMALL)}, follow=True)
    assert "it is locked" in plain.content.decode()
    off = desk.act(reverse("reception:photo_remove", args=[order.pk, key]), headers={"accept": "application/json"})
    assert (off.status_code, InspectionPhoto.objects.count(), files()) == (409, 1, 2)


def test_thirty_are_enough(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    one = photos.keep(upload(SMALL), by=Actor.of(advisor), centre=centre)
    inspection = Inspection.objects.get()
    InspectionPhoto.objects.bulk_create([InspectionPhoto(inspection=inspection, photo=one) for _ in range(30)])
    refused = send(client_of(advisor), order, uuid.uuid4())
    sentence = "This inspection has 30 photos: that is the most it can have. Remove one that shows less."
    assert (refused.status_code, refused.json()["reasons"]) == (422, [{"text": sentence, "url": "", "clause": ""}])
    assert (InspectionPhoto.objects.count(), files()) == (30, 2)


def test_taken_off_it_is_gone_with_its_files(
    centre: Any, advisor: Any, django_capture_on_commit_callbacks: Any
) -> None:
    order, key, desk = received(centre, advisor), uuid.uuid4(), client_of(advisor)
    send(desk, order, key)
    url = reverse("reception:photo_remove", args=[order.pk, key])
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            off = desk.act(url, headers={"accept": "application/json"})
        assert (off.status_code, off.json()) == (200, {"key": str(key)})
    assert (InspectionPhoto.objects.count(), Photo.objects.count(), files()) == (0, 0, 0)


def test_a_plain_form_sends_several_and_returns_to_its_page(centre: Any, advisor: Any) -> None:
    order, desk = received(centre, advisor), client_of(advisor)
    url = reverse("reception:photo_add", args=[order.pk])
    page = reverse("reception:sign", args=[order.pk])
    sent = desk.act(url, {"file": [upload(SMALL), upload(SMALL)], "back": page})
    assert (sent.status_code, sent.headers["Location"], InspectionPhoto.objects.count()) == (302, page, 2)
    for back in ("//evil.example/", "https://evil.example/", "x"):
        sent = desk.act(url, {"file": [upload(SMALL)], "back": back})
        assert sent.headers["Location"] == reverse("reception:inspect", args=[order.pk])
    for garbage in ({}, {"file": [upload(SMALL)] * 6}, {"file": upload(SMALL), "key": "x", "mark": "'", "item": "-1"}):
        assert "sd-refusal" in desk.act(url, garbage, follow=True).content.decode()
    assert InspectionPhoto.objects.count() == 5


def test_the_desk_takes_photos_and_nobody_else(centre: Any, everyone: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    got = {role: send(client_of(user), order, uuid.uuid4()).status_code for role, user in everyone.items()}
    assert {role for role, status in got.items() if status == 201} == {"advisor", "manager"}
    assert {status for role, status in got.items() if role not in ("advisor", "manager")} == {403}
