"""The search box and what customers tell the shared screens."""

import pytest

from servicedesk import registry
from servicedesk.customers import search
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.registry import Hit

pytestmark = pytest.mark.django_db


@pytest.fixture
def car(vehicle):
    Vehicle.objects.filter(pk=vehicle.pk).update(vin="JTMW43FV90D123456")
    return vehicle


@pytest.mark.parametrize(
    ("query", "rank"),
    [
        ("BKQ-5821", 3),
        ("bkq5821", 3),
        ("5821", 2),
        ("kq58", 1),
        ("JTMW43FV90D123456", 3),
        ("43fv90", 1),
        ("0912-345-678", 3),
        ("+886912345678", 3),
        ("345678", 2),
        ("林怡君", 3),
        ("怡君", 2),
        ("林怡", 1),
        ("lin@example.com", 3),
        ("LIN@ex", 1),
    ],
)
def test_a_customer_is_found(advisor, customer, car, query, rank):
    assert search.hits(advisor, query) == [
        Hit("Customer", "林怡君", "BKQ-5821 · 0912 345 678", f"/customers/{customer.pk}/", rank)
    ]


@pytest.mark.parametrize("query", ["9999", "王", "ZZZ-0000", "%", "_", "'; drop table", "\\", "🚗"])
def test_nobody_is_found(advisor, customer, car, query):
    assert search.hits(advisor, query) == []


def test_other_centres_and_other_roles_find_nothing(outsider, technician, admin_user, customer, car):
    assert [search.hits(user, "5821") for user in (outsider, technician, admin_user)] == [[], [], []]


def test_one_hit_costs_as_many_queries_as_many(advisor, centre, customer, car, django_assert_num_queries):
    advisor.memberships_now()
    with django_assert_num_queries(3):
        search.hits(advisor, "林")
    for n in range(30):
        other = Customer.objects.create(name=f"林{n}", email=f"{n}@example.com")
        other.centres.add(centre)
        Vehicle.objects.create(customer=other, plate=f"AAA-{n:04}")
    with django_assert_num_queries(3):
        assert len(search.hits(advisor, "林")) == search.MOST_HITS


def test_a_shared_number_is_an_alert(centre, other_centre, customer):
    assert search.alerts(customer=customer) == []
    husband = Customer.objects.create(name="王俊傑", phone=customer.phone)
    husband.centres.add(centre)
    stranger = Customer.objects.create(name="遠方", phone=customer.phone)
    stranger.centres.add(other_centre)
    assert search.alerts(customer=customer) == [
        registry.Alert("info", "The same telephone number as 王俊傑", f"/customers/{husband.pk}/")
    ]


def test_an_odd_vin_is_an_alert():
    assert [alert.level for alert in search.alerts(vehicle=Vehicle(vin="SHORT"))] == ["info"]


def test_export_holds_what_we_keep(customer, car):
    kept = search.export(customer)
    assert (kept["customer"]["name"], kept["customer"]["phone"]) == ("林怡君", "+886912345678")
    assert [(row["plate"], row["vin"]) for row in kept["vehicles"]] == [("BKQ-5821", "JTMW43FV90D123456")]


def test_erasing_forgets_the_person_and_keeps_the_model(customer, car):
    search.erase(customer)
    customer.refresh_from_db()
    car.refresh_from_db()
    assert (customer.name, str(customer.phone), customer.email, customer.erased_at is not None) == ("—", "", "", True)
    assert (car.plate, car.plate_key, car.vin, car.model_name) == ("", "", None, "RAV4")


def test_the_room_is_registered():
    assert search.hits in list(registry.search)
    assert search.alerts in list(registry.alerts)
    assert search.export in list(registry.exports)
    assert search.erase in list(registry.erasures)
