"""Booking by telephone: who calls, what is known of him, estimate and times; when all is full, nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from appointments.capacity.house import bring_up_to_date
from appointments.models import Appointment, LoadOverride
from servicedesk.customers.models import Customer
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import WorkOrder
from tests.appointments.test_views import booking_form
from tests.fixtures.appointments import confirmed, requested, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
OVERHAUL = ["DRV-010"]
"""14 hours of the highest level: more than one technician's day."""


@pytest.fixture
def full_slot(centre: Any, reference: None) -> Any:
    for number in range(centre.reception_places):
        requested(
            centre, plate=f"AAA-000{number}", phone=f"091200000{number}", name=f"客{number}", starts_at=slot(centre, 11)
        )
    return centre


def test_a_time_that_has_just_gone_brings_the_form_back_with_the_nearest(full_slot: Any, advisor: Any) -> None:
    desk, url = client_of(advisor), reverse("appointments:new")
    answer = desk.act(url, booking_form(full_slot))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "11:00 has just been taken" in text
    assert "怠速會抖" in text
    assert "沈柏翰" in text
    near = [one.value for one in answer.context["near"]]
    assert len(near) == 3
    assert all(f'name="starts_at" value="{value}"' in text for value in near)
    desk.act(url, booking_form(full_slot, starts_at=[slot(full_slot, 11).isoformat(), near[0]]))
    assert Appointment.objects.get(state="confirmed").starts_at.isoformat() != slot(full_slot, 11).isoformat()


