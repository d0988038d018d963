"""The pages of customers: who opens them, what they show, what they save."""

import uuid

import pytest

from servicedesk import registry
from servicedesk.customers.models import Customer, CustomerChange, Vehicle
from servicedesk.customers.search import erase
from servicedesk.staff.models import HandledRequest, Membership
from servicedesk.staff.roles import Role
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db

CONTACT = {
    "name": "林怡君",
    "honorific": "ms",
    "phone": "0912-345-678",
    "email": "lin@example.com",
    "language": "zh-hant",
    "channel": "sms",
}
CAR = {
    "plate": "BKQ-5821",
    "vin": "",
    "make": "Toyota",
    "model_name": "RAV4",
    "powertrain": "hybrid",
    "odometer": "41286",
}


def pages(customer, vehicle):
    return [
        "/customers/",
        f"/customers/{customer.pk}/",
        f"/customers/{customer.pk}/edit/",
        f"/customers/{customer.pk}/vehicles/add/",
        f"/customers/vehicles/{vehicle.pk}/edit/",
    ]


READ_AND_WRITE, READ, NOTHING = [200] * 5, [200, 200, 403, 403, 403], [403] * 5


def test_each_role_opens_what_is_its_own(everyone, customer, vehicle):
    opened = {
        role: [client_of(user).get(url).status_code for url in pages(customer, vehicle)]
        for role, user in everyone.items()
    }
    assert opened == dict.fromkeys(everyone, NOTHING) | {
        "advisor": READ_AND_WRITE,
        "agent": READ_AND_WRITE,
        "manager": READ_AND_WRITE,
        "cashier": READ,
    }


def test_strangers_objects_do_not_exist(outsider, customer, vehicle):
    urls = pages(customer, vehicle)
    assert [client_of(outsider).get(url).status_code for url in urls] == [200, 404, 404, 404, 404]
    assert [client_of(outsider).act(url, CONTACT | CAR).status_code for url in urls[2:]] == [404, 404, 404]
    assert "林怡君" not in client_of(outsider).get("/customers/").content.decode()


def test_an_erased_customer_is_only_looked_at(advisor, customer, vehicle):
    erase(customer)
    opened = [client_of(advisor).get(url).status_code for url in pages(customer, vehicle)]
    assert opened == [200, 200, 404, 404, 404]


def test_anonymous_people_are_sent_to_sign_in(customer, vehicle):
    assert [client_of().get(url).status_code for url in pages(customer, vehicle)] == [302] * 5


def test_the_list_costs_the_same_with_1_and_31_rows(advisor, centre, customer, vehicle, django_assert_num_queries):
    person = client_of(advisor)
    person.get("/customers/")
    with django_assert_num_queries(QUERIES_OF_LIST):
        person.get("/customers/")
    for n in range(30):
        other = Customer.objects.create(name=f"客{n}", email=f"{n}@example.com")
        other.centres.add(centre)
        Vehicle.objects.create(customer=other, plate=f"AAA-{n:04}")
    with django_assert_num_queries(QUERIES_OF_LIST):
        person.get("/customers/")


def test_a_customer_costs_the_same_with_1_and_31_cars(advisor, customer, vehicle, django_assert_max_num_queries):
    person = client_of(advisor)
    person.get(f"/customers/{customer.pk}/")
    with django_assert_max_num_queries(15) as first:
        person.get(f"/customers/{customer.pk}/")
    for n in range(30):
        Vehicle.objects.create(customer=customer, plate=f"AAA-{n:04}")
    with django_assert_max_num_queries(15) as second:
        person.get(f"/customers/{customer.pk}/")
    assert len(second) == len(first)


QUERIES_OF_LIST = 5  # session with user, memberships, the centre's customers in order, their rows, their cars


