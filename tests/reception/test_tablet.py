"""What the tablet sends behind the taps: kept in order, once, each change on its own; nothing after the signature (M2.2-a)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reception import checklist, services
from reception.models import DamageMark, Inspection, PointResult
from servicedesk.customers.models import Vehicle
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.people import client_of
from tests.fixtures.reception import inspected, received

pytestmark = pytest.mark.django_db


def send(user: Any, order: WorkOrder, *changes: Any, key: str = "") -> Any:
    """One batch of the tablet's, as it is sent."""
    url = reverse("reception:inspect_save", args=[order.pk])
    return client_of(user).post(url, {"request_key": key or str(uuid4()), "changes": json.dumps(list(changes))})


def item(code: str) -> Any:
    return next(row for row in checklist.walkaround_items() if row.code == code)


def test_taps_are_kept_in_their_order(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    mirror = item("WA-16").pk
    answer = send(
        advisor,
        order,
        {"do": "odometer", "value": "４０,２１０"},
        {"do": "fuel", "value": "5/8"},
        {"do": "keys", "value": "2"},
        {"do": "item", "item": mirror, "value": "ok"},
        {"do": "item", "item": mirror, "value": "scratch", "note": "左"},
        {"do": "lights", "value": ["engine", "none", "???"]},
        {"do": "note", "value": "右後窗有異音"},
    ).json()
    assert (answer["refused"], answer["asks"], answer["marks"]) == ({}, [], {})
    row = Inspection.objects.get()
    assert (row.odometer, row.fuel, row.keys, row.warning_lights, row.note) == (
        40_210,
        "5/8",
        2,
        ["engine"],
        "右後窗有異音",
    )
    assert [(one.item_id, one.value, one.note) for one in row.items.all()] == [(mirror, "scratch", "左")]
    assert WorkOrder.objects.get().odometer_in == Vehicle.objects.get().odometer == 40_210
    page = client_of(advisor).get(reverse("reception:inspect", args=[order.pk])).context["page"]
    assert answer["left"] == page.left


def test_the_same_batch_again_changes_nothing_and_gets_the_same_answer(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    mark = {"do": "mark", "key": str(uuid4()), "x": 182, "y": 86, "kind": "dent", "note": "3 cm"}
    key = str(uuid4())
    first = send(advisor, order, mark, key=key)
    send(advisor, order, {"do": "unmark", "key": mark["key"]})
    assert send(advisor, order, mark, key=key).json() == first.json()
    assert not DamageMark.objects.exists()


def test_a_mark_is_drawn_changed_and_taken_off_by_its_key(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    one, two = (str(uuid4()) for _ in range(2))
    send(advisor, order, {"do": "mark", "key": one, "x": 30, "y": 227, "kind": "scratch"})
    send(advisor, order, {"do": "mark", "key": two, "x": 110, "y": 227, "kind": "chip"})
    answer = send(advisor, order, {"do": "mark", "key": one, "x": 1, "y": 1, "kind": "dent", "note": "8 cm"}).json()
    assert answer["marks"] == {one: 1, two: 2}
    assert list(DamageMark.objects.order_by("number").values_list("x", "kind", "note", "item__code")) == [
        (30, "dent", "8 cm", "WA-06"),
        (110, "chip", "", "WA-07"),
    ]
    looked_at = Inspection.objects.get().items
    assert set(looked_at.values_list("item__code", "value")) == {("WA-06", "scratch"), ("WA-07", "chip")}
    send(advisor, order, {"do": "unmark", "key": two}, {"do": "unmark", "key": two})
    assert DamageMark.objects.count() == 1
    assert list(looked_at.values_list("item__code", flat=True)) == ["WA-06"]


def test_what_cannot_be_taken_is_told_and_holds_nobody_up(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    answer = send(
        advisor,
        order,
        {"do": "fuel", "value": "99"},
        {"do": "charge", "value": "50"},
        {"do": "keys", "value": "-1"},
        {"do": "item", "item": item("WA-16").pk, "value": "perfect"},
        {"do": "item", "item": 10**9, "value": "ok"},
        {"do": "item", "item": "1; drop", "value": "ok"},
        {"do": "mark", "key": "no key", "x": 1, "y": 1, "kind": "dent"},
        {"do": "mark", "key": str(uuid4()), "x": 9999, "y": -1, "kind": "dent"},
        {"do": "mark", "key": str(uuid4()), "x": 1, "y": 1, "kind": "hole"},
        {"do": "stage", "value": "closed"},
        "nonsense",
        {"do": "odometer", "value": "1,5"},
        {"do": "fuel", "value": "1/2"},
    ).json()
    assert sorted(map(int, answer["refused"])) == list(range(12))
    assert all(all(text for text in texts) for texts in answer["refused"].values())
    assert Inspection.objects.get().fuel == "1/2"


def test_an_electric_car_has_no_fuel(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    Vehicle.objects.update(powertrain="ev")
    answer = send(advisor, order, {"do": "fuel", "value": "1/2"}, {"do": "charge", "value": "101"}).json()
    assert answer["refused"] == {
        "0": ["This car has no fuel tank: read the state of charge."],
        "1": ["Write a number from 0 to 100."],
    }
    assert send(advisor, order, {"do": "charge", "value": "55"}).json()["refused"] == {}


def test_a_reading_that_can_hardly_be_true_is_asked_about_once(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    order = received(centre, advisor)
    Vehicle.objects.update(
        odometer=39_800, odometer_at=Inspection.objects.get().begun_at.replace(year=2026, month=11, day=1)
    )
    lower = send(advisor, order, {"do": "odometer", "value": "39,000"}).json()
    assert (lower["asks"], list(lower["refused"])) == ([0], ["0"])
    farther = send(advisor, order, {"do": "odometer", "value": "398,000"}).json()
    assert "358,200 km more than last time" in farther["refused"]["0"][0]
    assert Inspection.objects.get().odometer is None
    send(advisor, order, {"do": "odometer", "value": "398,000", "sure": True})
    assert Vehicle.objects.get().odometer == 398_000
    assert send(advisor, order, {"do": "odometer", "value": "40,210"}).json()["refused"] == {}
    assert Vehicle.objects.get().odometer == WorkOrder.objects.get().odometer_in == 40_210


def test_points_take_their_colour_from_the_measure(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    tread, belt = (
        next(row.pk for row in checklist.point_items(Inspection.objects.get()) if row.code == code)
        for code in ("MP-17", "MP-06")
    )
    answer = send(
        advisor,
        order,
        {"do": "point", "item": tread, "verdict": "green", "value": "1,6"},
        {"do": "point", "item": belt, "verdict": "red", "note": "裂"},
        {"do": "point", "item": tread, "value": "NaN"},
        {"do": "point", "item": tread, "value": "1e30"},
    ).json()
    assert sorted(answer["refused"]) == ["2", "3"]
    assert set(PointResult.objects.values_list("item", "verdict", "value", "note")) == {
        (tread, "red", Decimal("1.60"), ""),
        (belt, "red", None, "裂"),
    }
    send(advisor, order, {"do": "point", "item": belt, "verdict": ""})
    assert PointResult.objects.count() == 1


def test_nothing_is_taken_after_the_signature(centre: Any, advisor: Any) -> None:
    order = inspected(centre, advisor)
    answer = send(advisor, order, {"do": "fuel", "value": "F"})
    assert answer.status_code == 409
    assert "it is locked" in answer.json()["reasons"][0]["text"]
    assert (
        "data-inspection" not in client_of(advisor).get(reverse("reception:inspect", args=[order.pk])).content.decode()
    )


def test_nothing_is_taken_after_the_car_went_back(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    services.give_back(order, by=Actor.of(advisor), reason="改天再來")
    before = Inspection.objects.values().get()
    answer = send(advisor, order, {"do": "keys", "value": "1"}, {"do": "note", "value": "x"})
    assert answer.status_code == 409
    assert "Reception of BKQ-5821 is over" in answer.json()["reasons"][0]["text"]
    mark = client_of(advisor).act(reverse("reception:mark_add", args=[order.pk]), {"kind": "dent", "x": "1", "y": "1"})
    assert (mark.status_code, Inspection.objects.values().get(), DamageMark.objects.count()) == (302, before, 0)


@pytest.mark.parametrize("changes", ["", "{", '{"do": 1}', "null", "[" * 5000])
def test_garbage_is_refused(centre: Any, advisor: Any, changes: str) -> None:
    order = received(centre, advisor)
    url = reverse("reception:inspect_save", args=[order.pk])
    answer = client_of(advisor).post(url, {"request_key": str(uuid4()), "changes": changes})
    assert answer.status_code == 400


def test_another_centre_and_another_role(centre: Any, advisor: Any, outsider: Any, technician: Any) -> None:
    order = received(centre, advisor)
    assert [send(user, order, {"do": "keys", "value": "1"}).status_code for user in (outsider, technician)] == [
        404,
        403,
    ]


def test_opening_the_inspection_costs_the_same_with_many_marks(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    desk, url, counts = client_of(advisor), reverse("reception:inspect", args=[order.pk]), []
    for marks in (1, 29):
        send(
            advisor, order, *({"do": "mark", "key": str(uuid4()), "x": 9, "y": 9, "kind": "dent"} for _ in range(marks))
        )
        desk.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
