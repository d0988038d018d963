"""The arrivals page: who is on it, found by any end of a plate, and what is known of each car (M2.1-a)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments.models import DayLoad
from reception import desk, guarantee, services
from servicedesk.customers.models import Vehicle
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Shift
from servicedesk.workorders.models import WorkOrder
from tests.fixtures import complaints as c
from tests.fixtures import delivery as d
from tests.fixtures.appointments import confirmed, missed, slot
from tests.fixtures.people import client_of
from tests.fixtures.quality import inspected, self_checked
from tests.fixtures.reception import authorised, received
from tests.fixtures.workshop import finish_jobs, in_repair

pytestmark = pytest.mark.django_db


@pytest.fixture
def was_here(centre: Any, everyone: Any) -> WorkOrder:
    """A delivered visit with brake work done and a check put off."""
    who = everyone
    order = authorised(centre, who["advisor"])
    in_repair(order, who["technician"], who["supervisor"])
    finish_jobs(order, who["technician"])
    self_checked(order, who["technician"])
    inspected(order, who["inspector"])
    d.made_ready(order, who["detailer"], who["cashier"])
    d.handed_over(order, who["advisor"], who["cashier"])
    order.refresh_from_db()
    return order


def again(centre: Any, advisor: Any, **booking: Any) -> Any:
    return confirmed(
        centre, advisor, starts_at=slot(centre, 16), codes=("BRK-010",), transport="courtesy_car", **booking
    )


def test_the_card_says_what_is_known_of_the_car(was_here: WorkOrder, centre: Any, everyone: Any) -> None:
    advisor = everyone["advisor"]
    c.taken(was_here, everyone["agent"])
    booked = again(centre, advisor)
    [card] = desk.cards(advisor, centre)
    assert (card.appointment, card.state, card.services) == (booked, "expected", ["Front brake pad replacement"])
    known = card.known
    assert [visit.work_order for visit in known.visits] == [was_here]
    assert [left.line.code for left in known.undone] == ["MNT-110"]
    assert [alert.level for alert in known.alerts] == ["danger"]
    assert known.hint is not None
    assert known.hint.work_order == was_here
    [running] = known.guarantees
    assert (running.until - centre.today()).days == centre.guarantee_days
    assert running.until_km == was_here.odometer_out + centre.guarantee_km
    page = client_of(advisor).get(reverse("reception:list")).content.decode()
    for words in ("Courtesy car wished", "Guarantee until", "Not done yet", "Open complaint", "Comeback?"):
        assert words in page


@pytest.mark.parametrize(("days", "driven", "runs"), [(364, None, True), (366, None, False), (10, 20_001, False)])
def test_the_guarantee_ends_by_days_or_kilometres(
    was_here: WorkOrder, days: int, driven: int | None, runs: bool, at_tuesday_ten: Any
) -> None:
    at_tuesday_ten.move(days=days)
    work = [{"title": "x", "system": "brake", "kind": "minor"}]
    odometer = driven and was_here.odometer_out + driven
    assert (guarantee.running(was_here, work, odometer, {}) is not None) == runs
    assert guarantee.running(WorkOrder(centre=was_here.centre), work, None, {}) is None


def test_here_late_expected_and_given_up(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    late = confirmed(centre, advisor, starts_at=slot(centre, 11))
    gone = missed(centre, advisor, plate="AAA-0001", phone="0912000001", name="甲", starts_at=slot(centre, 11, 30))
    later = confirmed(centre, advisor, plate="AAA-0002", phone="0912000002", name="乙")
    here = confirmed(centre, advisor, plate="AAA-0003", phone="0912000003", name="丙", starts_at=slot(centre, 15))
    by = Actor.of(advisor)
    walk_in = services.arrive(by=by, centre=centre, plate="WLK-0001")
    at_tuesday_ten.move(minutes=100)
    waits = services.arrive(by=by, centre=centre, appointment=here)
    cards = desk.cards(advisor, centre)
    assert [(card.state, card.appointment, card.arrival) for card in cards] == [
        ("here", None, walk_in),
        ("here", here, waits),
        ("late", late, None),
        ("late", gone, None),
        ("expected", later, None),
    ]
    assert desk.counts(cards) == {"here": 2, "late": 2, "expected": 1, "walk_in": 1}
    page = client_of(advisor).get(reverse("reception:list"), {"show": "walk_in"})
    assert [card.arrival for card in page.context["cards"]] == [walk_in]
    assert client_of(advisor).get(reverse("reception:list"), {"show": "x' OR 1=1"}).status_code == 200


@pytest.mark.parametrize(
    ("plate", "typed"),
    [
        ("BKQ-5821", "bkq5821"),
        ("BKQ-5821", "５８２１"),
        ("BKQ-5821", "21"),
        ("京A·D12345", "京A D12345"),
        ("京A·D12345", "345"),
        ("粵Z·1234港", "港"),
    ],
)
def test_found_by_the_plate_in_any_script_and_by_its_end(centre: Any, advisor: Any, plate: str, typed: str) -> None:
    booked = confirmed(centre, advisor, plate=plate)
    confirmed(centre, advisor, plate="XXX-9999", phone="0912000001", name="別人")
    page = client_of(advisor).get(reverse("reception:list"), {"plate": typed})
    found = [card.appointment for card in page.context["cards"]]
    assert found == ([booked] if len(typed) > 1 else [])


def test_a_whole_plate_leaves_out_longer_ones(centre: Any, advisor: Any) -> None:
    whole = confirmed(centre, advisor, plate="AB-123")
    confirmed(centre, advisor, plate="XAB-123", phone="0912000001", name="別人")
    assert [card.appointment for card in desk.find(advisor, centre, "ab123")] == [whole]
    assert len(desk.find(advisor, centre, "123")) == 2


def test_found_in_the_house_by_vin_known_or_nowhere(centre: Any, advisor: Any, outsider: Any) -> None:
    order = received(centre, advisor)
    Vehicle.objects.filter(pk=order.vehicle_id).update(vin="JTMW43FV90D012345")
    [card] = desk.find(advisor, centre, "JTMW43FV90D012345")
    assert (card.state, card.here) == ("in_house", order)
    assert "already" not in client_of(advisor).get(reverse("reception:list"), {"plate": "5821"}).content.decode()
    services.give_back(order, by=Actor.of(advisor), reason="改天")
    [card] = desk.find(advisor, centre, "5821")
    assert (card.state, card.receive_query) == ("known", f"vehicle={order.vehicle_id}")
    assert desk.find(outsider, outsider.memberships_now()[0].centre, "BKQ-5821") == []
    page = client_of(advisor).get(reverse("reception:list"), {"plate": "NEW-7777"}).content.decode()
    assert f"{reverse('reception:receive')}?plate=NEW-7777" in page
    assert f"{reverse('appointments:new')}?source=site&amp;new=NEW-7777" in page
    assert client_of(advisor).get(reverse("reception:list"), {"plate": "\x00'%;" * 50}).status_code == 200


def test_a_booking_of_another_day_is_found(centre: Any, advisor: Any) -> None:
    booked = confirmed(centre, advisor, starts_at=slot(centre, 14, days=1))
    [card] = desk.find(advisor, centre, "5821")
    assert (card.appointment, card.state) == (booked, "known")


def test_one_and_thirty_known_cars_cost_the_same(was_here: WorkOrder, centre: Any, everyone: Any) -> None:
    advisor = everyone["advisor"]
    centre.reception_places = 100
    centre.save()
    Shift.objects.all().delete()
    DayLoad.objects.all().delete()  # without a roster no hours limit the bookings
    again(centre, advisor)
    pages = [({}, "cards"), ({"plate": "BKQ"}, "found")]
    client, counts = client_of(advisor), []
    client.get(reverse("reception:list"))
    for upto in (0, 30):
        for number in range(upto):
            row = confirmed(centre, advisor, plate=f"BKQ-{number:04}", phone=f"09120{number:05}", name=f"客{number}")
            if number % 2:
                services.arrive(by=Actor.of(advisor), centre=centre, appointment=row)
            WorkOrder.objects.create(
                number=f"X{number}", centre=centre, customer=row.customer, vehicle=row.vehicle, advisor=advisor,
                stage="closed", stage_since=was_here.opened_at, opened_at=was_here.opened_at - dt.timedelta(days=1),
            )  # fmt: skip
        for query, _name in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse("reception:list"), query).status_code == 200
            counts.append(len(queries))
    print(counts)
    assert counts[:2] == counts[2:]
    assert max(counts) <= 15
