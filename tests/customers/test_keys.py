"""What customers are found by: the keys the database keeps, and what a bounded search promises."""

from itertools import chain

import pytest
from django.db import connection

from servicedesk.customers import search
from servicedesk.customers.keys import BEST, SearchKey, needles
from servicedesk.customers.models import Customer, Vehicle
from servicedesk.customers.querysets import MOST
from servicedesk.staff.models import Membership
from servicedesk.staff.roles import Role
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db


def differences():
    """Keys that are there and should not be, or the other way round."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM (TABLE customers_searchkey EXCEPT TABLE customers_wanted_key) surplus"
            " UNION ALL (TABLE customers_wanted_key EXCEPT TABLE customers_searchkey)"
        )
        return cursor.fetchall()


def many(centre, count, *, name="陳{n}", plate="", phone=""):
    """`count` customers of `centre`, the newest last, each with a car where a plate is given."""
    people = Customer.objects.bulk_create(
        [Customer(name=name.format(n=n), email=f"{n}@example.com", phone=phone.format(n=n)) for n in range(count)]
    )
    centre.customers.add(*people)
    if plate:
        Vehicle.objects.bulk_create(
            [Vehicle(customer=person, plate=plate.format(n=n)) for n, person in enumerate(people)]
        )
    return people


def found(user, query):
    return [hit.title for hit in search.hits(user, query)]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("歐陽志豪", "陽志"),
        ("歐陽志豪", "志豪"),
        ("Mary-Ann O'Neill", "ann o'n"),
        ("Großmann", "GROßM"),
        ("ＡＢＣ租車", "abc租"),
        ("100% Cars_Ltd", "% cars_"),
    ],
)
def test_a_name_is_found_by_any_part_of_it(advisor, centre, name, query):
    many(centre, 1, name=name)
    many(centre, 1, name="別人")
    assert found(advisor, query) == [name]


@pytest.mark.parametrize(
    "query", ["0912 345 678", "(0912)345-678", "+886 912 345 678", "912345", "0912-345", "５６７８"]
)
def test_a_telephone_number_is_found_in_any_notation(advisor, customer, query):
    assert found(advisor, query) == [customer.name]


def test_digits_of_a_plate_find_no_telephone_number(advisor, centre, customer):
    """`BKQ-5678` is a plate, though the number of the customer ends with 5678."""
    assert (found(advisor, "5678"), found(advisor, "BKQ-5678")) == ([customer.name], [])


def test_short_needles_of_a_kind_are_not_looked_for(centre):
    assert needles("12", centre) == ["n12", "p12"]
    assert needles("王", centre) == ["n王"]
    assert needles(" ", centre) == []


def test_the_database_keeps_the_keys(centre, other_centre, customer, vehicle):
    other = Customer.objects.create(name="王俊傑", email="wang@example.com")

    def rename():
        customer.name = "林怡均"
        customer.save()

    def another_car():
        Vehicle.objects.create(customer=customer, plate="粤B-12345", vin="JTMW43FV90D123456")

    def sell():
        vehicle.customer = other
        vehicle.save()

    steps = [
        (rename, "n怡均"),
        (lambda: Customer.objects.filter(pk=customer.pk).update(phone="+886987654321"), "t4321"),
        (another_car, "p粤B12345"),
        (lambda: other.centres.add(other_centre), "n俊傑"),
        (sell, "p5821"),
        (lambda: Vehicle.objects.filter(pk=vehicle.pk).update(plate="ZZZ-0001"), "pZZZ0001"),
        (lambda: customer.centres.remove(centre), None),
        (lambda: customer.centres.add(centre), "v123456"),
        (lambda: search.erase(customer), None),
        (lambda: vehicle.delete(), None),
    ]
    for step, key in steps:
        before = set(SearchKey.objects.values_list("pk"))
        step()
        after = set(SearchKey.objects.values_list("pk"))
        assert differences() == []
        assert before != after
        assert key is None or SearchKey.objects.filter(key=key).exists()
    assert not SearchKey.objects.filter(customer_id=customer.pk).exists()


def test_a_car_that_only_drives_writes_no_keys(customer, vehicle):
    SearchKey.objects.filter(customer_id=customer.pk).delete()
    vehicle.odometer = 99_999
    vehicle.save()
    assert not SearchKey.objects.filter(customer_id=customer.pk).exists()


def test_what_a_load_left_out_is_completed(customer, vehicle):
    SearchKey.objects.filter(key__startswith="p").delete()
    assert differences() != []
    SearchKey.objects.complete()
    assert differences() == []


def test_strangers_take_nobodys_place(advisor, outsider, centre, other_centre):
    mine = many(centre, 1, phone="+886900111222")[0]
    many(other_centre, MOST + 10, phone="+886900{n:06}", name="客{n}")
    assert found(advisor, "886900") == [mine.name]
    assert list(Customer.objects.matching("886900", advisor, centre)) == [mine]
    assert len(found(outsider, "886900")) == search.MOST_HITS


def test_whole_values_come_before_ends_and_ends_before_parts(advisor, centre):
    """However many are newer and fit less well."""
    whole = many(centre, 1, plate="5821")[0]
    ends = many(centre, 2, plate="EN{n}-5821", name="尾{n}")
    many(centre, MOST, plate="58-21{n:03}", name="段{n}")
    hits = search.hits(advisor, "5821")
    assert [hit.title for hit in hits[:3]] == [whole.name, ends[1].name, ends[0].name]
    assert [hit.rank for hit in hits] == [3, 2, 2, *[1] * (search.MOST_HITS - 3)]


def test_the_newest_of_equals_come_first(advisor, centre):
    people = many(centre, MOST + 5, name="王志豪")
    assert [hit.url for hit in search.hits(advisor, "志豪")] == [
        person.get_absolute_url() for person in people[: -search.MOST_HITS - 1 : -1]
    ]


def test_one_customer_with_a_needle_many_times_is_one_hit_and_hides_nobody(advisor, centre):
    other = many(centre, 1, phone="+886911111111", name="一一")[0]
    again = many(centre, 1, phone="+886911111111", name="二二")[0]
    assert found(advisor, "1111") == [again.name, other.name]


def pages_of(user, query):
    """All pages of the list, in order, and what the last one shows."""
    person, after, pages = client_of(user), "", []
    while True:
        answer = person.get("/customers/", {"q": query, "after": after})
        page = answer.context["page"]
        pages.append([row.pk for row in page.rows])
        if not (after := page.next):
            return pages, answer.content.decode()


HINT = "Others fit too."


def test_the_list_pages_through_all_that_fit_newest_first(advisor, centre):
    people = many(centre, 120, phone="+886900{n:06}")
    many(centre, 60, name="林{n}")
    pages, last = pages_of(advisor, "886900")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [*chain.from_iterable(pages)] == [person.pk for person in reversed(people)]
    assert HINT not in last


def test_the_list_says_when_more_fit_than_it_shows(advisor, centre):
    people = many(centre, MOST + 1, name="林志豪")
    pages, last = pages_of(advisor, "志豪")
    assert [*chain.from_iterable(pages)] == [person.pk for person in reversed(people[1:])]
    assert HINT in last
    assert HINT not in pages_of(advisor, "")[1]


def test_all_customers_of_the_centre_are_paged_through_newest_first(advisor, centre, other_centre):
    people = many(centre, 120)
    many(other_centre, 60)
    search.erase(people[100])
    pages, last = pages_of(advisor, "")
    assert [len(page) for page in pages] == [50, 50, 19]
    assert [*chain.from_iterable(pages)] == [person.pk for person in reversed(people) if person != people[100]]
    assert HINT not in last


def test_customers_of_two_centres_are_listed_once(advisor, centre, other_centre):
    Membership.objects.create(user=advisor, centre=other_centre, role=Role.ADVISOR)
    people = many(centre, 3)
    other_centre.customers.add(*people)
    assert [*chain.from_iterable(pages_of(advisor, "陳")[0])] == [person.pk for person in reversed(people)]
    assert len(found(advisor, "陳")) == 3


def test_a_search_is_one_bounded_walk_of_the_index(centre, other_centre):
    """Whatever the needle: no statement reads more keys than it may show."""
    many(centre, 3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + BEST, [["n陳", "t886900"], [centre.pk, other_centre.pk], 8, 0, 8])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan using customer_search" in plan
    assert plan.count("Limit") == 2
    assert plan.count("Sort Key") == 1  # of the centres' best, not of all that fit