def test_a_full_workshop_wants_a_reason_and_keeps_it(
    centre: Any, advisor: Any, technician: Any, reference: None
) -> None:
    desk, url = client_of(advisor), reverse("appointments:new")
    form = booking_form(centre, operations=OVERHAUL)
    answer = desk.act(url, form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The workshop has no hours left for this work" in text
    assert "The workshop is full: with a reason" in text
    assert not Appointment.objects.exists()
    desk.act(url, {**form, "override": "Engine is on the bench, the supervisor agrees"})
    row = Appointment.objects.get()
    assert row.state == "confirmed"
    assert {one.reason for one in LoadOverride.objects.filter(appointment=row)} == {
        "Engine is on the bench, the supervisor agrees"
    }


def test_times_follow_the_chosen_services(centre: Any, advisor: Any, technician: Any, reference: None) -> None:
    desk, url = client_of(advisor), reverse("appointments:new")
    date = centre.today().isoformat()
    small = desk.get(url, {"date": date, "operations": "MNT-060"}).context["day"]
    big = desk.get(url, {"date": date, "operations": ["MNT-060", *OVERHAUL]}).context["day"]
    assert small.state == "free"
    assert not small.without_hours
    assert big.state == "full"
    assert len(big.without_hours) == len(big.slots)


def test_a_customer_by_link_or_online_cannot_override(centre: Any, technician: Any, reference: None) -> None:
    from appointments.refusals import HoursTaken

    with pytest.raises(HoursTaken):
        requested(centre, codes=OVERHAUL, by=Actor.visitor("林怡君"))


HTMX = {"HX-Request": "true"}


def found(desk: Any, typed: str) -> list[tuple[str, list[str]]]:
    callers = desk.get(reverse("appointments:new"), {"q": typed}).context["callers"]
    return [(caller.customer.name, [car.plate for car in caller.cars]) for caller in callers]


@pytest.mark.parametrize(
    "typed", ["0912-345-678", "+886912345678", "5678", "BKQ-5821", "bkq5821", "5821", "怡君", "lin@example"]
)
def test_a_caller_is_found_by_number_plate_or_name_and_by_their_ends(vehicle: Any, advisor: Any, typed: str) -> None:
    assert found(client_of(advisor), typed) == [("林怡君", ["BKQ-5821"])]


@pytest.mark.parametrize("typed", ["", " ", "0999999999", "\x00", "x" * 500, "%_'\"<script>"])
def test_nobody_is_found_for_garbage_or_strangers(vehicle: Any, advisor: Any, typed: str) -> None:
    assert found(client_of(advisor), typed) == []


def test_another_centres_customers_and_erased_ones_are_not_met(vehicle: Any, advisor: Any, outsider: Any) -> None:
    assert found(client_of(outsider), "5821") == []
    page = client_of(outsider).get(reverse("appointments:new"), {"vehicle": vehicle.pk})
    assert (page.context["known"], page.context["form"]["plate"].value()) == (None, None)
    Customer.objects.update(erased_at="2026-01-01T00:00Z", phone="", email="")
    assert found(client_of(advisor), "5821") == []
    assert client_of(advisor).get(reverse("appointments:new"), {"vehicle": vehicle.pk}).context["known"] is None


def test_suggestions_are_a_fragment_and_a_page_without_script(vehicle: Any, advisor: Any) -> None:
    desk, url = client_of(advisor), reverse("appointments:find")
    fragment = desk.get(url, {"q": "5678"}, headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert f"?vehicle={vehicle.pk}" in fragment
    page = desk.get(url, {"q": "5678", "source": "site"}, follow=True)
    assert page.redirect_chain == [(f"{reverse('appointments:new')}?q=5678&source=site", 302)]
    assert f"?vehicle={vehicle.pk}" in page.content.decode()


def test_choosing_a_car_fills_everything_in(vehicle: Any, advisor: Any) -> None:
    form = client_of(advisor).get(reverse("appointments:new"), {"vehicle": vehicle.pk}).context["form"]
    names = ("plate", "model", "other_model", "name", "honorific", "phone", "email", "channel", "language")
    assert [form[name].value() for name in names] == [
        "BKQ-5821",
        "other",
        "Toyota RAV4",
        "林怡君",
        "ms",
        "0912 345 678",
        "lin@example.com",
        "email",
        "zh-hant",
    ]


def test_another_car_of_a_known_customer(vehicle: Any, advisor: Any) -> None:
    form = client_of(advisor).get(reverse("appointments:new"), {"customer": vehicle.customer_id}).context["form"]
    assert [form[name].value() for name in ("plate", "name")] == [None, "林怡君"]


@pytest.mark.parametrize(
    ("typed", "field"), [("0922 381 640", "phone"), ("BLX-7720", "plate"), ("5821", "plate"), ("沈柏翰", "name")]
)
def test_what_was_typed_of_somebody_new_is_not_typed_again(centre: Any, advisor: Any, typed: str, field: str) -> None:
    form = client_of(advisor).get(reverse("appointments:new"), {"new": typed}).context["form"]
    assert {name: form[name].value() for name in ("phone", "plate", "name") if form[name].value()} == {field: typed}


def test_what_is_known_stands_beside(visit_delivered: WorkOrder, centre: Any, advisor: Any) -> None:
    by = {"plate": "BKQ-5821", "phone": "0912345678", "name": "林怡君"}
    missed = confirmed(centre, advisor, **by)
    Appointment.objects.filter(pk=missed.pk).update(state="no_show")
    ahead = confirmed(centre, advisor, **by, starts_at=slot(centre, 15, days=1))
    page = client_of(advisor).get(reverse("appointments:new"), {"vehicle": visit_delivered.vehicle_id})
    known = page.context["known"]
    assert (known.last, known.ahead) == (visit_delivered, [ahead])
    assert len(known.last.work) == 2
    assert (known.attendance.missed, known.attendance.of) == (1, 1)
    text = page.content.decode()
    assert ("1 of 1 booking not kept" in text, f"{visit_delivered.odometer_out:,} km" in text) == (True, True)
    assert "1 of 1 booking not kept" in client_of(advisor).get(ahead.get_absolute_url()).content.decode()


def test_symptoms_are_kept_in_the_centres_language(centre: Any, advisor: Any, reference: None) -> None:
    answers = {"moments": ["braking", "rain"], "how_often": "always", "temperature": "cold", "speed": "town"}
    client_of(advisor).act(reverse("appointments:new"), booking_form(centre, **answers, recall=" R26  01 "))
    row = Appointment.objects.get()
    assert row.symptoms == "召回通知：R26 01、煞車時、下雨天、每次都發生、冷車、時速 50 公里以下"


def test_estimate_and_free_times_follow_the_services(
    centre: Any, advisor: Any, technician: Any, reference: None
) -> None:
    desk, url = client_of(advisor), reverse("appointments:times")
    none = desk.get(url, headers=HTMX).context["offer"]
    assert (none.quote, len(none.days), {len(day.slots) for day in none.days}) == (None, 3, {3})
    answer = desk.get(url, {"operations": ["MNT-020", "BRK-010"], "date": slot(centre, days=2).date()}, headers=HTMX)
    offer = answer.context["offer"]
    assert (offer.quote.hours, offer.quote.totals.total > offer.quote.totals.net) == (offer.quote.hours, True)
    assert f"{offer.quote.totals.total:,.0f}" in answer.content.decode()
    assert offer.days[0].date == slot(centre, days=2).date()
    assert len(offer.days[0].slots) > 9
    plain = desk.get(url, {"operations": "MNT-020"}, follow=True)
    assert plain.redirect_chain == [(f"{reverse('appointments:new')}?operations=MNT-020", 302)]


@pytest.mark.parametrize("text", ["\x00", "x", "9999-12-31", "٣", "1e9", "-1"])
def test_any_garbage_in_the_addresses_is_answered(vehicle: Any, advisor: Any, reference: None, text: str) -> None:
    names = ("q", "vehicle", "customer", "new", "date", "operations", "odometer", "starts_at", "comeback_of", "source")
    desk, all_of_it = client_of(advisor), dict.fromkeys(names, text)
    for name in ("new", "times", "find"):
        assert desk.get(reverse(f"appointments:{name}"), all_of_it, follow=True).status_code == 200
        assert desk.get(reverse(f"appointments:{name}"), all_of_it, headers=HTMX).status_code == 200


def test_one_caller_and_thirty_cost_the_same(
    visit_delivered: WorkOrder, centre: Any, advisor: Any, django_assert_max_num_queries: Any
) -> None:
    """At most 15 for the page with everything known, 12 for the times, 6 for the suggestions."""
    bring_up_to_date(centre)
    desk, car = client_of(advisor), visit_delivered.vehicle
    desk.get(reverse("home"))
    for number in range(30):
        car.customer.vehicles.create(plate=f"AAA-{number:04}")
    with django_assert_max_num_queries(15):
        desk.get(reverse("appointments:new"), {"vehicle": car.pk})
    with django_assert_max_num_queries(12):
        desk.get(reverse("appointments:times"), {"vehicle": car.pk, "operations": "BRK-020"}, headers=HTMX)
    with django_assert_max_num_queries(6):
        desk.get(reverse("appointments:find"), {"q": "5678"}, headers=HTMX)


def test_a_booking_of_somebody_new_costs_at_most_36_statements(
    centre: Any, advisor: Any, technician: Any, reference: None, django_assert_max_num_queries: Any
) -> None:
    """Savepoints, locks, the customer, the car, the letter and its link included; the days' hours are kept ready."""
    desk, url = client_of(advisor), reverse("appointments:new")
    desk.act(url, booking_form(centre, plate="ZZZ-1111", phone="0912999888"))
    with django_assert_max_num_queries(36):
        answer = desk.act(url, booking_form(centre, operations=["MNT-060"]))
    assert answer.status_code == 302
    assert Appointment.objects.filter(state="confirmed").count() == 2
