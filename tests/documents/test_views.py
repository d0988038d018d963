"""Who is shown a private file: staff of its centre; for others it does not exist."""

import pytest
from django.urls import reverse

from servicedesk.documents import papers, photos, printing, signatures
from servicedesk.documents.models import PaperOrder
from servicedesk.documents.parts import Heading
from tests.documents.conftest import drawing
from tests.fixtures.pictures import picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def urls(by, centre) -> dict[str, str]:
    """Address and type of one file of each sort."""
    paper = papers.keep("bill", "NH-S26-000296", "W2611-0318", centre, "zh-hant", b"%PDF-1.7", by)
    photo = photos.keep(upload(picture((300, 200))), by=by, centre=centre)
    signature = signatures.keep(drawing(), name="林雨澄", by=by, centre=centre)
    return {
        reverse("documents:paper", args=[paper.pk]): "application/pdf",
        reverse("documents:photo", args=[photo.pk, "full"]): "image/jpeg",
        reverse("documents:photo", args=[photo.pk, "thumb"]): "image/jpeg",
        reverse("documents:signature", args=[signature.pk]): "image/png",
    }


def test_staff_of_the_centre_sees_it_and_no_cache_keeps_it(client, advisor, urls):
    client.force_login(advisor)
    for url, kind in urls.items():
        response = client.get(url)
        assert (response.status_code, response["Content-Type"]) == (200, kind)
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"].startswith("inline") if kind == "application/pdf" else True
        assert response.content
        assert client.post(url).status_code == 405


def test_others_do_not(client, outsider, admin_user, urls):
    for url in urls:
        assert client.get(url).status_code == 302
    for user, status in ((outsider, 404), (admin_user, 403)):
        client.force_login(user)
        for url in urls:
            assert client.get(url).status_code == status


def test_what_is_not_there_is_not_found(client, advisor, by, centre, urls):
    client.force_login(advisor)
    typed = signatures.keep("", name="林雨澄", by=by, centre=centre, typed=True)
    photo = photos.keep(upload(picture((300, 200))), by=by, centre=centre)
    photo.file.storage.delete(photo.file.name)
    assert client.get(reverse("documents:signature", args=[typed.pk])).status_code == 404
    assert client.get(reverse("documents:photo", args=[photo.pk, "full"])).status_code == 404
    assert client.get(f"/documents/photos/{photo.pk}/huge").status_code == 404
    assert client.get("/documents/photos/99999999999999999/full").status_code == 404
    assert client.get("/documents/papers/999999999999999999999999").status_code == 404


@pytest.fixture
def order(by, centre, monkeypatch) -> PaperOrder:
    """A paper of the house, ordered."""
    heading = Heading(centre=centre, title="Leaflet", number="1")
    kind = papers.Kind("leaflet", "Leaflet", lambda order: ("pdf/sheet.html", {"heading": heading}))
    monkeypatch.setitem(papers.KINDS, "leaflet", kind)
    return papers.order(
        "leaflet", 1, number="1", about="W2611-0318", centre=centre, customer=None, language="en", by=by
    )


def test_an_order_shows_its_paper_as_soon_as_it_is_printed(client, advisor, order):
    client.force_login(advisor)
    url = order.get_absolute_url()
    waiting = client.get(url)
    assert (waiting.status_code, waiting["Refresh"], waiting["Cache-Control"]) == (200, "2", "private, no-store")
    assert "Being printed" in waiting.content.decode()
    printing.run()
    printed = client.get(url)
    assert (printed["Content-Type"], printed.has_header("Refresh")) == ("application/pdf", False)


def test_a_failed_order_says_what_to_do_and_does_not_reload(client, advisor, order):
    client.force_login(advisor)
    PaperOrder.objects.update(state="failed", error="ValueError: the row is gone")
    page = client.get(order.get_absolute_url())
    assert (page.status_code, page.has_header("Refresh")) == (200, False)
    assert "ValueError: the row is gone" in page.content.decode()


def test_an_order_is_for_staff_of_its_centre(client, outsider, admin_user, order):
    assert client.get(order.get_absolute_url()).status_code == 302
    for user, status in ((outsider, 404), (admin_user, 403)):
        client.force_login(user)
        assert client.get(order.get_absolute_url()).status_code == status
