"""A2, A5, A6 for the link on which a customer confirms his inspection: for nobody else, nothing by opening, told once ended."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from reception import services
from reception.models import Inspection, InspectionPhoto
from reception.record import seen_of
from servicedesk.documents import photos
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from tests.fixtures.pictures import picture, upload
from tests.fixtures.reception import looked_at, received
from tests.proofs.booking_links import wrong_tokens
from tests.proofs.walk import fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PAGE = "/reception/confirm/"


@pytest.fixture
def two(centre: Any, advisor: Any) -> list[SignedLink]:
    """Two customers who left without signing, each with a photo."""
    by = Actor.of(advisor)
    people = [{}, {"plate": "BRT-7743", "phone": "0937000802", "name": "蔡志明", "email": "tsai@example.com"}]
    for person in people:
        order = looked_at(received(centre, advisor, **person), advisor)
        services.add_photo(order, by=by, key=uuid.uuid4(), picture=photos.read(upload(picture((64, 48)))))
        services.leave_unsigned(order, by=by, reason="趕時間")
    return list(SignedLink.objects.filter(purpose="inspection").order_by("pk"))


def photo_of(link: SignedLink) -> str:
    """Where the link's own photo is."""
    return f"{PAGE}photos/{InspectionPhoto.objects.get(inspection=link.target_id).key}/full"


@pytest.mark.proof("A2")
def test_a2_one_customers_link_shows_nothing_of_another(two: list[SignedLink]) -> None:
    mine, other = two
    browser = Client()
    browser.get(mine.path)
    page = browser.get(PAGE).content.decode()
    assert ("BRT-7743" in page, "蔡志明" in page) == (False, False)
    assert [browser.get(photo_of(link)).status_code for link in (mine, other)] == [200, 404]
    seen = seen_of(Inspection.objects.get(pk=other.target_id))
    browser.post(PAGE, {"request_key": str(uuid.uuid4()), "seen": seen, "inspection": other.target_id})
    assert not Inspection.objects.exclude(confirmed_at=None).exists()
    assert [Client().get(url).status_code for url in (PAGE, photo_of(mine), f"{PAGE}sheet.pdf")] == [404] * 3


@pytest.mark.proof("A5")
def test_a5_wrong_and_ended_links_tell_nothing(two: list[SignedLink], at_tuesday_ten: Any) -> None:
    bodies = set()
    for number, token in enumerate(wrong_tokens(two, 40, seed=2)):
        answer = Client(REMOTE_ADDR=f"10.2.{number // 15}.1").get(f"/l/{token}")
        assert answer.status_code == 404
        bodies.add(answer.content)
    assert len(bodies) == 1
    browser = Client()
    browser.get(two[0].path)
    at_tuesday_ten.move(days=30)
    for ended in (browser.get(PAGE), browser.get(photo_of(two[0])), Client().get(two[0].path)):
        assert ended.status_code == 410
        assert "BKQ-5821" not in ended.content.decode()
    before = Message.objects.filter(kind="new_link").count()
    form = {"link": Client().get(two[0].path).context["renewal"], "email": "thief@example.com"}
    assert [Client().post("/l/renew/", form).status_code for _time in range(2)] == [200, 200]
    sent = Message.objects.filter(kind="new_link")
    assert sent.count() == before + 1
    assert "thief@example.com" not in {row.to for row in sent}


@pytest.mark.proof("A6")
def test_a6_a_scanner_that_opens_the_letter_changes_nothing(two: list[SignedLink]) -> None:
    before = fingerprint()
    for link in two:
        for method in ("get", "head", "options"):
            scanner = Client()
            assert getattr(scanner, method)(link.path).status_code == (204 if method == "options" else 302)
            if method != "options":
                assert getattr(scanner, method)(PAGE).status_code == 200
                assert getattr(scanner, method)(photo_of(link)).status_code == 200
    assert fingerprint() == before