def test_the_list_finds(advisor, centre, customer, vehicle):
    other = Customer.objects.create(name="王俊傑", email="wang@example.com")
    other.centres.add(centre)
    person = client_of(advisor)
    found = [
        [row.name for row in person.get("/customers/", {"q": q}).context["page"].rows] for q in ("5821", "王", "zz")
    ]
    assert found == [["林怡君"], ["王俊傑"], []]


@pytest.mark.parametrize("query", ["\x00", "%", "x" * 5000, "'\"<script>", "🚗"])
def test_the_list_survives_garbage(advisor, customer, query):
    response = client_of(advisor).get("/customers/", {"q": query, "after": query})
    assert response.status_code == 200
    assert "<script>x" not in response.content.decode()


def test_where_one_of_two_is_needed_neither_is_called_optional(advisor, customer):
    person = client_of(advisor)
    for page in (f"/customers/{customer.pk}/edit/", f"/customers/{customer.pk}/vehicles/add/"):
        assert person.get(page).content.decode().count("one of the two is needed") == 2


def test_particulars_are_saved_once(advisor, customer):
    person, key = client_of(advisor), str(uuid.uuid4())
    url = f"/customers/{customer.pk}/edit/"
    answers = [person.act(url, CONTACT | {"name": "林怡均", "consent": "on"}, key=key) for _ in range(2)]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, f"/customers/{customer.pk}/")] * 2
    customer.refresh_from_db()
    assert (customer.name, customer.channel, str(customer.phone)) == ("林怡均", "sms", "+886912345678")
    assert (CustomerChange.objects.count(), HandledRequest.objects.count()) == (1, 1)


def test_without_a_request_key_nothing_happens(advisor, customer):
    response = client_of(advisor).post(f"/customers/{customer.pk}/edit/", CONTACT | {"name": "x"})
    assert response.status_code == 400
    customer.refresh_from_db()
    assert customer.name == "林怡君"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 81}, ["name"]),
        ({"phone": "12"}, ["phone"]),
        ({"phone": "", "email": ""}, ["phone"]),
        ({"phone": "", "channel": "sms"}, ["phone"]),
        ({"email": "", "channel": "email"}, ["email"]),
        ({"email": "not an address"}, ["email"]),
        ({"email": "a@example.com\nBcc: b@example.com"}, ["email"]),
        ({"language": "xx"}, ["language"]),
        ({"channel": "pigeon"}, ["channel"]),
        ({"honorific": "Dr"}, ["honorific"]),
    ],
)
def test_garbage_comes_back_with_errors(advisor, customer, values, fields):
    response = client_of(advisor).act(f"/customers/{customer.pk}/edit/", CONTACT | values)
    assert (response.status_code, list(response.context["form"].errors)) == (422, fields)
    assert Customer.objects.get(pk=customer.pk).name == "林怡君"
    assert HandledRequest.objects.count() == 0


def test_only_a_manager_makes_an_account_customer(advisor, manager, customer):
    url = f"/customers/{customer.pk}/edit/"
    client_of(advisor).act(url, CONTACT | {"account_customer": "on"})
    customer.refresh_from_db()
    assert customer.account_customer is False
    client_of(manager).act(url, CONTACT | {"account_customer": "on"})
    customer.refresh_from_db()
    assert customer.account_customer is True


def test_a_manager_elsewhere_is_no_manager_here(advisor, other_centre, customer):
    Membership.objects.create(user=advisor, centre=other_centre, role=Role.MANAGER)
    client_of(advisor).act(f"/customers/{customer.pk}/edit/", CONTACT | {"account_customer": "on"})
    customer.refresh_from_db()
    assert customer.account_customer is False


def test_foreign_fields_are_ignored(advisor, customer, other_centre):
    client_of(advisor).act(f"/customers/{customer.pk}/edit/", CONTACT | {"erased_at": "2020-01-01", "centres": "2"})
    customer.refresh_from_db()
    assert (customer.erased_at, customer.centres.count()) == (None, 1)


