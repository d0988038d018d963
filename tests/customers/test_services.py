"""Finding, creating and correcting customers and cars."""

import pytest
from django.db import IntegrityError, transaction

from servicedesk.clock import now
from servicedesk.customers.models import Customer, CustomerChange, Vehicle
from servicedesk.customers.services import (
    CustomerRefused,
    find_or_create_customer,
    find_or_create_vehicle,
    note_odometer,
    update_contact,
    update_vehicle,
)
from servicedesk.staff.actors import Actor

pytestmark = pytest.mark.django_db
VISITOR = Actor.visitor("online booking")


def lin(centre, **others):
    return find_or_create_customer(by=VISITOR, centre=centre, **{"name": "林怡君", "phone": "0912-345-678"} | others)


def test_a_new_customer_is_created_whole(centre):
    made = lin(centre, email="lin@example.com", honorific="ms", consent=True)
    assert (str(made.phone), made.email, made.language, made.channel) == (
        "+886912345678",
        "lin@example.com",
        "zh-hant",
        "email",
    )
    assert abs((made.consent_contact_at - now()).total_seconds()) < 60
    assert list(made.centres.all()) == [centre]
    assert [(change.fields, change.by_label) for change in made.changes.all()] == [(["created"], "online booking")]


def test_without_an_address_he_is_written_by_text_message(centre):
    assert lin(centre).channel == "sms"


def test_the_same_person_in_another_notation_is_found(centre, customer):
    assert lin(centre, phone="+886 912 345678", name=" 林怡君 ") == customer
    assert Customer.objects.count() == 1


def test_the_same_address_and_name_are_found_without_a_number(centre, customer):
    assert lin(centre, phone="", email="LIN@example.com") == customer


def test_a_shared_number_does_not_mix_two_people(centre, customer):
    assert lin(centre, name="王俊傑") != customer


def test_a_shared_number_with_the_persons_plate_is_the_person(centre, customer, vehicle):
    assert lin(centre, name="林小姐", plate="bkq5821") == customer
    customer.refresh_from_db()
    assert customer.name == "林怡君"


def test_what_a_stranger_types_overwrites_nothing(centre, customer):
    lin(centre, email="evil@example.com", language="en", honorific="mr", channel="sms")
    customer.refresh_from_db()
    assert (customer.email, customer.language, customer.honorific, customer.channel) == (
        "lin@example.com",
        "zh-hant",
        "ms",
        "email",
    )


def test_empty_particulars_are_filled(centre):
    first = lin(centre)
    lin(centre, email="lin@example.com", consent=True)
    first.refresh_from_db()
    assert (first.email, first.consent_contact_at is not None) == ("lin@example.com", True)


def test_he_belongs_to_each_centre_he_dealt_with(centre, other_centre, customer):
    lin(other_centre)
    assert set(customer.centres.all()) == {centre, other_centre}


def test_an_erased_customer_is_not_found_again(centre, customer):
    Customer.objects.filter(pk=customer.pk).update(erased_at=now())
    assert lin(centre) != customer


@pytest.mark.parametrize(("phone", "email"), [("", ""), ("12", ""), ("no number", "a@example.com")])
def test_nobody_without_a_way_to_reach_him(centre, phone, email):
    with pytest.raises(CustomerRefused):
        lin(centre, phone=phone, email=email)
    assert Customer.objects.count() == 0


def test_the_database_refuses_it_too(db):
    with pytest.raises(IntegrityError, match="customer_can_be_reached"), transaction.atomic():
        Customer.objects.create(name="nobody")


def test_a_car_is_created_then_found_in_any_notation(customer):
    car = find_or_create_vehicle(by=VISITOR, customer=customer, plate="BKQ-5821", make="Toyota", odometer=39800)
    again = find_or_create_vehicle(
        by=VISITOR, customer=customer, plate="ｂｋｑ ５８２１", model_name="RAV4", odometer=100
    )
    assert again == car
    car.refresh_from_db()
    assert (car.plate, car.plate_key, car.make, car.model_name, car.odometer) == (
        "BKQ-5821",
        "BKQ5821",
        "Toyota",
        "RAV4",
        39800,
    )


