"""A car that is back with the same system: asked at the telephone, on the booking, at reception; linked, unlinked, refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments import comeback
from appointments.models import Appointment
from appointments.services import Car, Contact
from reception import services as reception
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import Event, LineState, WorkOrder
from tests.appointments.test_views import booking_form
from tests.fixtures.appointments import confirmed, operations, requested, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
BRAKES, TYRES = ("BRK-020",), ("TYR-020",)


def numbers(visit: WorkOrder, codes: tuple[str, ...] = BRAKES, odometer: int | None = None, vehicle: Any = None) -> str:
    hint = comeback.earlier_visit(vehicle or visit.vehicle, operations(codes), odometer, now())
    return hint.work_order.number if hint else ""


def same_car(centre: Any, advisor: Any = None, **request: Any) -> Appointment:
    """The car of `visit_delivered` is booked again, for its rear brake pads."""
    request = {"codes": BRAKES, "starts_at": slot(centre, 15, days=1), **request}
    return confirmed(centre, advisor, **request) if advisor else requested(centre, **request)


def test_within_thirty_days_and_not_a_day_longer(visit_delivered: WorkOrder, at_tuesday_ten: Any) -> None:
    assert numbers(visit_delivered) == visit_delivered.number
    at_tuesday_ten.move(days=30, minutes=-5)
    assert numbers(visit_delivered) == visit_delivered.number
    at_tuesday_ten.move(minutes=10)
    assert numbers(visit_delivered) == ""


def test_within_two_thousand_kilometres_whatever_the_time(visit_delivered: WorkOrder, at_tuesday_ten: Any) -> None:
    at_tuesday_ten.move(days=200)
    left_with = visit_delivered.odometer_out
    assert left_with
    found = {km: numbers(visit_delivered, odometer=left_with + km) for km in (-2001, -50, 0, 2000, 2001)}
    assert {km for km, number in found.items() if number == visit_delivered.number} == {-50, 0, 2000}


def test_another_system_another_car_and_work_that_was_not_done(visit_delivered: WorkOrder, vehicle: Any) -> None:
    hint = comeback.earlier_visit(visit_delivered.vehicle, operations(BRAKES), None, now())
    assert hint
    assert [line.code for line in hint.lines] == ["BRK-010"]
    assert numbers(visit_delivered, TYRES) == ""
    assert numbers(visit_delivered, ()) == ""
    other = visit_delivered.customer.vehicles.create(plate="AAA-0009")
    assert numbers(visit_delivered, vehicle=other) == ""
    visit_delivered.lines.filter(operation__code="BRK-010").update(state=LineState.DECLINED)
    assert numbers(visit_delivered) == ""


def test_it_costs_one_query_and_none_without_a_car(visit_delivered: WorkOrder) -> None:
    chosen, car = operations(BRAKES), visit_delivered.vehicle
    with CaptureQueriesContext(connection) as asked:
        assert comeback.earlier_visit(car, chosen, 40_000, now())
        assert comeback.earlier_visit(None, chosen, None, now()) is None
    assert len(asked) == 1


def test_linked_at_the_telephone(visit_delivered: WorkOrder, centre: Any, advisor: Any) -> None:
    desk, car = client_of(advisor), visit_delivered.vehicle
    asked = {"vehicle": car.pk, "operations": "BRK-020"}
    fragment = desk.get(reverse("appointments:times"), asked, headers={"HX-Request": "true"}).content.decode()
    assert f'name="comeback_of" value="{visit_delivered.pk}"' in fragment
    assert visit_delivered.number in fragment
    assert "link as comeback" not in desk.get(reverse("appointments:new"), {"vehicle": car.pk}).content.decode()
    form = booking_form(centre, plate=car.plate, name="林怡君", phone="0912345678", operations=["BRK-020"])
    desk.act(reverse("appointments:new"), {**form, "vehicle": car.pk, "comeback_of": visit_delivered.pk})
    booking = Appointment.objects.get(state="confirmed")
    assert booking.comeback_of == visit_delivered
    page = desk.get(booking.get_absolute_url()).content.decode()
    assert "Not a comeback" in page
    assert Event.objects.filter(work_order=visit_delivered, kind=comeback.EVENT).count() == 1


def test_another_car_at_the_telephone_is_refused_with_everything_kept(
    visit_delivered: WorkOrder, centre: Any, advisor: Any
) -> None:
    form = booking_form(centre, operations=["BRK-020"], comeback_of=visit_delivered.pk)
    answer = client_of(advisor).act(reverse("appointments:new"), form)
    assert answer.status_code == 422
    assert "was a visit of another car" in answer.content.decode()
    assert not Appointment.objects.filter(vehicle__plate="BLX-7720").exists()


def test_linked_and_unlinked_on_the_booking_of_somebody_online(
    visit_delivered: WorkOrder, centre: Any, advisor: Any
) -> None:
    booking, desk = same_car(centre), client_of(advisor)
    assert "link as comeback" in desk.get(booking.get_absolute_url()).content.decode()
    link, unlink = (reverse(f"appointments:comeback_{name}", args=[booking.pk]) for name in ("link", "unlink"))
    for _twice in range(2):
        desk.act(link, {"work_order": visit_delivered.pk}, key="linked-once")
    desk.act(link, {"work_order": visit_delivered.pk})
    booking.refresh_from_db()
    assert booking.comeback_of == visit_delivered
    desk.act(unlink)
    booking.refresh_from_db()
    assert booking.comeback_of is None
    kinds = Event.objects.filter(work_order=visit_delivered, kind__startswith="booking.").order_by("seq")
    assert [event.kind for event in kinds] == [comeback.EVENT, comeback.EVENT_NOT]
    assert "is not linked" in desk.act(unlink, follow=True).content.decode()


def test_refused_for_another_car_a_visit_not_over_and_a_booking_given_up(
    visit_delivered: WorkOrder, centre: Any, advisor: Any
) -> None:
    by, booking = Actor.of(advisor), same_car(centre)
    stranger = requested(centre, plate="AAA-0001", phone="0912000001", name="周建宏")
    with pytest.raises(comeback.NotAComeback, match="another car"):
        comeback.link(stranger, by=by, work_order=visit_delivered)
    Appointment.objects.filter(pk=booking.pk).update(state="cancelled")
    with pytest.raises(comeback.NotAComeback, match="Only a car that comes"):
        comeback.link(booking, by=by, work_order=visit_delivered)
    WorkOrder.objects.filter(pk=visit_delivered.pk).update(delivered_at=None)
    Appointment.objects.filter(pk=booking.pk).update(state="requested")
    visit_delivered.refresh_from_db()
    with pytest.raises(comeback.NotAComeback, match="not delivered yet"):
        comeback.link(booking, by=by, work_order=visit_delivered)


@pytest.mark.parametrize("named", ["", "x", "٣", "0", "9" * 40, "\x00"])
def test_a_garbage_visit_does_not_exist(visit_delivered: WorkOrder, centre: Any, advisor: Any, named: str) -> None:
    link = reverse("appointments:comeback_link", args=[same_car(centre).pk])
    assert client_of(advisor).act(link, {"work_order": named}).status_code == 404


def test_wrong_roles_and_another_centre(
    visit_delivered: WorkOrder, centre: Any, everyone: dict[str, Any], outsider: Any
) -> None:
    booking = same_car(centre)
    data = {"work_order": visit_delivered.pk}
    for name in ("comeback_link", "comeback_unlink"):
        url = reverse(f"appointments:{name}", args=[booking.pk])
        statuses = {role: client_of(user).act(url, data).status_code for role, user in everyone.items()}
        assert {role for role, status in statuses.items() if status == 302} == {"advisor", "manager"}
        assert client_of(outsider).act(url, data).status_code == 404


def test_people_of_another_centre_read_of_it_but_cannot_open_it(
    visit_delivered: WorkOrder, other_centre: Any, outsider: Any
) -> None:
    outsider.skill_level = 4
    outsider.save()
    booking = same_car(other_centre)
    assert booking.vehicle == visit_delivered.vehicle
    desk = client_of(outsider)
    page = desk.get(booking.get_absolute_url()).content.decode()
    assert visit_delivered.full_number in page
    assert visit_delivered.get_absolute_url() not in page
    assert "link as comeback" not in page
    answer = desk.act(reverse("appointments:comeback_link", args=[booking.pk]), {"work_order": visit_delivered.pk})
    assert answer.status_code == 404


def test_asked_at_reception_and_read_by_the_workshop(
    visit_delivered: WorkOrder, centre: Any, advisor: Any, technician: Any
) -> None:
    booking, desk = same_car(centre, advisor), client_of(advisor)
    url = f"{reverse('reception:receive')}?appointment={booking.pk}"
    assert f'name="comeback_of" value="{visit_delivered.pk}"' in desk.get(url).content.decode()
    desk.act(url, {"concern": "還是吱吱叫", "as_booked": "yes", "comeback_of": visit_delivered.pk})
    booking.refresh_from_db()
    assert (booking.comeback_of, booking.state) == (visit_delivered, "arrived")
    panel = reverse("workorders:panel", args=[booking.work_order_id, "comeback"])
    text = client_of(technician).get(panel).content.decode()
    assert ("Linked as comeback" in text, visit_delivered.number in text) == (True, True)


def test_a_walk_in_is_only_hinted_at(visit_delivered: WorkOrder, centre: Any, advisor: Any, technician: Any) -> None:
    def panel_of(*codes: str) -> str:
        visit = reception.receive(
            by=Actor.of(advisor),
            advisor=advisor,
            centre=centre,
            contact=Contact("林怡君", phone="0912345678"),
            car=Car("BKQ-5821"),
            concern="吱吱叫",
            operations=operations(codes),
            although_full="熟客",
        )
        text = client_of(technician).get(reverse("workorders:panel", args=[visit.pk, "comeback"])).content.decode()
        reception.give_back(visit, by=Actor.of(advisor), reason="改天")
        return text

    assert "perhaps a comeback" in panel_of("BRK-020")
    assert "comeback" not in panel_of("TYR-020").split("<main", 1)[1].replace("panel-comeback", "")
