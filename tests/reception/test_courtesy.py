"""Courtesy cars: added by the manager, lent once against signature and licence, taken back; who, when, twice, at once."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from reception import courtesy, services
from reception.models import CourtesyCar, CourtesyLoan
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.documents import photos
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.people import client_of
from tests.fixtures.pictures import picture, upload
from tests.fixtures.reception import received

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
LEND = {
    "due_at": "2026-11-24T18:00",
    "odometer": "12,000",
    "fuel": "5/8",
    "condition": "右前輪圈刮傷",
    "licence_seen": "on",
    "signature_name": "林怡君",
}


def courtesy_car(centre: Any, plate: str = "RCX-0001", **values: Any) -> CourtesyCar:
    return CourtesyCar.objects.create(
        centre=centre, plate=plate, **{"model_name": "Toyota Yaris", "odometer": 11_900} | values
    )


def lend(order: WorkOrder, car: CourtesyCar, advisor: Any, **values: Any) -> CourtesyLoan:
    told = {"due_at": now() + dt.timedelta(hours=8), "odometer": 12_000, "level": "5/8", "licence_seen": True}
    return services.lend_car(order, by=Actor.of(advisor), car=car, name="林怡君", **told | values)


def test_lent_and_taken_back_on_the_screens(centre: Any, advisor: Any) -> None:
    order, car, desk = received(centre, advisor), courtesy_car(centre), client_of(advisor)
    page = reverse("reception:courtesy_lend", args=[order.pk])
    assert "RCX-0001" in desk.get(page).content.decode()
    two = [upload(picture((320, 240))), upload(picture((320, 240)))]
    desk.act(page, LEND | {"car": car.pk, "photos": two})
    loan = CourtesyLoan.objects.get()
    assert (loan.car, loan.work_order, loan.level_out, loan.signature.name) == (car, order, "5/8", "林怡君")
    assert (loan.due_at, loan.photos.count()) == (dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC), 2)
    for url in (reverse("reception:courtesy"), reverse("home"), order.get_absolute_url()):
        assert desk.get(url).status_code == 200
    assert "林怡君" in desk.get(reverse("reception:courtesy")).content.decode()
    panel = desk.get(reverse("workorders:panel", args=[order.pk, "courtesy"])).content.decode()
    assert ("RCX-0001" in panel, "due back" in panel) == (True, True)
    assert "No courtesy car is free" in desk.get(page).content.decode()
    back = reverse("reception:courtesy_back", args=[loan.pk])
    low = desk.act(back, {"odometer": "11,999", "fuel": "1/2"})
    assert (low.status_code, "stood at 12,000 km" in low.content.decode()) == (422, True)
    desk.act(back, {"odometer": "12,345", "fuel": "1/2", "photos": upload(picture((320, 240)))}, key="back-once")
    desk.act(back, {"odometer": "12,345", "fuel": "1/2"}, key="back-once")
    again = desk.act(back, {"odometer": "99,999", "fuel": "1/2"})
    loan.refresh_from_db()
    car.refresh_from_db()
    assert (loan.odometer_in, loan.level_in, loan.returned_to, car.odometer) == (12_345, "1/2", "許雅婷", 12_345)
    assert (again.status_code, loan.photos.filter(back=True).count()) == (200, 1)
    assert desk.get(back).status_code == 200


@pytest.mark.parametrize(
    ("garbage", "sentence"),
    [
        ({"licence_seen": ""}, "driving licence before you hand out the key"),
        ({"fuel": ""}, "Read the fuel gauge"),
        ({"odometer": "100"}, "stood at 11,900 km"),
        ({"due_at": "2026-11-23T18:00"}, "in the future"),
        ({"due_at": "soon"}, "Give date and time"),
        ({"car": "999999"}, "not free any more"),
        ({"signature_name": ""}, "name of the person who signs"),
        ({"charge": "101"}, "less than or equal to 100"),
        ({"photos": [upload(b"x")]}, "not a photo"),
    ],
)
def test_what_is_missing_comes_back_filled_in(centre: Any, advisor: Any, garbage: Any, sentence: str) -> None:
    order, car = received(centre, advisor), courtesy_car(centre, powertrain="phev")
    page = client_of(advisor).act(reverse("reception:courtesy_lend", args=[order.pk]), LEND | {"car": car.pk} | garbage)
    text = page.content.decode()
    assert (page.status_code, sentence in text, "右前輪圈刮傷" in text) == (422, True, True)
    assert not CourtesyLoan.objects.exists()


def test_an_electric_car_is_read_by_its_charge(centre: Any, advisor: Any) -> None:
    order, car = received(centre, advisor), courtesy_car(centre, powertrain="ev")
    desk, url = client_of(advisor), reverse("reception:courtesy_lend", args=[order.pk])
    assert "read its state of charge" in desk.act(url, LEND | {"car": car.pk}).content.decode()
    desk.act(url, LEND | {"car": car.pk, "charge": "80"})
    assert CourtesyLoan.objects.get().level_out == "80%"


def test_refused_at_the_wrong_time(centre: Any, advisor: Any, technician: Any, supervisor: Any) -> None:
    order, car = received(centre, advisor), courtesy_car(centre)
    lend(order, car, advisor)
    second = courtesy_car(centre, "RCX-0002")
    for wrong, sentence in (((order, second), "has RCX-0001"), ((order, car), "lent RCX-0001")):
        with pytest.raises(services.CourtesyRefused, match=sentence):
            lend(*wrong, advisor)
    with pytest.raises(services.CourtesyRefused, match="take it back first"):
        services.retire_courtesy_car(car, by=Actor.of(advisor))
    gone = received(centre, advisor, plate="AAA-0001", phone="0912000001", name="王大明")
    services.give_back(gone, by=Actor.of(advisor), reason="改天再來")
    with pytest.raises(services.CourtesyRefused, match="visit is over"):
        lend(gone, second, advisor)
    assert CourtesyLoan.objects.count() == 1


def test_the_manager_keeps_the_list(centre: Any, advisor: Any, manager: Any, outsider: Any) -> None:
    desk, boss, add = client_of(advisor), client_of(manager), reverse("reception:courtesy_add")
    new = {"plate": "rcx-0001", "model_name": "Toyota Yaris", "powertrain": "petrol", "odometer": "11,900"}
    assert desk.act(add, new).status_code == 403
    boss.act(add, new)
    car = CourtesyCar.objects.get()
    assert (car.plate, car.centre, car.odometer) == ("RCX-0001", centre, 11_900)
    twice = boss.act(add, new | {"plate": "RCX 0001"})
    assert (twice.status_code, "is one of the courtesy cars already" in twice.content.decode()) == (422, True)
    assert boss.act(add, {"plate": "", "odometer": "x"}).status_code == 422
    retire = reverse("reception:courtesy_retire", args=[car.pk])
    boss.act(retire)
    car.refresh_from_db()
    assert not car.active
    boss.act(add, new)
    assert CourtesyCar.objects.get().active
    loan = lend(received(centre, advisor), car, advisor)
    stranger = client_of(outsider)
    assert stranger.act(retire).status_code == 404
    mine = (
        reverse("reception:courtesy_back", args=[loan.pk]),
        reverse("reception:courtesy_lend", args=[loan.work_order_id]),
    )
    assert [stranger.get(url).status_code for url in mine] == [404, 404]
    assert [stranger.act(url, LEND).status_code for url in mine] == [404, 404]


def test_another_centres_car_is_not_lent(centre: Any, other_centre: Any, advisor: Any) -> None:
    order, theirs = received(centre, advisor), courtesy_car(other_centre)
    courtesy_car(centre, "RCX-0002")
    page = client_of(advisor).act(reverse("reception:courtesy_lend", args=[order.pk]), LEND | {"car": theirs.pk})
    assert (page.status_code, "not free any more" in page.content.decode()) == (422, True)
    with pytest.raises(services.CourtesyRefused):
        lend(order, theirs, advisor)


def test_before_delivery_it_is_asked_for(
    centre: Any, advisor: Any, visit_ready: WorkOrder, at_tuesday_ten: Any
) -> None:
    order, car = visit_ready, courtesy_car(centre)
    loan = lend(order, car, advisor, due_at=now() + dt.timedelta(hours=1))
    told = [alert.level for alert in courtesy.alerts(customer=order.customer)]
    at_tuesday_ten.move(hours=2)
    assert (told, [alert.level for alert in courtesy.alerts(customer=order.customer)]) == (["info"], ["amber"])
    desk = client_of(advisor)
    assert "Take the courtesy car back" in desk.get(order.get_absolute_url()).content.decode()
    panel = desk.get(reverse("workorders:panel", args=[order.pk, "courtesy"])).content.decode()
    assert "still out" in panel
    assert "RCX-0001" in desk.get(reverse("home_list", args=["courtesy"])).content.decode()
    services.take_back_car(loan, by=Actor.of(advisor), odometer=12_100, level="1/2")
    assert courtesy.alerts(customer=order.customer) == []
    assert "Take the courtesy car back" not in desk.get(order.get_absolute_url()).content.decode()


def test_a_customer_takes_his_loans_with_him_and_is_forgotten(centre: Any, advisor: Any) -> None:
    order, car = received(centre, advisor), courtesy_car(centre)
    services.take_back_car(
        lend(order, car, advisor), by=Actor.of(advisor), odometer=12_100, level="1/2", condition="林小姐說"
    )
    told: dict[str, Any] = {}
    for export in registry.exports:
        told |= export(order.customer)
    assert [(row["car"], row["odometer_in"]) for row in told["courtesy_cars"]] == [("RCX-0001 Toyota Yaris", 12_100)]
    for erase in registry.erasures:
        erase(order.customer)
    assert CourtesyLoan.objects.get().condition_in == ""


def test_photos_of_a_loan_are_at_most_six(centre: Any, advisor: Any) -> None:
    order, car = received(centre, advisor), courtesy_car(centre)
    with pytest.raises(services.CourtesyRefused, match="at most 6 photos"):
        lend(order, car, advisor, pictures=[photos.read(upload(picture((64, 48))))] * 7)


@pytest.mark.django_db(transaction=True)
def test_two_advisors_lend_one_car_and_the_second_is_told(centre: Any, advisor: Any) -> None:
    car = courtesy_car(centre)
    orders = [received(centre, advisor, plate=f"AAA-000{n}", phone=f"091200000{n}", name=f"客{n}") for n in range(2)]
    said: list[str] = []
    together = threading.Barrier(2)

    def one(order: WorkOrder) -> None:
        together.wait(10)
        try:
            lend(order, car, advisor)
            said.append("lent")
        except services.CourtesyRefused as refusal:
            said.append("told" if "lent RCX-0001" in str(refusal) else str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[order]) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (sorted(said), CourtesyLoan.objects.count()) == (["lent", "told"], 1)