def test_a_car_is_found_by_its_vin_when_the_plate_is_new(customer):
    car = find_or_create_vehicle(by=VISITOR, customer=customer, plate="", vin="jtmw43fv90d123456")
    again = find_or_create_vehicle(by=VISITOR, customer=customer, plate="NEW-0001", vin="JTMW43FV90D123456")
    assert (again.pk, again.plate) == (car.pk, "NEW-0001")


def test_the_same_plate_at_another_customer_is_another_row(centre, customer, vehicle):
    buyer = lin(centre, name="王俊傑", phone="0922-000-111")
    assert find_or_create_vehicle(by=VISITOR, customer=buyer, plate="BKQ-5821") != vehicle


def test_a_car_needs_plate_or_vin(customer):
    with pytest.raises(CustomerRefused):
        find_or_create_vehicle(by=VISITOR, customer=customer, plate=" - ")


def test_the_database_refuses_a_plate_twice(customer, vehicle):
    with pytest.raises(IntegrityError, match="one_car_per_plate_and_customer"), transaction.atomic():
        Vehicle.objects.create(customer=customer, plate="bkq 5821")


def test_particulars_are_corrected_and_noted(advisor, by, customer):
    update_contact(by=by(advisor), customer=customer, name="林怡均", phone="+886922000111", consent=True)
    customer.refresh_from_db()
    assert (customer.name, str(customer.phone), customer.consent_contact_at is not None) == (
        "林怡均",
        "+886922000111",
        True,
    )
    change = CustomerChange.objects.get(customer=customer)
    assert (change.fields, change.by_user) == (["name", "phone", "consent_contact_at=yes"], advisor)


def test_nothing_new_notes_nothing(advisor, by, customer):
    update_contact(by=by(advisor), customer=customer, name=customer.name, consent=False)
    assert CustomerChange.objects.count() == 0


def test_nobody_is_made_unreachable(advisor, by, customer):
    with pytest.raises(CustomerRefused):
        update_contact(by=by(advisor), customer=customer, phone="", email="")
    customer.refresh_from_db()
    assert customer.email == "lin@example.com"


def test_only_particulars_are_set(advisor, by, customer):
    with pytest.raises(TypeError, match="erased_at"):
        update_contact(by=by(advisor), customer=customer, erased_at=None)


def test_a_car_is_corrected(advisor, by, vehicle):
    changed = update_vehicle(by=by(advisor), vehicle=vehicle, plate="BKQ-5822", vin="", odometer=1000)
    assert (changed.plate_key, changed.vin, changed.odometer) == ("BKQ5822", None, 1000)


def test_a_car_does_not_take_anothers_plate(advisor, by, customer, vehicle):
    other = find_or_create_vehicle(by=VISITOR, customer=customer, plate="EAA-3072")
    with pytest.raises(CustomerRefused):
        update_vehicle(by=by(advisor), vehicle=other, plate="BKQ 5821")


def test_the_odometer_only_grows_by_itself(advisor, by, vehicle):
    assert note_odometer(by=by(advisor), vehicle=vehicle, odometer=41286) is True
    assert note_odometer(by=by(advisor), vehicle=vehicle, odometer=4128) is False
    vehicle.refresh_from_db()
    assert vehicle.odometer == 41286


@pytest.mark.parametrize(
    ("honorific", "language", "words"),
    [("mr", "en", "Mr 林怡君"), ("ms", "en", "Ms 林怡君"), ("", "en", "林怡君")],
)
def test_salutation(honorific, language, words):
    assert Customer(name="林怡君", honorific=honorific).salutation_in(language) == words


def test_a_latin_name_stands_apart_from_the_title():
    customer = Customer(name="Emily Carter", honorific="ms")
    said = [customer.salutation_in(language) for language in ("en", "zh-hant", "zh-hans")]
    assert said == ["Ms Emily Carter", "Emily Carter 女士", "Emily Carter 女士"]
    assert Customer(name="林怡君", honorific="ms").salutation_in("zh-hant") == "林怡君女士"


@pytest.mark.parametrize(
    ("phone", "email", "channel", "reached"),
    [
        ("+886912345678", "a@example.com", "sms", "sms"),
        ("+886912345678", "a@example.com", "email", "email"),
        ("", "a@example.com", "sms", "email"),
        ("+886912345678", "", "email", "sms"),
        ("", "", "email", ""),
    ],
)
def test_reachable_channel(phone, email, channel, reached):
    assert Customer(phone=phone, email=email, channel=channel).reachable_channel == reached