def test_a_car_is_added(advisor, customer):
    response = client_of(advisor).act(f"/customers/{customer.pk}/vehicles/add/", CAR)
    assert (response.status_code, response.url) == (302, f"/customers/{customer.pk}/")
    assert [(car.plate_key, car.odometer) for car in customer.vehicles.all()] == [("BKQ5821", 41286)]


def test_a_car_is_changed_and_an_odd_vin_is_taken(advisor, vehicle):
    person = client_of(advisor)
    person.act(f"/customers/vehicles/{vehicle.pk}/edit/", CAR | {"vin": "odd-1", "odometer": "100"})
    vehicle.refresh_from_db()
    assert (vehicle.vin, vehicle.odometer) == ("ODD1", 100)
    page = person.get(f"/customers/{vehicle.customer_id}/").content.decode()
    assert "The VIN has 4 characters instead of 17." in page


def test_a_plate_twice_is_refused_with_the_reason(advisor, customer, vehicle):
    other = Vehicle.objects.create(customer=customer, plate="EAA-3072")
    person = client_of(advisor)
    response = person.act(f"/customers/vehicles/{other.pk}/edit/", CAR | {"plate": "bkq 5821"})
    assert (response.status_code, response.url) == (302, f"/customers/vehicles/{other.pk}/edit/")
    assert "already has a car" in person.get(response.url).content.decode()
    other.refresh_from_db()
    assert other.plate == "EAA-3072"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"plate": "", "vin": ""}, ["plate"]),
        ({"plate": " - "}, ["plate"]),
        ({"plate": "x" * 17}, ["plate"]),
        ({"year": "2099"}, ["year"]),
        ({"year": "１２.5"}, ["year"]),
        ({"odometer": "-1"}, ["odometer"]),
        ({"odometer": "1e30"}, ["odometer"]),
        ({"odometer": "9" * 30}, ["odometer"]),
        ({"powertrain": "steam"}, ["powertrain"]),
    ],
)
def test_garbage_about_a_car_comes_back_with_errors(advisor, vehicle, values, fields):
    response = client_of(advisor).act(f"/customers/vehicles/{vehicle.pk}/edit/", CAR | values)
    assert (response.status_code, list(response.context["form"].errors)) == (422, fields)


def test_the_page_says_what_was_changed(manager, customer):
    person = client_of(manager)
    person.act(f"/customers/{customer.pk}/vehicles/add/", CAR)
    person.act(f"/customers/{customer.pk}/edit/", CONTACT | {"account_customer": "on", "consent": "on"})
    car = customer.vehicles.get()
    person.act(f"/customers/vehicles/{car.pk}/edit/", CAR | {"colour": "white"})
    words = [change.words for change in customer.changes.order_by("pk")]
    assert (words[0], words[-1]) == ("Car added", "Car changed")
    assert "Account customer: yes" in words[1]
    assert "May be contacted after the visit: yes" in words[1]


def test_the_page_shows_the_customers_visits(advisor, visit_in_repair):
    visit, person = visit_in_repair, client_of(advisor)
    other = Customer.objects.create(name="王俊傑", email="wang@example.com")
    other.centres.add(visit.centre)
    assert visit.get_absolute_url() in person.get(f"/customers/{visit.customer_id}/").content.decode()
    assert "No visits yet" in person.get(f"/customers/{other.pk}/").content.decode()


def test_a_notice_of_another_centre_leads_nowhere(advisor, other_centre, customer, monkeypatch):
    far, near = (
        registry.Alert("danger", words, f"/{words}/", pk) for words, pk in (("far", other_centre.pk), ("near", None))
    )
    monkeypatch.setattr(registry, "alerts", [lambda **about: [far, near]])
    page = client_of(advisor).get(f"/customers/{customer.pk}/").content.decode()
    assert ("far" in page, 'href="/far/"' in page, 'href="/near/"' in page) == (True, False, True)
