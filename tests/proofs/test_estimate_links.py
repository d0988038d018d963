"""A2, A5, A6 for the estimate's link, short, and M5: an approved estimate is kept, and a rise needs consent first."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from delivery import services as delivery
from delivery.models import Bill, BillLine
from reception import services
from servicedesk.documents import photos
from servicedesk.messaging import relay
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Refusal
from servicedesk.workorders.models import Consent, Estimate
from tests.fixtures.pictures import picture, upload
from tests.fixtures.reception import estimated
from tests.proofs.booking_links import wrong_tokens
from tests.proofs.walk import fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
ANSWER = "/reception/answer/"


@pytest.fixture
def sent(centre: Any, advisor: Any, at_tuesday_ten: Any) -> list[Any]:
    """Two customers' estimates, each with a photo, sent by link: (visit, link, photo) of each."""
    by, found = Actor.of(advisor), []
    for number in (1, 2):
        order, _shown = estimated(
            centre,
            advisor,
            plate=f"EST-000{number}",
            name=f"客戶{number}",
            phone=f"091200000{number}",
            email=f"est{number}@example.com",
        )
        line = order.lines.top().unanswered().order_by("pk")[0]
        (row,) = services.add_line_photos(order, by=by, line=line, pictures=[photos.read(upload(picture((64, 48))))])
        services.send_estimate(order, by=by)
        link = SignedLink.objects.filter(purpose="estimate", customer=order.customer).latest("pk")
        found.append((order, link, row.photo_id))
    relay.run()
    return found


def opened(link: SignedLink) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    assert browser.get(link.path)["Location"] == ANSWER
    return browser


def photo_url(photo: int) -> str:
    return reverse("reception:answer_photo", args=[photo, "full"])


@pytest.mark.proof("A2")
def test_a2_one_customers_link_opens_and_answers_nothing_of_another(sent: list[Any]) -> None:
    (_mine, link, own), (other, _link, foreign) = sent
    browser = opened(link)
    assert (browser.get(photo_url(own)).status_code, browser.get(photo_url(foreign)).status_code) == (200, 404)
    assert browser.get(reverse("documents:photo", args=[own, "full"])).status_code in (302, 404), "staff only"
    form = {f"line_{line.pk}": "approve" for line in other.lines.top().unanswered()} | {"signature_name": "x"}
    before = fingerprint()
    assert browser.post(ANSWER, form | {"request_key": str(uuid.uuid4())}).status_code == 422
    assert fingerprint() == before
    assert other.vehicle.plate not in browser.get(ANSWER).content.decode()


@pytest.mark.proof("A5")
def test_a5_wrong_tokens_of_estimates_get_one_404_then_429(sent: list[Any]) -> None:
    tokens = wrong_tokens([link for _order, link, _photo in sent], 600, seed=2)
    bodies = set()
    for number, token in enumerate(tokens[:150]):
        answer = Client(REMOTE_ADDR=f"10.2.{number // 15}.1").get(f"/l/{token}")
        assert answer.status_code == 404, token
        bodies.add(answer.content)
    assert len(bodies) == 1
    stranger = Client(REMOTE_ADDR="10.9.9.8")
    assert [stranger.get(f"/l/{token}").status_code for token in tokens[300:330]] == [404] * 20 + [429] * 10


@pytest.mark.proof("A5")
def test_a5_an_ended_link_tells_nothing_and_is_renewed_to_the_stored_address(
    sent: list[Any], at_tuesday_ten: Any
) -> None:
    order, link, photo = sent[0]
    late = opened(link)
    at_tuesday_ten.move(days=8)
    assert (late.get(photo_url(photo)).status_code, late.get(ANSWER).status_code) == (410, 410)
    answer = Client().get(link.path)
    page = answer.content.decode()
    assert answer.status_code == 410
    secrets = (order.customer.name, order.customer.email, order.vehicle.plate, link.token)
    assert [word for word in secrets if word in page] == []
    form = {"link": answer.context["renewal"], "email": "thief@example.com"}
    assert Client().post("/l/renew/", form).status_code == 200
    assert Message.objects.latest("pk").to == order.customer.email


@pytest.mark.proof("A5")
def test_a5_after_the_post_the_same_link_shows_what_was_recorded(sent: list[Any]) -> None:
    order, link, photo = sent[0]
    browser = opened(link)
    form = {f"line_{line.pk}": "approve" for line in order.lines.top().unanswered()}
    form |= {"signature_name": order.customer.name, "request_key": str(uuid.uuid4())}
    assert browser.post(ANSWER, form)["Location"] == ANSWER
    marks = fingerprint()
    assert browser.post(ANSWER, form | {"request_key": str(uuid.uuid4())}).status_code in (200, 302)
    for again in (browser, opened(link)):
        assert again.get(ANSWER).context["consent"] == Consent.objects.get()
        assert again.get(photo_url(photo)).status_code == 200
    assert (fingerprint(), Consent.objects.count()) == (marks, 1)


@pytest.mark.proof("A6")
def test_a6_a_scanner_that_opens_every_estimate_changes_nothing(sent: list[Any]) -> None:
    before = fingerprint()
    for _order, link, photo in sent:
        for method in ("get", "head", "options"):
            for _time in range(5):
                scanner = Client()
                assert getattr(scanner, method)(link.path).status_code == (204 if method == "options" else 302)
                for path in (ANSWER, f"{ANSWER}newer/", photo_url(photo)):
                    assert getattr(scanner, method)(path).status_code in (200, 404, 405)
    assert fingerprint() == before


@pytest.mark.proof("M5")
def test_m5_the_approved_version_is_kept_and_a_rise_needs_consent_first(
    visit_in_preparation: Any, cashier: Any
) -> None:
    """Dearer work after the yes: the version stays as it was shown, and no bill asks for more than was agreed."""
    order = visit_in_preparation
    version = Consent.objects.filter(work_order=order).latest("pk").estimate
    shown = (version.lines, version.total)
    line = order.lines.filter(kind="part", state__in=("approved", "done", "checked")).first()
    order.lines.filter(pk=line.pk).update(quantity=line.quantity * 2, amount=line.amount * 2)
    delivery.recalculate(order, by=Actor.of(cashier))
    with pytest.raises(Refusal) as refusal:
        delivery.issue_bill(order, by=Actor.of(cashier))
    assert "M5.2-b" in {reason.clause for reason in refusal.value.reasons}
    kept = Estimate.objects.get(pk=version.pk)
    assert (kept.lines, kept.total) == shown
    assert not Bill.objects.issued().exists()
    assert BillLine.objects.get(line=line).agreed == line.amount
