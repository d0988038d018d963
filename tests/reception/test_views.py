"""Reception's pages: the tablet's steps, the estimate, the decision; who may, when, twice, garbage, another centre."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from appointments.models import Appointment
from reception import checklist
from reception.models import DamageMark, Inspection
from servicedesk.customers.models import Vehicle
from servicedesk.workorders.models import Consent, WorkOrder
from tests.fixtures.appointments import confirmed
from tests.fixtures.people import client_of
from tests.fixtures.reception import all_good, inspected, received

pytestmark = pytest.mark.django_db

STEPS = ["need", "inspect", "sign", "estimate", "authorise"]
WISHES = {
    "wash_wanted": "yes",
    "old_parts_wanted": "no",
    "waits_on_site": "no",
    "road_test_allowed": "yes",
    "valuables": "none",
    "covers_fitted": "on",
    "purpose_explained": "on",
    "signature_name": "林怡君",
}


def photo() -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(picture, "JPEG")
    return SimpleUploadedFile("dent.jpg", picture.getvalue(), "image/jpeg")


def decisions(work_order: WorkOrder, decision: str = "approve", **more: Any) -> dict[str, Any]:
    return {f"line_{line.pk}": decision for line in work_order.lines.top().unanswered()} | more


def test_from_arrival_to_authorised_on_the_screens(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    desk = client_of(advisor)
    assert "BKQ-5821" in desk.get(reverse("reception:arrive")).content.decode()
    url = f"{reverse('reception:receive')}?appointment={appointment.pk}"
    assert appointment.concern in desk.get(url).content.decode()
    desk.act(url, {"concern": "踩煞車有尖銳聲", "purpose": "保養", "as_booked": "yes"})
    order = WorkOrder.objects.get()
    pk = order.pk
    desk.act(reverse("reception:inspect", args=[pk]), {"odometer": "40,210", "fuel": "5/8", "keys": "2"})
    assert desk.get(reverse("reception:inspect", args=[pk])).status_code == 200
    all_good(order, advisor)
    assert desk.get(reverse("reception:sign", args=[pk])).status_code == 200
    desk.act(reverse("reception:sign", args=[pk]), WISHES)
    assert Inspection.objects.get().is_signed
    assert "locked" in desk.get(reverse("reception:sign", args=[pk])).content.decode()
    desk.act(
        reverse("reception:estimate", args=[pk]), {"operation": "BRK-010", "urgency": "now", "finding": "剩 2.1 mm"}
    )
    assert desk.get(reverse("reception:estimate", args=[pk])).status_code == 200
    shown = desk.act(reverse("reception:show", args=[pk]))
    assert shown.headers["Location"] == reverse("reception:decide", args=[pk])
    assert desk.get(shown.headers["Location"]).status_code == 200
    desk.act(reverse("reception:decide", args=[pk]), decisions(order, signature_name="林怡君"))
    consent = Consent.objects.get()
    assert (consent.method, consent.answers.count()) == ("signed", 3)
    assert desk.get(reverse("reception:authorise", args=[pk])).status_code == 200
    done = desk.act(reverse("reception:authorise", args=[pk]), {"promised_at": "2026-11-24T17:30"})
    order.refresh_from_db()
    assert done.headers["Location"] == order.get_absolute_url()
    assert order.stage == "authorised"
    assert order.promised_at == dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
    assert desk.get(order.get_absolute_url()).status_code == 200


def test_a_walk_in_on_the_screen(centre: Any, advisor: Any, reference: None) -> None:
    desk = client_of(advisor)
    assert desk.get(reverse("reception:receive")).status_code == 200
    desk.act(
        reverse("reception:receive"),
        {
            "plate": "BRT-7743",
            "model": "other",
            "other_model": "Nissan Kicks",
            "name": "蔡志明",
            "phone": "0937-000-802",
            "channel": "sms",
            "language": "zh-hant",
            "concern": "右後窗升降有異音",
            "operations": ["MNT-110"],
        },
    )
    order = WorkOrder.objects.get()
    assert (order.source, order.vehicle.title, order.lines.top().get().code) == ("walk_in", "Nissan Kicks", "MNT-110")


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_the_advisors(centre: Any, everyone: Any, advisor: Any, step: str) -> None:
    url = reverse(f"reception:{step}", args=[received(centre, advisor).pk])
    got = {role: client_of(user).get(url).status_code for role, user in everyone.items()}
    assert {role for role, status in got.items() if status == 200} == {"advisor", "manager"}


def test_another_centre_finds_nothing(centre: Any, advisor: Any, outsider: Any) -> None:
    order = received(centre, advisor)
    appointment = Appointment.objects.get()
    stranger = client_of(outsider)
    for step in STEPS:
        assert stranger.get(reverse(f"reception:{step}", args=[order.pk])).status_code == 404
    assert stranger.get(f"{reverse('reception:receive')}?appointment={appointment.pk}").status_code == 404
    assert stranger.act(reverse("reception:send", args=[order.pk])).status_code == 404


def test_received_twice_is_one_visit(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    desk = client_of(advisor)
    url = f"{reverse('reception:receive')}?appointment={appointment.pk}"
    desk.act(url, {"concern": "x", "as_booked": "yes"}, key="received-once")
    desk.act(url, {"concern": "x", "as_booked": "yes"}, key="received-once")
    assert WorkOrder.objects.count() == 1
    again = desk.act(url, {"concern": "x", "as_booked": "yes"}, follow=True).content.decode()
    assert "already here" in again


def test_the_gate_lists_what_is_missing(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    page = client_of(advisor).act(
        reverse("reception:authorise", args=[order.pk]), {"promised_at": "2026-11-24T17:30"}, follow=True
    )
    text = page.content.decode()
    assert "The customer has signed the joint inspection" in text
    assert "2 lines wait for the customer&#x27;s answer" in text
    order.refresh_from_db()
    assert order.stage == "reception"


@pytest.mark.parametrize(
    ("step", "data", "sentence"),
    [
        ("need", {"concern": " "}, "Write it in the customer"),
        ("inspect", {"odometer": "", "fuel": "99", "keys": "-1"}, "Choose one of the marks of the gauge"),
        ("inspect", {"odometer": "39,000", "fuel": "1/2", "keys": "1"}, "Less than last time"),
        ("inspect", {"odometer": "x" * 500, "fuel": "1/2", "keys": "1"}, "Write the kilometres in digits"),
        ("sign", {}, "Explain them to the customer first"),
        ("estimate", {"operation": "NO", "urgency": "whenever"}, "Select a valid choice"),
        ("authorise", {"promised_at": "soon"}, "Give date and time"),
    ],
)
def test_garbage_comes_back_with_a_sentence(
    centre: Any, advisor: Any, step: str, data: dict[str, Any], sentence: str
) -> None:
    order = received(centre, advisor)
    Vehicle.objects.update(odometer=39_800)
    page = client_of(advisor).act(reverse(f"reception:{step}", args=[order.pk]), data)
    assert page.status_code == 422
    assert sentence in page.content.decode()


def test_a_lower_reading_is_taken_when_it_is_right(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    Vehicle.objects.update(odometer=39_800)
    client_of(advisor).act(
        reverse("reception:inspect", args=[order.pk]),
        {"odometer": "39,000", "fuel": "1/2", "keys": "1", "sure": "on"},
    )
    assert Inspection.objects.get().odometer == 39_000


def test_without_script_everything_is_sent_at_once_and_comes_back_filled_in(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    desk = client_of(advisor)
    items = {item.code: item for item in checklist.walkaround_items()}
    url = reverse("reception:inspect", args=[order.pk])
    data = {f"item_{items['WA-30'].pk}": "ng", f"note_{items['WA-30'].pk}": "右後窗升降有異音", "note": "x"}
    assert desk.act(url, data).headers["Location"] == reverse("reception:sign", args=[order.pk])
    row = Inspection.objects.get().items.get()
    assert (row.value, row.note, row.tone) == ("ng", "右後窗升降有異音", "red")
    again = desk.act(url, {f"item_{items['WA-30'].pk}": "perfect", "note": "still here"})
    assert again.status_code == 422
    assert "choose one of the answers offered" in again.content.decode()
    assert "still here" in again.content.decode()
    desk.act(url, {"lights": ["tyre_pressure", "none"]})
    assert Inspection.objects.get().warning_lights == ["tyre_pressure"]


def test_damage_is_marked_with_a_photo_and_taken_off(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    desk = client_of(advisor)
    url = reverse("reception:mark_add", args=[order.pk])
    desk.act(url, {"kind": "dent", "x": "182", "y": "86", "note": "3 cm", "photo": photo()})
    mark = DamageMark.objects.get()
    assert (mark.x, mark.y, mark.kind) == (182, 86, "dent")
    assert mark.photos.count() == 1
    assert desk.get(reverse("reception:inspect", args=[order.pk])).status_code == 200
    for garbage in ({"kind": "dent"}, {"kind": "?", "x": "1", "y": "1"}, {"kind": "dent", "x": "-5", "y": "9999"}):
        assert "sd-refusal" in desk.act(url, garbage, follow=True).content.decode()
    bad = {"kind": "dent", "x": "1", "y": "1", "photo": SimpleUploadedFile("x.jpg", b"not a photo")}
    assert "not a photo" in desk.act(url, bad, follow=True).content.decode()
    assert DamageMark.objects.count() == 1
    desk.act(reverse("reception:mark_remove", args=[order.pk, 1]))
    assert not DamageMark.objects.exists()


def test_a_signed_inspection_is_refused_on_every_screen(centre: Any, advisor: Any) -> None:
    order = inspected(centre, advisor)
    desk = client_of(advisor)
    for url, data in (
        (reverse("reception:mark_add", args=[order.pk]), {"kind": "dent", "x": "1", "y": "1"}),
        (reverse("reception:sign", args=[order.pk]), WISHES),
    ):
        assert "it is locked" in desk.act(url, data, follow=True).content.decode()


def test_one_and_thirty_rows_cost_the_same(centre: Any, advisor: Any) -> None:
    centre.reception_places = 100
    centre.save()
    desk = client_of(advisor)
    counts = []
    for upto in (1, 30):
        for number in range(WorkOrder.objects.count(), upto):
            received(centre, advisor, plate=f"AAA-{number:04}", phone=f"09120{number:05}", name=f"客{number}")
            confirmed(centre, advisor, plate=f"BBB-{number:04}", phone=f"09121{number:05}", name=f"等{number}")
        desk.get(reverse("home"))
        for name in ("reception:list", "reception:arrive", "home"):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(reverse(name)).status_code == 200
            counts.append(len(queries))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 15
